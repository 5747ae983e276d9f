package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"mabsbot/bot"
)

// A post is waiting until it is sent or dropped. A dropped post that still has its
// content is a dead letter; see deadletters.go. A waiting post is claimable if
// it is due, it is not claimed, and no other post blocks it:
//
//	thread A   1 sent   2 waiting   3 waiting        2 is claimable; it blocks 3
//	thread B   4 claimed until 12:00   5 waiting     neither; 4 again at 12:00
//	thread C   6 delayed until 18:00   7 waiting     7 is claimable; 6 from 18:00
//
// Since only the first undelayed post of a thread is claimable, at most one post
// of a thread is claimed at a time. There are two more rules. A thread that moves
// onto another one may bring a post that is older than a claimed post there; the
// older post waits. And a post waits for the one that it replaces, in whichever
// thread, because it needs its Ref.

// blocked is true for a post p that has to wait for another one. $2 is the
// current time.
const blocked = `(
	EXISTS (SELECT 1 FROM posts o
		WHERE o.state = 'waiting' AND o.delayed = 0 AND p.delayed = 0 AND o.adapter = p.adapter
			AND o.workspace = p.workspace AND o.channel = p.channel AND o.root = p.root
			AND o.seq <> p.seq AND (o.seq < p.seq OR o.claimed_until > $2))
	OR EXISTS (SELECT 1 FROM posts o
		WHERE o.state = 'waiting' AND o.id = p.replaces AND o.adapter = p.adapter AND o.seq < p.seq))`

