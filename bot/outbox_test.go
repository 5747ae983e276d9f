package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// A slowPlatform takes a while to post.
type slowPlatform struct {
	*bottest.Recorder
	takes func(bot.Post) time.Duration // ctx may end it earlier

	mu     sync.Mutex
	at     map[bot.PostID]time.Duration // when each post was delivered
	began  time.Time
	now    int // posts in flight
	most   int
	tried  map[string]int     // attempts by channel
	thread map[bot.Thread]int // posts in flight by thread
}

func newSlowPlatform(takes func(bot.Post) time.Duration) *slowPlatform {
	return &slowPlatform{
		Recorder: bottest.NewRecorder("test", everything), takes: takes, began: time.Now(),
		at: map[bot.PostID]time.Duration{}, tried: map[string]int{}, thread: map[bot.Thread]int{},
	}
}

func (s *slowPlatform) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	s.count(p, 1)
	defer s.count(p, -1)
	select {
	case <-time.After(s.takes(p)):
	case <-ctx.Done():
		return bot.Delivery{}, ctx.Err()
	}
	s.mu.Lock()
	s.at[p.ID] = time.Since(s.began)
	s.mu.Unlock()
	return s.Recorder.Post(ctx, p)
}

func (s *slowPlatform) count(p bot.Post, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now += n
	s.tried[p.Thread.Channel] += max(n, 0)
	s.most = max(s.most, s.now)
	if s.thread[p.Thread] += n; s.thread[p.Thread] > 1 {
		panic("two posts of a thread at once")
	}
}

// delivered returns when a post was delivered, or -1.
func (s *slowPlatform) delivered(id bot.PostID) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.at[id]; ok {
		return at
	}
	return -1
}

// attempts returns how many posts to a channel were tried.
func (s *slowPlatform) attempts(channel string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tried[channel]
}

// atOnce returns the maximum number of posts in flight.
func (s *slowPlatform) atOnce() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// sending runs a bot. put adds posts to its outbox; end stops it and waits.
func sending(t *testing.T, a bot.Adapter) (put func(...bot.Post), b *bot.Bot, end func()) {
	t.Helper()
	return sendingFrom(t, store.NewMemory(), a, slog.New(slog.DiscardHandler))
}

// sendingFrom is sending with the given store and log.
func sendingFrom(t *testing.T, memory *store.Memory, a bot.Adapter, log *slog.Logger) (put func(...bot.Post), b *bot.Bot, end func()) {
	t.Helper()
	base := testBase(t)
	b = bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, log)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := b.Run(ctx, a); err != nil {
			t.Error(err)
		}
	})
	synctest.Wait() // the sender found nothing and polls in 5 s; put does not wake it
	turns := 0
	put = func(posts ...bot.Post) {
		turns++
		if err := memory.Apply(t.Context(), bot.Turn{Event: bot.EventID(fmt.Sprint("e", turns)), Posts: posts}); err != nil {
			t.Fatal(err)
		}
	}
	end = sync.OnceFunc(func() { cancel(); wg.Wait() })
	t.Cleanup(end)
	return put, b, end
}

// postTo returns a post to a thread of a channel.
func postTo(id, channel, root string) bot.Post {
	return bot.Post{ID: bot.PostID(id), Thread: bot.Thread{Adapter: "test", Channel: channel, Root: root}}
}

// A pausedOutbox pauses its sender between the claim of a post and its delivery.
type pausedOutbox struct {
	*store.Memory
	pause time.Duration
}

func (o pausedOutbox) Claim(ctx context.Context, adapter string, limit, perChannel int, lease time.Duration, resting ...bot.Channel) ([]bot.Post, error) {
	posts, err := o.Memory.Claim(ctx, adapter, limit, perChannel, lease, resting...)
	time.Sleep(o.pause)
	return posts, err
}

// TestPausedSender pauses a sender past its lease: it does not send what another one
// has sent meanwhile, and does not undo that either.
func TestPausedSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base, memory := testBase(t), store.NewMemory()
		if err := memory.Apply(t.Context(), bot.Turn{Event: "e", Posts: []bot.Post{postTo("p", "c", "r")}}); err != nil {
			t.Fatal(err)
		}
		platform := newSlowPlatform(func(bot.Post) time.Duration { return 0 })
		flush := func(pause time.Duration) {
			b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, pausedOutbox{memory, pause}, slog.New(slog.DiscardHandler))
			if err := b.Flush(t.Context(), platform); err != nil {
				t.Error(err)
			}
		}
		var paused sync.WaitGroup
		paused.Go(func() { flush(5 * time.Minute) })
		time.Sleep(2 * time.Minute)
		flush(0)
		paused.Wait()
		if n := platform.attempts("c"); n != 1 {
			t.Errorf("the post was sent %d times", n)
		}
		if waits, err := memory.Waiting(t.Context(), "p"); err != nil || waits {
			t.Errorf("the post waits again, %v", err)
		}
	})
}

