package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"mabsbot/bot"
)

// Claim implements bot.Outbox.
func (m *Memory) Claim(ctx context.Context, adapter string, limit, perChannel int, lease time.Duration) ([]bot.Post, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("claim", err)
	}
	now := m.now()
	var posts []bot.Post
	for i, q := range m.posts {
		if len(posts) >= limit {
			break
		}
		if !q.waiting || q.thread.Adapter != adapter || q.due.After(now) || q.claimedUntil.After(now) || m.blocked(i, now) || m.claimedIn(q.thread, now) >= perChannel {
			continue
		}
		p, err := decodePost(q.data)
		if err != nil {
			return nil, wrap("claim", err)
		}
		q.claimedUntil = now.Add(lease)
		q.attempt++
		p.Thread, p.Opens, p.Attempt, p.Replaces = q.thread, q.opens, q.attempt, q.replaces
		if old := m.post(q.replaces); old != nil {
			p.Ref = old.ref
		}
		posts = append(posts, p)
	}
	return posts, nil
}

// blocked reports whether the i-th post has to wait for another one. See
// outbox.go for the rules.
func (m *Memory) blocked(i int, now time.Time) bool {
	p := m.posts[i]
	for j, o := range m.posts {
		if j == i || !o.waiting {
			continue
		}
		if !o.delayed && !p.delayed && o.thread == p.thread && (j < i || o.claimedUntil.After(now)) {
			return true
		}
		if o.id == p.replaces && o.thread.Adapter == p.thread.Adapter && j < i {
			return true
		}
	}
	return false
}

// claimedIn counts the claimed posts of a thread's channel.
func (m *Memory) claimedIn(t bot.Thread, now time.Time) int {
	n := 0
	for _, o := range m.posts {
		if o.waiting && o.claimedUntil.After(now) && o.thread.Adapter == t.Adapter && o.thread.Workspace == t.Workspace && o.thread.Channel == t.Channel {
			n++
		}
	}
	return n
}

// NextDue implements bot.Outbox.
func (m *Memory) NextDue(ctx context.Context, adapter string, perChannel int) (time.Duration, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, false, wrap("next due", err)
	}
	now := m.now()
	var wait time.Duration
	ok := false
	for i, p := range m.posts {
		if !p.waiting || p.thread.Adapter != adapter || (!p.claimedUntil.After(now) && (m.blocked(i, now) || m.claimedIn(p.thread, now) >= perChannel)) {
			continue
		}
		w := max(p.due.Sub(now), p.claimedUntil.Sub(now), 0)
		if !ok || w < wait {
			wait, ok = w, true
		}
	}
	return wait, ok, nil
}

// Sent implements bot.Outbox.
func (m *Memory) Sent(ctx context.Context, id bot.PostID, d bot.Delivery) error {
	return m.updateUnsent(ctx, id, func(p *memoryPost) {
		p.waiting, p.sent, p.ref = false, true, d.Ref
		if p.opens {
			m.move(p.thread, cmp.Or(d.Thread, p.thread))
		}
	})
}

// Retry implements bot.Outbox.
func (m *Memory) Retry(ctx context.Context, id bot.PostID, after time.Duration) error {
	return m.updateUnsent(ctx, id, func(p *memoryPost) { p.claimedUntil, p.due = time.Time{}, m.now().Add(after) })
}

// Drop implements bot.Outbox.
func (m *Memory) Drop(ctx context.Context, id bot.PostID) error {
	return m.updateUnsent(ctx, id, func(p *memoryPost) { p.waiting = false })
}

func (m *Memory) updateUnsent(ctx context.Context, id bot.PostID, f func(*memoryPost)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("update post", err)
	}
	p := m.post(id)
	if p == nil {
		return wrap("update post", fmt.Errorf("no post %q", id))
	}
	if !p.sent {
		f(p)
		p.changed = m.now()
	}
	return nil
}

// move replaces a provisional thread by the thread that now exists.
func (m *Memory) move(from, to bot.Thread) {
	if s, ok := m.states[from]; ok && from != to {
		s.version = max(s.version, m.states[to].version+1)
		delete(m.states, from)
		m.states[to] = s
	}
	for _, p := range m.posts {
		if p.thread == from {
			p.thread, p.opens = to, false
		}
	}
}
