package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// adminPolicy has alex as administrator, and a channel with rules in the file.
func adminPolicy() bot.Policy {
	policy := bot.DefaultPolicy()
	policy.Admins = []string{"test:" + alex.ID, "other:U2"}
	policy.Channels = map[string]bot.ChannelPolicy{"c": {Language: "ko", About: bot.AboutBackup, Bots: []string{"B1"}}}
	return policy
}

// A peer is a bot that shares its store with others. It handles events and sends
// nothing.
type peer struct {
	*bot.Bot
	handle bot.Handler
	turns  *turns
}

// turns notes what a bot decided.
type turns struct {
	*bottest.Recorder
	all []bot.Turn
}

func (t *turns) Observe(_ bot.Event, turn bot.Turn) { t.all = append(t.all, turn) }

func newPeer(t *testing.T, policy bot.Policy, db interface {
	bot.Store
	bot.Outbox
}) *peer {
	base := testBase(t)
	a := &turns{Recorder: bottest.NewRecorder("test", everything)}
	b := bot.New(func() *kb.Base { return base }, testLocales(t), policy, db, db, slog.New(slog.DiscardHandler))
	return &peer{Bot: b, handle: b.Handler(a), turns: a}
}

// do hands over an event and returns the text of the posts that are sent.
func (r *peer) do(t *testing.T, event bot.Event) string {
	t.Helper()
	r.turns.all = nil
	if err := r.handle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, p := range r.turns.all[0].Posts {
		if !p.Shadow {
			text.WriteString(bottest.Text(p.Reply))
		}
	}
	return text.String()
}

var commands int

// typed returns a use of /mabs by alex.
func typed(text string) bot.Message {
	commands++
	m := message(fmt.Sprint("typed", commands), text)
	m.Command, m.Thread.Root = true, bot.CommandRoot+string(m.ID)
	return m
}

