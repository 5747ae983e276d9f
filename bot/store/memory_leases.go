package store

import (
	"context"
	"time"

	"mabsbot/bot"
)

var _ bot.Leases = (*Memory)(nil)

type memoryLease struct {
	holder string
	term   int64
	until  time.Time
}

// Hold implements bot.Leases.
func (m *Memory) Hold(ctx context.Context, name, holder string, d time.Duration) (term int64, ok bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, false, wrap("hold lease "+name, err)
	}
	l, now := m.leases[name], m.now()
	if l.holder != holder && l.until.After(now) {
		return 0, false, nil
	}
	if l.holder != holder {
		l.holder, l.term = holder, l.term+1
	}
	l.until = now.Add(d)
	m.leases[name] = l
	return l.term, true, nil
}

// Release implements bot.Leases.
func (m *Memory) Release(ctx context.Context, name, holder string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("release lease "+name, err)
	}
	if l := m.leases[name]; l.holder == holder {
		l.until = time.Time{}
		m.leases[name] = l
	}
	return nil
}
