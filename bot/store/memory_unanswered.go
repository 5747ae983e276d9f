package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"mabsbot/bot"
)

// record keeps the record of a message, if there is one.
func (m *Memory) record(u *bot.Unanswered, now time.Time) {
	if u == nil {
		return
	}
	recent := 0
	for _, old := range m.unanswered {
		if old.Place.Adapter == u.Place.Adapter && old.Asker == u.Asker && old.At.After(now.Add(-time.Hour)) {
			recent++
		}
	}
	if recent >= bot.MaxUnansweredByUser {
		return
	}
	one := *u
	one.At, one.Nearest = now, slices.Clone(u.Nearest)
	if i := slices.IndexFunc(m.unanswered, func(old bot.Unanswered) bool { return old.ID == u.ID }); i >= 0 {
		one.At = m.unanswered[i].At
		m.unanswered[i] = one
		return
	}
	m.unanswered = append(m.unanswered, one)
	m.unanswered = m.unanswered[max(0, len(m.unanswered)-bot.MaxUnanswered):]
}

// unrecord removes the record of a message.
func (m *Memory) unrecord(message bot.EventID) {
	m.unanswered = slices.DeleteFunc(m.unanswered, func(u bot.Unanswered) bool { return u.ID == bot.RecordID(message) })
}

// Unanswered implements bot.UnansweredStore.
func (m *Memory) Unanswered(ctx context.Context, limit int) ([]bot.Unanswered, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []bot.Unanswered
	for _, u := range slices.Backward(m.unanswered) {
		if len(all) < limit {
			u.Nearest = slices.Clone(u.Nearest)
			all = append(all, u)
		}
	}
	return all, wrap("unanswered", ctx.Err())
}

// Unrecord implements bot.UnansweredStore.
func (m *Memory) Unrecord(ctx context.Context, message bot.EventID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("unrecord", err)
	}
	m.unrecord(message)
	return nil
}

// SetMark implements bot.UnansweredStore.
func (m *Memory) SetMark(ctx context.Context, key string, state bot.MarkState) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("set mark", err)
	}
	m.marks = slices.DeleteFunc(m.marks, func(old bot.Mark) bool { return old.Key == key })
	if state != "" {
		m.marks = append(m.marks, bot.Mark{Key: key, State: state, At: m.now()})
		m.marks = m.marks[max(0, len(m.marks)-bot.MaxMarks):]
	}
	return nil
}

// Marks implements bot.UnansweredStore.
func (m *Memory) Marks(ctx context.Context) ([]bot.Mark, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.Clone(m.marks)
	slices.Reverse(all)
	return all, wrap("marks", ctx.Err())
}

// Asked implements bot.UnansweredStore.
func (m *Memory) Asked(ctx context.Context, since time.Time, limit int) ([]bot.Walkthrough, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("asked", err)
	}
	var threads []bot.Thread
	for t, s := range m.states {
		if s.caseNumber == 0 && !s.changed.Before(since) {
			threads = append(threads, t)
		}
	}
	slices.SortFunc(threads, func(a, b bot.Thread) int {
		return cmp.Or(m.states[b].changed.Compare(m.states[a].changed), cmp.Compare(a.Root, b.Root))
	})
	var all []bot.Walkthrough
	for _, t := range threads[:min(max(limit, 0), len(threads))] {
		w, err := m.walkthrough(t)
		if err != nil {
			return nil, wrap("asked", err)
		}
		all = append(all, w.WithEntry(m.states[t].entry))
	}
	return all, nil
}
