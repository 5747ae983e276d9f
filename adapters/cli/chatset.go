package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strconv"
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
	Channel   string     `json:"channel,omitempty"` // "" for all of the workspace
	Key       string     `json:"key"`               // as under bot.channels, or that of the adapter
	Value     string     `json:"value"`
	File      string     `json:"file"`         // what the configuration says
	By        string     `json:"by,omitempty"` // the ID of the administrator
	At        *time.Time `json:"at,omitempty"`
}

// place returns the channel or workspace as administrators know it.
func (s chatSetting) place() string {
	switch {
	case s.Channel != "":
		return s.Adapter + ":" + s.Channel
	case s.Workspace != "":
		return s.Adapter + ", workspace " + s.Workspace
	}
	return s.Adapter
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
	channels, err := readChannels(ctx, c)
	if err != nil {
		return nil, "what is set by chat is not known: " + err.Error()
	}
	all = []chatSetting{}
	for _, w := range channels.Workspaces {
		one := chatSetting{Adapter: w.Adapter, Workspace: w.Workspace, Key: "escalation_channel", Value: w.Set, File: cmp.Or(w.File, nothing)}
		all = appendSet(all, one, w.By)
	}
	for _, v := range channels.All {
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
		{"bots", botList(v.Settings.Bots), cmp.Or(botList(v.File.Bots), nothing), v.BotsBy},
		{"mutes", muteList(v.Settings.Mutes), cmp.Or(muteList(v.FileMutes), nothing), v.MutesBy},
		{"unanswered", recording(v.Settings.Unanswered), strconv.FormatBool(v.File.Unanswered), v.UnansweredBy},
	} {
		one := chatSetting{Adapter: v.Adapter, Workspace: v.Workspace, Channel: v.Channel, Key: s.key, Value: s.value, File: s.file}
		all = appendSet(all, one, s.by)
	}
	return all
}

// appendSet appends a setting that by set, unless it has no value.
func appendSet(all []chatSetting, s chatSetting, by *bot.SettingsChange) []chatSetting {
	if s.Value == "" {
		return all
	}
	if by != nil {
		at := by.At.UTC()
		s.By, s.At = by.By.ID, &at
	}
	return append(all, s)
}

// recording returns a value in the words of the file.
func recording(r bot.Recording) string {
	if r == "" {
		return ""
	}
	return strconv.FormatBool(r == bot.RecordOn)
}

// muteList returns a list of muted errors, or "".
func muteList(mutes []bot.Mute) string {
	var all []string
	for _, m := range mutes {
		all = append(all, m.String())
	}
	return strings.Join(all, ", ")
}

const nothing = "none"

// botList returns a list of bots, or "" if it is not set.
func botList(bots []string) string {
	if bots != nil && len(bots) == 0 {
		return nothing
	}
	return strings.Join(bots, " ")
}

// readChannels reads the channels from the database, without changing it.
func readChannels(ctx context.Context, c *config.Config) (all bot.Channels, err error) {
	key, err := c.Store.Key.Bytes()
	if err != nil {
		return all, err
	}
	var db *store.SQL
	if c.Store.URL.IsSet() {
		db, err = store.OpenPostgresToRead(ctx, c.Store.URL.Reveal(), key)
	} else {
		if key == nil {
			if key, err = store.ReadKeyFile(keyFile(c.Store)); err != nil {
				return all, err
			}
		}
		db, err = store.OpenToRead(c.Store.Path, key)
	}
	if err != nil {
		return all, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	b, err := newBot(c, func() *kb.Base { return nil }, db, db, slog.New(slog.DiscardHandler))
	if err != nil {
		return all, err
	}
	return b.Channels(ctx, "en")
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
		if err := say(out, "%s  %s %s (file: %s), %s\n", s.place(), s.Key, s.Value, s.File, printable(who)); err != nil {
			return err
		}
	}
	return nil
}
