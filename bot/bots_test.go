package bot_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

var bridge = bot.User{ID: "B1", Name: "alex via bridge", Bot: true}

// botsAllowed returns a policy that reads the bridge in the channels.
func botsAllowed(channels ...string) bot.Policy {
	policy := bot.DefaultPolicy()
	policy.Channels = map[string]bot.ChannelPolicy{}
	for _, c := range channels {
		policy.Channels[c] = bot.ChannelPolicy{Bots: []string{bridge.ID}}
	}
	return policy
}

const (
	copyEn = "mabsbot: **The disk is lost on FS-11 (90001)** The backup disk zeta was lost on FS-11. *Recognized by code `ID 90001` and the message.* The cable came off."
	copyKo = "디스크를 찾을 수 없음 <FS-11>에서 백업 디스크 제타를 찾을 수 없습니다. (ID: 90001) 판단 근거: 코드 ID 90001, 오류 메시지"
	linkEn = "The disk is lost on FS-11 · ID 90001: This channel already has a thread for “The disk is lost on FS-11”: Go to the thread"
	asksEn = "This could be one of several errors. Which one is yours? 90001 The backup disk zeta was lost on FS-11."
)

// TestDecideBots checks that another bot gets no answer to repeats and to
// copies of answers, not even a link, and that this does not affect people.
func TestDecideBots(t *testing.T) {
	recent := []bot.Walkthrough{{Thread: bot.Thread{Adapter: "test", Channel: "c", Root: "m0"}, Slots: map[string]string{"Server": "fs-11.corp.example"}}}
	other := []bot.Walkthrough{{Thread: bot.Thread{Adapter: "test", Channel: "c", Root: "m0"}, Slots: map[string]string{"Server": "FS-12"}}}
	for _, tt := range []struct {
		name        string
		text        string
		recent      []bot.Walkthrough
		change      func(*bot.Message)
		bot, person int // posts
	}{
		{name: "an error", text: lostPaste, bot: 1, person: 1},
		{name: "a repeat", text: lostPaste, recent: recent, bot: 0, person: 1},
		{name: "the error of another server", text: lostPaste, recent: other, bot: 1, person: 1},
		{name: "a repeat with a mention", text: lostPaste, recent: recent, change: func(m *bot.Message) { m.Addressed = true }, bot: 0, person: 1},
		{name: "a copy", text: copyEn, bot: 0, person: 1},
		{name: "a copy in Korean", text: copyKo, bot: 0, person: 1},
		{name: "a copy of a link", text: linkEn, bot: 0, person: 1},
		{name: "a copy of a question", text: asksEn, bot: 0, person: 1},
		{name: "a copy with a mention", text: copyEn, change: func(m *bot.Message) { m.Addressed = true }, bot: 0, person: 1},
		{name: "a message that becomes a copy", text: copyEn, change: func(m *bot.Message) { m.Change, m.Original = bot.ChangeEdited, "m1" }, bot: 0, person: 1},
		{name: "a message that becomes an error", text: lostPaste, change: func(m *bot.Message) { m.Change, m.Original = bot.ChangeEdited, "m1" }, bot: 1, person: 1},
		{name: "a message that becomes a repeat", text: lostPaste, recent: recent, change: func(m *bot.Message) { m.Change, m.Original = bot.ChangeEdited, "m1" }, bot: 0, person: 1},
		{name: "a copy in a thread", text: copyEn, change: func(m *bot.Message) { m.InThread = true }, bot: 0, person: 1},
		{name: "a mention and nothing", text: "what is this?", change: func(m *bot.Message) { m.Addressed = true }, bot: 1, person: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			base := testBase(t)
			rules := bot.Rules{Base: base, Locales: testLocales(t), Policy: botsAllowed("c"), Can: everything}
			for _, from := range []bot.User{alex, bridge} {
				m := message("m1", tt.text)
				m.From = from
				if tt.change != nil {
					tt.change(&m)
				}
				turn := bot.Decide(rules, bot.State{Walkthrough: bot.Walkthrough{Thread: m.Thread}, Recent: tt.recent}, m, base.Match(m.Text))
				want := tt.person
				if from.Bot {
					want = tt.bot
				}
				if len(turn.Posts) != want || want == 0 && !turn.Silent() {
					t.Errorf("%s: %d posts, want %d", from.Name, len(turn.Posts), want)
				}
			}
		})
	}
}