func TestAdmin(t *testing.T) {
	const c = "c" // the channel of message
	set := func(s bot.Settings) *bot.Settings { return &s }
	for _, tt := range []struct {
		text string
		want *bot.Settings // nil: nothing is changed
		says string
	}{
		{"admin", nil, "# Policy of this channel"},
		{"admin mode off", set(bot.Settings{Mode: bot.ModeOff}), "`off`: I never speak here · set by an administrator"},
		{"ADMIN Mode Shadow", set(bot.Settings{Mode: bot.ModeShadow}), "post nothing · set by an administrator"},
		{"admin mode mention", set(bot.Settings{Mode: bot.ModeMention}), "`mention`"},
		{"admin mode supervised", nil, "no channel is configured to which I can send them. I changed nothing"},
		{"admin escalation C1", set(bot.Settings{Escalation: "C1"}), "go to the channel `C1` · set by an administrator"},
		{"admin escalation #C1", set(bot.Settings{Escalation: "C1"}), "as configured → `C1`"},
		{"관리 담당자채널 끔", set(bot.Settings{Escalation: bot.EscalationOff}), "`끔`"},
		{"admin escalation auto", nil, "Nothing to change"},
		{"admin escalation", nil, "“escalation”, so I changed nothing"},
		{"admin escalation C1 C2", nil, "“escalation C1 C2”"},
		{"admin escalation mode", nil, "“escalation mode”"},
		{"admin escalation <>", nil, "so I changed nothing"},
		{"admin mode on", set(bot.Settings{Mode: bot.ModeOn}), "`on`: I also answer pasted errors · set by an administrator"},
		{"관리 모드 끄기", set(bot.Settings{Mode: bot.ModeOff}), "`끔`"},
		{"admin language en", set(bot.Settings{Language: "en"}), "`en` (English)"},
		{"admin lang auto", set(bot.Settings{Language: bot.LanguageAuto}), "`auto`: the message and its author decide, else `en` · set by an administrator"},
		{"admin language 한국어", set(bot.Settings{Language: "ko"}), "한국어"},
		{"admin about anything", set(bot.Settings{About: bot.AboutAnything}), "`anything` · set by an administrator"},
		{"admin unanswered on", set(bot.Settings{Unanswered: bot.RecordOn}), "`on`: I also record those for people that almost led to a question · set by an administrator"},
		{"admin unanswered off", set(bot.Settings{Unanswered: bot.RecordOff}), "Unanswered messages as configured → `off`"},
		{"관리 미답변 켬", set(bot.Settings{Unanswered: bot.RecordOn}), "`켬`"},
		{"admin unanswered shadow", nil, "“unanswered shadow”, so I changed nothing"},
		{"admin unanswered", nil, "“unanswered”"},
		{"admin bots +B2 +B2", set(bot.Settings{Bots: []string{"B1", "B2"}}), "`B1`, `B2` · set by an administrator"},
		{"admin bots -B1", set(bot.Settings{Bots: []string{}}), "I ignore them · set by an administrator"},
		{"admin bots +@B2 -B1", set(bot.Settings{Bots: []string{"B2"}}), "`B2`"},
		{"admin reset", nil, "Nothing to change"},
		{"admin mode", nil, "“mode”, so I changed nothing"},
		{"admin mode ko", nil, "“mode ko”"},
		{"admin mode off please", nil, "“mode off please”"},
		{"admin language xx", nil, "“language xx”"},
		{"admin language mode", nil, "“language mode”"},
		{"admin about off", nil, "“about off”"},
		{"admin bots", nil, "# Other bots whose errors I answer in this channel\n  `B1`"},
		{"admin bots B2", nil, "“bots B2”"},
		{"admin bots +", nil, "I find no bot “”"},
		{"admin bots +" + strings.Repeat("x", 65), nil, "I find no bot"},
		{"admin off", nil, "“off”"},
		{"admin 90001", nil, "“90001”"},
	} {
		for _, mode := range []bot.Mode{"", bot.ModeOff, bot.ModeShadow, bot.ModeMention} { // it works in each
			policy := adminPolicy()
			policy.Channels[c] = bot.ChannelPolicy{Mode: mode, Language: "ko", About: bot.AboutBackup, Bots: []string{"B1"}}
			memory := store.NewMemory()
			r := newPeer(t, policy, memory)
			got := r.do(t, typed(tt.text))
			if !strings.Contains(got, tt.says) {
				t.Errorf("%s: got\n%swant %q", tt.text, got, tt.says)
			}
			turn := r.turns.all[0]
			if tt.want == nil && turn.Set != nil || tt.want != nil && (turn.Set == nil || fmt.Sprintf("%#v", turn.Set.After) != fmt.Sprintf("%#v", *tt.want)) {
				t.Errorf("%s: changes %+v, want %+v", tt.text, turn.Set, tt.want)
			}
			if p := turn.Posts[0]; len(turn.Posts) != 1 || !p.Private {
				t.Errorf("%s: everyone sees %+v", tt.text, p)
			}
		}
	}
}

// TestAdminRefused checks who may not see or change a policy, and what they read.
func TestAdminRefused(t *testing.T) {
	kim := bot.User{ID: "U2", Name: "kim", Locale: "en-US"}
	nobody := adminPolicy()
	nobody.Admins = nil
	direct := func(m *bot.Message) { m.Direct, m.Thread = true, bot.Thread{Adapter: "test", Channel: "dm:U1"} }
	for _, tt := range []struct {
		name   string
		policy bot.Policy
		change func(*bot.Message)
		says   string
	}{
		{"no administrators", nobody, func(*bot.Message) {}, "add `test:U1`, which is you, to `bot.admins`"},
		{"another user", adminPolicy(), func(m *bot.Message) { m.From = kim }, "Only administrators"},
		{"the same ID on another platform", adminPolicy(), func(m *bot.Message) { m.From = kim; m.Thread.Adapter = "slack" }, "Only administrators"},
		{"a bot", adminPolicy(), func(m *bot.Message) { m.From.Bot = true }, ""},
		{"in a direct message", adminPolicy(), direct, "in the channel that you want to change"},
		{"no command", adminPolicy(), func(m *bot.Message) { m.Command, m.Addressed = false, true }, "I don't recognize"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newPeer(t, tt.policy, store.NewMemory())
			m := typed("admin mode off")
			tt.change(&m)
			if got := r.do(t, m); !strings.Contains(got, tt.says) || (tt.says == "") != (got == "") {
				t.Errorf("got\n%swant %q", got, tt.says)
			}
			if r.turns.all[0].Set != nil {
				t.Error("it changes the policy")
			}
		})
	}
}

