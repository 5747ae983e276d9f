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
	for _, q := range m.inTurn(adapter, resting, now) {
		if len(posts) >= limit {
			break
		}
		if m.claimedIn(q.thread, now) >= perChannel {
			continue
		}
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

// inTurn returns the posts that may be claimed in the order of their turns.
func (m *Memory) inTurn(adapter string, resting []bot.Channel, now time.Time) []*memoryPost {
	var all []*memoryPost
	for i, q := range m.posts {
		if q.waiting && q.thread.Adapter == adapter && !q.due.After(now) && !q.claimedUntil.After(now) && !m.blocked(i, now) && !q.rests(resting) {
			all = append(all, q)
		}
	}
	ordered := slices.Clone(all)
	urgentFirst := func(a, b *memoryPost) int { return cmp.Compare(flag(b.urgent), flag(a.urgent)) }
	slices.SortStableFunc(ordered, urgentFirst)
	turn := map[*memoryPost]int{} // of its recipient, then of its channel
	ofRecipient := map[[3]string]int{}
	for _, q := range ordered {
		key := [3]string{q.thread.Workspace, q.thread.Channel, q.recipient}
		ofRecipient[key]++
		turn[q] = ofRecipient[key]
	}
	byTurn := func(a, b *memoryPost) int { return cmp.Compare(turn[a], turn[b]) }
	ordered = slices.Clone(all)
	slices.SortStableFunc(ordered, func(a, b *memoryPost) int { return cmp.Compare(b.attempt, a.attempt) })
	slices.SortStableFunc(ordered, urgentFirst)
	slices.SortStableFunc(ordered, byTurn)
	ofChannel := map[bot.Channel]int{}
	for _, q := range ordered {
		if _, ok := ofChannel[q.thread.In()]; !ok {
			ofChannel[q.thread.In()] = m.claimedIn(q.thread, now)
		}
		ofChannel[q.thread.In()]++
		turn[q] = ofChannel[q.thread.In()]
	}
	slices.SortStableFunc(all, urgentFirst)
	slices.SortStableFunc(all, byTurn)
	return all
}

// rests reports whether the post waits for a resting channel.
func (p *memoryPost) rests(resting []bot.Channel) bool {
	return !p.private && slices.Contains(resting, p.thread.In())
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
func (m *Memory) NextDue(ctx context.Context, adapter string, perChannel int, resting ...bot.Channel) (time.Duration, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, false, wrap("next due", err)
	}
	now := m.now()
	var wait time.Duration
	ok := false
	for i, p := range m.posts {
		if !p.waiting || p.thread.Adapter != adapter || (!p.claimedUntil.After(now) && p.rests(resting)) || (!p.claimedUntil.After(now) && (m.blocked(i, now) || m.claimedIn(p.thread, now) >= perChannel)) {
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
	return m.updateUnsent(ctx, id, anyAttempt, func(p *memoryPost) {
		p.waiting, p.dead, p.sent, p.ref, p.changed = false, false, true, d.Ref, m.now()
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
	for _, p := range m.posts {
		if p.thread == from {
			p.thread, p.opens = to, false
		}
	}
}
