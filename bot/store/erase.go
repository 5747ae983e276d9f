package store

import (
	"context"
	"database/sql"

	"mabsbot/bot"
)

// aboutMessage is true for a post about the message $1 that has its content, and
// deadPayload for a dead letter of an inbox with the message or an edit of it.
const (
	aboutMessage = ` about = $1 AND about <> '' AND sealed IS NOT NULL `
	deadPayload  = ` dead = 1 AND (key = $1 OR substr(key, 1, length($1) + 1) = $1 || '/') `
)

// Erase implements bot.Store. Nearly all deleted messages led to nothing, so it looks
// before it writes.
func (s *SQL) Erase(ctx context.Context, message bot.EventID) ([]bot.Thread, error) {
	threads, err := threadsOf(s.read.QueryContext(ctx, `SELECT DISTINCT adapter, workspace, channel, root FROM posts WHERE about = $1 AND about <> ''`, string(message)))
	if err != nil {
		return nil, s.wrap("erase", err)
	}
	var n int
	err = s.read.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM posts WHERE`+aboutMessage+`AND erased = 0) + (SELECT COUNT(*) FROM inbox WHERE`+deadPayload+`)
			+ (SELECT COUNT(*) FROM unanswered WHERE id = $2) + (SELECT COUNT(*) FROM fixes WHERE id = $3 OR of = $2)
			+ (SELECT COUNT(*) FROM incident_reports WHERE about = $1)`,
		string(message), string(bot.RecordID(message)), string(bot.FixIDOf(message))).Scan(&n)
	if err != nil || n == 0 {
		return threads, s.wrap("erase", err)
	}
	return threads, s.update(ctx, "erase", func(tx *sql.Tx) error {
		if _, err := s.lock(ctx, tx, locks{}); err != nil {
			return err
		}
		for _, query := range []string{
			`UPDATE posts SET erased = 1 WHERE` + aboutMessage,
			`UPDATE posts SET state = 'dropped', sealed = NULL, why = '', kept = 0 WHERE state <> 'waiting' AND` + aboutMessage,
			`DELETE FROM inbox WHERE` + deadPayload,
			`DELETE FROM shadow_answers WHERE about = $1 AND vote = 0`,
			`DELETE FROM incident_reports WHERE about = $1`,
		} {
			if _, err := tx.ExecContext(ctx, query, string(message)); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM unanswered WHERE id = $1`, string(bot.RecordID(message))); err != nil {
			return err
		}
		return s.eraseFixes(ctx, tx, message)
	})
}
