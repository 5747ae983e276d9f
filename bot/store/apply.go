package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"mabsbot/bot"
)

// whereThread selects the rows of the thread in parameters $1 to $4; see
// threadArgs.
const whereThread = ` adapter = $1 AND workspace = $2 AND channel = $3 AND root = $4 `

// threadArgs returns a thread as query arguments, followed by others.
func threadArgs(t bot.Thread, others ...any) []any {
	return append([]any{t.Adapter, t.Workspace, t.Channel, t.Root}, others...)
}

// A querier is a transaction or a connection pool.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Load implements bot.Store.
func (s *SQL) Load(ctx context.Context, thread bot.Thread, user bot.UserKey) (bot.Walkthrough, string, error) {
	w, err := s.walkthrough(ctx, s.read, thread)
	if err != nil {
		return bot.Walkthrough{}, "", s.wrap("load", err)
	}
	var lang string
	err = s.read.QueryRowContext(ctx, `SELECT lang FROM preferences WHERE adapter = $1 AND workspace = $2 AND user_id = $3`,
		user.Adapter, user.Workspace, user.ID).Scan(&lang)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return bot.Walkthrough{}, "", s.wrap("load", err)
	}
	return w, lang, nil
}

// walkthrough returns the walkthrough of a thread, or the zero one with Thread
// set.
func (s *SQL) walkthrough(ctx context.Context, q querier, thread bot.Thread) (bot.Walkthrough, error) {
	w, err := s.scanWalkthrough(q.QueryRowContext(ctx, selectWalkthroughs+`WHERE`+whereThread, threadArgs(thread)...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Walkthrough{Thread: thread}, nil
	}
	return w, err
}

// walkthroughRow identifies the row that a walkthrough is sealed for. It
// includes the version, so that an earlier state cannot be put in the place of
// a later one.
func walkthroughRow(t bot.Thread, version int) []string {
	return []string{"walkthrough", t.Adapter, t.Workspace, t.Channel, t.Root, strconv.Itoa(version)}
}

// Recent implements bot.Store.
func (s *SQL) Recent(ctx context.Context, near bot.Thread, entry string, window time.Duration, limit int) ([]bot.Thread, error) {
	now, err := s.now(ctx, s.read)
	if err != nil {
		return nil, s.wrap("recent", err)
	}
	rows, err := s.read.QueryContext(ctx, `
		SELECT root FROM walkthroughs w
		WHERE adapter = $1 AND workspace = $2 AND channel = $3 AND root <> $4
			AND entry = $5 AND begun_at >= $6 AND private = 0 AND status NOT IN ('', 'choosing', 'unmatched', 'proposed')
			AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.opens = 1 AND p.adapter = w.adapter
				AND p.workspace = w.workspace AND p.channel = w.channel AND p.root = w.root)
		ORDER BY begun_at DESC LIMIT $7`,
		threadArgs(near, entry, now-window.Milliseconds(), max(limit, 0))...)
	if err != nil {
		return nil, s.wrap("recent", err)
	}
	defer rows.Close()
	var found []bot.Thread
	for rows.Next() {
		thread := near
		if err := rows.Scan(&thread.Root); err != nil {
			return nil, s.wrap("recent", err)
		}
		found = append(found, thread)
	}
	return found, s.wrap("recent", rows.Err())
}

// Waiting implements bot.Store.
func (s *SQL) Waiting(ctx context.Context, post bot.PostID) (bool, error) {
	var n int
	err := s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM posts WHERE id = $1 AND state = 'waiting'`, string(post)).Scan(&n)
	return n > 0, s.wrap("waiting", err)
}

// Keeps implements bot.Store.
func (s *SQL) Keeps(ctx context.Context, post bot.PostID) (bool, error) {
	var n int
	err := s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM posts WHERE id = $1`, string(post)).Scan(&n)
	return n > 0, s.wrap("keeps", err)
}

