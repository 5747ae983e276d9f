package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Some work is for one process at a time, although several use the same database:
// a platform may send each event to every connection. A lease in the database
// elects that process, the leader.
//
//	leader    renews the lease every 2 s; ends its work 7 s after the last renewal
//	standby   asks for the lease every second; gets it 10 s after the last renewal,
//	          or at once when the leader ends
//
// So the leader has stopped before another one begins, with one exception: a process
// that was paused for longer than the lease goes on for an instant before it notices.
// Therefore Term.Confirm asks the database, and Term.Number distinguishes what the
// new leader wrote from what the old one did.

const (
	// leaseTime is the time after which a lease ends unless it is renewed. With
	// standbyInterval and the time to begin, a successor works within 15 s.
	leaseTime = 10 * time.Second
	// renewInterval is the time between two renewals, so that two may fail.
	renewInterval = 2 * time.Second
	// leadTime is how long a leader works after its last renewal began. The rest of
	// leaseTime is for ending the work, and for clocks of which one runs faster.
	leadTime = 7 * time.Second
	// leaseTimeout bounds one request for a lease, and the release at the end.
	leaseTimeout = 2 * time.Second
	// standbyInterval is how often a standby asks for the lease.
	standbyInterval = time.Second
	// confirmInterval is the wait after a failed attempt to confirm a term.
	confirmInterval = 200 * time.Millisecond
)

// Leases gives leases, each to one holder at a time. The time is that of the store.
type Leases interface {
	// Hold gives the lease with the name to the holder for a time from now, or
	// reports ok = false if another one has it. The holder that has it prolongs it.
	// term is higher for each holder than for the one before.
	Hold(ctx context.Context, name, holder string, d time.Duration) (term int64, ok bool, err error)

	// Release ends the lease at once if the holder has it.
	Release(ctx context.Context, name, holder string) error
}

// An Election elects the process that does some work, the leader. A nil Election is
// that of a process that is alone, which always leads.
type Election struct {
	Leases Leases
	Name   string // of the work
	Log    *slog.Logger
}

// A Term is the time for which a process leads.
type Term struct {
	Number int64 // higher than that of every earlier leader; 0 for a process that is alone

	election *Election
	holder   string
	end      context.CancelCauseFunc

	mu   sync.Mutex
	late *time.Timer // ends the term leadTime after the last renewal
}

// Why a term ended.
var (
	errLeaseLost  = errors.New("another process has the lease")
	errNotRenewed = errors.New("the lease could not be renewed")
)

// Lead calls work whenever this process is the leader, and waits meanwhile, until ctx
// ends or work returns although it still leads. It then releases the lease and returns
// the error of work. The context of work ends before the lease does.
func (e *Election) Lead(ctx context.Context, work func(ctx context.Context, t *Term) error) error {
	if e == nil {
		return work(ctx, &Term{})
	}
	holder := rand.Text()
	defer e.release(ctx, holder)
	for {
		number, began, err := e.stand(ctx, holder)
		if err != nil {
			return nil
		}
		e.Log.Info("leader: this process leads", "work", e.Name, "term", number)
		over, err := e.serve(ctx, &Term{Number: number, election: e, holder: holder}, began, work)
		if ctx.Err() != nil || over == nil || err != nil {
			return err
		}
		e.Log.Warn("leader: this process leads no more", "work", e.Name, "term", number, "reason", over)
	}
}

// stand waits for the lease. It returns the term, and when the request for it began.
func (e *Election) stand(ctx context.Context, holder string) (term int64, began time.Time, err error) {
	failing, waiting := false, false // what was logged
	for ctx.Err() == nil {
		began = time.Now()
		term, ok, err := e.hold(ctx, holder)
		switch {
		case ok:
			return term, began, nil
		case err != nil && !failing && ctx.Err() == nil:
			failing = true
			e.Log.Warn("leader: cannot ask for the lease", "work", e.Name, "error", err)
		case err == nil && !waiting:
			failing, waiting = false, true
			e.Log.Info("leader: standing by, because another process leads", "work", e.Name)
		}
		sleep(ctx, nil, standbyInterval)
	}
	return 0, began, ctx.Err()
}

// serve calls work until it returns, and renews the lease meanwhile. over is why the
// term ended before, or nil.
func (e *Election) serve(ctx context.Context, t *Term, began time.Time, work func(context.Context, *Term) error) (over, err error) {
	ctx, t.end = context.WithCancelCause(ctx)
	defer t.end(nil)
	t.late = time.AfterFunc(leadTime-time.Since(began), func() { t.end(errNotRenewed) })
	defer t.late.Stop()
	var renewing sync.WaitGroup
	defer renewing.Wait()
	defer t.end(nil)
	renewing.Go(func() { t.keep(ctx) })
	err = work(ctx, t)
	return context.Cause(ctx), err
}

// keep renews the lease until ctx ends.
func (t *Term) keep(ctx context.Context) {
	for {
		sleep(ctx, nil, renewInterval)
		if ctx.Err() != nil {
			return
		}
		if err := t.renew(ctx); err != nil && ctx.Err() == nil {
			t.election.Log.Warn("leader: cannot renew the lease", "work", t.election.Name, "error", err)
		}
	}
}

// renew renews the lease, or ends the term if another process has it.
func (t *Term) renew(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	began := time.Now()
	number, ok, err := t.election.hold(ctx, t.holder)
	if err == nil && (!ok || number != t.Number) {
		err = errLeaseLost
		t.end(err)
	}
	if err == nil {
		t.late.Reset(leadTime - time.Since(began))
	}
	return err
}

// Confirm returns nil if this process still leads, as the database says now. While
// the database is away, it waits until ctx ends.
func (t *Term) Confirm(ctx context.Context) error {
	for t.election != nil && ctx.Err() == nil {
		if err := t.renew(ctx); err == nil || errors.Is(err, errLeaseLost) {
			return err
		}
		sleep(ctx, nil, confirmInterval)
	}
	return ctx.Err()
}

func (e *Election) hold(ctx context.Context, holder string) (term int64, ok bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	return e.Leases.Hold(ctx, e.Name, holder, leaseTime)
}

// release releases the lease, even after ctx has ended.
func (e *Election) release(ctx context.Context, holder string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseTimeout)
	defer cancel()
	if err := e.Leases.Release(ctx, e.Name, holder); err != nil {
		e.Log.Warn("leader: the lease is not released, and ends by itself", "work", e.Name, "error", err)
	}
}
