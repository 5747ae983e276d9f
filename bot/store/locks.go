package store

import (
	"context"
	"database/sql"
	"errors"
	"hash/fnv"
	"slices"

	"mabsbot/bot"
)

// On SQLite a transaction that writes has the database to itself. On PostgreSQL
// others run at the same time, so a transaction takes locks for what must not
// change meanwhile. They are advisory locks, which end with the transaction:
//
//   - Apply has its threads to itself. Sequence numbers are drawn before the commit,
//     so without it a post could become visible, and be sent, before an earlier one
//     of its thread.
//   - Claim has the outbox of its adapter to itself. So have Sent, where it moves a
//     thread, Apply, where a post replaces others, and Drop: each changes which
//     posts of others may be sent.
//   - The batches of Prune, Expire and Forget, which remove what nothing refers to,
//     and a change of the key, have the database to themselves; all others share it.
//
// All take their locks in the same order, so that no two wait for each other.
type locks struct {
	alone   bool   // nothing else runs
	outbox  string // of this adapter
	threads []bot.Thread
	journal string
}

// lockQuery takes the locks $1 together with others that take them so, then the
// locks $2 alone. The time, and how often the key was changed, are those after the
// wait, because a row is made of them after all others were read.
const lockQuery = `
	SELECT COUNT(held), ` + clock + `, (SELECT last_value FROM key_changes) FROM (
		SELECT pg_advisory_xact_lock_shared(h) FROM unnest($1::bigint[]) AS h
		UNION ALL SELECT pg_advisory_xact_lock(h) FROM unnest($2::bigint[]) AS h) AS l (held)`

// clock is the time of PostgreSQL in milliseconds. The clocks of replicas may differ.
const clock = `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint`

// errKeyChanged reports that the key was changed since the database was opened. What
// was encrypted with the earlier one could not be read any more.
var errKeyChanged = errors.New("the key of the database was changed: set store.key to the new one and start again")

// lock takes locks until the end of the transaction, and returns the time. All
// transactions that encrypt or claim something take one.
func (s *SQL) lock(ctx context.Context, tx *sql.Tx, l locks) (now int64, err error) {
	if !s.postgres {
		return s.now(ctx, tx)
	}
	now, changes, err := takeLocks(ctx, tx, l)
	if err == nil && changes != s.keyChanges {
		err = errKeyChanged
	}
	if s.fakeClock != nil {
		now = s.fakeClock()
	}
	return now, err
}

// noteKey notes how often the key was changed. It waits for a change under way.
func (s *SQL) noteKey(ctx context.Context, tx *sql.Tx) (err error) {
	if s.postgres {
		_, s.keyChanges, err = takeLocks(ctx, tx, locks{})
	}
	return err
}

func takeLocks(ctx context.Context, tx *sql.Tx, l locks) (now, keyChanges int64, err error) {
	shared, alone := l.hashes()
	var n int
	err = tx.QueryRowContext(ctx, lockQuery, shared, alone).Scan(&n, &now, &keyChanges)
	return now, keyChanges, err
}

// hashes returns the numbers of the locks in order. Two locks with the same number
// would only wait for each other without need.
func (l locks) hashes() (shared, alone []int64) {
	all := []int64{lockHash("all")}
	if l.alone {
		return nil, all
	}
	if l.outbox != "" {
		alone = append(alone, lockHash("outbox", l.outbox))
	}
	if l.journal != "" {
		alone = append(alone, lockHash("journal", l.journal))
	}
	var threads []int64
	for _, t := range l.threads {
		threads = append(threads, lockHash("thread", t.Adapter, t.Workspace, t.Channel, t.Root))
	}
	slices.Sort(threads)
	return all, append(alone, slices.Compact(threads)...)
}

// lockHash returns the number of a lock. The program makes it, because hashtext of
// PostgreSQL has 32 bits and may change with its version.
func lockHash(name ...string) int64 {
	h := fnv.New64a()
	h.Write(additionalData(name))
	return int64(h.Sum64())
}

// locksOf returns the locks for a turn.
func locksOf(turn bot.Turn) (l locks) {
	for _, w := range turn.States {
		l.threads = append(l.threads, w.Thread)
	}
	for _, p := range turn.Posts {
		l.threads = append(l.threads, p.Thread)
		if p.Replaces != "" {
			l.outbox = p.Thread.Adapter
		}
	}
	return l
}

// now returns the time in milliseconds: that of PostgreSQL, or of this process.
func (s *SQL) now(ctx context.Context, q querier) (now int64, err error) {
	switch {
	case s.fakeClock != nil:
		return s.fakeClock(), nil
	case s.postgres:
		err = q.QueryRowContext(ctx, `SELECT `+clock).Scan(&now)
		return now, err
	}
	return nowMillis(), nil
}