// Walkthroughs implements bot.Store.
func (s *SQL) Walkthroughs(ctx context.Context, user bot.UserKey, limit int) ([]bot.Walkthrough, error) {
	rows, err := s.read.QueryContext(ctx, selectWalkthroughs+`
		WHERE adapter = $1 AND workspace = $2 AND asker = $3 AND case_number = 0
		ORDER BY changed_at DESC LIMIT $4`, user.Adapter, user.Workspace, user.ID, max(limit, 0))
	if err != nil {
		return nil, s.wrap("walkthroughs", err)
	}
	all, err := s.scanWalkthroughs(rows)
	return all, s.wrap("walkthroughs", err)
}

// Apply implements bot.Store.
func (s *SQL) Apply(ctx context.Context, turn bot.Turn) error {
	if err := validate(turn); err != nil {
		return s.wrap("apply", err)
	}
	err := s.updateTogether(ctx, "apply", func(ctx context.Context, tx *sql.Tx) error { return s.apply(ctx, tx, turn) })
	if err == nil {
		s.alarm.written()
	}
	return err
}

func (s *SQL) apply(ctx context.Context, tx *sql.Tx, turn bot.Turn) error {
	now, err := s.lock(ctx, tx, locksOf(turn)) // the time after the wait for the locks, because a Delay counts from the commit
	if err != nil {
		return err
	}
	if err := putEvent(ctx, tx, turn.Event, now); err != nil {
		return err
	}
	for _, w := range turn.States {
		if err := s.putState(ctx, tx, w, now); err != nil {
			return err
		}
	}
	for _, p := range turn.Posts {
		if err := s.putPost(ctx, tx, p, turn.About, now); err != nil {
			return err
		}
	}
	if err := s.putSettings(ctx, tx, turn.Set, now); err != nil {
		return err
	}
	if err := putPreference(ctx, tx, turn.Prefer); err != nil {
		return err
	}
	if err := s.putUnanswered(ctx, tx, turn.Unanswered, now); err != nil {
		return err
	}
	if err := s.putFix(ctx, tx, turn.Fix, now); err != nil {
		return err
	}
	if err := putReports(ctx, tx, turn.Reports); err != nil {
		return err
	}
	if err := s.putIncident(ctx, tx, turn.Incident, now); err != nil {
		return err
	}
	if err := s.putLearned(ctx, tx, turn.Learned, now); err != nil {
		return err
	}
	return s.putCounts(ctx, tx, turn.Counts, now)
}

func putEvent(ctx context.Context, tx *sql.Tx, event bot.EventID, now int64) error {
	return execOne(ctx, tx, bot.ErrDuplicate, `INSERT INTO events (id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, string(event), now)
}

// putState stores w with Version+1. It returns ErrConflict unless Version is
// the stored version and no other thread has its case. begun_at, the time when the
// entry was started, changes only with the entry.
func (s *SQL) putState(ctx context.Context, tx *sql.Tx, w bot.Walkthrough, now int64) error {
	data, revision, err := s.encodeWalkthrough(ctx, tx, w)
	if err != nil {
		return err
	}
	query := `
		INSERT INTO walkthroughs (adapter, workspace, channel, root, version, status, entry, private, asker, begun_at, changed_at, sealed, case_number, revision)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13) ON CONFLICT DO NOTHING`
	if w.Version > 0 {
		query = `
		UPDATE walkthroughs SET version = $5, status = $6, entry = $7, private = $8, asker = $9,
			begun_at = CASE WHEN entry = $7 THEN begun_at ELSE $10 END, changed_at = $10, sealed = $11, case_number = $12, revision = $13
		WHERE version = $5 - 1 AND` + whereThread
	}
	version := w.Version + 1
	return execOne(ctx, tx, bot.ErrConflict, query, threadArgs(w.Thread,
		version, string(w.Status), entryID(w), flag(w.Private), w.Asker.ID, now, s.sealer.seal(data, walkthroughRow(w.Thread, version)...), caseNumber(w), revision)...)
}

// putPost queues a post, or does nothing if its ID is known: an event that is
// redelivered after it was pruned makes the same posts again.
func (s *SQL) putPost(ctx context.Context, tx *sql.Tx, p bot.Post, about bot.EventID, now int64) error {
	data, err := encode(p)
	if err != nil {
		return err
	}
	state := "waiting"
	if p.Shadow {
		state = "shadow"
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO posts (adapter, workspace, channel, root, id, opens, delayed, replaces, state, due, ready_at, claimed_until, attempt, ref, changed_at, sealed, recipient, urgent, private, about, asked_at, kept)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, 0, 0, '', $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING`,
		threadArgs(p.Thread, string(p.ID), flag(p.Opens), flag(p.Delay > 0), string(p.Replaces), state, now+p.Delay.Milliseconds(), now,
			s.sealer.seal(data, postRowOf(p)...), p.To.ID, flag(p.Urgent), flag(p.Private), string(about), p.Answers, flag(keepsRecord(p, about)))...)
	if err == nil {
		err = putShadowAnswer(ctx, tx, p, about, now)
	}
	if err != nil || p.Replaces == "" || p.Shadow {
		return err
	}
	if err := dropDelayed(ctx, tx, p, now); err != nil {
		return err
	}
	if p.Delay == 0 { // until a delayed one is due, the earlier changes are to be seen
		if err := supersede(ctx, tx, p.ID, now); err != nil {
			return err
		}
	}
	return endDeadLetters(ctx, tx, p)
}

