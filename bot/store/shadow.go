package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"mabsbot/bot"
)

// ShadowHistory is how long the results of shadow channels and the votes on them are kept.
const ShadowHistory = bot.ShadowDays * 24 * time.Hour

// shadowRow identifies the row that a vote is sealed for.
func shadowRow(about string, p bot.Place) []string {
	return []string{"vote", about, p.Adapter, p.Workspace, p.Channel}
}

// Shadowed implements bot.Store.
func (s *SQL) Shadowed(ctx context.Context, q bot.ShadowQuery) (all []bot.Post, unreadable error) {
	query := `SELECT id, adapter, workspace, channel, root, opens, sealed FROM posts WHERE state = 'shadow'`
	args := []any{max(q.Limit, 0)}
	if q.Before != "" {
		args = append(args, string(q.Before))
		query += fmt.Sprintf(` AND seq < (SELECT seq FROM posts WHERE id = $%d)`, len(args))
	}
	if q.Place != (bot.Place{}) {
		args = append(args, q.Adapter, q.Workspace, q.Channel)
		query += fmt.Sprintf(` AND adapter = $%d AND workspace = $%d AND channel = $%d`, len(args)-2, len(args)-1, len(args))
	}
	rows, err := s.read.QueryContext(ctx, query+` ORDER BY seq DESC LIMIT $1`, args...)
	if err != nil {
		return nil, s.wrap("shadowed", err)
	}
	defer rows.Close()
	for rows.Next() {
		var p bot.Post
		var sealed []byte
		if err := rows.Scan(&p.ID, &p.Thread.Adapter, &p.Thread.Workspace, &p.Thread.Channel, &p.Thread.Root, &p.Opens, &sealed); err != nil {
			return nil, s.wrap("shadowed", err)
		}
		read := s.unsealPost(p, sealed)
		if read.err != nil {
			unreadable = errors.Join(unreadable, read.err)
			continue
		}
		all = append(all, read.Post)
	}
	if err := rows.Err(); err != nil {
		return nil, s.wrap("shadowed", err)
	}
	return all, s.wrap("shadowed", unreadable)
}

// keepsRecord reports whether Prune leaves a recorded post to Expire, so that people have
// the time to vote on it.
func keepsRecord(p bot.Post, about bot.EventID) bool { return p.Shadow && about != "" }

// putShadowAnswer notes the result of a message in shadow mode. An edit of the message
// has another result, without a vote.
func putShadowAnswer(ctx context.Context, tx *sql.Tx, p bot.Post, about bot.EventID, now int64) error {
	if !p.Shadow || p.Question == nil || p.Question.Result == "" || about == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO shadow_answers (about, post, adapter, workspace, channel, result, entry, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (about) DO UPDATE SET post = $2, result = $6, entry = $7, at = $8, vote = 0, voted_at = 0, sealed = NULL WHERE shadow_answers.post <> $2`,
		string(about), string(p.ID), p.Thread.Adapter, p.Thread.Workspace, p.Thread.Channel, p.Question.Result, p.Question.Entry, now)
	return err
}

// ShadowSums implements bot.Store.
func (s *SQL) ShadowSums(ctx context.Context) ([]bot.ShadowSum, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT adapter, workspace, channel, result, COUNT(*), SUM(CASE vote WHEN 1 THEN 1 ELSE 0 END), SUM(CASE vote WHEN -1 THEN 1 ELSE 0 END)
		FROM shadow_answers GROUP BY adapter, workspace, channel, result ORDER BY adapter, workspace, channel, result`)
	if err != nil {
		return nil, s.wrap("shadow sums", err)
	}
	defer rows.Close()
	var all []bot.ShadowSum
	for rows.Next() {
		var c bot.ShadowSum
		if err := rows.Scan(&c.Adapter, &c.Workspace, &c.Channel, &c.Result, &c.N, &c.Right, &c.Wrong); err != nil {
			return nil, s.wrap("shadow sums", err)
		}
		all = append(all, c)
	}
	return all, s.wrap("shadow sums", rows.Err())
}

// Votes implements bot.Store.
func (s *SQL) Votes(ctx context.Context, q bot.VoteQuery) (all []bot.Vote, unreadable error) {
	if q.Posts != nil && len(q.Posts) == 0 {
		return nil, nil // PostgreSQL has no empty list
	}
	args := []any{max(q.Limit, 0)}
	where := `vote <> 0`
	if q.Posts != nil {
		var marks []string
		for _, id := range q.Posts {
			args = append(args, string(id))
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
		where = `post IN (` + strings.Join(marks, ", ") + `)`
	}
	rows, err := s.read.QueryContext(ctx, `
		SELECT about, post, adapter, workspace, channel, result, entry, at, vote, voted_at, sealed
		FROM shadow_answers WHERE `+where+` ORDER BY voted_at DESC, about LIMIT $1`, args...)
	if err != nil {
		return nil, s.wrap("votes", err)
	}
	defer rows.Close()
	for rows.Next() {
		var v bot.Vote
		var about string
		var at, vote, voted int64
		var sealed []byte
		if err := rows.Scan(&about, &v.Post, &v.Adapter, &v.Workspace, &v.Channel, &v.Result, &v.Entry, &at, &vote, &voted, &sealed); err != nil {
			return nil, s.wrap("votes", err)
		}
		v.At = time.UnixMilli(at)
		if vote != 0 {
			v.Right, v.Voted = vote > 0, time.UnixMilli(voted)
			if err := s.unseal(sealed, &v.By, shadowRow(about, v.Place)...); err != nil { // the vote counts all the same
				unreadable = errors.Join(unreadable, err)
			}
		}
		all = append(all, v)
	}
	if err := rows.Err(); err != nil {
		return nil, s.wrap("votes", err)
	}
	return all, s.wrap("votes", unreadable)
}

// Vote implements bot.Store.
func (s *SQL) Vote(ctx context.Context, post bot.PostID, right bool, by bot.User) error {
	return s.update(ctx, "vote", func(tx *sql.Tx) error {
		now, err := s.lock(ctx, tx, locks{})
		if err != nil {
			return err
		}
		var about string
		var p bot.Place
		err = tx.QueryRowContext(ctx, `SELECT about, adapter, workspace, channel FROM shadow_answers WHERE post = $1`, string(post)).
			Scan(&about, &p.Adapter, &p.Workspace, &p.Channel)
		if errors.Is(err, sql.ErrNoRows) {
			return bot.ErrNoVote
		}
		if err != nil {
			return err
		}
		data, err := encode(by)
		if err != nil {
			return err
		}
		return execOne(ctx, tx, bot.ErrNoVote, `UPDATE shadow_answers SET vote = $1, voted_at = $2, sealed = $3 WHERE post = $4`,
			2*flag(right)-1, now, s.sealer.seal(data, shadowRow(about, p)...), string(post))
	})
}
