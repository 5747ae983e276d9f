package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"mabsbot/bot"
)

// A storedIncident is the sealed part of a bot.Incident. Times are in milliseconds.
type storedIncident struct {
	Since  int64      `json:"since"`
	Last   int64      `json:"last"`
	People int        `json:"people,omitempty"`
	Alerts int        `json:"alerts,omitempty"`
	Note   bot.PostID `json:"note,omitempty"`
	Over   bot.PostID `json:"over,omitempty"`
}

// incidentRow identifies the row that an incident is sealed for.
func incidentRow(k bot.IncidentKey, version int) []string {
	return []string{"incident", k.Adapter, k.Workspace, k.Channel, k.Entry, strconv.Itoa(version)}
}

// sealIncident returns the sealed part of a version of an incident.
func (s *SQL) sealIncident(i bot.Incident, version int) ([]byte, error) {
	data, err := encode(storedIncident{i.Since.UnixMilli(), i.Last.UnixMilli(), i.People, i.Alerts, i.Note, i.Over})
	if err != nil {
		return nil, err
	}
	return s.sealer.seal(data, incidentRow(i.IncidentKey, version)...), nil
}

// whereIncident selects the rows of the key in parameters $1 to $4; see incidentArgs.
const whereIncident = ` adapter = $1 AND workspace = $2 AND channel = $3 AND entry = $4 `

func incidentArgs(k bot.IncidentKey, others ...any) []any {
	return append([]any{k.Adapter, k.Workspace, k.Channel, k.Entry}, others...)
}

// putReports adds and removes reports. Of an error in a channel the latest
// bot.MaxReports stay.
func putReports(ctx context.Context, tx *sql.Tx, reports []bot.Report) error {
	for _, r := range reports {
		if r.Gone {
			if _, err := tx.ExecContext(ctx, `DELETE FROM incident_reports WHERE about = $5 AND`+whereIncident, incidentArgs(r.IncidentKey, string(r.Of))...); err != nil {
				return err
			}
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM incident_reports WHERE about = $1 AND id <> $2`, string(r.Of), r.ID()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO incident_reports (adapter, workspace, channel, entry, id, root, asker, alert, about, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (id) DO UPDATE SET root = excluded.root, about = excluded.about, at = excluded.at WHERE incident_reports.at < excluded.at`,
			incidentArgs(r.IncidentKey, r.ID(), r.Thread.Root, r.By, flag(r.Alert), string(r.Of), r.At.UnixMilli())...)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			DELETE FROM incident_reports WHERE`+whereIncident+`AND at < (
				SELECT at FROM incident_reports WHERE`+whereIncident+`ORDER BY at DESC LIMIT 1 OFFSET $5)`, incidentArgs(r.IncidentKey, bot.MaxReports-1)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// putIncident stores an incident with Version+1. It returns ErrConflict unless Version is
// the stored one.
func (s *SQL) putIncident(ctx context.Context, tx *sql.Tx, i *bot.Incident, now int64) error {
	if i == nil {
		return nil
	}
	version := i.Version + 1
	sealed, err := s.sealIncident(*i, version)
	if err != nil {
		return err
	}
	query := `INSERT INTO incidents (adapter, workspace, channel, entry, version, root, at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`
	if i.Version > 0 {
		query = `UPDATE incidents SET version = $5, root = $6, at = $7, sealed = $8 WHERE version = $5 - 1 AND` + whereIncident
	}
	return execOne(ctx, tx, bot.ErrConflict, query,
		incidentArgs(i.IncidentKey, version, i.Thread.Root, now, sealed)...)
}

// Incident implements bot.IncidentStore. Of an unreadable one it returns the version, so
// that the next one can take its place.
func (s *SQL) Incident(ctx context.Context, key bot.IncidentKey) (bot.Incident, error) {
	i, err := s.scanIncident(s.read.QueryRowContext(ctx, selectIncidents+`WHERE`+whereIncident, incidentArgs(key)...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Incident{IncidentKey: key}, nil
	}
	return i, s.wrap("incident", err)
}

const selectIncidents = `SELECT adapter, workspace, channel, entry, version, root, sealed FROM incidents `

func (s *SQL) scanIncident(scan func(...any) error) (i bot.Incident, err error) {
	var root string
	var sealed []byte
	if err := scan(&i.Adapter, &i.Workspace, &i.Channel, &i.Entry, &i.Version, &root, &sealed); err != nil {
		return i, err
	}
	var stored storedIncident
	if err := s.unseal(sealed, &stored, incidentRow(i.IncidentKey, i.Version)...); err != nil {
		return i, err
	}
	i.Thread = bot.Thread{Adapter: i.Adapter, Workspace: i.Workspace, Channel: i.Channel, Root: root}
	i.Since, i.Last = time.UnixMilli(stored.Since), time.UnixMilli(stored.Last)
	i.People, i.Alerts, i.Note, i.Over = stored.People, stored.Alerts, stored.Note, stored.Over
	return i, nil
}

// Reports implements bot.IncidentStore.
func (s *SQL) Reports(ctx context.Context, key bot.IncidentKey, since time.Time) (found bot.Reports, err error) {
	var first, last int64
	err = s.read.QueryRowContext(ctx, `
		SELECT COALESCE(SUM(1 - alert), 0), COALESCE(SUM(alert), 0), COALESCE(MIN(at), 0), COALESCE(MAX(at), 0) FROM incident_reports
		WHERE`+whereIncident+`AND at >= $5`, incidentArgs(key, since.UnixMilli())...).Scan(&found.People, &found.Alerts, &first, &last)
	if err != nil || first == 0 {
		return bot.Reports{}, s.wrap("reports", err)
	}
	found.First, found.Last = time.UnixMilli(first), time.UnixMilli(last)
	found.Thread = bot.Thread{Adapter: key.Adapter, Workspace: key.Workspace, Channel: key.Channel}
	err = s.read.QueryRowContext(ctx, `
		SELECT root FROM incident_reports WHERE`+whereIncident+`AND at >= $5 ORDER BY at, id LIMIT 1`, incidentArgs(key, since.UnixMilli())...).Scan(&found.Thread.Root)
	if errors.Is(err, sql.ErrNoRows) { // removed meanwhile
		found.Thread, err = bot.Thread{}, nil
	}
	return found, s.wrap("reports", err)
}

// moveIncident notes the thread that a note opened. Its version becomes higher, so that
// notes based on the provisional thread conflict. An unreadable incident stays: the next
// one takes its place.
func (s *SQL) moveIncident(ctx context.Context, tx *sql.Tx, from, to bot.Thread) error {
	i, err := s.scanIncident(tx.QueryRowContext(ctx, selectIncidents+`WHERE adapter = $1 AND workspace = $2 AND channel = $3 AND root = $4`, threadArgs(from)...).Scan)
	if errors.Is(err, sql.ErrNoRows) || errors.Is(err, bot.ErrUnreadable) {
		return nil
	}
	if err != nil {
		return err
	}
	sealed, err := s.sealIncident(i, i.Version+1)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE incidents SET version = $5, root = $6, sealed = $7 WHERE version = $5 - 1 AND`+whereIncident,
		incidentArgs(i.IncidentKey, i.Version+1, to.Root, sealed)...)
	return err
}
