package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"mabsbot/bot"
)

// A memoryCount is a count of a day.
type memoryCount struct {
	bot.Count
	day int
}

func (m *Memory) count(counts []bot.Count, now time.Time) {
	for _, c := range withHours(counts, now.UnixMilli()) {
		m.counts[memoryCount{c, int(now.UnixMilli() / dayMillis)}]++
	}
}

// CountsByDay implements bot.Store.
func (m *Memory) CountsByDay(ctx context.Context, from, to int) ([]bot.CountSum, error) {
	return m.sums(ctx, from, to, func(c memoryCount) bot.CountSum {
		switch c.Kind {
		case bot.CountAnswered, bot.CountQuestion, bot.CountSolvedIn:
			return bot.CountSum{Day: c.day, Adapter: c.Adapter, Kind: c.Kind, Detail: c.Detail}
		}
		return bot.CountSum{}
	})
}

// CountsByEntry implements bot.Store.
func (m *Memory) CountsByEntry(ctx context.Context, from, to int) ([]bot.CountSum, error) {
	return m.sums(ctx, from, to, func(c memoryCount) bot.CountSum {
		switch c.Kind {
		case bot.CountAnswered, bot.CountQuestion, bot.CountSolvedIn, bot.CountChannel, countHour:
			return bot.CountSum{}
		}
		return bot.CountSum{Adapter: c.Adapter, Kind: c.Kind, Entry: c.Entry, Detail: c.Detail}
	})
}

// Hits implements bot.Store.
func (m *Memory) Hits(ctx context.Context) ([]bot.EntryHits, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now().UnixMilli()
	today, sums := int(now/dayMillis), map[[2]string]bot.EntryHits{}
	for c, n := range m.counts {
		h := sums[[2]string{c.Adapter, c.Entry}]
		switch {
		case c.day < today-29:
			continue
		case c.Kind == countHour && (c.day > today-1 || c.day == today-1 && c.Detail > hourOf(now)):
			h.Day += n
		case c.Kind == bot.CountBegun:
			h.Month += n
			if c.day >= today-6 {
				h.Week += n
			}
		default:
			continue
		}
		h.Adapter, h.Entry = c.Adapter, c.Entry
		sums[[2]string{c.Adapter, c.Entry}] = h
	}
	all := slices.SortedFunc(maps.Values(sums), func(a, b bot.EntryHits) int {
		return cmp.Or(cmp.Compare(a.Adapter, b.Adapter), cmp.Compare(a.Entry, b.Entry))
	})
	return all, wrap("hits", ctx.Err())
}

// CountsByChannel implements bot.Store.
func (m *Memory) CountsByChannel(ctx context.Context, from, to int) ([]bot.ChannelCount, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	sums := map[bot.Place]int{}
	for c, n := range m.counts {
		if c.Kind == bot.CountChannel && from <= c.day && c.day <= to {
			sums[bot.Place{Adapter: c.Adapter, Workspace: c.Workspace, Channel: c.Detail}] += n
		}
	}
	var all []bot.ChannelCount
	for p, n := range sums {
		all = append(all, bot.ChannelCount{Place: p, N: n})
	}
	return all, wrap("counts", ctx.Err())
}

// sums adds the counts of some days up under the keys of by, without the zero one.
func (m *Memory) sums(ctx context.Context, from, to int, by func(memoryCount) bot.CountSum) ([]bot.CountSum, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, wrap("counts", err)
	}
	sums := map[bot.CountSum]int{}
	for c, n := range m.counts {
		if key := by(c); key != (bot.CountSum{}) && from <= c.day && c.day <= to {
			sums[key] += n
		}
	}
	var all []bot.CountSum
	for c, n := range sums {
		c.N = n
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b bot.CountSum) int {
		kinds, adapters := cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Adapter, b.Adapter)
		if a.Day > 0 {
			kinds, adapters = adapters, kinds
		}
		return cmp.Or(cmp.Compare(a.Day, b.Day), kinds, adapters, cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Detail, b.Detail))
	})
	return all, nil
}
