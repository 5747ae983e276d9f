package bot_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
)

// muted is the configured maintenance of an error, beginning and ending so long after the
// begin of a test.
func muted(name string, from, to time.Duration, channels ...string) func(*bot.Policy) {
	return func(p *bot.Policy) {
		now := time.Now()
		p.Maintenance = append(p.Maintenance, bot.Mute{Error: name, Channels: channels, From: now.Add(from).Unix(), To: now.Add(to).Unix()})
	}
}

// TestMaintenance checks which messages about a muted error get an answer, which of those
// say that maintenance is planned, and that none of them makes an incident.
func TestMaintenance(t *testing.T) {
	for _, tt := range []struct {
		name     string
		steps    string
		answers  int
		planned  int // answers that say that maintenance is planned
		notes    string
		policies []func(*bot.Policy)
	}{
		{"nothing is muted", "a", 1, 0, "", nil},
		{"a paste", "a", 0, 0, "", []func(*bot.Policy){muted("lost-disk", 0, time.Hour)}},
		{"by the code", "a", 0, 0, "", []func(*bot.Policy){muted("90001", 0, time.Hour)}},
		{"another error", "a", 1, 0, "", []func(*bot.Policy){muted("90002", 0, time.Hour)}},
		{"before it begins", "a +1h +2s b", 1, 0, "", []func(*bot.Policy){muted("lost-disk", time.Hour, 2*time.Hour)}},
		{"after it ended", "a +1h +2s b", 1, 0, "", []func(*bot.Policy){muted("lost-disk", 0, time.Hour)}},
		{"in its channel", "a there:b", 1, 0, "", []func(*bot.Policy){muted("lost-disk", 0, time.Hour, "c")}},
		{"in all channels", "a there:b", 0, 0, "", []func(*bot.Policy){muted("lost-disk", 0, time.Hour)}},
		{"a mention", "mentions:a", 1, 1, "", []func(*bot.Policy){muted("lost-disk", 0, time.Hour)}},
		{"a command", "types:a", 1, 1, "", []func(*bot.Policy){muted("lost-disk", 0, time.Hour, "c")}},
		{"a direct message", "dm:a", 1, 1, "", []func(*bot.Policy){muted("lost-disk", 0, time.Hour)}},
		{"a direct message about another channel", "dm:a", 1, 0, "", []func(*bot.Policy){muted("lost-disk", 0, time.Hour, "c")}},
		{"the latest end counts", "mentions:a", 1, 1, "", []func(*bot.Policy){muted("lost-disk", 0, time.Minute), muted("90001", 0, time.Hour)}},
		{"alerts", "! ! ! ! ! !", 0, 0, "", []func(*bot.Policy){muted("lost-disk", 0, time.Hour)}},
		{"who mentions the bot makes no incident", "mentions:a mentions:b mentions:c mentions:d mentions:e", 5, 5, "", []func(*bot.Policy){muted("lost-disk", 0, time.Hour)}},
		{"after it ended there are incidents", "a b c +1h +1s d e f g h", 5, 0, "new, 5 people", []func(*bot.Policy){muted("lost-disk", 0, time.Hour)}},
		{"an error that an edit makes a muted one", "omega:a spoils:a", 1, 0, "", []func(*bot.Policy){muted("90001", 0, time.Hour)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOutage(t, func(p *bot.Policy) {
					for _, f := range tt.policies {
						f(p)
					}
				}, everything)
				for step := range strings.FieldsSeq(tt.steps) {
					o.do(step)
				}
				planned := 0
				for _, p := range o.posts {
					if strings.Contains(bottest.Text(p.Reply), "Maintenance is planned until") {
						planned++
					}
				}
				if got := o.answers(); got != tt.answers || planned != tt.planned {
					t.Errorf("%d answers, %d of which say that maintenance is planned, want %d and %d", got, planned, tt.answers, tt.planned)
				}
				if got := o.notes(); got != tt.notes {
					t.Errorf("notes: %q, want %q", got, tt.notes)
				}
			})
		})
	}
}