// dropDelayed drops the delayed post that a post replaces, if that was not claimed. If
// it was to replace another post in turn, the new post does so instead.
func dropDelayed(ctx context.Context, tx *sql.Tx, p bot.Post, now int64) error {
	var replaces string
	err := tx.QueryRowContext(ctx, `
		UPDATE posts SET state = 'dropped', changed_at = $2, sealed = NULL
		WHERE id = $1 AND state = 'waiting' AND delayed = 1 AND claimed_until <= $2 RETURNING replaces`, string(p.Replaces), now).Scan(&replaces)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil && replaces != "" {
		_, err = tx.ExecContext(ctx, `UPDATE posts SET replaces = $2 WHERE id = $1 AND state = 'waiting'`, string(p.ID), replaces)
	}
	return err
}

// unclaimedChange is true for a waiting change q of a delivered post.
const unclaimedChange = `(q.state = 'waiting' AND q.delayed = 0 AND q.opens = 0 AND q.claimed_until <= $2
	AND EXISTS (SELECT 1 FROM posts r WHERE r.id = q.replaces AND r.state = 'sent' AND r.ref <> ''))`

// supersede drops the waiting changes of the post that a post changes: of several,
// only the last goes out. The dropped ones keep the Ref of the message, so that a
// post that replaces one of them replaces what they would have changed.
func supersede(ctx context.Context, tx *sql.Tx, id bot.PostID, now int64) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE posts SET replaces = (SELECT q.replaces FROM posts q WHERE q.id = posts.replaces)
		WHERE id = $1 AND state = 'waiting' AND EXISTS (SELECT 1 FROM posts q
			WHERE q.id = posts.replaces AND (q.state = 'dropped' AND q.ref <> '' OR `+unclaimedChange+`))`, string(id), now)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE posts SET state = 'dropped', ref = (SELECT r.ref FROM posts r WHERE r.id = posts.replaces), changed_at = $2, sealed = NULL
		WHERE id IN (SELECT q.id FROM posts q JOIN posts p ON p.replaces = q.replaces
			WHERE p.id = $1 AND p.state = 'waiting' AND q.id <> p.id AND q.seq < p.seq AND `+unclaimedChange+`)`, string(id), now)
	return err
}

func putPreference(ctx context.Context, tx *sql.Tx, p *bot.Preference) error {
	if p == nil {
		return nil
	}
	if p.Lang == "" {
		_, err := tx.ExecContext(ctx, `DELETE FROM preferences WHERE adapter = $1 AND workspace = $2 AND user_id = $3`,
			p.User.Adapter, p.User.Workspace, p.User.ID)
		return err
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO preferences (adapter, workspace, user_id, lang) VALUES ($1, $2, $3, $4)
		ON CONFLICT (adapter, workspace, user_id) DO UPDATE SET lang = $4`, p.User.Adapter, p.User.Workspace, p.User.ID, p.Lang)
	return err
}

// execOne runs a query that changes one row. It returns noRow if the query
// changed none.
func execOne(ctx context.Context, tx *sql.Tx, noRow error, query string, args ...any) error {
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return noRow
	}
	return err
}

// flag returns b as an integer; SQLite has no boolean type.
func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
