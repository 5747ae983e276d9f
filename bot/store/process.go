package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"sync"
	"time"
)

// On PostgreSQL each process that records events has a lease of its own, by which the
// others know that it lives: what it is handling they leave alone, and what it leaves
// when it dies they adopt.

const (
	// processTime is how long a process counts as alive after it last renewed its
	// lease: three attempts may fail.
	processTime     = 15 * time.Second
	processInterval = 4 * time.Second
	// processLeave bounds the time to say that this process ends.
	processLeave = 2 * time.Second
)

// A process is this process, as others know it.
type process struct {
	id string

	mu    sync.Mutex
	lives bool
	stop  context.CancelFunc
	done  chan struct{}
}

func newProcess() *process { return &process{id: rand.Text()} }

// processLease begins the name of the lease of a process.
const processLease = "process "

// live makes this process known to others before its first event, until leave.
func (p *process) live(ctx context.Context, s *SQL) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lives {
		return nil
	}
	if _, _, err := s.Hold(ctx, processLease+p.id, p.id, processTime); err != nil {
		return err
	}
	ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	p.lives, p.done = true, make(chan struct{})
	if s.fakeClock == nil { // in a test with its own clock, the lease ends
		go p.renew(ctx, s)
	} else {
		close(p.done)
	}
	return nil
}

// renew renews the lease until ctx ends. If that fails for long, others adopt what
// this process is handling, and both do.
func (p *process) renew(ctx context.Context, s *SQL) {
	defer close(p.done)
	tick := time.NewTicker(processInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, _, _ = s.Hold(ctx, processLease+p.id, p.id, processTime)
		}
	}
}

// leave says that this process ends, so that others need not wait for its lease.
func (p *process) leave(s *SQL) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.lives {
		return
	}
	p.stop()
	<-p.done
	ctx, cancel := context.WithTimeout(context.Background(), processLeave)
	defer cancel()
	_ = s.Release(ctx, processLease+p.id, p.id) // else it ends by itself
}

// pruneProcesses removes the leases of processes that ended before a time.
const pruneProcesses = `
	DELETE FROM leases WHERE name IN (SELECT name FROM leases
		WHERE substr(name, 1, length('` + processLease + `')) = '` + processLease + `' AND held_until < $1 LIMIT $2)`

// adoptRows takes the payloads of processes that do not live. Of two processes that
// do that at once, the second one finds the rows changed.
const adoptRows = `
	UPDATE inbox SET holder = $2 WHERE name = $1 AND dead = 0 AND holder <> $2 AND NOT EXISTS (
		SELECT 1 FROM leases l WHERE l.name = '` + processLease + `' || inbox.holder AND l.held_until > $3)
	RETURNING key, sealed, seq`

// adopt returns the payloads that no living process handles, which are those of this
// process from then on. If the connection breaks during the commit, they are adopted
// when this process has ended.
func (i *Inbox) adopt(ctx context.Context) (all []inboxRecord, unread error) {
	if err := i.sql.process.live(ctx, i.sql); err != nil {
		return nil, err
	}
	err := i.sql.updateOnce(ctx, "adopt", func(tx *sql.Tx) error {
		now, err := i.sql.lock(ctx, tx, locks{})
		if err != nil {
			return err
		}
		all, unread = i.read(tx.QueryContext(ctx, `WITH adopted AS (`+adoptRows+`) SELECT key, sealed FROM adopted ORDER BY seq`, i.name, i.sql.process.id, now))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, unread
}