// TestMutedBeside checks that a paste with a muted error and another one gets the answer to
// the other one.
func TestMutedBeside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutage(t, muted("lost-disk", 0, time.Hour), everything)
		both := message("m1", "The backup disk zeta was lost on FS-11. (ID: 90001)\n\nBoth omega things have to be done now. (ID: 90002)")
		posts := o.handle(t, both)
		if len(posts) != 1 {
			t.Fatalf("%d posts, want 1", len(posts))
		}
		if text := bottest.Text(posts[0].Reply); !strings.Contains(text, "Two things") || strings.Contains(text, "The disk is lost") {
			t.Errorf("the answer is\n%s", text)
		}
	})
}

// TestMuteByChat plays commands of an administrator, each with what the answer says, and
// how many answers a paste gets then.
func TestMuteByChat(t *testing.T) {
	at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format("2006-01-02T15:04Z07:00") }
	for _, tt := range []struct {
		name     string
		commands func() []string
		says     string
		answers  int // to one paste after the commands
		policy   func(*bot.Policy)
	}{
		{"mute for two hours", func() []string { return []string{"mute 90001 now 2h"} }, "| Muted error | `90001` from TIME to TIME · set by an administrator", 0, nil},
		{"mute by the ID", func() []string { return []string{"mute lost-disk now +30m"} }, "`lost-disk` from", 0, nil},
		{"mute in Korean", func() []string { return []string{"점검 90001 지금 2h"} }, "| 점검 중 오류 | `90001`, TIME부터 TIME까지 · 관리자가 설정", 0, nil},
		{"mute with times", func() []string { return []string{"mute 90001 " + at(-time.Hour) + " " + at(time.Hour)} }, "`90001` from", 0, nil},
		{"mute from later on", func() []string { return []string{"mute 90001 " + at(time.Hour) + " 2h"} }, "`90001` from", 1, nil},
		{"unmute", func() []string { return []string{"mute 90001 now 2h", "unmute 90001"} }, "Muted error `90001` from TIME to TIME → as configured", 1, nil},
		{"unmute what is configured", func() []string { return []string{"unmute 90001"} }, "which the configuration mutes, is answered", 1, muted("90001", 0, time.Hour)},
		{"mute again what is configured", func() []string { return []string{"unmute 90001", "mute 90001 now 5m"} }, "`90001` from", 0, muted("90001", 0, time.Hour)},
		{"list", func() []string { return []string{"mute"} }, "| Muted error | `90001` from TIME to TIME · from the configuration", 0, muted("90001", 0, time.Hour)},
		{"reset", func() []string { return []string{"mute 90001 now 2h", "reset"} }, "→ as configured", 1, nil},
		{"replace", func() []string { return []string{"mute 90001 now 2h", "mute 90001 " + at(time.Hour) + " 1h"} }, "`90001` from", 1, nil},
		{"unknown error", func() []string { return []string{"mute 4711 now 2h"} }, "I don't know an error", 1, nil},
		{"no error at all", func() []string { return []string{"mute <b> now 2h"} }, "I don't know an error", 1, nil},
		{"no zone", func() []string { return []string{"mute 90001 2026-12-01T22:00 2h"} }, "with its zone", 1, nil},
		{"no time", func() []string { return []string{"mute 90001 now later"} }, "with its zone", 1, nil},
		{"the end before the start", func() []string { return []string{"mute 90001 " + at(2*time.Hour) + " " + at(time.Hour)} }, "later than the start", 1, nil},
		{"an end in the past", func() []string { return []string{"mute 90001 " + at(-2*time.Hour) + " " + at(-time.Hour)} }, "later than the start", 1, nil},
		{"a negative duration", func() []string { return []string{"mute 90001 now -2h"} }, "later than the start", 1, nil},
		{"too long", func() []string { return []string{"mute 90001 now 745h"} }, "at most 31 days", 1, nil},
		{"unmute what is not muted", func() []string { return []string{"unmute 90001"} }, "is not muted here", 1, nil},
		{"half a command", func() []string { return []string{"mute 90001 now"} }, "I don't understand", 1, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOutage(t, func(p *bot.Policy) {
					p.Admins = []string{"test:" + alex.ID}
					if tt.policy != nil {
						tt.policy(p)
					}
				}, everything)
				said := ""
				for i, c := range tt.commands() {
					m := message(fmt.Sprint("c", i), "admin "+c)
					m.Command, m.Thread.Root = true, bot.CommandRoot+fmt.Sprint(i)
					said = bottest.Text(o.handle(t, m)[0].Reply)
				}
				if !strings.Contains(said, tt.says) {
					t.Errorf("the bot says\n%s\nwant %q", said, tt.says)
				}
				time.Sleep(2 * time.Second) // talk reads the settings once a second
				if got := len(o.handle(t, message("paste", lostPaste))); got != tt.answers {
					t.Errorf("%d answers to a paste, want %d", got, tt.answers)
				}
			})
		})
	}
}

