package store

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/locale"
	"mabsbot/kb"
)

// benchTurn is an answer of typical size: one post and an entry of 16 KB, as
// large as the longest built-in ones.
func benchTurn(i int) bot.Turn {
	return bot.Turn{
		Event: event(i),
		States: []bot.Walkthrough{{
			Thread: thread(i), Status: bot.StatusWalking, Asker: bot.User{ID: fmt.Sprint(i)},
			Entry: &kb.Entry{ID: "entry", Cause: kb.Cause{{Text: kb.Text{{Lang: "en", Text: strings.Repeat("cause ", 2700)}}}}},
		}},
		Posts: []bot.Post{{ID: bot.PostID(fmt.Sprint(i)), Thread: thread(i), Reply: bot.Reply{Blocks: []bot.Block{{Text: strings.Repeat("say ", 500)}}}}},
	}
}

func BenchmarkApply(b *testing.B) {
	s := openNew(b)
	i := 0
	for b.Loop() {
		must(b, s.Apply(b.Context(), benchTurn(i)))
		i++
	}
}

// An uncounted store counts nothing.
type uncounted struct{ *SQL }

func (u uncounted) Apply(ctx context.Context, turn bot.Turn) error {
	turn.Counts = nil
	for i := range turn.Posts {
		turn.Posts[i].Answers = 0
	}
	return u.SQL.Apply(ctx, turn)
}

// BenchmarkRecord compares the handling of a pasted error, from the match until its
// answer is sent, with a store that counts to one that does not,
// and with learning switched on to without.
func BenchmarkRecord(b *testing.B) {
	locales, err := locale.Load(locale.Builtin())
	must(b, err)
	base, err := kb.Load(kb.Layers("", "")...)
	must(b, err)
	for name, open := range map[string]func(testing.TB) *SQL{"SQLite": openNew, "PostgreSQL": openBubble} {
		b.Run(name, func(b *testing.B) {
			handle := func(s bot.Store, outbox bot.Outbox, learning bot.Learning) func(id int) {
				policy := bot.DefaultPolicy()
				policy.RepeatWindow, policy.Learning = 0, learning
				recorder := bottest.NewRecorder("test", bot.Capabilities{Edits: true})
				core := bot.New(func() *kb.Base { return base }, locales, policy, s, outbox, slog.New(slog.DiscardHandler))
				stop := runBot(b, core, recorder)
				b.Cleanup(stop)
				return func(id int) {
					m := bot.Message{Text: "Replica is inconsistent on FS-11 (ID: 3106)", Head: bot.Head{ID: event(id), Thread: thread(id), From: bot.User{ID: fmt.Sprint(id)}, At: time.Now()}}
					must(b, recorder.Handle(b.Context(), m))
					must(b, core.Drain(b.Context(), "test"))
				}
			}
			b.Run("counts", func(b *testing.B) {
				with, without := open(b), open(b)
				bottest.Compare(b, handle(uncounted{without}, without, bot.LearningOff), handle(with, with, bot.LearningOff))
			})
			b.Run("learns", func(b *testing.B) {
				with, without := open(b), open(b)
				bottest.Compare(b, handle(without, without, bot.LearningOff), handle(with, with, bot.LearningOn))
			})
		})
	}
}

// runBot runs a bot until stop is called.
func runBot(b *testing.B, core *bot.Bot, a bot.Adapter) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- core.Run(ctx, a) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	s := openNew(b)
	must(b, s.Apply(b.Context(), benchTurn(0)))
	for b.Loop() {
		_, _, err := s.Load(b.Context(), thread(0), user(0))
		must(b, err)
	}
}

// BenchmarkClaim claims one post while others wait for a day.
func BenchmarkClaim(b *testing.B) {
	for _, delayed := range []int{0, 500} {
		b.Run(fmt.Sprintf("delayed=%d", delayed), func(b *testing.B) {
			s := openNew(b)
			must(b, s.Apply(b.Context(), delayedTurn(delayed)))
			must(b, s.Apply(b.Context(), benchTurn(0)))
			for b.Loop() {
				posts, err := s.Claim(b.Context(), "test", 16, 99, 0) // the lease ends at once
				must(b, err)
				if len(posts) != 1 {
					b.Fatalf("got %d posts", len(posts))
				}
			}
		})
	}
}

