package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"
)

// MinRetention is the least time for which handled events are remembered. Slack
// with Delayed Events delivers an event again for 24 h, every hour; the hour
// on top is for the last of them, and for clocks that differ.
const MinRetention = 25 * time.Hour

// pruneEvery is how often Maintain prunes.
const pruneEvery = time.Hour

// pruneBatch is how many rows one transaction of Prune looks at. Events wait
// for it: 500 rows take some 10 ms. pruneRest is the pause after each, in which
// another process, which polls for the lock, gets it; a writer of this process
// is next in any case.
const (
	pruneBatch = 500
	prunePause = 20 * time.Millisecond
)

// Maintain prunes at once and every hour, until ctx ends.
func (s *SQL) Maintain(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		if err := s.Prune(ctx, MinRetention); err != nil && ctx.Err() == nil {
			log.Error("store: prune failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Prune forgets handled events that are older than the time (or MinRetention, if
// that is longer), and posts that were sent or dropped that long ago. A post
// stays as long as its thread has a walkthrough or a waiting post replaces it,
// since its ref is needed to change it; nothing but ids is left of it by then.
// Dead letters go after DeadLetterTTL. Walkthroughs are never pruned, so buttons on
// old messages keep working.
//
// It works in many short transactions, so that events need not wait for it, and
// reads only what it may remove: a post that stays for its walkthrough is marked
// when it is met first.
func (s *SQL) Prune(ctx context.Context, olderThan time.Duration) error {
	before := nowMillis() - max(olderThan, MinRetention).Milliseconds()
	return errors.Join(
		s.inBatches(ctx, pruneRows(pruneEvents, before)),
		s.inBatches(ctx, pruneRows(pruneInbox, nowMillis()-DeadLetterTTL.Milliseconds())),
		s.inBatches(ctx, prunePosts(before)),
	)
}

// A batch does a part of a long work, and reports whether there is more.
type batch func(ctx context.Context, tx *sql.Tx) (more bool, err error)

// inBatches runs a batch again and again, each time in its own transaction and
// with a rest after it.
func (s *SQL) inBatches(ctx context.Context, b batch) error {
	for {
		var more bool
		err := s.update(ctx, "prune", func(tx *sql.Tx) (err error) {
			more, err = b(ctx, tx)
			return err
		})
		if err != nil || !more {
			return err
		}
		select {
		case <-ctx.Done():
			return wrap("prune", ctx.Err())
		case <-time.After(prunePause):
		}
	}
}

// The first parameter is the time before which rows are old, the second the
// number of rows.
const (
	pruneEvents = `DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at < $1 ORDER BY at LIMIT $2)`
	pruneInbox  = `DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox WHERE dead = 1 AND at < $1 ORDER BY at LIMIT $2)`
)

func pruneRows(query string, before int64) batch {
	return func(ctx context.Context, tx *sql.Tx) (bool, error) {
		result, err := tx.ExecContext(ctx, query, before, pruneBatch)
		if err != nil {
			return false, err
		}
		n, err := result.RowsAffected()
		return n == pruneBatch, err
	}
}

// Settled posts, in the order in which they were fromSettled. Parameters $1 and $2
// are the time and seq of the last post of the batch before, $3 and $4 those up
// to which this one goes.
const (
	fromSettled = ` FROM posts WHERE state <> 'waiting' AND kept = 0 AND (changed_at, seq) > ($1, $2) `
	upTo        = ` (changed_at, seq) <= ($3, $4) `

	// nextPosts finds the posts of a batch; $3 is the time before which they are
	// old, $4 their number.
	nextPosts = `SELECT changed_at, seq` + fromSettled + `AND changed_at < $3 ORDER BY changed_at, seq LIMIT $4`
	markKept  = `
		UPDATE posts SET kept = 1 WHERE seq IN (SELECT seq` + fromSettled + `AND` + upTo + `
			AND EXISTS (SELECT 1 FROM walkthroughs w WHERE w.adapter = posts.adapter
				AND w.workspace = posts.workspace AND w.channel = posts.channel AND w.root = posts.root))`
	deletePosts = `
		DELETE` + fromSettled + `AND` + upTo + `
			AND NOT EXISTS (SELECT 1 FROM posts r WHERE r.state = 'waiting' AND r.replaces = posts.id)`
)

// prunePosts goes through the posts once: those that a waiting post replaces
// stay behind, for the next Prune.
func prunePosts(before int64) batch {
	var changed, seq int64
	return func(ctx context.Context, tx *sql.Tx) (bool, error) {
		n, lastChanged, lastSeq, err := lastOf(tx.QueryContext(ctx, nextPosts, changed, seq, before, pruneBatch))
		if err != nil || n == 0 {
			return false, err
		}
		for _, query := range []string{markKept, deletePosts} {
			if _, err := tx.ExecContext(ctx, query, changed, seq, lastChanged, lastSeq); err != nil {
				return false, err
			}
		}
		changed, seq = lastChanged, lastSeq
		return n == pruneBatch, nil
	}
}

// lastOf counts rows of two numbers and returns the last.
func lastOf(rows *sql.Rows, err error) (n int, a, b int64, _ error) {
	if err != nil {
		return 0, 0, 0, err
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		if err := rows.Scan(&a, &b); err != nil {
			return 0, 0, 0, err
		}
	}
	return n, a, b, rows.Err()
}
