package store

import (
	"context"
	"slices"
	"strings"

	"mabsbot/bot"
)

// Erase implements bot.Store.
func (m *Memory) Erase(ctx context.Context, message bot.EventID) ([]bot.Thread, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("erase", err)
	}
	var threads []bot.Thread
	for _, p := range m.posts {
		if p.about == message && message != "" {
			p.erased, p.shadow, p.dead = true, false, false
			if !slices.Contains(threads, p.thread) {
				threads = append(threads, p.thread)
			}
		}
	}
	if m.answers[message].Voted.IsZero() {
		delete(m.answers, message)
	}
	for name, all := range m.inboxes {
		m.inboxes[name] = slices.DeleteFunc(all, func(r memoryRecord) bool {
			return r.dead && (r.key == string(message) || strings.HasPrefix(r.key, string(message)+"/"))
		})
	}
	m.unrecord(message)
	m.eraseFixes(message)
	m.forgetReports(message)
	return threads, nil
}

// outdated reports whether a later waiting post replaces p or changes the same
// message, or whether the message that p is about was deleted.
func (m *Memory) outdated(p *memoryPost) bool {
	if p.erased {
		return true
	}
	later := m.posts[slices.Index(m.posts, p)+1:]
	return slices.ContainsFunc(later, func(n *memoryPost) bool {
		return n.waiting && (n.replaces == p.id || n.replaces == p.replaces && n.replaces != "")
	})
}

// endDeadLetters ends the dead letters before p that p replaces, or that would
// change the same message. replaces is what p replaced when it was applied.
func (m *Memory) endDeadLetters(p *memoryPost, replaces bot.PostID) {
	if replaces == "" {
		return
	}
	for _, q := range m.posts {
		if q == p {
			break
		}
		if q.id == replaces || q.replaces == replaces || q.replaces == p.replaces {
			q.dead = false
		}
	}
}

// DeadLetters implements bot.Outbox.
func (m *Memory) DeadLetters(ctx context.Context, limit int) ([]bot.DeadLetter, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("dead letters", err)
	}
	dead := slices.DeleteFunc(slices.Clone(m.posts), func(q *memoryPost) bool { return !q.dead })
	slices.Reverse(dead)
	slices.SortStableFunc(dead, func(a, b *memoryPost) int { return b.changed.Compare(a.changed) })
	var all []bot.DeadLetter
	for _, q := range dead[:min(max(limit, 0), len(dead))] {
		p, err := decodePost(q.data)
		if err != nil {
			return nil, wrap("dead letters", err)
		}
		p.Thread, p.Opens, p.Attempt, p.Spent, p.Replaces = q.thread, q.opens, q.attempt, q.spent, q.replaces
		all = append(all, bot.DeadLetter{Post: p, Why: q.why, At: q.changed})
	}
	return all, nil
}

// Resend implements bot.Outbox.
func (m *Memory) Resend(ctx context.Context, id bot.PostID) error {
	return m.changeDeadLetter(ctx, id, func(p *memoryPost) {
		p.waiting, p.claimedUntil, p.due, p.ready, p.spent = true, m.now(), m.now(), m.now(), p.attempt
	})
}

// Discard implements bot.Outbox.
func (m *Memory) Discard(ctx context.Context, id bot.PostID) error {
	return m.changeDeadLetter(ctx, id, func(*memoryPost) {})
}

func (m *Memory) changeDeadLetter(ctx context.Context, id bot.PostID, f func(*memoryPost)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("dead letter", err)
	}
	p := m.post(id)
	if p == nil || !p.dead {
		return wrap("dead letter", bot.ErrNoDeadLetter)
	}
	p.dead, p.changed = false, m.now()
	f(p)
	return nil
}

// Backlogs implements bot.Outbox.
func (m *Memory) Backlogs(ctx context.Context) ([]bot.Backlog, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("backlogs", err)
	}
	now, all := m.now(), backlogs{}
	for _, p := range m.posts {
		switch {
		case p.waiting && !p.ready.After(now):
			all.add(bot.Backlog{Adapter: p.thread.Adapter, Waiting: 1, Oldest: now.Sub(p.ready)})
		case p.dead:
			all.add(bot.Backlog{Adapter: p.thread.Adapter, DeadLetters: 1})
		}
	}
	return all.sorted(), nil
}
