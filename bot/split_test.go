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
	const first, second = "Both omega things", "have to be done now."
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