// BenchmarkBacklog searches 10,000 posts that wait in 64 channels.
func BenchmarkBacklog(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *SQL{"SQLite": openNew, "PostgreSQL": openBubble} {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			const size, users, channels = 100, 199, 64
			for i := range 100 {
				turn := bot.Turn{Event: event(i)}
				for j := range size {
					n := i*size + j
					t := thread(n)
					t.Channel = fmt.Sprint("c", n%channels)
					turn.Posts = append(turn.Posts, bot.Post{ID: bot.PostID(fmt.Sprint("post ", n)), To: bot.User{ID: fmt.Sprint(n % users)}, Thread: t})
				}
				must(b, s.Apply(b.Context(), turn))
			}
			for b.Loop() {
				found, err := s.claimable(b.Context(), "test", 16, 4, nil)
				must(b, err)
				if len(found) != 16 {
					b.Fatalf("found %d posts", len(found))
				}
			}
		})
	}
}

// BenchmarkSend measures everything that a post costs, from Apply to the next
// NextDue.
func BenchmarkSend(b *testing.B) {
	s := openNew(b)
	must(b, s.Apply(b.Context(), delayedTurn(500)))
	i := 0
	for b.Loop() {
		must(b, s.Apply(b.Context(), benchTurn(i)))
		i++
		posts, err := s.Claim(b.Context(), "test", 16, 99, time.Minute)
		must(b, err)
		must(b, s.Sent(b.Context(), posts[0].ID, bot.Delivery{Ref: "r"}))
		_, _, err = s.NextDue(b.Context(), "test", 99)
		must(b, err)
	}
}

func delayedTurn(n int) bot.Turn {
	turn := bot.Turn{Event: "delayed"}
	for i := range n {
		turn.Posts = append(turn.Posts, bot.Post{ID: bot.PostID(fmt.Sprint("delayed ", i)), Thread: thread(i), Delay: 24 * time.Hour})
	}
	return turn
}

// BenchmarkPrune applies a turn each 20 ms, for five seconds and then while a million
// old events and 200,000 old posts are removed, and reports how long that takes.
func BenchmarkPrune(b *testing.B) {
	for b.Loop() {
		s := openNew(b)
		for _, fill := range []string{
			`WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 1000000)
			INSERT INTO events (id, at) SELECT 'test/workspace/channel/' || n, n / 1000 FROM i`,
			`WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 200000)
			INSERT INTO posts (adapter, workspace, channel, root, id, opens, delayed, replaces, state, due, claimed_until, attempt, ref, changed_at)
			SELECT 'test', '', '', n, n, 0, 0, '', 'sent', 0, 0, 1, 'r', n / 1000 FROM i`,
		} {
			_, err := s.write.Exec(fill)
			must(b, err)
		}
		n := 0
		applyUntil(b, s, "idle", &n, time.After(5*time.Second))
		began, pruned := time.Now(), make(chan time.Time)
		go func() {
			defer close(pruned)
			if err := s.Prune(b.Context(), 0); err != nil {
				b.Error(err)
			}
		}()
		applyUntil(b, s, "pruning", &n, pruned)
		b.ReportMetric(time.Since(began).Seconds(), "s/prune")
	}
}

// applyUntil applies turns, and reports how long the median and the slowest take.
func applyUntil(b *testing.B, s *SQL, name string, n *int, end <-chan time.Time) {
	var took []time.Duration
	for tick := time.Tick(20 * time.Millisecond); ; *n++ {
		at := time.Now()
		must(b, s.Apply(b.Context(), fullTurn(*n)))
		took = append(took, time.Since(at))
		select {
		case <-end:
			*n++
			slices.Sort(took)
			for part, name := range map[int]string{50: name + "-p50-ms", 99: name + "-p99-ms", 100: name + "-max-ms"} {
				b.ReportMetric(float64(took[(len(took)-1)*part/100].Microseconds())/1000, name)
			}
			return
		case <-tick:
		}
	}
}
