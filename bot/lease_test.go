package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// A replica is a process that takes part in an election.
type replica struct {
	store   bot.Leases
	holder  string
	cut     atomic.Bool // it does not reach the database
	frozen  atomic.Bool // it does nothing, as after SIGSTOP or kill -9
	term    *bot.Term
	leads   bool
	began   time.Duration // when it last began to lead
	ended   time.Duration // when it last ended
	end     func()        // ends the process
	done    chan error    // what Lead returned
	working context.Context
}

var errCut = errors.New("the database is away")

func (r *replica) Hold(ctx context.Context, name, holder string, d time.Duration) (int64, bool, error) {
	r.holder = holder
	if r.frozen.Load() {
		<-ctx.Done()
	}
	if r.cut.Load() {
		return 0, false, errCut
	}
	return r.store.Hold(ctx, name, holder, d)
}

func (r *replica) Release(ctx context.Context, name, holder string) error {
	if r.frozen.Load() || r.cut.Load() {
		return errCut
	}
	return r.store.Release(ctx, name, holder)
}

// elect starts two replicas; a leads. It calls f with them and with the time since
// the start.
func elect(t *testing.T, f func(t *testing.T, a, b *replica, since func() time.Duration)) {
	synctest.Test(t, func(t *testing.T) {
		start, leases := time.Now(), store.NewMemory()
		since := func() time.Duration { return time.Since(start) }
		begin := func() *replica {
			r := &replica{store: leases, done: make(chan error, 1)}
			ctx, cancel := context.WithCancel(t.Context())
			r.end = cancel
			e := &bot.Election{Leases: r, Name: "work", Log: slog.New(slog.DiscardHandler)}
			go func() {
				r.done <- e.Lead(ctx, func(ctx context.Context, term *bot.Term) error {
					r.leads, r.began, r.term, r.working = true, since(), term, ctx
					<-ctx.Done()
					r.leads, r.ended = false, since()
					return nil
				})
			}()
			synctest.Wait()
			return r
		}
		a := begin()
		b := begin()
		if !a.leads || b.leads {
			t.Fatal("the first one should lead")
		}
		f(t, a, b, since)
		a.frozen.Store(false)
		b.frozen.Store(false)
		a.end()
		b.end()
		if err := errors.Join(<-a.done, <-b.done); err != nil {
			t.Errorf("Lead returned %v", err)
		}
	})
}

// wait lets time pass.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestLeaderStays(t *testing.T) {
	elect(t, func(t *testing.T, a, b *replica, since func() time.Duration) {
		wait(time.Hour)
		if !a.leads || b.leads || a.began != 0 {
			t.Errorf("the leader changed")
		}
	})
}

// TestLeaderDies checks that a standby leads at most 11 s after the death of the
// leader, which leaves 4 s of the 15 for what it has to do then.
func TestLeaderDies(t *testing.T) {
	elect(t, func(t *testing.T, a, b *replica, since func() time.Duration) {
		wait(time.Minute + 100*time.Millisecond)
		a.frozen.Store(true)
		died := since()
		wait(11 * time.Second)
		if !b.leads {
			t.Fatal("the standby does not lead")
		}
		if b.began-died < 7*time.Second {
			t.Errorf("the standby leads after %v, although the leader may have been alive", b.began-died)
		}
		if b.term.Number <= a.term.Number {
			t.Errorf("the term is %d after %d", b.term.Number, a.term.Number)
		}
	})
}

// TestLeaderEnds checks that a leader that ends gives up the lease at once.
func TestLeaderEnds(t *testing.T) {
	elect(t, func(t *testing.T, a, b *replica, since func() time.Duration) {
		wait(time.Minute)
		a.end()
		ended := since()
		wait(1001 * time.Millisecond)
		if !b.leads || b.began-ended > time.Second {
			t.Errorf("the standby leads: %v, after %v", b.leads, b.began-ended)
		}
	})
}

// TestLeaderCutOff checks that a leader that cannot renew its lease has ended its work
// before a standby begins, and stands by when the database is back.
func TestLeaderCutOff(t *testing.T) {
	elect(t, func(t *testing.T, a, b *replica, since func() time.Duration) {
		wait(time.Minute)
		a.cut.Store(true)
		wait(12 * time.Second)
		if a.leads || !b.leads || b.began-a.ended < 2*time.Second {
			t.Errorf("a ended at %v, b began at %v", a.ended, b.began)
		}
		a.cut.Store(false)
		wait(time.Minute)
		if a.leads || !b.leads {
			t.Error("the leader changed again")
		}
		b.end()
		wait(2 * time.Second)
		if !a.leads || a.term.Number <= b.term.Number {
			t.Error("the first one does not lead again")
		}
	})
}

