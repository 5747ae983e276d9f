package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"mabsbot/bot"
)

// How posts leave. A post is waiting until it is sent or dropped. A waiting
// one is claimable when it is due, nobody holds it, and nothing is before it:
//
//	thread A   1 sent   2 waiting   3 waiting        2 is claimable, 3 is behind it
//	thread B   4 held until 12:00   5 waiting        none; at 12:00 4 is again
//	thread C   6 delayed until 18:00   7 waiting     7 is; at 18:00 6 is, too
//
// Because only the first of a thread is ever claimable, one a thread is out.
// Two rules come on top: a thread that was moved onto another may bring an
// earlier post while a later one is held there, and that one is waited for; and
// a post waits for the one that it replaces wherever that stands, since it
// needs to know its ref.

// blocked is true of a post p that another one must precede. The second
// parameter is the present time.
const blocked = `(
	EXISTS (SELECT 1 FROM posts o
		WHERE o.state = 'waiting' AND o.delayed = 0 AND p.delayed = 0 AND o.adapter = p.adapter
			AND o.workspace = p.workspace AND o.channel = p.channel AND o.root = p.root
			AND o.seq <> p.seq AND (o.seq < p.seq OR o.claimed_until > $2))
	OR EXISTS (SELECT 1 FROM posts o
		WHERE o.state = 'waiting' AND o.id = p.replaces AND o.adapter = p.adapter AND o.seq < p.seq))`

// withClaimed counts the posts of each channel that senders hold. The first parameter
// is the adapter, the second the present time.
const withClaimed = `
	WITH claimed AS (
		SELECT workspace, channel, COUNT(*) AS n FROM posts
		WHERE state = 'waiting' AND adapter = $1 AND due <= $2 AND claimed_until > $2 GROUP BY workspace, channel)`

