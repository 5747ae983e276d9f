package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"mabsbot/bot"
)

// idleAfter is how long after its last event a walkthrough that waits for an
// answer has ended, with an unknown outcome. In a week people are back from most
// absences, and backups have run several times.
const idleAfter = 7 * 24 * time.Hour

// expireBatch bounds the walkthroughs that one transaction of Expire removes: each
// takes four statements, so 50 take about as long as pruneBatch rows.
const expireBatch = 50

// Expire removes what had its last event longer than retention ago: walkthroughs
// with their texts, values and posts, posts of threads that go on, posts that
// were never sent, payloads that were never handled, records of unanswered messages, and fixes. A removed walkthrough is
// counted in the table of daily counts, which has no users. An open case stays
// until it is closed. retention is at least MinRetention.
//
// A walkthrough that waits for an answer first ends with an unknown outcome. That
// changes only how it is counted: until it is removed, its buttons continue it.
func (s *SQL) Expire(ctx context.Context, retention time.Duration) error {
	retention = max(retention, MinRetention)
	now, err := s.now(ctx, s.write)
	if err != nil {
		return s.wrap("prune", err)
	}
	before := now - retention.Milliseconds()
	return errors.Join(
		s.inBatches(ctx, pruneRows(endIdle, now-min(idleAfter, retention).Milliseconds())),
		s.inBatches(ctx, pruneRows(removeUnsent, before)),
		s.inBatches(ctx, pruneRows(removeUnhandled, before)),
		s.inBatches(ctx, pruneRows(removeKept, before)),
		s.inBatches(ctx, pruneRows(pruneUnanswered, before)),
		s.inBatches(ctx, pruneRows(removeFixes, before)),
		s.inBatches(ctx, removeWalkthroughs(before)),
	)
}

// $1 is the time before which rows are old, $2 the number of rows.
const (
	endIdle = `
		UPDATE walkthroughs SET status = 'unknown' WHERE (adapter, workspace, channel, root) IN (
			SELECT adapter, workspace, channel, root FROM walkthroughs
			WHERE status IN ('choosing', 'walking', 'unmatched', 'quiet') AND changed_at < $1 ORDER BY changed_at LIMIT $2)`
	removeUnsent    = `DELETE FROM posts WHERE seq IN (SELECT seq FROM posts WHERE state = 'waiting' AND due < $1 AND claimed_until < $1 LIMIT $2)`
	removeUnhandled = `DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox WHERE at < $1 LIMIT $2)`
	removeFixes     = `DELETE FROM fixes WHERE seq IN (SELECT seq FROM fixes WHERE at < $1 ORDER BY at LIMIT $2)`
	removeKept      = `
		DELETE FROM posts WHERE seq IN (SELECT p.seq FROM posts p WHERE p.kept = 1 AND p.changed_at < $1
			AND NOT EXISTS (SELECT 1 FROM posts r WHERE r.state = 'waiting' AND r.replaces = p.id) ORDER BY p.changed_at LIMIT $2)`

	// outdated selects walkthroughs. One with a waiting post, such as the question
	// whether a fix held, goes on.
	outdated = `
		SELECT adapter, workspace, channel, root FROM walkthroughs w
		WHERE status <> 'case' AND changed_at < $1 AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.adapter = w.adapter
			AND p.workspace = w.workspace AND p.channel = w.channel AND p.root = w.root AND p.state = 'waiting')
		ORDER BY changed_at LIMIT $2`
)

func removeWalkthroughs(before int64) batch {
	return func(ctx context.Context, tx *sql.Tx) (bool, error) {
		threads, err := threadsOf(tx.QueryContext(ctx, outdated, before, expireBatch))
		if err != nil {
			return false, err
		}
		for _, t := range threads {
			if err := removeWalkthrough(ctx, tx, t); err != nil {
				return false, err
			}
		}
		return len(threads) == expireBatch, nil
	}
}

func threadsOf(rows *sql.Rows, err error) ([]bot.Thread, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []bot.Thread
	for rows.Next() {
		var t bot.Thread
		if err := rows.Scan(&t.Adapter, &t.Workspace, &t.Channel, &t.Root); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, rows.Err()
}

// dayMillis is a day in milliseconds.
const dayMillis = 24 * 60 * 60 * 1000

// removeWalkthrough counts and removes the walkthrough of a thread, and removes its
// posts except those that a waiting post of another thread replaces.
func removeWalkthrough(ctx context.Context, tx *sql.Tx, t bot.Thread) error {
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO daily (day, adapter, workspace, entry, status, n)
			SELECT begun_at / $5, adapter, workspace, entry, status, 1 FROM walkthroughs WHERE` + whereThread + `
			ON CONFLICT (day, adapter, workspace, entry, status) DO UPDATE SET n = daily.n + 1`, []any{dayMillis}},
		{`INSERT INTO case_numbers (adapter, workspace, highest)
			SELECT adapter, workspace, case_number FROM walkthroughs WHERE` + whereThread + ` AND case_number > 0
			ON CONFLICT (adapter, workspace) DO UPDATE SET highest =
				CASE WHEN excluded.highest > case_numbers.highest THEN excluded.highest ELSE case_numbers.highest END`, nil},
		{`DELETE FROM walkthroughs WHERE` + whereThread, nil},
		{`DELETE FROM posts WHERE` + whereThread + `
			AND NOT EXISTS (SELECT 1 FROM posts r WHERE r.state = 'waiting' AND r.replaces = posts.id)`, nil},
	} {
		if _, err := tx.ExecContext(ctx, step.query, threadArgs(t, step.args...)...); err != nil {
			return err
		}
	}
	return nil
}
