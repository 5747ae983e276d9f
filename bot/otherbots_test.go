package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"log/slog"
	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// A directory is a platform where a mention of a bot has another ID than its messages.
type directory struct{ *bottest.Recorder }

func (directory) FindBot(_ context.Context, id string) (bot.User, bool, error) {
	switch id {
	case "U77", "B77":
		return bot.User{ID: "B77", Name: "alerts", Bot: true}, true, nil
	case "B1":
		return bot.User{ID: "B1", Bot: true}, true, nil
	case "UAWAY":
		return bot.User{}, false, errors.New("away")
	}
	return bot.User{}, false, nil // U2 is a person
}

// TestOtherBots checks how an administrator names other bots.
func TestOtherBots(t *testing.T) {
	const unknown = ", so I changed nothing. Mention it with @"
	for _, tt := range []struct {
		commands []string // mentions are @name=ID
		says     string   // of the last one
		want     string   // the bots after it
	}{
		{[]string{"+@alerts=U77"}, "alerts (`B77`)", "B1 B77=alerts"},
		{[]string{"+U77"}, "as configured → `B1`, alerts (`B77`)", "B1 B77=alerts"},
		{[]string{"+B77"}, "alerts (`B77`)", "B1 B77=alerts"},
		{[]string{"+U77 +B77 -B1"}, "alerts (`B77`)", "B77=alerts"},
		{[]string{"+U77", "-alerts"}, "`B1`, alerts (`B77`) → `B1`", "B1"},
		{[]string{"+U77", "-@alerts=U77"}, "→ `B1`", "B1"},
		{[]string{"+U77", "-B77"}, "→ `B1`", "B1"},
		{[]string{"+U77", "-B1"}, "→ alerts (`B77`)", "B77=alerts"},
		{[]string{"+U77", ""}, "# Other bots whose errors I answer in this channel\n  `B1`\n  alerts (`B77`)", "B1 B77=alerts"},
		{[]string{"-B1", ""}, "I ignore them", ""},
		{[]string{"+Pager Duty"}, "Pager Duty (`B9`)", "B1 B9=Pager Duty"}, // which posted here
		{[]string{"+pager duty -B1"}, "Pager Duty (`B9`)", "B9=Pager Duty"},
		{[]string{"+twin"}, "I find no bot “twin”" + unknown, ""}, // there are two
		{[]string{"+alerts"}, "I find no bot “alerts”" + unknown, ""},
		{[]string{"+@kim=U2"}, "I find no bot “@kim”" + unknown, ""},
		{[]string{"+UAWAY"}, "I find no bot “UAWAY”" + unknown, ""},
		{[]string{"+U77", "+B1 +U99"}, "I find no bot “U99”" + unknown, "B1 B77=alerts"},
		{[]string{"-nobody"}, "I find no bot “nobody”" + unknown, ""},
		{[]string{"alerts"}, "I don't understand", ""},
	} {
		t.Run(strings.Join(tt.commands, ", "), func(t *testing.T) {
			memory := store.NewMemory()
			base := testBase(t)
			a := &turns{Recorder: bottest.NewRecorder("test", everything)}
			b := bot.New(func() *kb.Base { return base }, testLocales(t), adminPolicy(), memory, memory, slog.New(slog.DiscardHandler))
			r := &peer{Bot: b, handle: b.Handler(named{a, directory{a.Recorder}}), turns: a}
			for i, u := range []bot.User{{ID: "B9", Name: "Pager Duty", Bot: true}, {ID: "B3", Name: "Twin", Bot: true}, {ID: "B4", Name: "twin", Bot: true}} {
				m := message("seen"+string(rune('0'+i)), "a nice day")
				m.From = u
				r.do(t, m)
			}
			var got string
			for _, c := range tt.commands {
				m := typed("")
				text, id, _ := strings.Cut(c, "=")
				if m.Text = strings.TrimSpace("admin bots " + text); id != "" {
					m.Mentions = []bot.Mention{{Text: text[1:], ID: id}}
				}
				got = r.do(t, m)
			}
			if !strings.Contains(got, tt.says) {
				t.Errorf("got\n%s\nwant %q", got, tt.says)
			}
			set, err := memory.ChannelSettings(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			var bots []string
			for _, s := range set {
				for _, id := range s.Bots {
					if name := s.BotNames[id]; name != "" {
						id += "=" + name
					}
					bots = append(bots, id)
				}
			}
			if strings.Join(bots, " ") != tt.want {
				t.Errorf("the bots are %q, want %q", bots, tt.want)
			}
		})
	}
}

// named is an adapter that observes turns and knows bots.
type named struct {
	*turns
	directory directory
}

func (n named) FindBot(ctx context.Context, id string) (bot.User, bool, error) {
	return n.directory.FindBot(ctx, id)
}