// Claim returns posts that are due and keeps them from others for the lease.
func (s *SQL) Claim(ctx context.Context, adapter string, limit, perChannel int, lease time.Duration) ([]bot.Post, error) {
	var claimed []claimedPost
	err := s.update(ctx, "claim", func(tx *sql.Tx) error {
		now := nowMillis()
		claimable, err := s.claimable(ctx, tx, adapter, limit, perChannel, now)
		if err != nil {
			return err
		}
		for _, seq := range claimable {
			c, err := s.claim(ctx, tx, seq, now+lease.Milliseconds())
			if err != nil {
				return err
			}
			claimed = append(claimed, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var posts []bot.Post
	for _, c := range claimed {
		if c.err == nil {
			posts = append(posts, c.Post)
		}
		err = errors.Join(err, c.err)
	}
	return posts, wrap("claim", err)
}

// claimable returns the seq of posts that may be claimed, in order.
func (s *SQL) claimable(ctx context.Context, tx *sql.Tx, adapter string, limit, perChannel int, now int64) ([]int64, error) {
	rows, err := tx.QueryContext(ctx, withClaimed+`
		SELECT p.seq, p.workspace, p.channel, COALESCE(c.n, 0)
		FROM posts p LEFT JOIN claimed c ON c.workspace = p.workspace AND c.channel = p.channel
		WHERE p.state = 'waiting' AND p.adapter = $1 AND p.due <= $2 AND p.claimed_until <= $2 AND NOT `+blocked+`
		ORDER BY p.seq`, adapter, now)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var claimable []int64
	added := map[bot.Thread]int{} // what is claimed here, by channel
	for len(claimable) < limit && rows.Next() {
		var seq int64
		var channel bot.Thread
		var claimed int
		if err := rows.Scan(&seq, &channel.Workspace, &channel.Channel, &claimed); err != nil {
			return nil, err
		}
		if claimed+added[channel] < perChannel {
			added[channel]++
			claimable = append(claimable, seq)
		}
	}
	return claimable, rows.Err()
}

// A claimedPost is a post, or what could not be read of it and why.
type claimedPost struct {
	bot.Post
	err error
}

// claim keeps a post from others. An unreadable one is put off as long, so that
// it neither stops those of other threads, takes a place of its channel, nor is
// tried again at once.
func (s *SQL) claim(ctx context.Context, tx *sql.Tx, seq, until int64) (claimedPost, error) {
	var p bot.Post // what stands in clear
	var sealed []byte
	t := &p.Thread
	err := tx.QueryRowContext(ctx, `
		UPDATE posts SET claimed_until = $2, attempt = attempt + 1 WHERE seq = $1
		RETURNING id, adapter, workspace, channel, root, opens, attempt, COALESCE((SELECT r.ref FROM posts r WHERE r.id = posts.replaces), ''), sealed`,
		seq, until).Scan(&p.ID, &t.Adapter, &t.Workspace, &t.Channel, &t.Root, &p.Opens, &p.Attempt, &p.Ref, &sealed)
	if err != nil {
		return claimedPost{}, err
	}
	c := s.unsealPost(p, sealed)
	if c.err != nil {
		_, err = tx.ExecContext(ctx, `UPDATE posts SET claimed_until = 0, due = $2 WHERE seq = $1`, seq, until)
	}
	return c, err
}

// unsealPost adds what is sealed to a post.
func (s *SQL) unsealPost(clear bot.Post, sealed []byte) claimedPost {
	data, err := s.sealer.open(sealed, "post", string(clear.ID))
	if err != nil {
		return claimedPost{clear, err}
	}
	p, err := decodePost(data)
	p.ID, p.Thread, p.Opens, p.Attempt, p.Ref = clear.ID, clear.Thread, clear.Opens, clear.Attempt, clear.Ref
	return claimedPost{p, err}
}

// NextDue tells how long it is until a post of the adapter may be claimable.
// Of a post behind others, or of a channel with perChannel posts out, it is
// theirs that counts.
func (s *SQL) NextDue(ctx context.Context, adapter string, perChannel int) (time.Duration, bool, error) {
	now := nowMillis()
	var due sql.NullInt64
	err := s.read.QueryRowContext(ctx, withClaimed+`
		SELECT MIN(CASE WHEN p.due > p.claimed_until THEN p.due ELSE p.claimed_until END)
		FROM posts p LEFT JOIN claimed c ON c.workspace = p.workspace AND c.channel = p.channel
		WHERE p.state = 'waiting' AND p.adapter = $1 AND (p.claimed_until > $2 OR NOT `+blocked+` AND COALESCE(c.n, 0) < $3)`, adapter, now, perChannel).Scan(&due)
	if err != nil || !due.Valid {
		return 0, false, wrap("next due", err)
	}
	return time.Duration(max(due.Int64-now, 0)) * time.Millisecond, true, nil
}

// Sent records that a post was delivered.
func (s *SQL) Sent(ctx context.Context, id bot.PostID, d bot.Delivery) error {
	return s.updateUnsent(ctx, id, func(tx *sql.Tx, p postRow) error {
		_, err := tx.ExecContext(ctx, `UPDATE posts SET state = 'sent', ref = $2, changed_at = $3, sealed = NULL WHERE id = $1`,
			string(id), d.Ref, nowMillis())
		if err != nil || !p.opens {
			return err
		}
		return s.move(ctx, tx, p.thread, cmp.Or(d.Thread, p.thread))
	})
}

// Retry gives a post back.
func (s *SQL) Retry(ctx context.Context, id bot.PostID, after time.Duration) error {
	return s.updateUnsent(ctx, id, func(tx *sql.Tx, _ postRow) error {
		_, err := tx.ExecContext(ctx, `UPDATE posts SET claimed_until = 0, due = $2 WHERE id = $1`,
			string(id), nowMillis()+after.Milliseconds())
		return err
	})
}

// Drop gives a post up.
func (s *SQL) Drop(ctx context.Context, id bot.PostID) error {
	return s.updateUnsent(ctx, id, func(tx *sql.Tx, _ postRow) error {
		_, err := tx.ExecContext(ctx, `UPDATE posts SET state = 'dropped', changed_at = $2, sealed = NULL WHERE id = $1`,
			string(id), nowMillis())
		return err
	})
}

type postRow struct {
	thread bot.Thread
	opens  bool
}

// updateUnsent runs f on a post that is not sent: what was delivered stays so,
// whatever a sender whose lease had ended reports after that.
func (s *SQL) updateUnsent(ctx context.Context, id bot.PostID, f func(*sql.Tx, postRow) error) error {
	return s.update(ctx, "settle post", func(tx *sql.Tx) error {
		var p postRow
		var state string
		err := tx.QueryRowContext(ctx, `SELECT adapter, workspace, channel, root, opens, state FROM posts WHERE id = $1`, string(id)).
			Scan(&p.thread.Adapter, &p.thread.Workspace, &p.thread.Channel, &p.thread.Root, &p.opens, &state)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("there is no post %q", id)
		}
		if err != nil || state == "sent" {
			return err
		}
		return f(tx, p)
	})
}

// move makes a provisional thread the one that now exists.
func (s *SQL) move(ctx context.Context, tx *sql.Tx, from, to bot.Thread) error {
	if from != to {
		if err := s.moveWalkthrough(ctx, tx, from, to); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE posts SET adapter = $5, workspace = $6, channel = $7, root = $8, opens = 0 WHERE`+whereThread,
		threadArgs(from, threadArgs(to)...)...)
	return err
}

// moveWalkthrough moves a state, sealed anew for its new row. Its version
// passes that of a state that it replaces, so that nobody who read the old one
// can still apply.
func (s *SQL) moveWalkthrough(ctx context.Context, tx *sql.Tx, from, to bot.Thread) error {
	w, err := s.walkthrough(ctx, tx, from)
	if err != nil || w.Version == 0 {
		return err
	}
	old, err := s.walkthrough(ctx, tx, to)
	if err != nil {
		return err
	}
	data, err := encode(w)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM walkthroughs WHERE`+whereThread, threadArgs(to)...); err != nil {
		return err
	}
	version := max(w.Version, old.Version+1)
	_, err = tx.ExecContext(ctx, `
		UPDATE walkthroughs SET adapter = $5, workspace = $6, channel = $7, root = $8, version = $9, sealed = $10 WHERE`+whereThread,
		threadArgs(from, threadArgs(to, version, s.sealer.seal(data, walkthroughRow(to, version)...))...)...)
	return err
}
