package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"mabsbot/bot"
)

// Shadowed implements bot.Store.
func (m *Memory) Shadowed(ctx context.Context, q bot.ShadowQuery) ([]bot.Post, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("shadowed", err)
	}
	older := m.posts
	if q.Before != "" {
		older = older[:max(0, slices.IndexFunc(older, func(p *memoryPost) bool { return p.id == q.Before }))]
	}
	var all []bot.Post
	for _, p := range slices.Backward(older) {
		place := bot.Place{Adapter: p.thread.Adapter, Workspace: p.thread.Workspace, Channel: p.thread.Channel}
		if !p.shadow || len(all) >= q.Limit || q.Place != (bot.Place{}) && q.Place != place {
			continue
		}
		post, err := decodePost(p.data)
		if err != nil {
			return nil, wrap("shadowed", err)
		}
		all = append(all, post)
	}
	return all, nil
}

// shadowAnswer notes the result of a message in shadow mode.
func (m *Memory) shadowAnswer(p bot.Post, about bot.EventID, now time.Time) {
	if !p.Shadow || p.Question == nil || p.Question.Result == "" || about == "" || m.answers[about].Post == p.ID {
		return
	}
	place := bot.Place{Adapter: p.Thread.Adapter, Workspace: p.Thread.Workspace, Channel: p.Thread.Channel}
	m.answers[about] = bot.Vote{Post: p.ID, Place: place, Result: p.Question.Result, Entry: p.Question.Entry, At: now}
}

// ShadowSums implements bot.Store.
func (m *Memory) ShadowSums(ctx context.Context) ([]bot.ShadowSum, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	sums := map[bot.ShadowSum]bot.ShadowSum{}
	for _, v := range m.answers {
		key := bot.ShadowSum{Place: v.Place, Result: v.Result}
		sum := cmp.Or(sums[key], key)
		sum.N++
		switch {
		case v.Voted.IsZero():
		case v.Right:
			sum.Right++
		default:
			sum.Wrong++
		}
		sums[key] = sum
	}
	all := slices.SortedFunc(maps.Values(sums), func(a, b bot.ShadowSum) int {
		return cmp.Or(cmp.Compare(a.Adapter, b.Adapter), cmp.Compare(a.Workspace, b.Workspace), cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Result, b.Result))
	})
	return all, wrap("shadow sums", ctx.Err())
}

// Votes implements bot.Store.
func (m *Memory) Votes(ctx context.Context, q bot.VoteQuery) ([]bot.Vote, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []bot.Vote
	for _, about := range slices.Sorted(maps.Keys(m.answers)) {
		v := m.answers[about]
		if q.Posts == nil && !v.Voted.IsZero() || slices.Contains(q.Posts, v.Post) {
			all = append(all, v)
		}
	}
	slices.SortStableFunc(all, func(a, b bot.Vote) int { return b.Voted.Compare(a.Voted) })
	return all[:min(len(all), max(q.Limit, 0))], wrap("votes", ctx.Err())
}

// Vote implements bot.Store.
func (m *Memory) Vote(ctx context.Context, post bot.PostID, right bool, by bot.User) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("vote", err)
	}
	for about, v := range m.answers {
		if v.Post == post {
			v.Right, v.By, v.Voted = right, by, m.now()
			m.answers[about] = v
			return nil
		}
	}
	return wrap("vote", bot.ErrNoVote)
}
