package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/store/postgrestest"
)

// Tests of several replicas on one database of PostgreSQL.

// waiting starts f, returns once it waits for a lock in the database of s, and fails
// if it does not. The returned function waits until f is done.
func waiting(t *testing.T, s *SQL, f func() error) (wait func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	for waits := 0; waits == 0; {
		must(t, s.read.QueryRowContext(t.Context(), `
			SELECT COUNT(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT granted AND datname = current_database()`).Scan(&waits))
		select {
		case err := <-done:
			t.Fatalf("did not wait for a lock, and returned %v", err)
		default:
		}
	}
	return func() {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// paused runs f and then work in a transaction of s, and returns when f is done.
// The transaction is committed once the returned function is called.
func paused(t *testing.T, s *SQL, f func(*sql.Tx) error) (commit func()) {
	t.Helper()
	done, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := s.transact(t.Context(), func(tx *sql.Tx) error {
			defer func() { <-release }()
			defer close(done)
			return f(tx)
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-done
	commit = sync.OnceFunc(func() {
		close(release)
		wg.Wait()
	})
	t.Cleanup(commit)
	return commit
}

// TestOrderOfReplicas checks that the posts of a thread are sent in order although a
// post draws its sequence number before it is committed: 8 must not become visible
// before 7.
func TestOrderOfReplicas(t *testing.T) {
	a, b := twoReplicas(t)
	first := bot.Turn{Event: "first", Posts: []bot.Post{{ID: "first", Thread: thread(1)}}}
	second := bot.Turn{Event: "second", Posts: []bot.Post{{ID: "second", Thread: thread(1)}}}
	commit := paused(t, a, func(tx *sql.Tx) error { return a.apply(t.Context(), tx, first) })
	wait := waiting(t, b, func() error { return b.Apply(t.Context(), second) })
	must(t, b.Apply(t.Context(), bot.Turn{Event: "other", Posts: []bot.Post{{ID: "other", Thread: thread(2)}}})) // of another thread does not wait
	want := func(want ...bot.PostID) {
		t.Helper()
		posts, err := b.Claim(t.Context(), "test", 9, 99, time.Minute)
		must(t, err)
		var got []bot.PostID
		for _, p := range posts {
			got = append(got, p.ID)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	want("other")
	commit()
	wait()
	want("first")
	must(t, b.Sent(t.Context(), "first", bot.Delivery{}))
	want("second")
}

// TestOneClaimer checks that one replica at a time claims posts of an adapter: a
// second one would judge on rows that the first is changing.
func TestOneClaimer(t *testing.T) {
	a, b := twoReplicas(t)
	var turn bot.Turn
	for i := range 20 {
		turn.Posts = append(turn.Posts, bot.Post{ID: bot.PostID(fmt.Sprint(i)), Thread: thread(i)})
	}
	turn.Event = "e"
	must(t, a.Apply(t.Context(), turn))
	var claimed []claimedPost
	found, err := a.claimable(t.Context(), "test", 9, 99, nil)
	must(t, err)
	commit := paused(t, a, func(tx *sql.Tx) (err error) {
		claimed, err = a.claimAgain(t.Context(), tx, "test", found, 99, time.Minute)
		return err
	})
	var others []bot.Post
	wait := waiting(t, b, func() (err error) {
		others, err = b.Claim(t.Context(), "test", 99, 99, time.Minute)
		return err
	})
	if _, err := b.Claim(t.Context(), "other", 9, 99, time.Minute); err != nil { // of another adapter does not wait
		t.Error(err)
	}
	commit()
	wait()
	if len(claimed) != 9 || len(others) != 11 {
		t.Errorf("claimed %d and %d posts, want 9 and 11", len(claimed), len(others))
	}
}

// TestClaimersRace lets replicas claim, send and give back posts of few threads at
// the same time. No two posts of a thread may be claimed at once, and no post twice.
func TestClaimersRace(t *testing.T) {
	a, b := twoReplicas(t)
	const threads, each, rounds = 5, 6, 3000 // far more rounds than are needed
	for n := range each {
		for i := range threads {
			id := fmt.Sprint(i, "-", n)
			must(t, a.Apply(t.Context(), bot.Turn{Event: bot.EventID(id), Posts: []bot.Post{{ID: bot.PostID(id), Thread: thread(i), Opens: n == 0}}}))
		}
	}
	var mu sync.Mutex
	busy, sent := map[bot.Thread]bot.PostID{}, map[bot.PostID]int{}
	take := func(p bot.Post) {
		mu.Lock()
		defer mu.Unlock()
		root := bot.Thread{Root: string(p.ID[:1])}
		if other, ok := busy[root]; ok {
			t.Errorf("%s is claimed together with %s", p.ID, other)
		}
		busy[root] = p.ID
	}
	give := func(p bot.Post) {
		mu.Lock()
		defer mu.Unlock()
		delete(busy, bot.Thread{Root: string(p.ID[:1])})
	}
	record := func(p bot.Post) {
		mu.Lock()
		defer mu.Unlock()
		sent[p.ID]++
	}
	done := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(sent) == threads*each || t.Failed()
	}
	var wg sync.WaitGroup
	for i, s := range []*SQL{a, b, a, b} {
		wg.Go(func() {
			for round := i; !done() && round < rounds; round++ {
				posts, err := s.Claim(t.Context(), "test", 3, 99, time.Hour)
				if err != nil {
					t.Error(err)
				}
				for _, p := range posts {
					take(p)
				}
				for _, p := range posts {
					if round%3 == 0 && p.Attempt < 3 {
						give(p)
						err = s.Retry(t.Context(), p.ID, p.Attempt, 0)
					} else {
						give(p)
						record(p)
						to := p.Thread
						to.Channel = "opened"
						err = s.Sent(t.Context(), p.ID, bot.Delivery{Ref: "r", Thread: to})
					}
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	if len(sent) != threads*each {
		t.Errorf("%d posts were sent, want %d", len(sent), threads*each)
	}
	for id, n := range sent {
		if n != 1 {
			t.Errorf("%s was sent %d times", id, n)
		}
	}
}

// TestDatabaseTime checks that leases and delays count by the clock of the database:
// in a bubble the clock of the process is decades behind.
func TestDatabaseTime(t *testing.T) {
	server := postgrestest.Start(t)
	synctest.Test(t, func(t *testing.T) {
		s := openPostgresAt(t, server.Database(t))
		must(t, s.Apply(t.Context(), bot.Turn{Event: "e", Posts: []bot.Post{{ID: "now", Thread: thread(1)}, {ID: "later", Thread: thread(2), Delay: time.Hour}}}))
		for _, want := range []int{1, 0} {
			if posts, err := s.Claim(t.Context(), "test", 9, 99, time.Minute); err != nil || len(posts) != want {
				t.Errorf("got %v, %v, want %d posts", posts, err, want)
			}
		}
		var lease, delay int64
		must(t, s.read.QueryRowContext(t.Context(), `
			SELECT MAX(claimed_until) - `+clock+`, MAX(due) - `+clock+` FROM posts`).Scan(&lease, &delay))
		if lease <= 0 || lease > 60_000 || delay <= 60_000 || delay > 3_600_000 {
			t.Errorf("the lease ends in %d ms, the delay in %d ms", lease, delay)
		}
	})
}

// TestStartKeepsClaims checks that a replica that starts leaves alone what another
// one has claimed.
func TestStartKeepsClaims(t *testing.T) {
	url := postgrestest.Start(t).Database(t)
	a := openPostgresAt(t, url)
	must(t, a.Apply(t.Context(), bot.Turn{Event: "e", Posts: []bot.Post{{ID: "p", Thread: thread(1)}}}))
	if posts, err := a.Claim(t.Context(), "test", 9, 99, time.Minute); err != nil || len(posts) != 1 {
		t.Fatalf("got %v, %v", posts, err)
	}
	if posts, err := openPostgresAt(t, url).Claim(t.Context(), "test", 9, 99, time.Minute); err != nil || len(posts) > 0 {
		t.Errorf("another replica claims %v, %v", posts, err)
	}
}

// TestServerAway crashes and restarts the server, and cuts and blocks the network,
// while two replicas apply turns and send posts. Nothing that was committed is lost, and
// no post is there twice.
func TestServerAway(t *testing.T) {
	server := postgrestest.StartDurable(t)
	for name, fault := range map[string]func(t *testing.T, network *postgrestest.Proxy, failed func()){
		"crash":   func(t *testing.T, _ *postgrestest.Proxy, _ func()) { server.Crash(t) },
		"restart": func(t *testing.T, _ *postgrestest.Proxy, _ func()) { server.Restart(t) },
		"cut off": func(_ *testing.T, network *postgrestest.Proxy, failed func()) {
			network.Cut()
			failed()
			network.Restore()
		},
		"hangs": func(_ *testing.T, network *postgrestest.Proxy, failed func()) {
			network.Hang()
			failed()
			network.Restore()
		},
	} {
		t.Run(name, func(t *testing.T) {
			network := server.Proxy(t, server.NewDatabase(t))
			w := &writers{replicas: []*SQL{openPostgresAt(t, network.URL), openPostgresAt(t, network.URL)}}
			for range 2 {
				w.run(t, func() { fault(t, network, w.untilFailed) })
			}
			w.check(t)
		})
	}
}

// writers apply turns and send posts on replicas.
type writers struct {
	replicas []*SQL
	applied  [4]int // by each writer
	failures atomic.Int64
}

// patience is how long a call may take, and is short so that the test is.
const patience = 300 * time.Millisecond

// run writes before, during and after a fault.
func (w *writers) run(t *testing.T, fault func()) {
	var over atomic.Bool
	var wg sync.WaitGroup
	for i := range w.applied {
		wg.Go(func() {
			for after := 0; after < 3; {
				if over.Load() {
					after++
				}
				w.write(t, w.replicas[i%2], i*100_000+w.applied[i])
				w.applied[i]++
			}
		})
	}
	fault()
	over.Store(true)
	wg.Wait()
}

// write applies a turn as an adapter does, and sends posts.
func (w *writers) write(t *testing.T, s *SQL, turn int) {
	try := func(f func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		return f(ctx)
	}
	for {
		err := try(func(ctx context.Context) error { return s.Apply(ctx, fullTurn(turn)) })
		if err == nil || errors.Is(err, bot.ErrDuplicate) {
			break
		}
		w.failures.Add(1)
	}
	_ = try(func(ctx context.Context) error { // the server may be away
		posts, err := s.Claim(ctx, "test", 3, 99, time.Minute)
		for _, p := range posts {
			err = errors.Join(err, s.Sent(ctx, p.ID, bot.Delivery{Ref: "r"}))
		}
		return err
	})
}

// untilFailed waits until a turn has failed that was begun after the call.
func (w *writers) untilFailed() {
	for enough := w.failures.Load() + int64(len(w.applied)) + 1; w.failures.Load() < enough; {
		time.Sleep(time.Millisecond)
	}
}

// check checks that every turn was applied once, with its posts.
func (w *writers) check(t *testing.T) {
	t.Helper()
	total := 0
	for i, n := range w.applied {
		for j := range n {
			if err := w.replicas[0].Apply(t.Context(), fullTurn(i*100_000+j)); !errors.Is(err, bot.ErrDuplicate) {
				t.Fatalf("turn %d of writer %d: %v", j, i, err)
			}
		}
		total += n
	}
	if n := count(t, w.replicas[0], `SELECT COUNT(*) FROM posts`); n != 3*total {
		t.Errorf("%d turns have %d posts, want %d", total, n, 3*total)
	}
}

// TestMaintenanceWaits checks that what removes rows does not run together with a
// turn that refers to them: an entry that is used again must not be removed.
func TestMaintenanceWaits(t *testing.T) {
	a, b := twoReplicas(t)
	w := walking(1, "r1")
	w.Asker.ID = "u"
	must(t, a.Apply(t.Context(), bot.Turn{Event: "begin", States: []bot.Walkthrough{w}}))
	if n, err := a.Forget(t.Context(), "test", w.Asker.ID); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	commit := paused(t, a, func(tx *sql.Tx) error {
		return a.apply(t.Context(), tx, bot.Turn{Event: "again", States: []bot.Walkthrough{w}})
	})
	wait := waiting(t, b, func() error { return b.Prune(t.Context(), 0) })
	commit()
	wait()
	got, _, err := b.Load(t.Context(), w.Thread, bot.UserKey{})
	if err != nil || got.Entry == nil {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestAdopt checks that a replica takes no events that a living one handles, and those
// of a dead one once its lease is over, or at once if it ended in order.
func TestAdopt(t *testing.T) {
	url := postgrestest.Start(t).Database(t)
	clock := time.Now().UnixMilli()
	open := func() *SQL {
		s := openPostgresAt(t, url)
		s.fakeClock = func() int64 { return clock }
		return s
	}
	a, b, c := open(), open(), open()
	want := func(s *SQL, want ...string) {
		t.Helper()
		if got := inboxRecords(t, s.Inbox("i").Adopt); !slices.Equal(got, want) {
			t.Errorf("adopted %q, want %q", got, want)
		}
	}
	must(t, a.Inbox("i").Put(t.Context(), "1", []byte("a")))
	must(t, a.Inbox("other").Put(t.Context(), "2", []byte("other")))
	must(t, a.Inbox("i").Put(t.Context(), "3", []byte("c")))
	must(t, a.Inbox("i").Bury(t.Context(), "4", []byte("dead")))
	must(t, b.exec(t.Context(), `INSERT INTO inbox (name, key, dead, at, sealed) VALUES ('i', '0', 0, 0, $1)`, b.sealer.seal([]byte("earlier version"), "inbox", "i", "0")))
	want(b, "0 earlier version")
	want(b)
	want(a)
	clock += processTime.Milliseconds() + 1
	must(t, b.Inbox("i").Done(t.Context(), "0"))
	want(c, "1 a", "3 c") // a no longer renews its lease
	want(b)
	must(t, c.Inbox("i").Done(t.Context(), "1"))
	closeStore(t, c)
	want(b, "3 c")
}

// TestAdoptersRace checks that of replicas that adopt at the same time one gets an
// event.
func TestAdoptersRace(t *testing.T) {
	url := postgrestest.Start(t).Database(t)
	dead := openPostgresAt(t, url)
	const events = 20
	for i := range events {
		must(t, dead.Inbox("i").Put(t.Context(), fmt.Sprint(i), nil))
	}
	closeStore(t, dead)
	var wg sync.WaitGroup
	var adopted atomic.Int64
	for range 4 {
		s := openPostgresAt(t, url)
		wg.Go(func() {
			adopted.Add(int64(len(inboxRecords(t, s.Inbox("i").Adopt))))
		})
	}
	wg.Wait()
	if n := adopted.Load(); n != events {
		t.Errorf("%d events were adopted, want %d", n, events)
	}
}

// TestProcessLives checks that the lease of a process is renewed until it ends.
func TestProcessLives(t *testing.T) {
	server := postgrestest.Start(t)
	url := server.Database(t)
	b := openPostgresAt(t, url)
	synctest.Test(t, func(t *testing.T) {
		a := openPostgresAt(t, url)
		must(t, a.Inbox("i").Put(t.Context(), "1", nil))
		must(t, b.exec(t.Context(), `UPDATE leases SET held_until = 1`))
		time.Sleep(processInterval + time.Millisecond)
		synctest.Wait()
		if n := count(t, b, `SELECT COUNT(*) FROM leases WHERE held_until > 1`); n != 1 {
			t.Errorf("%d processes live", n)
		}
	})
	if n := count(t, b, `SELECT COUNT(*) FROM leases WHERE held_until > 0`); n != 0 {
		t.Errorf("%d processes live after the end", n)
	}
}

// TestOneMaintains checks that one replica at a time removes old rows, and another one
// when that ends.
func TestOneMaintains(t *testing.T) {
	url := postgrestest.Start(t).Database(t)
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var mu sync.Mutex
		maintain := func() (end func()) {
			s := openPostgresAt(t, url)
			s.fakeClock = nowMillis
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan bool)
			go func() {
				s.Maintain(ctx, MinRetention, slog.New(slog.NewTextHandler(locked{&log, &mu}, nil)))
				close(done)
			}()
			synctest.Wait()
			return func() { cancel(); <-done }
		}
		want := func(leaders int) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if n := strings.Count(log.String(), "this process leads"); n != leaders {
				t.Errorf("%d led, want %d: %s", n, leaders, log.String())
			}
		}
		endFirst := maintain()
		want(1)
		endSecond := maintain()
		time.Sleep(20 * time.Second)
		want(1)
		endFirst()
		time.Sleep(2 * time.Second)
		want(2)
		endSecond()
	})
}

// A locked writer is safe for concurrent use.
type locked struct {
	w  io.Writer
	mu *sync.Mutex
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