// TestSlowPost checks that a post that takes 9 s delays only its own thread:
// not the others, even if there are more than slots or they are added
// meanwhile.
func TestSlowPost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSlowPlatform(func(p bot.Post) time.Duration {
			if p.ID == "slow" {
				return 9 * time.Second
			}
			return 10 * time.Millisecond
		})
		put, b, _ := sending(t, p)
		posts := []bot.Post{postTo("slow", "c", "s"), postTo("behind", "c", "s")}
		for i := range 40 {
			posts = append(posts, postTo(fmt.Sprint(i), fmt.Sprint("c", i%10), fmt.Sprint(i)))
		}
		put(posts...)
		time.Sleep(6 * time.Second)
		for i := range 40 {
			if p.delivered(bot.PostID(fmt.Sprint(i))) < 0 {
				t.Errorf("post %d waits", i)
			}
		}
		if err := b.Drain(t.Context(), "test"); err != nil {
			t.Fatal(err)
		}
		slow, behind := p.delivered("slow"), p.delivered("behind")
		if slow < 9*time.Second || behind < slow || behind > slow+time.Second {
			t.Errorf("the slow post was delivered at %v, the one behind it at %v", slow, behind)
		}
		if n := p.atOnce(); n > 16 {
			t.Errorf("%d posts at once", n)
		}
	})
}

// TestHangingChannel checks that other channels are served on time for a
// quarter of an hour while all threads of one channel hang.
func TestHangingChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSlowPlatform(func(p bot.Post) time.Duration {
			if p.Thread.Channel == "hangs" {
				return 100 * time.Hour
			}
			return 10 * time.Millisecond
		})
		put, _, _ := sending(t, p)
		var posts []bot.Post
		for i := range 100 {
			posts = append(posts, postTo(fmt.Sprint("h", i), "hangs", fmt.Sprint(i)))
		}
		put(posts...)
		time.Sleep(6 * time.Second)
		for i := range 200 {
			id := fmt.Sprint("p", i)
			put(postTo(id, fmt.Sprint("c", i%3), id))
			time.Sleep(5100 * time.Millisecond)
			if at := p.delivered(bot.PostID(id)); at < 0 {
				t.Fatalf("post %d waits", i)
			}
		}
		if n := p.atOnce(); n > 5 {
			t.Errorf("%d posts at once, want 4 of the channel that hangs and another", n)
		}
		// An attempt takes 30 s, so 34 would fit into each of the 4 slots without
		// rests. The rests are 10, 20, 40 and then 60 s.
		if n := p.attempts("hangs"); n > 4*14 {
			t.Errorf("%d attempts in the channel that hangs, want a rest after each", n)
		}
	})
}

// TestEndWhileSending checks that posts in flight are finished and recorded
// when the bot ends, and that no others start.
func TestEndWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSlowPlatform(func(bot.Post) time.Duration { return 3 * time.Second })
		put, _, end := sending(t, p)
		var posts []bot.Post
		for i := range 20 {
			posts = append(posts, postTo(fmt.Sprint(i), fmt.Sprint("c", i), "r"))
		}
		put(posts...)
		time.Sleep(6 * time.Second) // the poll after 5 s, then a second of sending
		end()
		if n := len(p.Take()); n != 16 {
			t.Errorf("%d posts were delivered, want the 16 that were on their way", n)
		}
	})
}

// TestEndWhileHanging checks that the bot ends within 8 s although a post hangs,
// and that the post is sent after the next start.
func TestEndWhileHanging(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSlowPlatform(func(bot.Post) time.Duration { return 100 * time.Hour })
		put, b, end := sending(t, p)
		put(postTo("hangs", "c", "r"))
		time.Sleep(6 * time.Second)
		began := time.Now()
		end()
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("ended after %v", took)
		}
		time.Sleep(time.Minute)
		p.takes = func(bot.Post) time.Duration { return 0 }
		if err := b.Flush(t.Context(), p); err != nil || len(p.Take()) != 1 {
			t.Errorf("the post is not sent after the next start: %v", err)
		}
	})
}

// A pacedPlatform takes one message per second and channel, and says so.
type pacedPlatform struct {
	*slowPlatform
	mu   sync.Mutex
	next map[string]time.Time
}

