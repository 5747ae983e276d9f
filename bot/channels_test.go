package bot_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/store"
)

// views writes the channels that a page shows, each with where its settings are from.
func views(t *testing.T, r *peer) string {
	t.Helper()
	found, err := r.Channels(t.Context(), "en")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, v := range found.All {
		by := func(c *bot.SettingsChange) string {
			if c == nil {
				return ""
			}
			return fmt.Sprintf("(%s %v)", c.By.Name, c.ByPage)
		}
		all = append(all, fmt.Sprintf("%s/%s/%s %s%s %s%s %s%s %v%s %d", v.Adapter, v.Workspace, v.Channel, v.Policy.Mode, by(v.ModeBy),
			cmp.Or(v.Policy.Language, "-"), by(v.LanguageBy), cmp.Or(v.Policy.About, "-"), by(v.AboutBy), v.Policy.Bots, by(v.BotsBy), v.Questions))
		if v.Settings.Unanswered != "" {
			all = append(all, fmt.Sprintf("  unanswered %v%s", v.Policy.Unanswered, by(v.UnansweredBy)))
		}
	}
	for _, w := range found.Workspaces {
		if w.Set == "" && w.File == "" {
			continue
		}
		if w.By == nil {
			w.By = &bot.SettingsChange{}
		}
		all = append(all, fmt.Sprintf("%s/%s -> %s (file %s, set %s by %s)", w.Adapter, w.Workspace, cmp.Or(w.Escalation, "-"), cmp.Or(w.File, "-"), cmp.Or(w.Set, "-"), cmp.Or(w.By.By.Name, "-")))
	}
	return strings.Join(all, "\n")
}

// TestChannels checks which channels a page shows, and where their settings are from.
func TestChannels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policy := adminPolicy()
		policy.Channels["only-configured"] = bot.ChannelPolicy{Mode: bot.ModeShadow}
		r := newPeer(t, policy, store.NewMemory())
		want := func(want ...string) {
			t.Helper()
			if got := views(t, r); got != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
			}
		}
		want("//c on ko backup [B1] 0", "//only-configured shadow - - [] 0")
		for i, channel := range []string{"c", "c", "seen"} {
			m := message(fmt.Sprint("m", i), lostPaste+strings.Repeat("!", i))
			m.Thread.Channel = channel
			r.do(t, m)
		}
		r.do(t, message("talk", "what a nice day it is"))
		direct := message("direct", lostPaste)
		direct.Direct, direct.Addressed, direct.Thread = true, true, bot.Thread{Adapter: "test", Channel: "dm"}
		r.do(t, direct)
		want("//only-configured shadow - - [] 0", "test//c on ko backup [B1] 2", "test//seen on - - [] 1")
		r.do(t, typed("admin mode shadow"))
		r.do(t, typed("admin bots +B2"))
		r.do(t, typed("admin mode mention"))
		place := bot.Place{Adapter: "test", Channel: "c"}
		err := r.SetChannel(t.Context(), place, 3, bot.Settings{Mode: bot.ModeMention, Language: "en"}, bot.User{ID: "page/ada", Name: "ada"})
		if err != nil {
			t.Fatal(err)
		}
		want("//only-configured shadow - - [] 0", "test//c mention(alex false) en(ada true) backup [B1 B2](alex false) 2", "test//seen on - - [] 1")
		time.Sleep(bot.ChannelDays * 24 * time.Hour)
		want("//only-configured shadow - - [] 0", "test//c mention(alex false) en(ada true) backup [B1 B2](alex false) 0")
	})
}

// TestChannelsWorkspaces checks that the channel of the team is shown of every workspace,
// with what set it, and that recording is.
func TestChannelsWorkspaces(t *testing.T) {
	policy := adminPolicy()
	policy.EscalationChannels = map[string]string{"test": "team", "other": "elsewhere"}
	r := newPeer(t, policy, store.NewMemory())
	want := func(want ...string) {
		t.Helper()
		if got := views(t, r); got != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
		}
	}
	want("//c on ko backup [B1] 0")
	m := message("m", lostPaste)
	m.Thread.Workspace = "w2"
	r.do(t, m)
	want("test/w2/c on ko backup [B1] 1", "test/w2 -> team (file team, set - by -)")
	r.do(t, typed("admin escalation off")) // of a workspace in which no channel has a question
	want("test/w2/c on ko backup [B1] 1", "test/ -> - (file team, set off by alex)", "test/w2 -> team (file team, set - by -)")
	r.do(t, typed("admin escalation C7"))
	r.do(t, typed("admin unanswered on"))
	want("test//c on ko backup [B1] 0", "  unanswered true(alex false)", "test/w2/c on ko backup [B1] 1",
		"test/ -> C7 (file team, set C7 by alex)", "test/w2 -> team (file team, set - by -)")
}