// TestAdminLooksUp checks that an error that begins with the word is looked up for
// everyone but administrators.
func TestAdminLooksUp(t *testing.T) {
	r := newPeer(t, adminPolicy(), store.NewMemory())
	m := typed("admin 90001")
	m.From = bot.User{ID: "U2", Name: "kim", Locale: "en-US"}
	if got := r.do(t, m); !strings.Contains(got, "The disk is lost") {
		t.Errorf("got\n%s", got)
	}
}

// TestSettingsElsewhere checks that another replica decides by a change at once, for
// its channel alone, and recognizes by it a second later at most.
func TestSettingsElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := store.NewMemory()
		one, two := newPeer(t, adminPolicy(), memory), newPeer(t, adminPolicy(), memory)
		paste := func(r *peer, id, channel string) string {
			m := message(id, lostPaste)
			m.Thread.Channel = channel
			return r.do(t, m)
		}
		if paste(two, "m1", "c") == "" {
			t.Fatal("no answer")
		}
		one.do(t, typed("admin mode off"))
		for i, r := range []*peer{one, two} {
			if got := paste(r, fmt.Sprint("m2", i), "c"); got != "" {
				t.Errorf("replica %d answers in a channel that is off:\n%s", i, got)
			}
		}
		elsewhere := message("m3", lostPaste)
		elsewhere.Thread = bot.Thread{Adapter: "test", Workspace: "w2", Channel: "c", Root: "m3"}
		if two.do(t, elsewhere) == "" {
			t.Error("no answer in the channel of another workspace")
		}
		two.do(t, typed("admin mode on")) // one has to see the latest version to change it
		one.do(t, typed("admin about anything"))
		time.Sleep(time.Second)
		if paste(one, "m4", "c") == "" {
			t.Error("no answer in a channel that is on again")
		}
		changes, err := memory.SettingsChanges(t.Context(), bot.Place{Adapter: "test", Channel: "c"}, 9)
		if err != nil || len(changes) != 3 || changes[0].Before.Mode != bot.ModeOn || changes[0].By.ID != alex.ID {
			t.Errorf("the record is %+v, %v", changes, err)
		}
	})
}

// A countedStore counts how often the settings are read, and may fail to.
type countedStore struct {
	*store.Memory
	reads int
	err   error
}

func (c *countedStore) ChannelSettings(ctx context.Context, after int) ([]bot.ChannelSettings, error) {
	c.reads++
	all, err := c.Memory.ChannelSettings(ctx, after)
	return all, errors.Join(c.err, err)
}

// TestTalkNeedsNoStore checks that talk reads the settings once a second at most, and
// does without while the store is away. What leads to something needs them.
func TestTalkNeedsNoStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &countedStore{Memory: store.NewMemory()}
		r := newPeer(t, adminPolicy(), db)
		talk := func(n int) {
			t.Helper()
			for range n {
				commands++
				r.do(t, message(fmt.Sprint("talk", commands), "what a nice day it is"))
			}
		}
		talk(100)
		if db.reads != 1 {
			t.Errorf("read %d times at once", db.reads)
		}
		time.Sleep(time.Second)
		talk(100)
		if db.reads != 2 {
			t.Errorf("read %d times in two seconds", db.reads)
		}
		time.Sleep(time.Second)
		db.err = errors.New("away")
		talk(100)
		if err := r.handle(t.Context(), message("m1", lostPaste)); !errors.Is(err, db.err) {
			t.Errorf("a paste: %v, want that it is delivered again", err)
		}
	})
}

// TestHistoryIsBounded checks that the answer shows the latest changes alone.
func TestHistoryIsBounded(t *testing.T) {
	r := newPeer(t, adminPolicy(), store.NewMemory())
	var got string
	for _, mode := range slices.Repeat([]string{"off", "shadow", "mention", "on"}, 3) {
		got = r.do(t, typed("admin mode "+mode))
	}
	if n := strings.Count(got, "→"); n != 5 {
		t.Errorf("%d changes in\n%s", n, got)
	}
}
