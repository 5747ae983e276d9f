package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabsbot/bot"
)

// AuditHistory is how long audit records are kept, as changes of settings are.
const AuditHistory = SettingsHistory

// auditRow identifies the row that an audit record is sealed for.
func auditRow(r bot.AuditRecord) []string {
	return []string{"audit", r.ID, string(r.Kind), r.Adapter, r.Workspace, r.Channel, r.Object}
}

// changePrefix is that of the IDs of changes of settings. They sort behind those of other
// records, and by their versions.
const changePrefix = "~"

// changeID returns the ID of a change of settings as an audit record.
func changeID(version int) string { return fmt.Sprintf("%s%019d", changePrefix, version) }

// Record implements bot.Store.
func (s *SQL) Record(ctx context.Context, r bot.AuditRecord) error {
	return s.update(ctx, "record", func(tx *sql.Tx) error {
		now, err := s.lock(ctx, tx, locks{})
		if err != nil {
			return err
		}
		return s.record(ctx, tx, now, r)
	})
}

// record adds a record.
func (s *SQL) record(ctx context.Context, tx *sql.Tx, now int64, r bot.AuditRecord) error {
	data, err := encode(r.By)
	if err != nil {
		return err
	}
	r.ID = rand.Text()
	_, err = tx.ExecContext(ctx, `INSERT INTO audit (id, at, kind, adapter, workspace, channel, object, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		r.ID, now, string(r.Kind), r.Adapter, r.Workspace, r.Channel, r.Object, s.sealer.seal(data, auditRow(r)...))
	return err
}

// Audit implements bot.Store.
func (s *SQL) Audit(ctx context.Context, q bot.AuditQuery) ([]bot.AuditRecord, error) {
	var all []bot.AuditRecord
	var failed, unread error
	if q.Kind != bot.AuditSettings {
		all, failed = s.auditRecords(ctx, q)
	}
	if q.Kind == "" || q.Kind == bot.AuditSettings {
		var changes []bot.SettingsChange
		changes, unread = s.auditedChanges(ctx, q)
		for _, c := range changes {
			all = append(all, auditOf(c))
		}
	}
	return latestRecords(all, q.Limit), errors.Join(failed, unread)
}

// auditOf returns a change of settings as an audit record.
func auditOf(c bot.SettingsChange) bot.AuditRecord {
	return bot.AuditRecord{ID: changeID(c.Version), At: c.At, Kind: bot.AuditSettings, Place: c.Place, By: c.By, Change: &c}
}

// latestRecords returns the latest records, latest first.
func latestRecords(all []bot.AuditRecord, limit int) []bot.AuditRecord {
	slices.SortFunc(all, func(a, b bot.AuditRecord) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return all[:min(len(all), max(limit, 0))]
}

// auditedChanges returns the changes of settings that the query selects.
func (s *SQL) auditedChanges(ctx context.Context, q bot.AuditQuery) ([]bot.SettingsChange, error) {
	at, id := auditMark(q)
	version, _ := strconv.Atoi(strings.TrimPrefix(id, changePrefix)) // 0 for another record, which is before the changes of its time
	all, err := s.changes(s.read.QueryContext(ctx, `
		SELECT version, at, adapter, workspace, channel, sealed FROM setting_changes
		WHERE at < $1 OR at = $1 AND version < $2 ORDER BY at DESC, version DESC LIMIT $3`, at, version, max(q.Limit, 0)))
	return all, s.wrap("audit", err)
}

// auditMark returns the time and ID before which the records of a query are.
func auditMark(q bot.AuditQuery) (at int64, id string) {
	if q.Before == (bot.AuditMark{}) {
		return math.MaxInt64, ""
	}
	return q.Before.At.UnixMilli(), q.Before.ID
}

// auditRecords returns the other records that the query selects.
func (s *SQL) auditRecords(ctx context.Context, q bot.AuditQuery) (all []bot.AuditRecord, unreadable error) {
	at, id := auditMark(q)
	args := []any{at, id, max(q.Limit, 0)}
	query := `SELECT id, at, kind, adapter, workspace, channel, object, sealed FROM audit WHERE (at, id) < ($1, $2)`
	if q.Kind != "" {
		args = append(args, string(q.Kind))
		query += ` AND kind = $4`
	}
	rows, err := s.read.QueryContext(ctx, query+` ORDER BY at DESC, id DESC LIMIT $3`, args...)
	if err != nil {
		return nil, s.wrap("audit", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r bot.AuditRecord
		var at int64
		var sealed []byte
		if err := rows.Scan(&r.ID, &at, &r.Kind, &r.Adapter, &r.Workspace, &r.Channel, &r.Object, &sealed); err != nil {
			return nil, s.wrap("audit", err)
		}
		r.At = time.UnixMilli(at)
		if err := s.unseal(sealed, &r.By, auditRow(r)...); err != nil { // what was done is in clear
			unreadable = errors.Join(unreadable, err)
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, s.wrap("audit", err)
	}
	return all, s.wrap("audit", unreadable)
}
