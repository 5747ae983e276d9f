package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"mabsbot/bot"
)

// MinRetention is the minimum time for which handled events are remembered.
// Slack redelivers an event hourly for 24 h if the app has enabled Delayed
// Events (https://docs.slack.dev/apis/events-api/). One more hour covers the
// last redelivery and clock skew.
const MinRetention = 25 * time.Hour

// pruneEvery is the interval of Maintain. In an hour, steady traffic adds 4 % to
// the rows of MinRetention.
const pruneEvery = time.Hour

// pruneBatch bounds the rows that one transaction of Prune reads, because
// events wait for it: 500 rows take about 10 ms. prunePause is the pause after
// each transaction, for other processes: they poll for the lock. A waiting
// writer of this process gets the connection in any case.
const (
	pruneBatch = 500
	prunePause = 20 * time.Millisecond
)

// Maintain calls Prune, and Expire with the retention, at once and every hour until
// ctx ends. On PostgreSQL one process does that.
func (s *SQL) Maintain(ctx context.Context, retention time.Duration, log *slog.Logger) {
	_ = s.Election("maintenance", log).Lead(ctx, func(ctx context.Context, _ *bot.Term) error { // no error is returned
		s.maintain(ctx, retention, log)
		return nil
	})
}

func (s *SQL) maintain(ctx context.Context, retention time.Duration, log *slog.Logger) {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		if err := errors.Join(s.Expire(ctx, retention), s.Prune(ctx, MinRetention)); err != nil && ctx.Err() == nil {
			log.Error("store: prune failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Prune deletes events, and posts that were sent, dropped or recorded (shadow),
// that are older than olderThan, but at least MinRetention old. Recorded posts about a
// message are left to Expire, and their votes are kept for ShadowHistory. A post is kept
// while its thread has a walkthrough or a waiting post replaces it, since
// changing it needs its Ref; only its metadata is left by then. Dead letters
// are deleted after DeadLetterTTL, changes of settings after SettingsHistory, outcomes of steps after bot.LearningWindow, versions of files of the knowledge base after bot.FileHistory if later ones are enough, counts of hours when Hits no longer needs them, records
// of unanswered messages after bot.UnansweredTTL, reports of errors and incidents after bot.IncidentTTL, and entries once no walkthrough needs them. Expire removes walkthroughs.
//
// Prune uses many short transactions, so that events do not have to wait for
// it, and reads only rows that it may delete: it marks a post that it keeps for
// its walkthrough the first time that it reads it.
func (s *SQL) Prune(ctx context.Context, olderThan time.Duration) error {
	now, err := s.now(ctx, s.write)
	if err != nil {
		return s.wrap("prune", err)
	}
	before := now - max(olderThan, MinRetention).Milliseconds()
	return errors.Join(
		s.inBatches(ctx, pruneRows(pruneEvents, before)),
		s.inBatches(ctx, pruneRows(pruneInbox, now-DeadLetterTTL.Milliseconds())),
		s.inBatches(ctx, pruneRows(pruneProcesses, before)),
		s.inBatches(ctx, pruneRows(pruneShadow, now-ShadowHistory.Milliseconds())),
		s.inBatches(ctx, pruneRows(pruneAudit, now-AuditHistory.Milliseconds())),
		s.inBatches(ctx, pruneRows(pruneSettings, now-SettingsHistory.Milliseconds())),
		s.inBatches(ctx, pruneRows(pruneHours, now/dayMillis-1)),
		s.inBatches(ctx, pruneRows(pruneOutcomes, now/outcomePeriod-outcomePeriods)),
		s.inBatches(ctx, pruneRows(pruneAskers, now)),
		s.inBatches(ctx, pruneRows(pruneFiles, now-bot.FileHistory.Milliseconds())),
		s.inBatches(ctx, pruneRows(pruneUnanswered, now-bot.UnansweredTTL.Milliseconds())),
		s.inBatches(ctx, pruneRows(pruneReports, now-bot.IncidentTTL.Milliseconds())),
		s.inBatches(ctx, pruneRows(pruneIncidents, now-bot.IncidentTTL.Milliseconds())),
		s.inBatches(ctx, prunePosts(before)),
		s.inBatches(ctx, pruneEntries),
	)
}

// A batch does a part of the work and reports whether there is more.
type batch func(ctx context.Context, tx *sql.Tx) (more bool, err error)

// inBatches calls b until there is no more to do, each time in its own
// transaction and with a pause after it.
func (s *SQL) inBatches(ctx context.Context, b batch) error {
	for {
		var more bool
		err := s.update(ctx, "prune", func(tx *sql.Tx) (err error) {
			if _, err := s.lock(ctx, tx, locks{alone: true}); err != nil {
				return err
			}
			more, err = b(ctx, tx)
			return err
		})
		if err != nil || !more {
			return err
		}
		select {
		case <-ctx.Done():
			return s.wrap("prune", ctx.Err())
		case <-time.After(prunePause):
		}
	}
}

// $1 is the time before which rows are old, $2 the number of rows.
const (
	pruneEvents = `DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at < $1 ORDER BY at LIMIT $2)`
	pruneInbox  = `DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox WHERE dead = 1 AND at < $1 ORDER BY at LIMIT $2)`

	pruneShadow     = `DELETE FROM shadow_answers WHERE about IN (SELECT about FROM shadow_answers WHERE at < $1 ORDER BY at LIMIT $2)`
	pruneAudit      = `DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < $1 ORDER BY at LIMIT $2)`
	pruneUnanswered = `DELETE FROM unanswered WHERE seq IN (SELECT seq FROM unanswered WHERE at < $1 ORDER BY at LIMIT $2)`

	pruneReports   = `DELETE FROM incident_reports WHERE id IN (SELECT id FROM incident_reports WHERE at < $1 ORDER BY at LIMIT $2)`
	pruneIncidents = `
		DELETE FROM incidents WHERE (adapter, workspace, channel, entry) IN (
			SELECT adapter, workspace, channel, entry FROM incidents WHERE at < $1 ORDER BY at LIMIT $2)`

	pruneSettings = `DELETE FROM setting_changes WHERE version IN (SELECT version FROM setting_changes WHERE at < $1 ORDER BY at LIMIT $2)`

	// pruneHours removes the counts of hours that Hits no longer adds up. $1 is a day.
	pruneHours = `
		DELETE FROM counts WHERE (kind, adapter, entry, detail, day, workspace, slot) IN (
			SELECT kind, adapter, entry, detail, day, workspace, slot FROM counts WHERE kind = 'hour' AND day < $1 LIMIT $2)`
)

// pruneFiles removes old versions of a file except the last ones.
var pruneFiles = fmt.Sprintf(`
	DELETE FROM kb_files WHERE version IN (
		SELECT version FROM (SELECT version, at, ROW_NUMBER() OVER (PARTITION BY file ORDER BY version DESC) AS place FROM kb_files) v
		WHERE at < $1 AND place > %d LIMIT $2)`, bot.FileVersionsKept)

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

// unusedEntries deletes entries to which no walkthrough refers. $1 is their number.
// It is not a part of their last walkthrough's change, because another one often
// follows.
const unusedEntries = `
	DELETE FROM entries WHERE (id, revision) IN (SELECT e.id, e.revision FROM entries e WHERE NOT EXISTS (
		SELECT 1 FROM walkthroughs w WHERE w.revision <> '' AND w.entry = e.id AND w.revision = e.revision) LIMIT $1)`

func pruneEntries(ctx context.Context, tx *sql.Tx) (bool, error) {
	result, err := tx.ExecContext(ctx, unusedEntries, pruneBatch)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == pruneBatch, err
}

// Queries on settled posts (sent, dropped or shadow), ordered by the time of
// the change. $1 and $2 are the time and seq of the last post of the previous
// batch, $3 and $4 those of the last post of this one.
const (
	fromSettled = ` FROM posts WHERE state <> 'waiting' AND kept = 0 AND (changed_at, seq) > ($1, $2) `
	upTo        = ` (changed_at, seq) <= ($3, $4) `

	// nextPosts selects the posts of a batch. Here $3 is the time before which
	// they are old, $4 their number.
	nextPosts = `SELECT changed_at, seq` + fromSettled + `AND changed_at < $3 ORDER BY changed_at, seq LIMIT $4`
	markKept  = `
		UPDATE posts SET kept = 1 WHERE seq IN (SELECT seq` + fromSettled + `AND` + upTo + `
			AND EXISTS (SELECT 1 FROM walkthroughs w WHERE w.adapter = posts.adapter
				AND w.workspace = posts.workspace AND w.channel = posts.channel AND w.root = posts.root))`
	deletePosts = `
		DELETE` + fromSettled + `AND` + upTo + `
			AND NOT EXISTS (SELECT 1 FROM posts r WHERE r.state = 'waiting' AND r.replaces = posts.id)`
)

// prunePosts reads the old posts once. Posts that a waiting post replaces are
// left for the next Prune.
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

// lastOf counts rows with two integers and returns the last.
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
