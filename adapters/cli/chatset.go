package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/store"
	"mabsbot/config"
	"mabsbot/kb"
)

// What administrators set in chat or the console, which takes precedence over the
// configuration.

// A chatSetting is a setting of a channel. It is in effect, and not that of the file.
type chatSetting struct {
	Adapter   string     `json:"adapter"`
	Workspace string     `json:"workspace,omitempty"`
	Channel   string     `json:"channel"`
	Key       string     `json:"key"` // as under bot.channels
	Value     string     `json:"value"`
	File      string     `json:"file"`         // what the configuration says
	By        string     `json:"by,omitempty"` // the ID of the administrator
	At        *time.Time `json:"at,omitempty"`
}

// chatSettings returns the settings in the database, or why there are none.
func chatSettings(ctx context.Context, c *config.Config) (all []chatSetting, none string) {
	condition, err := inspectStore(ctx, c.Store)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "there is no database yet, so nothing is set by chat"
	case err != nil:
		return nil, "what is set by chat is not known: " + err.Error()
	case condition.Newer || condition.Pending > 0:
		return nil, "what is set by chat is not known: the database has the schema of another version"
	}
	views, err := readChannels(ctx, c)
	if err != nil {
		return nil, "what is set by chat is not known: " + err.Error()
	}
	all = []chatSetting{}
	for _, v := range views {
		all = append(all, settingsOf(c, v)...)
	}
	if len(all) == 0 {
		none = "nothing is set by chat"
	}
	return all, none
}

// settingsOf returns the settings of a channel.
func settingsOf(c *config.Config, v bot.ChannelView) (all []chatSetting) {
	for _, s := range []struct {
		key, value, file string
		by               *bot.SettingsChange
	}{
		{"mode", string(v.Settings.Mode), cmp.Or(string(v.File.Mode), c.Bot.DefaultMode), v.ModeBy},
		{"language", v.Settings.Language, cmp.Or(v.File.Language, bot.LanguageAuto), v.LanguageBy},
		{"about", string(v.Settings.About), cmp.Or(string(v.File.About), string(bot.AboutAnything)), v.AboutBy},
		{"bots", botList(v.Settings.Bots), cmp.Or(botList(v.File.Bots), noBots), v.BotsBy},
	} {
		if s.value == "" {
			continue
		}
		one := chatSetting{Adapter: v.Adapter, Workspace: v.Workspace, Channel: v.Channel, Key: s.key, Value: s.value, File: s.file}
		if s.by != nil {
			at := s.by.At.UTC()
			one.By, one.At = s.by.By.ID, &at
		}
		all = append(all, one)
	}
	return all
}

const noBots = "none"

// botList returns a list of bots, or "" if it is not set.
func botList(bots []string) string {
	if bots != nil && len(bots) == 0 {
		return noBots
	}
	return strings.Join(bots, " ")
}

// readChannels reads the channels from the database, without changing it.
func readChannels(ctx context.Context, c *config.Config) (all []bot.ChannelView, err error) {
	key, err := c.Store.Key.Bytes()
	if err != nil {
		return nil, err
	}
	var db *store.SQL
	if c.Store.URL.IsSet() {
		db, err = store.OpenPostgresToRead(ctx, c.Store.URL.Reveal(), key)
	} else {
		if key == nil {
			if key, err = store.ReadKeyFile(keyFile(c.Store)); err != nil {
				return nil, err
			}
		}
		db, err = store.OpenToRead(c.Store.Path, key)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b, err := newBot(c, func() *kb.Base { return nil }, db, db, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	channels, err := b.Channels(ctx, "en")
	return channels.All, err
}

// writeChatSettings writes the settings below the configuration.
func writeChatSettings(out io.Writer, all []chatSetting, none string) error {
	if none != "" {
		return say(out, "\n%s\n", none)
	}
	if err := say(out, "\nset by chat, and in effect instead of what the file says:\n"); err != nil {
		return err
	}
	for _, s := range all {
		who := "by someone who is no longer known"
		if s.At != nil {
			who = fmt.Sprintf("by %s on %s", s.By, s.At.Format("2006-01-02 15:04 MST"))
		}
		if err := say(out, "%s:%s  %s %s (file: %s), %s\n", s.Adapter, s.Channel, s.Key, s.Value, s.File, printable(who)); err != nil {
			return err
		}
	}
	return nil
}
