package bot_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// TestSplit checks which messages are read together with the one before.
func TestSplit(t *testing.T) {
	const first, second = "Both omega", "things have to be done now."
	for name, tt := range map[string]struct {
		texts  []string
		apart  time.Duration
		change func(second *bot.Message)
		want   string // the threads of the walkthroughs that began
	}{
		"two halves":             {texts: []string{first, second}, want: "m1"},
		"two likely halves":      {texts: []string{"The backup disk", "zeta was lost on FS01."}, want: "m1"},
		"long after":             {texts: []string{first, second}, apart: time.Minute, want: ""},
		"another user":           {texts: []string{first, second}, change: func(m *bot.Message) { m.From.ID = "U2" }, want: ""},
		"another channel":        {texts: []string{first, second}, change: func(m *bot.Message) { m.Thread.Channel = "d" }, want: ""},
		"a reply":                {texts: []string{first, second}, change: func(m *bot.Message) { m.InThread = true }, want: ""},
		"a time that is unknown": {texts: []string{first, second}, change: func(m *bot.Message) { m.At = time.Time{} }, want: ""},
		"talk after an error":    {texts: []string{lostPaste, "anyone here?"}, want: "m1"},
		"two errors":             {texts: []string{lostPaste, "Both omega things have to be done now. (ID: 90002)"}, want: "m1 m2"},
		"talk":                   {texts: []string{"good morning", "lunch at noon"}, want: ""},
		"the rest is an error":   {texts: []string{"look at this", lostPaste}, want: "m2"},
	} {
		t.Run(name, func(t *testing.T) {
			memory, base := store.NewMemory(), testBase(t)
			b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
			handle := b.Handler(bottest.NewRecorder("test", everything))
			var began []string
			for i, text := range tt.texts {
				m := message([]string{"m1", "m2"}[i], text)
				m.At = time.Unix(1_700_000_000, 0).Add(time.Duration(i) * (tt.apart + time.Second))
				if i == 1 && tt.change != nil {
					tt.change(&m)
				}
				for range 2 { // an event may be handled again
					if err := handle(t.Context(), m); err != nil {
						t.Fatal(err)
					}
				}
			}
			for _, root := range []string{"m1", "m2"} {
				for _, channel := range []string{"c", "d"} {
					w, _, err := memory.Load(t.Context(), bot.Thread{Adapter: "test", Channel: channel, Root: root}, bot.UserKey{})
					if err != nil {
						t.Fatal(err)
					}
					if w.Entry != nil {
						began = append(began, root)
					}
				}
			}
			if got := strings.Join(began, " "); got != tt.want {
				t.Errorf("walkthroughs in %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSplitDirect says things one after the other in a direct message: an answer to
// what the bot asks is no part of the message before, and the rest of an error is.
func TestSplitDirect(t *testing.T) {
	base := testBase(t)
	for _, tt := range []struct {
		texts []string
		want  string // the text and the position of the walkthrough
	}{
		{[]string{lostPaste, "usb"}, lostPaste + " plug"},
		{[]string{lostPaste, "usb, a backup disk"}, lostPaste + " plug"}, // alone it is likely an error
		{[]string{"The backup disk", "zeta was lost on FS01."}, "The backup disk\nzeta was lost on FS01. kind"},
	} {
		memory := store.NewMemory()
		b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
		handle := b.Handler(bottest.NewRecorder("test", everything))
		thread := bot.Thread{Adapter: "test", Channel: bot.DirectChannel + alex.ID}
		for i, text := range tt.texts {
			m := message([]string{"m1", "m2"}[i], text)
			m.Thread, m.Direct, m.Addressed, m.At = thread, true, true, time.Unix(1_700_000_000+int64(i), 0)
			if err := handle(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		w, _, err := memory.Load(t.Context(), thread, bot.UserKey{})
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Text + " " + w.At.Question + w.At.Step; got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.texts, got, tt.want)
		}
	}
}
