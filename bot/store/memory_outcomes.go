package store

import (
	"context"
	"maps"
	"time"

	"mabsbot/bot"
)

// A memoryOutcome is an outcome of a step in a period. Its N is 0.
type memoryOutcome struct {
	bot.StepCount
	period int64
}

// A memoryAsker is who asked about an entry, in any workspace.
type memoryAsker struct{ adapter, user, entry string }

func askerOf(q bot.StepQuery) memoryAsker { return memoryAsker{q.Asker.Adapter, q.Asker.ID, q.Entry} }

func (m *Memory) learn(l bot.Learned, now time.Time) {
	if l.Asker.Entry != "" {
		m.askers[askerOf(l.Asker)] = now.Add(bot.RepeatAsker)
	}
	for _, c := range l.Counts {
		n := c.N
		c.N = 0
		m.outcomes[memoryOutcome{c, now.UnixMilli() / outcomePeriod}] += n
	}
}

// StepCounts implements bot.Store.
func (m *Memory) StepCounts(ctx context.Context, entry string, asker bot.UserKey) ([]bot.StepCount, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, false, wrap("step counts", err)
	}
	var all []bot.StepCount
	from := m.now().UnixMilli()/outcomePeriod - outcomePeriods
	for c, n := range m.outcomes {
		if c.Entry == entry && c.period >= from {
			c.N = n
			all = append(all, c.StepCount)
		}
	}
	until := m.askers[askerOf(bot.StepQuery{Entry: entry, Asker: asker})]
	return sumOutcomes(all), m.now().Before(until), nil
}

// pruneOutcomes deletes what counts no more.
func (m *Memory) pruneOutcomes(now time.Time) {
	maps.DeleteFunc(m.outcomes, func(c memoryOutcome, _ int) bool { return c.period < now.UnixMilli()/outcomePeriod-outcomePeriods })
	maps.DeleteFunc(m.askers, func(_ memoryAsker, until time.Time) bool { return !now.Before(until) })
}