func (s *pacedPlatform) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	s.mu.Lock()
	wait := time.Until(s.next[p.Thread.Channel])
	if wait <= 0 && !p.Private {
		s.next[p.Thread.Channel] = time.Now().Add(time.Second)
	}
	s.mu.Unlock()
	if wait > 0 && !p.Private {
		s.count(p, 1)
		s.count(p, -1)
		return bot.Delivery{}, bot.ChannelBusy(errPaced, wait)
	}
	return s.slowPlatform.Post(ctx, p)
}

var errPaced = errors.New("one message a second")

// TestTurns checks that 45 posts for one user in a channel with one message per
// second delay neither a post for another user there, nor a private one, nor
// another channel.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pacedPlatform{slowPlatform: newSlowPlatform(func(bot.Post) time.Duration { return 10 * time.Millisecond }), next: map[string]time.Time{}}
		put, b, _ := sending(t, p)
		var posts []bot.Post
		for i := range 45 {
			one := postTo(fmt.Sprint(i), "c", fmt.Sprint(i))
			one.To.ID = "U1"
			posts = append(posts, one)
		}
		other, private, elsewhere := postTo("other", "c", "o"), postTo("private", "c", "p"), postTo("elsewhere", "d", "e")
		other.To.ID, private.To.ID, private.Private = "U2", "U1", true
		put(append(posts, other, private, elsewhere)...)
		if err := b.Drain(t.Context(), "test"); err != nil {
			t.Fatal(err)
		}
		first := p.delivered("0")
		for id, most := range map[bot.PostID]time.Duration{"other": 8100 * time.Millisecond, "private": 1100 * time.Millisecond, "elsewhere": 100 * time.Millisecond} {
			if at := p.delivered(id); at < 0 || at > first+most {
				t.Errorf("%s was delivered %v after the first, want at most %v", id, at-first, most)
			}
		}
		if last := p.delivered("44"); last > first+46*time.Second {
			t.Errorf("the last was delivered %v after the first, want one a second", last-first)
		}
		if n := p.attempts("c"); n > 8*47 {
			t.Errorf("%d attempts, want at most 8 a second", n)
		}
	})
}

// TestTroubledThread checks that a thread whose posts hang, fail or are refused
// delays no other thread of its channel.
func TestTroubledThread(t *testing.T) {
	for name, trouble := range map[string]struct {
		takes time.Duration
		err   error
	}{
		"hangs":    {100 * time.Hour, nil},
		"fails":    {0, errors.New("internal error")},
		"busy":     {0, bot.NotDelivered(errors.New("rate limited"), time.Hour)},
		"hesitant": {9 * time.Second, errors.New("timeout")},
		"refused":  {0, bot.Refused(errors.New("message too long"))},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &troubledPlatform{newSlowPlatform(func(p bot.Post) time.Duration {
					if p.Thread.Root == "troubled" {
						return trouble.takes
					}
					return 10 * time.Millisecond
				}), trouble.err}
				put, _, _ := sending(t, p)
				put(postTo("trouble", "c", "troubled"), postTo("behind", "c", "troubled"))
				time.Sleep(6 * time.Second)
				for i := range 100 {
					id := fmt.Sprint(i)
					put(postTo(id, "c", id))
					time.Sleep(6 * time.Second) // the sender polls in 5 s
					if p.delivered(bot.PostID(id)) < 0 {
						t.Fatalf("post %d waits", i)
					}
				}
			})
		})
	}
}

// A troubledPlatform fails to deliver posts to the thread "troubled".
type troubledPlatform struct {
	*slowPlatform
	err error
}

func (s *troubledPlatform) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	d, err := s.slowPlatform.Post(ctx, p)
	if p.Thread.Root == "troubled" && s.err != nil {
		return bot.Delivery{}, s.err
	}
	return d, err
}

// A moodyPlatform refuses posts as long as it has no permission.
type moodyPlatform struct {
	*slowPlatform
	refuses atomic.Bool
}

func (s *moodyPlatform) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	if s.refuses.Load() {
		return bot.Delivery{}, bot.Refused(errors.New("missing permission"))
	}
	return s.slowPlatform.Post(ctx, p)
}

// TestPermissionGivenBack checks that an answer that was refused is kept, and that
// it is sent after all when the permission is back.
func TestPermissionGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &moodyPlatform{slowPlatform: newSlowPlatform(func(bot.Post) time.Duration { return 0 })}
		p.refuses.Store(true)
		outbox := store.NewMemory()
		put, _, _ := sendingFrom(t, outbox, p, slog.New(slog.DiscardHandler))
		put(postTo("answer", "c", "r"))
		time.Sleep(6 * time.Second)
		letters, err := outbox.DeadLetters(t.Context(), 9)
		if err != nil || len(letters) != 1 || letters[0].ID != "answer" || letters[0].Why != "missing permission" {
			t.Fatalf("got dead letters %+v, %v", letters, err)
		}
		p.refuses.Store(false)
		if err := outbox.Resend(t.Context(), "answer"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Second)
		if p.delivered("answer") < 0 {
			t.Error("the answer was not sent")
		}
	})
}

