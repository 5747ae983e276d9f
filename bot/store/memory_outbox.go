package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"mabsbot/bot"
)

// Claim implements bot.Outbox.
func (m *Memory) Claim(ctx context.Context, adapter string, limit, perChannel int, lease time.Duration, resting ...bot.Channel) ([]bot.Post, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("claim", err)
	}
	now := m.now()
	var posts []bot.Post
	queue := m.waiting(adapter, resting, now)
	for _, turn := range queue.inTurn() {
		if len(posts) >= limit {
			break
		}
		q := m.posts[turn.seq]
		if queue.claimed[q.thread.In()] >= perChannel {
			continue
		}
		queue.claimed[q.thread.In()]++
		p, err := decodePost(q.data)
		if err != nil {
			return nil, wrap("claim", err)
		}
		q.claimedUntil = now.Add(lease)
		q.attempt++
		p.Thread, p.Opens, p.Attempt, p.Spent, p.Replaces = q.thread, q.opens, q.attempt, q.spent, q.replaces
		if old := m.post(q.replaces); old != nil {
			p.Ref = old.ref
		}
		posts = append(posts, p)
	}
	return posts, nil
}

// waiting returns the waiting posts of an adapter. Their seq is their index.
func (m *Memory) waiting(adapter string, resting []bot.Channel, now time.Time) *queue {
	var posts []queuedPost
	for i, p := range m.posts {
		if !p.waiting || p.thread.Adapter != adapter {
			continue
		}
		thread := p.thread
		thread.Adapter = ""
		posts = append(posts, queuedPost{
			seq: int64(i), thread: thread, recipient: p.recipient, delayed: p.delayed, private: p.private, urgent: p.urgent, attempt: p.attempt,
			due: p.due.Sub(now), claimed: p.claimedUntil.Sub(now), replacing: m.replacing(i),
		})
	}
	return newQueue(posts, resting)
}

// replacing reports whether the i-th post replaces one that waits.
func (m *Memory) replacing(i int) bool {
	p := m.posts[i]
	return p.replaces != "" && slices.ContainsFunc(m.posts[:i], func(o *memoryPost) bool {
		return o.waiting && o.id == p.replaces && o.thread.Adapter == p.thread.Adapter
	})
}

// NextDue implements bot.Outbox.
func (m *Memory) NextDue(ctx context.Context, adapter string, perChannel int, resting ...bot.Channel) (time.Duration, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, false, wrap("next due", err)
	}
	now := m.now()
	wait, ok := m.waiting(adapter, resting, now).nextDue(perChannel)
	return wait, ok, nil
}

// Sent implements bot.Outbox.
func (m *Memory) Sent(ctx context.Context, id bot.PostID, d bot.Delivery) error {
	return m.updateUnsent(ctx, id, anyAttempt, func(p *memoryPost) {
		p.waiting, p.dead, p.sent, p.ref, p.changed = false, false, true, d.Ref, m.now()
		if p.asked > 0 {
			m.count([]bot.Count{answered(p.thread, p.asked, p.changed.UnixMilli())}, p.changed)
		}
		if p.opens {
			m.move(p.thread, cmp.Or(d.Thread, p.thread))
		}
	})
}

// Retry implements bot.Outbox.
func (m *Memory) Retry(ctx context.Context, id bot.PostID, attempt int, after time.Duration) error {
	return m.updateUnsent(ctx, id, attempt, func(p *memoryPost) { p.claimedUntil, p.due = time.Time{}, m.now().Add(after) })
}

// Drop implements bot.Outbox.
func (m *Memory) Drop(ctx context.Context, id bot.PostID, attempt int, why string) error {
	return m.updateUnsent(ctx, id, attempt, func(p *memoryPost) {
		if p.waiting {
			p.waiting, p.dead, p.why, p.changed = false, !m.outdated(p), why, m.now()
		}
	})
}

const anyAttempt = -1

// updateUnsent calls f unless the post is sent, or was claimed again since the
// attempt.
func (m *Memory) updateUnsent(ctx context.Context, id bot.PostID, attempt int, f func(*memoryPost)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("update post", err)
	}
	p := m.post(id)
	if p == nil {
		return wrap("update post", fmt.Errorf("no post %q", id))
	}
	if !p.sent && (attempt == anyAttempt || attempt == p.attempt) {
		f(p)
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
	m.moveIncident(from, to)
	for _, p := range m.posts {
		if p.thread == from {
			p.thread, p.opens = to, false
		}
	}
}

// Shared implements bot.Outbox.
func (m *Memory) Shared() bool { return false }
