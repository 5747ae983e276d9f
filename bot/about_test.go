package bot_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// vague returns a description of an error that is asked about in channels about
// backup only. It is searched in the training texts, because which ones are that
// vague depends on the fitted weights.
func vague(t *testing.T, base *kb.Base) (text, entry string) {
	t.Helper()
	files, err := filepath.Glob("../kb/match/testdata/train/*/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal("no training texts", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			var row struct {
				Text   string
				Target []string
			}
			if err := json.Unmarshal(line, &row); err != nil {
				t.Fatal(err)
			}
			if len(row.Target) == 0 || base.Match(row.Text).Band != match.Silent {
				continue
			}
			if r := base.MatchAbout(row.Text); r.Band == match.Likely && slices.Contains(row.Target, r.Hits[0].Entry.ID) {
				return row.Text, r.Hits[0].Entry.ID
			}
		}
	}
	t.Fatal("no text is between the two limits")
	return "", ""
}

// TestAbout checks that a vague description is asked about in a channel about
// backup and nowhere else.
func TestAbout(t *testing.T) {
	base, err := kb.Load(kb.Layers("", "")...)
	if err != nil {
		t.Fatal(err)
	}
	policy := bot.DefaultPolicy()
	policy.Channels = map[string]bot.ChannelPolicy{"support": {About: bot.AboutBackup}, "watched": {About: bot.AboutBackup, Mode: bot.ModeShadow}}
	text, entry := vague(t, base)
	memory := store.NewMemory()
	b := bot.New(func() *kb.Base { return base }, testLocales(t), policy, memory, memory, slog.New(slog.DiscardHandler))
	adapter := bottest.NewRecorder("test", everything)
	handle := b.Handler(adapter)
	for channel, want := range map[string]match.Band{"support": match.Likely, "watched": match.Likely, "other": match.Silent} {
		m := message("m1", text)
		m.ID = bot.EventID("in " + channel)
		m.Thread.Channel = channel
		e := b.Explain(m)
		if e.Result.Band != want {
			t.Errorf("%q in %s is %s, want %s", text, channel, e.Result.Band, want)
		}
		if want == match.Likely && e.Entry.ID != entry {
			t.Errorf("%q in %s is about %s, want %s", text, channel, e.Entry.ID, entry)
		}
		if asked := len(e.Doubts) > 0 && slices.ContainsFunc(e.Doubts, func(d kb.Doubt) bool { return d.Kind == match.DoubtQuestion }); asked != (want == match.Silent) {
			t.Errorf("%q in %s: %+v", text, channel, e.Doubts)
		}
		if err := handle(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		w, _, err := memory.Load(t.Context(), m.Thread, bot.UserKey{})
		if err != nil {
			t.Fatal(err)
		}
		if began := w.Status == bot.StatusChoosing || w.Status == bot.StatusWalking; began != (channel == "support") {
			t.Errorf("%q in %s: the walkthrough is %q", text, channel, w.Status)
		}
	}
}

// TestExplainChannel checks what an explanation says of the channel.
func TestExplainChannel(t *testing.T) {
	policy := bot.DefaultPolicy()
	policy.Default = bot.ModeMention
	policy.Channels = map[string]bot.ChannelPolicy{"watched": {Mode: bot.ModeShadow}, "korean": {Language: "ko"}}
	base, memory := testBase(t), store.NewMemory()
	off := bot.SettingsChange{Place: bot.Place{Adapter: "test", Channel: "switched"}, After: bot.Settings{Mode: bot.ModeOff}}
	if err := memory.Apply(t.Context(), bot.Turn{Event: "set", Set: &off}); err != nil {
		t.Fatal(err)
	}
	b := bot.New(func() *kb.Base { return base }, testLocales(t), policy, memory, memory, slog.New(slog.DiscardHandler))
	for _, c := range []struct {
		channel string
		direct  bool
		mode    bot.Mode
		listed  bool
		set     bool
	}{
		{"watched", false, bot.ModeShadow, true, false},
		{"korean", false, bot.ModeMention, false, false},
		{"other", false, bot.ModeMention, false, false},
		{"watched", true, bot.ModeOn, false, false},
		{"switched", false, bot.ModeOff, false, true}, // by an administrator, before this process began
	} {
		m := message("m1", "90001")
		m.Thread.Channel, m.Direct = c.channel, c.direct
		if e := b.Explain(m); e.Channel.Mode != c.mode || e.Listed != c.listed || e.Set != c.set {
			t.Errorf("%+v: mode %q, listed %v, set %v", c, e.Channel.Mode, e.Listed, e.Set)
		}
	}
	// A look-up is judged otherwise than a paste, so it has no reasons of one.
	m := message("m1", "90001")
	m.Command = true
	if e := b.Explain(m); e.Result.Band != match.Sure || e.Doubts != nil || e.Entry != nil {
		t.Errorf("a look-up: %+v", e)
	}
}
