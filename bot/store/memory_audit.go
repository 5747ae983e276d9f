package store

import (
	"context"
	"crypto/rand"

	"mabsbot/bot"
)

// Record implements bot.Store.
func (m *Memory) Record(ctx context.Context, r bot.AuditRecord) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return wrap("record", err)
	}
	m.addRecord(r)
	return nil
}

// addRecord adds a record. The caller holds mu.
func (m *Memory) addRecord(r bot.AuditRecord) {
	r.ID, r.At = rand.Text(), m.now()
	m.audit = append(m.audit, r)
}

// Audit implements bot.Store.
func (m *Memory) Audit(ctx context.Context, q bot.AuditQuery) ([]bot.AuditRecord, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []bot.AuditRecord
	add := func(r bot.AuditRecord) {
		at := r.At.Compare(q.Before.At)
		isBefore := q.Before == (bot.AuditMark{}) || at < 0 || at == 0 && r.ID < q.Before.ID
		if isBefore && (q.Kind == "" || q.Kind == r.Kind) {
			all = append(all, r)
		}
	}
	for _, r := range m.audit {
		add(r)
	}
	for _, c := range m.changes {
		add(auditOf(copyOfChange(c)))
	}
	return latestRecords(all, q.Limit), wrap("audit", ctx.Err())
}
