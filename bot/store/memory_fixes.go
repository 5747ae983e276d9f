package store

import (
	"context"
	"slices"
	"time"

	"mabsbot/bot"
)

// putFix records a fix, if there is one, unless one with its ID is recorded.
func (m *Memory) putFix(f *bot.Fix, now time.Time) {
	if f == nil || m.fix(f.ID) >= 0 {
		return
	}
	one := *f
	one.At, one.By = now, bot.User{ID: f.By.ID, Name: f.By.Name}
	m.fixes = append(m.fixes, one)
	m.fixes = m.fixes[max(0, len(m.fixes)-bot.MaxFixes):]
}

// fix returns the index of the fix with the ID, or -1.
func (m *Memory) fix(id bot.FixID) int {
	return slices.IndexFunc(m.fixes, func(f bot.Fix) bool { return f.ID == id })
}

// eraseFixes removes what is recorded of a message.
func (m *Memory) eraseFixes(message bot.EventID) {
	m.fixes = slices.DeleteFunc(m.fixes, func(f bot.Fix) bool { return f.ID == bot.FixIDOf(message) })
	for i := range m.fixes {
		if m.fixes[i].Of == bot.RecordID(message) {
			withoutQuestion(&m.fixes[i])
		}
	}
}

// Fixes implements bot.FixStore.
func (m *Memory) Fixes(ctx context.Context, limit int) ([]bot.Fix, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("fixes", err)
	}
	all := slices.Clone(m.fixes)
	slices.Reverse(all)
	return all[:min(len(all), max(limit, 0))], nil
}

// FixesAbout implements bot.FixStore.
func (m *Memory) FixesAbout(ctx context.Context, message bot.EventID) ([]bot.Fix, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("fixes", err)
	}
	var all []bot.Fix
	for _, f := range m.fixes {
		if f.ID == bot.FixIDOf(message) || f.Of == bot.RecordID(message) {
			all = append(all, f)
		}
	}
	return all, nil
}

// ReviseFix implements bot.FixStore.
func (m *Memory) ReviseFix(ctx context.Context, fix bot.Fix) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("revise fix", err)
	}
	if i := m.fix(fix.ID); i >= 0 {
		f := &m.fixes[i]
		f.Text = fix.Text
		if f.Of == fix.Of { // otherwise the question was deleted meanwhile
			f.Question = fix.Question
		}
	}
	return nil
}

// SetFix implements bot.FixStore.
func (m *Memory) SetFix(ctx context.Context, id bot.FixID, state bot.FixState) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("set fix", err)
	}
	i := m.fix(id)
	if i < 0 {
		return wrap("set fix", bot.ErrNoFix)
	}
	m.fixes[i].State = state
	return nil
}

// OpenFixes implements bot.FixStore.
func (m *Memory) OpenFixes(ctx context.Context) (map[string]int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("open fixes", err)
	}
	all := map[string]int{}
	for _, f := range m.fixes {
		if f.State == bot.FixOpen {
			all[f.Thread.Adapter]++
		}
	}
	return all, nil
}
