package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"mabsbot/bot"
)

// report adds and removes reports.
func (m *Memory) report(reports []bot.Report) {
	for _, r := range reports {
		maps.DeleteFunc(m.reports, func(id string, old bot.Report) bool {
			return old.Of == r.Of && (!r.Gone && id != r.ID() || r.Gone && old.IncidentKey == r.IncidentKey)
		})
		if old, ok := m.reports[r.ID()]; r.Gone || ok && !old.At.Before(r.At) {
			continue
		}
		m.reports[r.ID()] = r
		all := m.reportsOf(r.IncidentKey, time.Time{})
		for _, old := range all[:max(0, len(all)-bot.MaxReports)] {
			delete(m.reports, old.ID())
		}
	}
}

// reportsOf returns the reports of an error since a time, the first first.
func (m *Memory) reportsOf(key bot.IncidentKey, since time.Time) []bot.Report {
	var all []bot.Report
	for _, r := range m.reports {
		if r.IncidentKey == key && !r.At.Before(since) {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b bot.Report) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID(), b.ID())) })
	return all
}

// forgetReports removes the report of a message.
func (m *Memory) forgetReports(message bot.EventID) {
	maps.DeleteFunc(m.reports, func(_ string, r bot.Report) bool { return r.Of == message })
}

// noteIncident keeps an incident, if there is one.
func (m *Memory) noteIncident(i *bot.Incident, now time.Time) {
	if i != nil {
		next := *i
		next.Version++
		m.incidents[i.IncidentKey] = memoryIncident{next, now}
	}
}

type memoryIncident struct {
	bot.Incident
	at time.Time // of the change
}

// Incident implements bot.IncidentStore.
func (m *Memory) Incident(ctx context.Context, key bot.IncidentKey) (bot.Incident, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.incidents[key].Incident
	i.IncidentKey = key
	return i, wrap("incident", ctx.Err())
}

// Reports implements bot.IncidentStore.
func (m *Memory) Reports(ctx context.Context, key bot.IncidentKey, since time.Time) (found bot.Reports, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return found, wrap("reports", err)
	}
	for i, r := range m.reportsOf(key, since) {
		if i == 0 {
			found.First = r.At
			found.Thread = bot.Thread{Adapter: key.Adapter, Workspace: key.Workspace, Channel: key.Channel, Root: r.Thread.Root}
		}
		if found.Last = r.At; r.Alert {
			found.Alerts++
		} else {
			found.People++
		}
	}
	return found, nil
}

// moveIncident notes the thread that a note opened.
func (m *Memory) moveIncident(from, to bot.Thread) {
	for key, i := range m.incidents {
		if i.Thread == from {
			i.Thread, i.Version = bot.Thread{Adapter: key.Adapter, Workspace: key.Workspace, Channel: key.Channel, Root: to.Root}, i.Version+1
			m.incidents[key] = i
		}
	}
}

// pruneIncidents removes what is older than bot.IncidentTTL.
func (m *Memory) pruneIncidents(now time.Time) {
	before := now.Add(-bot.IncidentTTL)
	maps.DeleteFunc(m.reports, func(_ string, r bot.Report) bool { return r.At.Before(before) })
	maps.DeleteFunc(m.incidents, func(_ bot.IncidentKey, i memoryIncident) bool { return i.at.Before(before) })
}