// Claim implements bot.Outbox. It searches before its transaction, so that turns
// are applied meanwhile: with thousands of posts the search takes tens of
// milliseconds. The transaction checks the few that are found again.
func (s *SQL) Claim(ctx context.Context, adapter string, limit, perChannel int, lease time.Duration, resting ...bot.Channel) ([]bot.Post, error) {
	claimable, err := s.claimable(ctx, adapter, limit, perChannel, resting)
	if err != nil || len(claimable) == 0 {
		return nil, s.wrap("claim", err)
	}
	var claimed []claimedPost
	err = s.updateTogether(ctx, "claim", func(ctx context.Context, tx *sql.Tx) (err error) {
		claimed, err = s.claimAgain(ctx, tx, adapter, claimable, perChannel, lease)
		return err
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
	return posts, s.wrap("claim", err)
}

// claimAgain claims those of the posts that may still be claimed.
func (s *SQL) claimAgain(ctx context.Context, tx *sql.Tx, adapter string, posts []int64, perChannel int, lease time.Duration) (claimed []claimedPost, err error) {
	now, err := s.lock(ctx, tx, locks{outbox: adapter})
	if err != nil {
		return nil, err
	}
	for _, seq := range posts {
		if ok, err := isClaimable(ctx, tx, seq, now, perChannel); err != nil {
			return nil, err
		} else if !ok {
			continue // another process has claimed it, or another of its channel
		}
		c, err := s.claim(ctx, tx, seq, now, now+lease.Milliseconds())
		if errors.Is(err, sql.ErrNoRows) {
			continue // sent or dropped meanwhile, after its lease
		}
		if err != nil {
			return nil, err
		}
		claimed = append(claimed, c)
	}
	return claimed, nil
}

// Shared implements bot.Outbox.
func (s *SQL) Shared() bool { return s.postgres }

// queued selects the posts of a queue. Of the delayed posts that are not due, which
// may be many, only the first of a channel counts.
const queued = selectQueued + `p.delayed = 0 UNION ALL ` + selectQueued + `p.delayed = 1 AND p.due <= $2
	UNION ALL SELECT 0, workspace, channel, '', '', 1, private, 0, 0, MIN(due), 0, 0 FROM posts
		WHERE state = 'waiting' AND adapter = $1 AND delayed = 1 AND due > $2 GROUP BY workspace, channel, private`

const selectQueued = `
	SELECT p.seq, p.workspace, p.channel, p.root, p.recipient, p.delayed, p.private, p.urgent, p.attempt, p.due, p.claimed_until,
		CASE WHEN p.replaces = '' THEN 0 ELSE (SELECT COUNT(*) FROM posts o
			WHERE o.state = 'waiting' AND o.id = p.replaces AND o.adapter = p.adapter AND o.seq < p.seq) END
	FROM posts p WHERE p.state = 'waiting' AND p.adapter = $1 AND `

// queue reads the waiting posts of an adapter.
func (s *SQL) queue(ctx context.Context, adapter string, resting []bot.Channel) (*queue, error) {
	now, err := s.now(ctx, s.read)
	if err != nil {
		return nil, err
	}
	rows, err := s.read.QueryContext(ctx, queued, adapter, now)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var posts []queuedPost
	for rows.Next() {
		var p queuedPost
		var due, claimedUntil int64
		t := &p.thread
		if err := rows.Scan(&p.seq, &t.Workspace, &t.Channel, &t.Root, &p.recipient, &p.delayed, &p.private, &p.urgent, &p.attempt, &due, &claimedUntil, &p.replacing); err != nil {
			return nil, err
		}
		p.due, p.claimed = millis(due-now), millis(claimedUntil-now)
		posts = append(posts, p)
	}
	return newQueue(posts, resting), rows.Err()
}

func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// claimable returns the seq of each post that may be claimed, in order.
func (s *SQL) claimable(ctx context.Context, adapter string, limit, perChannel int, resting []bot.Channel) ([]int64, error) {
	q, err := s.queue(ctx, adapter, resting)
	if err != nil {
		return nil, err
	}
	var claimable []int64
	for _, p := range q.inTurn() {
		if len(claimable) < limit && q.claimed[p.thread.In()] < perChannel {
			q.claimed[p.thread.In()]++
			claimable = append(claimable, p.seq)
		}
	}
	return claimable, nil
}

// isClaimable reports whether a post may be claimed now.
func isClaimable(ctx context.Context, tx *sql.Tx, seq, now int64, perChannel int) (bool, error) {
	var n int
	err := tx.QueryRowContext(ctx, `
		SELECT COUNT(*) FROM posts p WHERE p.seq = $1 AND p.state = 'waiting' AND p.due <= $2 AND p.claimed_until <= $2 AND NOT `+blocked+`
			AND $3 > (SELECT COUNT(*) FROM posts c WHERE c.state = 'waiting' AND c.claimed_until > 0 AND c.claimed_until > $2
				AND c.adapter = p.adapter AND c.workspace = p.workspace AND c.channel = p.channel)`, seq, now, perChannel).Scan(&n)
	return n > 0, err
}

// A claimedPost is a post, or the reason why it cannot be read.
type claimedPost struct {
	bot.Post
	err error
}

// claim claims a post. It gives up on an unreadable one, because its thread would
// wait for it forever.
func (s *SQL) claim(ctx context.Context, tx *sql.Tx, seq, now, until int64) (claimedPost, error) {
	var p bot.Post // the fields that are stored in clear text
	var sealed []byte
	t := &p.Thread
	err := tx.QueryRowContext(ctx, `
		UPDATE posts SET claimed_until = $2, attempt = attempt + 1 WHERE seq = $1 AND state = 'waiting' AND claimed_until <= $3
		RETURNING id, adapter, workspace, channel, root, opens, attempt, spent, replaces, COALESCE((SELECT r.ref FROM posts r WHERE r.id = posts.replaces), ''), sealed`,
		seq, until, now).Scan(&p.ID, &t.Adapter, &t.Workspace, &t.Channel, &t.Root, &p.Opens, &p.Attempt, &p.Spent, &p.Replaces, &p.Ref, &sealed)
	if err != nil {
		return claimedPost{}, err
	}
	c := s.unsealPost(p, sealed)
	if c.err == nil && c.Shadow {
		c.err = fmt.Errorf("post %s is recorded and not to be sent", p.ID)
	}
	if c.err != nil {
		err = bury(ctx, tx, p.ID, c.err.Error(), now)
	}
	return c, err
}

// unsealPost adds the encrypted fields to a post.
func (s *SQL) unsealPost(clear bot.Post, sealed []byte) claimedPost {
	data, err := s.openPost(clear, sealed)
	if err != nil {
		return claimedPost{clear, err}
	}
	p, err := decodePost(data)
	p.ID, p.Thread, p.Opens, p.Attempt, p.Spent, p.Replaces, p.Ref = clear.ID, clear.Thread, clear.Opens, clear.Attempt, clear.Spent, clear.Replaces, clear.Ref
	return claimedPost{p, err}
}

// postRowOf identifies the row that a post is sealed for. It includes where the post
// goes, so that it cannot be sent elsewhere. The sealed content has the rest:
// Private, To and Shadow.
func postRowOf(p bot.Post) []string {
	t := p.Thread
	return []string{"post", string(p.ID), t.Adapter, t.Workspace, t.Channel, t.Root, strconv.Itoa(flag(p.Opens))}
}

// openPost decrypts a post. An earlier version sealed posts for their ID alone.
func (s *SQL) openPost(p bot.Post, sealed []byte) ([]byte, error) {
	data, err := s.sealer.open(sealed, postRowOf(p)...)
	if err != nil {
		if old, errOld := s.sealer.open(sealed, "post", string(p.ID)); errOld == nil {
			return old, nil
		}
	}
	return data, err
}

// NextDue implements bot.Outbox.
func (s *SQL) NextDue(ctx context.Context, adapter string, perChannel int, resting ...bot.Channel) (time.Duration, bool, error) {
	q, err := s.queue(ctx, adapter, resting)
	if err != nil {
		return 0, false, s.wrap("next due", err)
	}
	wait, ok := q.nextDue(perChannel)
	return wait, ok, nil
}

// Sent implements bot.Outbox.
func (s *SQL) Sent(ctx context.Context, id bot.PostID, d bot.Delivery) error {
	l, err := s.locksFor(ctx, id, func(p postRow) (l locks) {
		if p.opens { // another Sent may open the thread meanwhile; none makes a post open one
			l.outbox, l.threads = p.thread.Adapter, []bot.Thread{p.thread, cmp.Or(d.Thread, p.thread)}
		}
		return l
	})
	if err != nil {
		return s.wrap("update post", err)
	}
	return s.updateTogether(ctx, "update post", func(ctx context.Context, tx *sql.Tx) error {
		p, err := s.lockPost(ctx, tx, id, l)
		if err != nil || p.sent {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE posts SET state = 'sent', ref = $2, changed_at = $3, sealed = NULL, why = '', kept = 0 WHERE id = $1`,
			string(id), d.Ref, p.now)
		if err == nil && p.opens {
			err = s.move(ctx, tx, p.thread, cmp.Or(d.Thread, p.thread))
		}
		if err != nil || p.asked == 0 {
			return err
		}
		return s.putCounts(ctx, tx, []bot.Count{answered(p.thread, p.asked, p.now)}, p.now)
	})
}

// Retry implements bot.Outbox.
func (s *SQL) Retry(ctx context.Context, id bot.PostID, attempt int, after time.Duration) error {
	return s.updateClaimed(ctx, id, attempt, locks{}, func(ctx context.Context, tx *sql.Tx, now int64) error {
		_, err := tx.ExecContext(ctx, `UPDATE posts SET claimed_until = 0, due = $2 WHERE id = $1`, string(id), now+after.Milliseconds())
		return err
	})
}

// Drop implements bot.Outbox.
func (s *SQL) Drop(ctx context.Context, id bot.PostID, attempt int, why string) error {
	l, err := s.locksFor(ctx, id, func(p postRow) locks { return locks{outbox: p.thread.Adapter} })
	if err != nil {
		return s.wrap("update post", err)
	}
	return s.updateClaimed(ctx, id, attempt, l, func(ctx context.Context, tx *sql.Tx, now int64) error { return bury(ctx, tx, id, why, now) })
}

// updateClaimed runs f unless the post is sent, or was claimed again: a sender
// whose lease has expired can neither undo a delivery nor give back what another
// one is sending.
func (s *SQL) updateClaimed(ctx context.Context, id bot.PostID, attempt int, l locks, f func(ctx context.Context, tx *sql.Tx, now int64) error) error {
	return s.updateTogether(ctx, "update post", func(ctx context.Context, tx *sql.Tx) error {
		p, err := s.lockPost(ctx, tx, id, l)
		if err != nil || p.sent || p.attempt != attempt {
			return err
		}
		return f(ctx, tx, p.now)
	})
}

// A postRow is what decides how a post may change.
type postRow struct {
	thread      bot.Thread
	opens, sent bool
	attempt     int
	asked       int64 // as Post.Answers
	now         int64 // when it was read
}

// lockPost takes locks and reads a post, which does not change until the end of the
// transaction.
func (s *SQL) lockPost(ctx context.Context, tx *sql.Tx, id bot.PostID, l locks) (postRow, error) {
	now, err := s.lock(ctx, tx, l)
	if err != nil {
		return postRow{}, err
	}
	lockRow := ""
	if s.postgres {
		lockRow = " FOR UPDATE"
	}
	p, err := readPost(ctx, tx, id, lockRow)
	p.now = now
	return p, err
}

func readPost(ctx context.Context, q querier, id bot.PostID, lockRow string) (p postRow, err error) {
	t := &p.thread
	err = q.QueryRowContext(ctx, `SELECT adapter, workspace, channel, root, opens, state = 'sent', attempt, asked_at FROM posts WHERE id = $1`+lockRow, string(id)).
		Scan(&t.Adapter, &t.Workspace, &t.Channel, &t.Root, &p.opens, &p.sent, &p.attempt, &p.asked)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("no post %q", id)
	}
	return p, err
}

// locksFor returns the locks that a change of a post needs. They depend on the post,
// and are taken before its row is locked, as Claim does.
func (s *SQL) locksFor(ctx context.Context, id bot.PostID, of func(postRow) locks) (locks, error) {
	if !s.postgres {
		return locks{}, nil
	}
	p, err := readPost(ctx, s.read, id, "")
	if err != nil {
		return locks{}, err
	}
	return of(p), nil
}

// move replaces a provisional thread by the thread that now exists.
func (s *SQL) move(ctx context.Context, tx *sql.Tx, from, to bot.Thread) error {
	if from != to {
		if err := s.moveWalkthrough(ctx, tx, from, to); err != nil {
			return err
		}
		if err := s.moveIncident(ctx, tx, from, to); err != nil {
			return err
		}
	}
	if err := s.sealPostsFor(ctx, tx, from, to); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE posts SET adapter = $5, workspace = $6, channel = $7, root = $8, opens = 0 WHERE`+whereThread,
		threadArgs(from, threadArgs(to)...)...)
	return err
}

// sealPostsFor seals the posts of a thread for their rows in the thread that
// now exists. An unreadable post stays unreadable.
func (s *SQL) sealPostsFor(ctx context.Context, tx *sql.Tx, from, to bot.Thread) error {
	rows, err := tx.QueryContext(ctx, `SELECT id, opens, sealed FROM posts WHERE`+whereThread+`AND sealed IS NOT NULL`, threadArgs(from)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	moved := map[bot.PostID][]byte{}
	for rows.Next() {
		p := bot.Post{Thread: from}
		var sealed []byte
		if err := rows.Scan(&p.ID, &p.Opens, &sealed); err != nil {
			return err
		}
		if data, err := s.openPost(p, sealed); err == nil {
			moved[p.ID] = s.sealer.seal(data, postRowOf(bot.Post{ID: p.ID, Thread: to})...)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for id, sealed := range moved {
		if _, err := tx.ExecContext(ctx, `UPDATE posts SET sealed = $2 WHERE id = $1`, string(id), sealed); err != nil {
			return err
		}
	}
	return nil
}

// moveWalkthrough moves a walkthrough and seals it for its new row. Its version
// becomes higher than that of the walkthrough it replaces, so that turns based
// on that one conflict. An unreadable walkthrough cannot be sealed for another
// row: it stays, and its thread goes on without one.
func (s *SQL) moveWalkthrough(ctx context.Context, tx *sql.Tx, from, to bot.Thread) error {
	w, err := s.walkthrough(ctx, tx, from)
	if err != nil && !errors.Is(err, bot.ErrUnreadable) {
		return err
	}
	if err != nil || w.Version == 0 {
		return nil
	}
	old, err := s.walkthrough(ctx, tx, to)
	if err != nil && !errors.Is(err, bot.ErrUnreadable) {
		return err
	}
	data, revision, err := s.encodeWalkthrough(ctx, tx, w)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM walkthroughs WHERE`+whereThread, threadArgs(to)...); err != nil {
		return err
	}
	version := max(w.Version, old.Version+1)
	_, err = tx.ExecContext(ctx, `
		UPDATE walkthroughs SET adapter = $5, workspace = $6, channel = $7, root = $8, version = $9, sealed = $10, revision = $11 WHERE`+whereThread,
		threadArgs(from, threadArgs(to, version, s.sealer.seal(data, walkthroughRow(to, version)...), revision)...)...)
	return err
}
