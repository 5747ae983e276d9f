package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"mabsbot/bot"
)

// Case implements bot.Store.
func (s *SQL) Case(ctx context.Context, adapter, workspace string, number int) (bot.Walkthrough, bool, error) {
	w, err := s.scanWalkthrough(s.read.QueryRowContext(ctx, selectWalkthroughs+`
		WHERE adapter = $1 AND workspace = $2 AND case_number = $3 AND case_number > 0`, adapter, workspace, number).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Walkthrough{}, false, nil
	}
	return w, err == nil, s.wrap("case", err)
}

// OpenCases implements bot.Store.
func (s *SQL) OpenCases(ctx context.Context, adapter, workspace string, limit int) ([]bot.Walkthrough, error) {
	rows, err := s.read.QueryContext(ctx, selectWalkthroughs+`
		WHERE status = 'case' AND ($1 = '' OR adapter = $1 AND workspace = $2)
		ORDER BY begun_at, case_number LIMIT $3`, adapter, workspace, max(limit, 0))
	if err != nil {
		return nil, s.wrap("open cases", err)
	}
	all, err := s.scanWalkthroughs(rows)
	return all, s.wrap("open cases", err)
}

// CaseCount implements bot.Store.
func (s *SQL) CaseCount(ctx context.Context, user bot.UserKey, window time.Duration) (highest, recent int, err error) {
	err = s.read.QueryRowContext(ctx, `
		SELECT COALESCE(MAX(n), 0) FROM (
			SELECT MAX(case_number) AS n FROM walkthroughs WHERE adapter = $1 AND workspace = $2 AND case_number > 0
			UNION ALL SELECT highest FROM case_numbers WHERE adapter = $1 AND workspace = $2) AS numbers`, user.Adapter, user.Workspace).Scan(&highest)
	if err != nil {
		return 0, 0, s.wrap("case count", err)
	}
	now, err := s.now(ctx, s.read)
	if err != nil {
		return 0, 0, s.wrap("case count", err)
	}
	err = s.read.QueryRowContext(ctx, `
		SELECT COUNT(*) FROM walkthroughs
		WHERE adapter = $1 AND workspace = $2 AND asker = $3 AND case_number > 0 AND begun_at > $4`,
		user.Adapter, user.Workspace, user.ID, now-window.Milliseconds()).Scan(&recent)
	return highest, recent, s.wrap("case count", err)
}

// caseNumber returns the number of the case that is handed over to the thread
// of w, or 0.
func caseNumber(w bot.Walkthrough) int {
	if w.Handover == nil {
		return 0
	}
	return w.Handover.Number
}