// TestLeaderAway checks that a short failure of the database changes nothing.
func TestLeaderAway(t *testing.T) {
	elect(t, func(t *testing.T, a, b *replica, since func() time.Duration) {
		wait(time.Minute)
		a.cut.Store(true)
		b.cut.Store(true)
		wait(4 * time.Second)
		a.cut.Store(false)
		b.cut.Store(false)
		wait(time.Minute)
		if !a.leads || a.began != 0 || b.leads {
			t.Error("the leader changed")
		}
	})
}

// TestLeaderPaused checks that a leader that was paused, and whose clock had stopped
// meanwhile, notices that its lease is over when it asks.
func TestLeaderPaused(t *testing.T) {
	elect(t, func(t *testing.T, a, b *replica, since func() time.Duration) {
		if err := a.term.Confirm(a.working); err != nil {
			t.Fatal(err)
		}
		if err := a.store.Release(t.Context(), "work", a.holder); err != nil { // as if the lease were over
			t.Fatal(err)
		}
		if _, ok, err := a.store.Hold(t.Context(), "work", "another", time.Minute); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if a.term.Confirm(a.working) == nil {
			t.Error("the term is confirmed")
		}
		wait(0)
		if a.leads || since() > 0 {
			t.Errorf("the leader goes on until %v", since())
		}
	})
}

// TestLeadReturns checks that an error of the work ends Lead and gives up the lease,
// and that a process that is alone leads without asking.
func TestLeadReturns(t *testing.T) {
	leases, refused := store.NewMemory(), errors.New("refused")
	work := func(context.Context, *bot.Term) error { return refused }
	for range 2 { // the second one has another holder
		e := &bot.Election{Leases: leases, Name: "work", Log: slog.New(slog.DiscardHandler)}
		if err := e.Lead(t.Context(), work); !errors.Is(err, refused) {
			t.Errorf("got %v", err)
		}
	}
	err := (*bot.Election)(nil).Lead(t.Context(), func(ctx context.Context, term *bot.Term) error {
		return errors.Join(term.Confirm(ctx), refused)
	})
	if err == nil || err.Error() != "refused" {
		t.Errorf("alone: got %v", err)
	}
}

// A standby is an adapter that another process serves until a time.
type standby struct {
	*bottest.Recorder
	until time.Time
}

func (s standby) StandsBy() bool { return time.Now().Before(s.until) }

// TestStandbySendsNothing checks that the posts of an adapter wait for the process
// that serves it.
func TestStandbySendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base, memory := testBase(t), store.NewMemory()
		b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
		a := standby{bottest.NewRecorder("a", everything), time.Now().Add(time.Hour)}
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- b.Run(ctx, a) }()
		if err := memory.Apply(ctx, bot.Turn{Event: "e", Posts: []bot.Post{{ID: "p", Thread: bot.Thread{Adapter: "a"}}}}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{0, 1} {
			wait(59*time.Minute + 59*time.Second)
			if n := len(a.Take()); n != want {
				t.Errorf("%d posts are sent, want %d", n, want)
			}
		}
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// A sharedOutbox is one to which other processes add posts.
type sharedOutbox struct{ *store.Memory }

func (sharedOutbox) Shared() bool { return true }

// TestPostOfAnotherProcess checks that a post that another process adds is sent within
// a second if other processes are to be expected, and otherwise within 5.
func TestPostOfAnotherProcess(t *testing.T) {
	for _, shared := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			base, memory := testBase(t), store.NewMemory()
			outbox, within := bot.Outbox(memory), 5*time.Second
			if shared {
				outbox, within = sharedOutbox{memory}, time.Second
			}
			b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, outbox, slog.New(slog.DiscardHandler))
			a := bottest.NewRecorder("a", everything)
			ctx, end := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- b.Run(ctx, a) }()
			wait(time.Millisecond)
			if err := memory.Apply(ctx, bot.Turn{Event: "e", Posts: []bot.Post{{ID: "p", Thread: bot.Thread{Adapter: "a"}}}}); err != nil {
				t.Fatal(err)
			}
			wait(within - 2*time.Millisecond)
			early := len(a.Take())
			wait(2 * time.Millisecond)
			if n := len(a.Take()); early != 0 || n != 1 {
				t.Errorf("shared %v: %d posts are sent before %v, and %d then", shared, early, within, n)
			}
			end()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}
