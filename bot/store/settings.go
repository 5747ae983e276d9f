package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"mabsbot/bot"
)

// SettingsHistory is how long changes of settings are kept: a year, so that "who
// switched this channel off?" can be answered after the next audit, too.
const SettingsHistory = 365 * 24 * time.Hour

// A storedChange is the sealed part of a bot.SettingsChange. It has the name of a user.
type storedChange struct {
	By     bot.User     `json:"by"`
	ByPage bool         `json:"by_page,omitempty"`
	Before bot.Settings `json:"before,omitzero"`
	After  bot.Settings `json:"after,omitzero"`
}

// changeRow identifies the row that a change of settings is sealed for.
func changeRow(p bot.Place, version int) []string {
	return []string{"setting change", strconv.Itoa(version), p.Adapter, p.Workspace, p.Channel}
}

// ChannelSettings implements bot.Store. The handler calls it for every event that may
// have consequences; almost always it reads the end of an index.
func (s *SQL) ChannelSettings(ctx context.Context, after int) ([]bot.ChannelSettings, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT adapter, workspace, channel, version, settings FROM channel_settings WHERE version > $1 ORDER BY version`, after)
	if err != nil {
		return nil, s.wrap("channel settings", err)
	}
	defer rows.Close()
	var all []bot.ChannelSettings
	for rows.Next() {
		var c bot.ChannelSettings
		var data string
		if err := rows.Scan(&c.Adapter, &c.Workspace, &c.Channel, &c.Version, &data); err != nil {
			return nil, s.wrap("channel settings", err)
		}
		if err := json.Unmarshal([]byte(data), &c.Settings); err != nil {
			return nil, s.wrap("channel settings", fmt.Errorf("decode those of %v: %w", c.Place, err))
		}
		all = append(all, c)
	}
	return all, s.wrap("channel settings", rows.Err())
}

// SettingsChanges implements bot.Store.
func (s *SQL) SettingsChanges(ctx context.Context, place bot.Place, limit int) ([]bot.SettingsChange, error) {
	all, err := s.changes(s.read.QueryContext(ctx, `
		SELECT version, at, adapter, workspace, channel, sealed FROM setting_changes
		WHERE adapter = $1 AND workspace = $2 AND channel = $3 ORDER BY version DESC LIMIT $4`,
		place.Adapter, place.Workspace, place.Channel, max(limit, 0)))
	return all, s.wrap("settings changes", err)
}

// changes reads changes of settings.
func (s *SQL) changes(rows *sql.Rows, err error) (all []bot.SettingsChange, unreadable error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c bot.SettingsChange
		var at int64
		var sealed []byte
		if err := rows.Scan(&c.Version, &at, &c.Adapter, &c.Workspace, &c.Channel, &sealed); err != nil {
			return nil, err
		}
		c.At = time.UnixMilli(at)
		var stored storedChange
		data, err := s.sealer.open(sealed, changeRow(c.Place, c.Version)...)
		if err == nil {
			err = json.Unmarshal(data, &stored)
		}
		if err != nil {
			unreadable = errors.Join(unreadable, fmt.Errorf("%w: change %d of settings: %w", bot.ErrUnreadable, c.Version, err))
			continue
		}
		c.By, c.ByPage, c.Before, c.After = stored.By, stored.ByPage, stored.Before, stored.After
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return all, unreadable
}

// putSettings carries out a change of settings and records it, or returns ErrConflict if
// it was decided without knowing the latest one. On PostgreSQL, where others run at the
// same time, the second of two with the same version waits for the first and then
// inserts nothing.
func (s *SQL) putSettings(ctx context.Context, tx *sql.Tx, c *bot.SettingsChange, now int64) error {
	if c == nil {
		return nil
	}
	var latest int
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM channel_settings`).Scan(&latest); err != nil {
		return err
	}
	if latest != c.Version {
		return bot.ErrConflict
	}
	version := c.Version + 1
	record, err := encode(storedChange{By: c.By, ByPage: c.ByPage, Before: c.Before, After: c.After})
	if err != nil {
		return err
	}
	settings, err := encode(c.After)
	if err != nil {
		return err
	}
	err = execOne(ctx, tx, bot.ErrConflict, `
		INSERT INTO setting_changes (version, at, adapter, workspace, channel, sealed) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		version, now, c.Adapter, c.Workspace, c.Channel, s.sealer.seal(record, changeRow(c.Place, version)...))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO channel_settings (adapter, workspace, channel, version, settings) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (adapter, workspace, channel) DO UPDATE SET version = $4, settings = $5`,
		c.Adapter, c.Workspace, c.Channel, version, string(settings))
	return err
}