// TestResent checks that a post that is sent again has as many attempts as a new
// one.
func TestResent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &troubledPlatform{newSlowPlatform(func(bot.Post) time.Duration { return 0 }), errors.New("internal error")}
		outbox := store.NewMemory()
		put, _, _ := sendingFrom(t, outbox, p, slog.New(slog.DiscardHandler))
		put(postTo("p", "c", "troubled"))
		for _, want := range []int{25, 50} {
			time.Sleep(3 * time.Hour)
			letters, err := outbox.DeadLetters(t.Context(), 9)
			if err != nil || len(letters) != 1 || letters[0].Attempt != want {
				t.Fatalf("got dead letters %+v, %v, want one with %d attempts", letters, err, want)
			}
			if err := outbox.Resend(t.Context(), "p"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestBacklogWarning checks when there is a warning that posts wait for long.
func TestBacklogWarning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &troubledPlatform{newSlowPlatform(func(bot.Post) time.Duration { return 0 }), errors.New("internal error")}
		outbox := store.NewMemory()
		var log lockedBuffer
		put, _, end := sendingFrom(t, outbox, p, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: withoutTime})))
		put(postTo("p", "c", "troubled"), postTo("q", "c", "troubled"), bot.Post{ID: "x", Thread: bot.Thread{Adapter: "other"}})
		for _, tt := range []struct {
			after time.Duration
			want  int
		}{{4 * time.Minute, 0}, {2 * time.Minute, 1}, {13 * time.Minute, 1}, {2 * time.Minute, 2}} {
			time.Sleep(tt.after)
			if n := strings.Count(log.String(), `level=WARN msg="outbox: posts wait" adapter=test waiting=2 oldest=`); n != tt.want {
				t.Errorf("%d warnings, want %d", n, tt.want)
			}
		}
		end()
		if strings.Contains(log.String(), "adapter=other") {
			t.Error("there is a warning about an adapter that is not served")
		}
	})
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// A lockedBuffer is a buffer for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Builder.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Builder.String()
}

// A longOutbox takes 10 ms for each search, as one with thousands of posts does.
type longOutbox struct {
	*store.Memory
	searched int
}

func (l *longOutbox) Claim(ctx context.Context, adapter string, limit, perChannel int, lease time.Duration, resting ...bot.Channel) ([]bot.Post, error) {
	l.searched++
	time.Sleep(10 * time.Millisecond)
	return l.Memory.Claim(ctx, adapter, limit, perChannel, lease, resting...)
}

// TestSearchRarely checks that searching a long outbox takes a tenth of the time,
// however often new posts wake the sender.
func TestSearchRarely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outbox, base := &longOutbox{Memory: store.NewMemory()}, testBase(t)
		b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), outbox.Memory, outbox, slog.New(slog.DiscardHandler))
		recorder := bottest.NewRecorder("test", everything)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- b.Run(ctx, recorder) }()
		synctest.Wait()
		for i := range 1000 {
			time.Sleep(time.Millisecond)
			m := message(fmt.Sprint("m", i), lostPaste)
			m.From.ID = m.Thread.Root
			if err := recorder.Handle(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait() // before the count is read
		if outbox.searched < 8 || outbox.searched > 11 {
			t.Errorf("searched %d times in a second, want 10", outbox.searched)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestChangesCollapse checks that of 50 changes of a message that wait only the last
// is sent, and replaces the message.
func TestChangesCollapse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSlowPlatform(func(bot.Post) time.Duration { return 10 * time.Millisecond })
		put, _, _ := sending(t, p)
		put(postTo("0", "c", "r"))
		time.Sleep(6 * time.Second)
		shown := p.Take()
		for i := range 50 {
			change := postTo(fmt.Sprint(i+1), "c", "r")
			change.Replaces = bot.PostID(fmt.Sprint(i)) // the newest, or the first
			if i%2 == 0 {
				change.Replaces = "0"
			}
			put(change)
		}
		time.Sleep(6 * time.Second)
		changes := p.Take()
		if len(shown) != 1 || len(changes) != 1 || changes[0].ID != "50" || changes[0].Replaces != "0" {
			t.Errorf("sent %v, then %v; want the message and the last change", shown, changes)
		}
	})
}