// TestMuteLimit checks that a channel has fifty muted errors at most, and that those that
// are over do not count.
func TestMuteLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutage(t, func(p *bot.Policy) { p.Admins = []string{"test:" + alex.ID} }, everything)
		var mutes []bot.Mute
		for i := range 50 {
			mutes = append(mutes, bot.Mute{Error: fmt.Sprint(i), To: time.Now().Add(time.Hour).Unix()})
		}
		place := bot.Place{Adapter: "test", Channel: "c"}
		if err := o.memory.Apply(t.Context(), bot.Turn{Event: "set", Set: &bot.SettingsChange{Place: place, After: bot.Settings{Mutes: mutes}}}); err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"50 errors are muted", "Changed."} {
			m := message(fmt.Sprint("c", i), "admin mute 90001 now 5h")
			m.Command, m.Thread.Root = true, bot.CommandRoot+fmt.Sprint(i)
			if said := bottest.Text(o.handle(t, m)[0].Reply); !strings.Contains(said, want) {
				t.Errorf("the bot says\n%s\nwant %q", said, want)
			}
			time.Sleep(time.Hour)
		}
	})
}

// TestExplainMuted checks that an explanation says until when an error is muted.
func TestExplainMuted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutage(t, muted("lost-disk", 0, time.Hour, "c"), everything)
		m := message("m1", lostPaste)
		if e := o.Explain(m); !e.Muted.Equal(time.Now().Add(time.Hour)) {
			t.Errorf("muted until %v", e.Muted)
		}
		m.Thread.Channel = "d"
		if e := o.Explain(m); !e.Muted.IsZero() {
			t.Errorf("another channel: muted until %v", e.Muted)
		}
	})
}

// TestMuteText checks the stored form of a mute, and that a damaged one is an error.
func TestMuteText(t *testing.T) {
	all := bot.Settings{Mutes: []bot.Mute{{Error: "319", From: 1796162400, To: 1796184000}, {Error: "lost-disk", To: 1796184000, Off: true}}}
	data, err := json.Marshal(all)
	if want := `{"mutes":["319 2026-12-01T22:00:00Z/2026-12-02T04:00:00Z","lost-disk off/2026-12-02T04:00:00Z"]}`; err != nil || string(data) != want {
		t.Errorf("%s, %v; want %s", data, err, want)
	}
	var read bot.Settings
	if err := json.Unmarshal(data, &read); err != nil || fmt.Sprint(read) != fmt.Sprint(all) {
		t.Errorf("%v, %v", read, err)
	}
	for _, damaged := range []string{"", "319", "319 now/later", "319 2026-12-01T22:00:00Z"} {
		if err := new(bot.Mute).UnmarshalText([]byte(damaged)); err == nil {
			t.Errorf("%q is no error", damaged)
		}
	}
}