// TestBotQuotesAnswer checks that an answer stays if a bot edits a copy of it
// into its message.
func TestBotQuotesAnswer(t *testing.T) {
	f := runWith(t, botsAllowed("c"))
	m := message("m1", lostPaste)
	m.From = bridge
	if got := f.handle(t, m); len(got) != 1 {
		t.Fatalf("%d posts, want 1", len(got))
	}
	edit := m
	edit.ID, edit.Change, edit.Original, edit.Text = "m1-edit", bot.ChangeEdited, "m1", lostPaste+"\n"+copyEn
	if got := f.handle(t, edit); len(got) != 0 {
		t.Errorf("the edit leads to %+v", got)
	}
	edit.ID, edit.Change, edit.Text = "m1-gone", bot.ChangeDeleted, ""
	if got := f.handle(t, edit); len(got) != 1 || !got[0].Withdraw {
		t.Errorf("the deletion leads to %+v", got)
	}
}

// TestBotLimit checks that another bot that rephrases the error each time gets
// five answers a minute in a channel, and one line in the log. People and other
// channels are not limited.
func TestBotLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policy := botsAllowed("c", "d")
		policy.RepeatWindow = 0 // no message is a repeat
		policy.Incident.People = 0
		f := runWith(t, policy)
		events := 0
		say := func(from bot.User, channel string, n int) bot.Message {
			var wg sync.WaitGroup
			var last bot.Message
			for range n {
				events++
				m := message(fmt.Sprint("m", events), lostPaste)
				m.From, m.Thread.Channel = from, channel
				last = m
				wg.Go(func() {
					if err := f.recorder.Handle(t.Context(), m); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			return last
		}
		want := func(what string, n int) {
			t.Helper()
			if err := f.Drain(t.Context(), "test"); err != nil {
				t.Fatal(err)
			}
			if got := len(f.recorder.Take()); got != n {
				t.Errorf("%s: %d answers, want %d", what, got, n)
			}
		}
		first := say(bridge, "c", 1)
		want("the first message", 1)
		for range 3 {
			if err := f.recorder.Handle(t.Context(), first); err != nil {
				t.Fatal(err)
			}
		}
		want("delivered again", 0)
		say(bridge, "c", 50)
		want("fifty at once", 4)
		if n := strings.Count(f.log.String(), "dropping answers to other bots"); n != 1 {
			t.Errorf("%d lines in the log:\n%s", n, f.log.String())
		}
		say(alex, "c", 20)
		want("a person meanwhile", 20)
		say(bridge, "d", 5)
		want("another channel", 5)

		gone := first
		gone.ID, gone.Change, gone.Original = "gone", bot.ChangeDeleted, first.ID
		if err := f.recorder.Handle(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
		want("a deletion", 1)
		time.Sleep(time.Minute)
		say(bridge, "c", 50)
		want("a minute later", 5)
		if n := strings.Count(f.log.String(), "dropping answers to other bots"); n != 2 {
			t.Errorf("%d lines in the log:\n%s", n, f.log.String())
		}
	})
}

// TestMirror checks that a mirror, which repeats every post of the bot at the
// top of the channel under changing names, causes no loop.
func TestMirror(t *testing.T) {
	for _, window := range []time.Duration{0, 10 * time.Minute} {
		policy := botsAllowed("c")
		policy.RepeatWindow = window
		f := runWith(t, policy)
		all := f.handle(t, message("m1", lostPaste))
		answers := len(all)
		for i := 0; len(all) > 0 && i < 100; i++ {
			m := message(fmt.Sprint("copy", i), bottest.Text(all[0].Reply))
			m.From = bridge
			m.From.Name = fmt.Sprint("somebody ", i)
			more := f.handle(t, m)
			answers += len(more)
			all = append(all[1:], more...)
		}
		if answers != 1 {
			t.Errorf("window %v: %d answers, want that to the person", window, answers)
		}
	}
}

// A loggedFixture is a bot with a readable log.
type loggedFixture struct {
	fixture
	log *bytes.Buffer
}

// runWith starts a bot with the policy. It ends with the test.
func runWith(t *testing.T, policy bot.Policy) loggedFixture {
	t.Helper()
	base, memory, log := testBase(t), store.NewMemory(), &bytes.Buffer{}
	f := loggedFixture{fixture{memory: memory, recorder: bottest.NewRecorder("test", everything)}, log}
	f.Bot = bot.New(func() *kb.Base { return base }, testLocales(t), policy, memory, memory, slog.New(slog.NewTextHandler(log, nil)))
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := f.Run(ctx, f.recorder); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	return f
}
