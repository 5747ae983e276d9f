package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
)

// Group commit. Most of what a small transaction costs is the wait for the disk at
// its end, and a database file has one writer at a time. So transactions that
// arrive while another one is written are committed together: each runs in a
// savepoint, and one wait for the disk makes all of them durable.
//
//	A arrives --> A runs, commit ---------------> A is durable
//	          B, C and D arrive --> B, C and D run, commit --> B, C and D are durable
//
// A transaction that fails is rolled back alone. If the commit fails, all
// transactions of the group fail, even one that has found out that there is nothing
// to do: it may have found what another of the group wrote.

// maxGroup bounds how many transactions are committed together. A turn takes about
// half a millisecond, so that the first of a full group waits 16 ms for the last.
const maxGroup = 32

// A group commits transactions together.
type group struct {
	db      *sql.DB
	mu      sync.Mutex
	pending []*member
	running bool // commit runs, and takes what is pending
}

// A member is a transaction of a group.
type member struct {
	ctx   context.Context
	run   func(context.Context, *sql.Tx) error
	done  chan struct{} // closed when the transaction is durable or has failed
	err   error
	panic any
}

// transact runs f in a transaction, perhaps together with others. Once f runs, it is
// finished even if ctx ends, because SQLite rolls back the whole group if it
// interrupts a query.
func (g *group) transact(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m := &member{ctx: ctx, run: f, done: make(chan struct{})}
	g.add(m)
	select {
	case <-m.done:
	case <-ctx.Done():
		if g.remove(m) {
			return ctx.Err()
		}
		<-m.done
	}
	if m.panic != nil {
		panic(m.panic) // where the caller limits it to an event
	}
	return m.err
}

func (g *group) add(m *member) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pending = append(g.pending, m)
	if !g.running {
		g.running = true
		go g.commit()
	}
}

// remove removes a member that is still pending, and reports whether it was.
func (g *group) remove(m *member) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.pending, m)
	if i >= 0 {
		g.pending = slices.Delete(g.pending, i, i+1)
	}
	return i >= 0
}

// commit commits what is pending, until nothing is.
func (g *group) commit() {
	for g.isPending() {
		tx, err := g.db.BeginTx(context.Background(), nil)
		members := g.take() // also those that arrived during the wait for the database
		if err == nil {
			err = commitAll(tx, members)
		}
		for _, m := range members {
			if err != nil {
				m.err = err
			}
			close(m.done)
		}
	}
}

// isPending reports whether a transaction is pending. If not, commit has to be
// started again.
func (g *group) isPending() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running = len(g.pending) > 0
	return g.running
}

// take removes the members of the next group from the pending ones.
func (g *group) take() []*member {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.pending), maxGroup)
	members := slices.Clone(g.pending[:n])
	g.pending = slices.Delete(g.pending, 0, n)
	return members
}

// commitAll runs the members and commits those that succeed.
func commitAll(tx *sql.Tx, members []*member) error {
	defer tx.Rollback() // a no-op after Commit
	for _, m := range members {
		if err := m.runIn(tx); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// runIn runs a member in a savepoint. It returns an error if the transaction
// around it is lost.
func (m *member) runIn(tx *sql.Tx) error {
	ctx := context.WithoutCancel(m.ctx)
	if _, err := tx.ExecContext(ctx, `SAVEPOINT member`); err != nil {
		return err
	}
	if m.err = m.try(ctx, tx); m.err != nil {
		if _, err := tx.ExecContext(ctx, `ROLLBACK TO member`); err != nil {
			return errors.Join(m.err, err)
		}
	}
	_, err := tx.ExecContext(ctx, `RELEASE member`)
	return err
}

var errPanicked = errors.New("the transaction panicked")

// try runs a member and recovers a panic, which must not end the others.
func (m *member) try(ctx context.Context, tx *sql.Tx) (err error) {
	defer func() {
		if m.panic = recover(); m.panic != nil {
			err = errPanicked
		}
	}()
	return m.run(ctx, tx)
}
