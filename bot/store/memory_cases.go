package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"mabsbot/bot"
)

// Case implements bot.Store.
func (m *Memory) Case(ctx context.Context, adapter, workspace string, number int) (bot.Walkthrough, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return bot.Walkthrough{}, false, wrap("case", err)
	}
	t, ok := m.caseThread(adapter, workspace, number)
	if !ok {
		return bot.Walkthrough{}, false, nil
	}
	w, err := m.walkthrough(t)
	return w, err == nil, wrap("case", err)
}

// caseThread returns the thread with the case of a number.
func (m *Memory) caseThread(adapter, workspace string, number int) (bot.Thread, bool) {
	for t, s := range m.states {
		if t.Adapter == adapter && t.Workspace == workspace && s.caseNumber == number && number > 0 {
			return t, true
		}
	}
	return bot.Thread{}, false
}

// OpenCases implements bot.Store.
func (m *Memory) OpenCases(ctx context.Context, adapter, workspace string, limit int) ([]bot.Walkthrough, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("open cases", err)
	}
	var threads []bot.Thread
	for t, s := range m.states {
		if s.status == bot.StatusCase && (adapter == "" || t.Adapter == adapter && t.Workspace == workspace) {
			threads = append(threads, t)
		}
	}
	slices.SortFunc(threads, func(a, b bot.Thread) int {
		return cmp.Or(m.states[a].begunAt.Compare(m.states[b].begunAt), m.states[a].caseNumber-m.states[b].caseNumber)
	})
	var all []bot.Walkthrough
	for _, t := range threads[:min(max(limit, 0), len(threads))] {
		w, err := m.walkthrough(t)
		if err != nil {
			return nil, wrap("open cases", err)
		}
		all = append(all, w)
	}
	return all, nil
}

// CaseCount implements bot.Store.
func (m *Memory) CaseCount(ctx context.Context, user bot.UserKey, window time.Duration) (highest, recent int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, 0, wrap("case count", err)
	}
	since := m.now().Add(-window)
	for t, s := range m.states {
		if t.Adapter != user.Adapter || t.Workspace != user.Workspace || s.caseNumber == 0 {
			continue
		}
		highest = max(highest, s.caseNumber)
		if s.asker == user.ID && s.begunAt.After(since) {
			recent++
		}
	}
	return highest, recent, nil
}
