package store

import (
	"context"
	"database/sql"
	"errors"

	"mabsbot/bot"
)

// Forget removes what is stored of a user in all workspaces of an adapter: the
// conversations that they began, with their posts, the team's threads of their
// cases, unsent posts for them elsewhere, records of what was not answered, their reports of errors, their name
// and questions in fixes, their language, and whether their outcomes count. It returns the number of conversations.
// The daily counts and the outcomes of steps have no users and stay.
func (s *SQL) Forget(ctx context.Context, adapter, user string) (conversations int, err error) {
	err = s.inBatches(ctx, func(ctx context.Context, tx *sql.Tx) (bool, error) {
		threads, err := threadsOf(tx.QueryContext(ctx, `
			SELECT adapter, workspace, channel, root FROM walkthroughs WHERE adapter = $1 AND asker = $2 LIMIT $3`, adapter, user, expireBatch))
		if err != nil {
			return false, err
		}
		for _, t := range threads {
			if err := removeWalkthrough(ctx, tx, t); err != nil {
				return false, err
			}
		}
		conversations += len(threads)
		return len(threads) == expireBatch, nil
	})
	if err != nil {
		return conversations, err
	}
	cases, err := s.casesFor(ctx, adapter, user)
	if err != nil {
		return conversations, s.wrap("forget", err)
	}
	conversations += len(cases)
	return conversations, s.update(ctx, "forget", func(tx *sql.Tx) error {
		if _, err := s.lock(ctx, tx, locks{alone: true}); err != nil {
			return err
		}
		for _, t := range cases {
			if err := removeWalkthrough(ctx, tx, t); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM outcome_askers WHERE asker = $1`, s.askerHash(adapter, user)); err != nil {
			return err
		}
		for _, query := range []string{
			`DELETE FROM preferences WHERE adapter = $1 AND user_id = $2`,
			`DELETE FROM posts WHERE adapter = $1 AND recipient = $2 AND sealed IS NOT NULL`,
			`DELETE FROM unanswered WHERE adapter = $1 AND asker = $2`,
			`DELETE FROM incident_reports WHERE adapter = $1 AND asker = $2`,
			`UPDATE posts SET recipient = '' WHERE adapter = $1 AND recipient = $2`,
		} {
			if _, err := tx.ExecContext(ctx, query, adapter, user); err != nil {
				return err
			}
		}
		return s.forgetFixes(ctx, tx, adapter, user)
	})
}

// casesFor returns the team's threads of cases that another person opened for the
// user.
func (s *SQL) casesFor(ctx context.Context, adapter, user string) ([]bot.Thread, error) {
	rows, err := s.read.QueryContext(ctx, selectWalkthroughs+`WHERE adapter = $1 AND case_number > 0`, adapter)
	if err != nil {
		return nil, err
	}
	cases, err := s.scanWalkthroughs(rows)
	if err != nil && !errors.Is(err, bot.ErrUnreadable) {
		return nil, err
	}
	var all []bot.Thread
	for _, w := range cases {
		if w.Handover.For.ID == user {
			all = append(all, w.Thread)
		}
	}
	return all, nil
}
