package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"mabsbot/bot"
)

// ChannelSettings implements bot.Store.
func (m *Memory) ChannelSettings(ctx context.Context, after int) ([]bot.ChannelSettings, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []bot.ChannelSettings
	for _, c := range m.settings {
		if c.Version > after {
			c.Bots, c.BotNames, c.Mutes = slices.Clone(c.Bots), maps.Clone(c.BotNames), slices.Clone(c.Mutes)
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b bot.ChannelSettings) int { return cmp.Compare(a.Version, b.Version) })
	return all, wrap("channel settings", ctx.Err())
}

// SettingsChanges implements bot.Store.
func (m *Memory) SettingsChanges(ctx context.Context, place bot.Place, limit int) ([]bot.SettingsChange, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []bot.SettingsChange
	for _, c := range slices.Backward(m.changes) {
		if place == c.Place && len(found) < limit {
			found = append(found, copyOfChange(c))
		}
	}
	return found, wrap("settings changes", ctx.Err())
}

// settingsVersion returns the version of the latest change.
func (m *Memory) settingsVersion() (latest int) {
	for _, c := range m.settings {
		latest = max(latest, c.Version)
	}
	return latest
}

// set carries out a change of settings, if there is one.
func (m *Memory) set(c *bot.SettingsChange, now time.Time) {
	if c == nil {
		return
	}
	done := copyOfChange(*c)
	done.Version, done.At = c.Version+1, now
	m.settings[c.Place] = bot.ChannelSettings{Place: c.Place, Settings: done.After, Version: done.Version}
	m.changes = append(m.changes, done)
}

// copyOfChange returns a copy that shares no memory.
func copyOfChange(c bot.SettingsChange) bot.SettingsChange {
	c.Before.Bots, c.After.Bots = slices.Clone(c.Before.Bots), slices.Clone(c.After.Bots)
	c.Before.Mutes, c.After.Mutes = slices.Clone(c.Before.Mutes), slices.Clone(c.After.Mutes)
	c.Before.BotNames, c.After.BotNames = maps.Clone(c.Before.BotNames), maps.Clone(c.After.BotNames)
	return c
}
