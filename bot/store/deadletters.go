package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"time"

	"mabsbot/bot"
)

// A dead letter is a dropped post that still has its content. Expire removes it
// after the retention, and Prune, because kept is 1, does not.

// deadLetter is true for a row of posts that is a dead letter.
const deadLetter = ` state = 'dropped' AND sealed IS NOT NULL `

// maxWhy bounds the stored reason, in bytes. Errors of platforms have a line or two.
const maxWhy = 500

// bury makes a waiting post a dead letter. If a waiting post replaces it, or
// changes the same message, its content is outdated and is removed. So is that of a
// post whose message was deleted.
func bury(ctx context.Context, tx *sql.Tx, id bot.PostID, why string, now int64) error {
	why = strings.ToValidUTF8(why[:min(len(why), maxWhy)], "")
	_, err := tx.ExecContext(ctx, `
		UPDATE posts SET state = 'dropped', claimed_until = 0, changed_at = $2, why = $3, kept = 1 WHERE id = $1 AND state = 'waiting'`,
		string(id), now, why)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE posts SET sealed = NULL, why = '', kept = 0 WHERE id = $1 AND`+deadLetter+`
			AND (erased = 1 OR EXISTS (SELECT 1 FROM posts n WHERE n.state = 'waiting' AND n.seq > posts.seq
				AND (n.replaces = posts.id OR n.replaces = posts.replaces AND n.replaces <> '')))`, string(id))
	return err
}

// endDeadLetters removes the content of the earlier dead letters that a post
// replaces, or that would change the same message.
func endDeadLetters(ctx context.Context, tx *sql.Tx, p bot.Post) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE posts SET sealed = NULL, why = '', kept = 0 WHERE`+deadLetter+`AND seq < (SELECT seq FROM posts WHERE id = $3)
			AND id IN (SELECT $2 UNION SELECT id FROM posts
				WHERE adapter = $1 AND`+deadLetter+`AND replaces IN ($2, (SELECT replaces FROM posts WHERE id = $3)))`,
		p.Thread.Adapter, string(p.Replaces), string(p.ID))
	return err
}

// DeadLetters implements bot.Outbox.
func (s *SQL) DeadLetters(ctx context.Context, limit int) ([]bot.DeadLetter, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT id, adapter, workspace, channel, root, opens, recipient, private, replaces, attempt, spent, why, changed_at, sealed FROM posts
		WHERE`+deadLetter+`ORDER BY changed_at DESC, seq DESC LIMIT $1`, max(limit, 0))
	if err != nil {
		return nil, s.wrap("dead letters", err)
	}
	defer rows.Close()
	var all []bot.DeadLetter
	for rows.Next() {
		var l bot.DeadLetter
		var at int64
		var sealed []byte
		p, t := &l.Post, &l.Thread
		if err := rows.Scan(&p.ID, &t.Adapter, &t.Workspace, &t.Channel, &t.Root, &p.Opens, &p.To.ID, &p.Private, &p.Replaces,
			&p.Attempt, &p.Spent, &l.Why, &at, &sealed); err != nil {
			return nil, s.wrap("dead letters", err)
		}
		l.At = time.UnixMilli(at)
		if read := s.unsealPost(l.Post, sealed); read.err == nil {
			l.Post = read.Post
		}
		all = append(all, l)
	}
	return all, s.wrap("dead letters", rows.Err())
}

// Resend implements bot.Outbox.
func (s *SQL) Resend(ctx context.Context, id bot.PostID) error {
	return s.changeDeadLetter(ctx, id, `state = 'waiting', due = $2, ready_at = $2, spent = attempt`)
}

// Discard implements bot.Outbox.
func (s *SQL) Discard(ctx context.Context, id bot.PostID) error {
	return s.changeDeadLetter(ctx, id, `sealed = NULL`)
}

func (s *SQL) changeDeadLetter(ctx context.Context, id bot.PostID, set string) error {
	return s.update(ctx, "dead letter", func(tx *sql.Tx) error {
		now, err := s.lock(ctx, tx, locks{})
		if err != nil {
			return err
		}
		return execOne(ctx, tx, bot.ErrNoDeadLetter,
			`UPDATE posts SET why = '', kept = 0, changed_at = $2, `+set+` WHERE id = $1 AND`+deadLetter, string(id), now)
	})
}

// Backlogs implements bot.Outbox.
func (s *SQL) Backlogs(ctx context.Context) ([]bot.Backlog, error) {
	now, err := s.now(ctx, s.read)
	if err != nil {
		return nil, s.wrap("backlogs", err)
	}
	rows, err := s.read.QueryContext(ctx, `
		SELECT adapter, COUNT(*), MIN(ready_at), 0 FROM posts WHERE state = 'waiting' AND ready_at <= $1 GROUP BY adapter
		UNION ALL
		SELECT adapter, 0, CAST($1 AS BIGINT), COUNT(*) FROM posts WHERE`+deadLetter+`GROUP BY adapter`, now)
	if err != nil {
		return nil, s.wrap("backlogs", err)
	}
	defer rows.Close()
	all := backlogs{}
	for rows.Next() {
		var part bot.Backlog
		var ready int64
		if err := rows.Scan(&part.Adapter, &part.Waiting, &ready, &part.DeadLetters); err != nil {
			return nil, s.wrap("backlogs", err)
		}
		part.Oldest = time.Duration(now-ready) * time.Millisecond
		all.add(part)
	}
	return all.sorted(), s.wrap("backlogs", rows.Err())
}

// backlogs are backlogs by adapter.
type backlogs map[string]bot.Backlog

func (b backlogs) add(part bot.Backlog) {
	sum := b[part.Adapter]
	b[part.Adapter] = bot.Backlog{
		Adapter: part.Adapter, Waiting: sum.Waiting + part.Waiting,
		Oldest: max(sum.Oldest, part.Oldest), DeadLetters: sum.DeadLetters + part.DeadLetters,
	}
}

func (b backlogs) sorted() []bot.Backlog {
	return slices.SortedFunc(maps.Values(b), func(x, y bot.Backlog) int { return cmp.Compare(x.Adapter, y.Adapter) })
}