// TestSetChannel checks what changes a channel, and what is refused.
func TestSetChannel(t *testing.T) {
	c, d := bot.Place{Adapter: "test", Channel: "c"}, bot.Place{Adapter: "test", Channel: "d"}
	off := bot.Settings{Mode: bot.ModeOff}
	for _, tt := range []struct {
		name    string
		place   bot.Place
		version int
		set     bot.Settings
		want    error // nil: the channel changes
	}{
		{"a channel", c, 1, off, nil},
		{"after another channel changed", d, 2, bot.Settings{Mode: bot.ModeOn, Language: bot.LanguageAuto, About: bot.AboutAnything}, nil},
		{"an earlier version", c, 0, off, &bot.SettingsConflict{By: alex}},
		{"a later version", c, 7, off, &bot.SettingsConflict{By: alex}},
		{"an unknown channel", bot.Place{Adapter: "test", Channel: "x"}, 0, off, bot.ErrNoChannel},
		{"another workspace", bot.Place{Adapter: "test", Workspace: "w", Channel: "c"}, 1, off, bot.ErrNoChannel},
		{"one that only the configuration names", bot.Place{Channel: "only-configured"}, 0, off, bot.ErrNoChannel},
		{"no mode", c, 1, bot.Settings{Mode: "loud"}, bot.ErrNoSetting},
		{"no language", c, 1, bot.Settings{Language: "xx"}, bot.ErrNoSetting},
		{"supervised without a team", c, 1, bot.Settings{Mode: bot.ModeSupervised}, bot.ErrNoTeam},
		{"no recording", c, 1, bot.Settings{Unanswered: "shadow"}, bot.ErrNoSetting},
		{"a recording", c, 1, bot.Settings{Unanswered: bot.RecordOn}, nil},
		{"no topic", c, 1, bot.Settings{About: "cars"}, bot.ErrNoSetting},
	} {
		t.Run(tt.name, func(t *testing.T) {
			memory := store.NewMemory()
			policy := adminPolicy()
			policy.Channels["only-configured"] = bot.ChannelPolicy{}
			one, two := newPeer(t, policy, memory), newPeer(t, policy, memory)
			one.do(t, typed("admin bots +B2"))
			other := typed("admin mode off")
			other.Thread.Channel = "d"
			two.do(t, other)
			before := views(t, one)
			err := one.SetChannel(t.Context(), tt.place, tt.version, tt.set, bot.User{ID: "page/ada"})
			switch conflict, ok := errors.AsType[*bot.SettingsConflict](tt.want); {
			case ok:
				got, _ := errors.AsType[*bot.SettingsConflict](err)
				if got == nil || got.By.Name != conflict.By.Name || got.At.IsZero() {
					t.Errorf("got %v, want a conflict with %s", err, conflict.By.Name)
				}
			case !errors.Is(err, tt.want):
				t.Errorf("got %v, want %v", err, tt.want)
			}
			after := views(t, two)
			if changed := after != before; changed != (tt.want == nil) {
				t.Errorf("changed: %v\n%s", changed, after)
			}
			all, err := two.Channels(t.Context(), "ko")
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range all.All {
				if v.Place == c && !slices.Equal(v.Policy.Bots, []string{"B1", "B2"}) {
					t.Errorf("the bots of the channel are %v", v.Policy.Bots)
				}
			}
		})
	}
}

// TestModes checks that every mode and topic has a description in every language.
func TestModes(t *testing.T) {
	r := newPeer(t, adminPolicy(), store.NewMemory())
	for _, lang := range []string{"en", "ko"} {
		found, err := r.Channels(t.Context(), lang)
		if err != nil || len(found.Modes) != len(bot.Modes()) || len(found.Languages) != 3 || len(found.Topics) != 2 || len(found.Recordings) != 2 {
			t.Errorf("%+v, %v", found, err)
		}
		for _, c := range slices.Concat(found.Modes, found.Languages, found.Topics) {
			if c.Text == "" || strings.Contains(c.Text, "`") {
				t.Errorf("%s: %s is %q", lang, c.Value, c.Text)
			}
		}
	}
}
