package store

import (
	"context"
	"database/sql"
	"time"
)

// MinKeep is the least time for which handled events are remembered. Slack
// with Delayed Events delivers an event again for 24 h, every hour; the hour
// on top is for the last of them, and for clocks that differ.
const MinKeep = 25 * time.Hour

// Prune forgets handled events that are older than the time (or MinKeep, if
// that is longer), and posts that were sent or dropped that long ago. A post
// stays as long as its thread has a walkthrough or a waiting post replaces it,
// since its ref is needed to change it; nothing but ids is left of it by then.
// Dead letters go after DeadKeep.
// Walkthroughs stay: their buttons work for ever.
func (s *SQL) Prune(ctx context.Context, olderThan time.Duration) error {
	before := millis() - max(olderThan, MinKeep).Milliseconds()
	return s.update(ctx, "prune", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM events WHERE at < $1`, before); err != nil {
			return err
		}
		if err := pruneInbox(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			DELETE FROM posts WHERE state <> 'waiting' AND changed_at < $1
				AND NOT EXISTS (SELECT 1 FROM walkthroughs w WHERE w.adapter = posts.adapter
					AND w.workspace = posts.workspace AND w.channel = posts.channel AND w.root = posts.root)
				AND NOT EXISTS (SELECT 1 FROM posts r WHERE r.state = 'waiting' AND r.replaces = posts.id)`, before)
		return err
	})
}
