package bot_test

import (
	"context"
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

// A library is a recorder that reads messages by their names. It never reads the
// one named slow.
type library struct {
	*bottest.Recorder
	messages map[string]bot.Quoted
	read     []string
}

func (l *library) Read(ctx context.Context, _ bot.Message, p bot.Pointer) ([]bot.Quoted, bool) {
	name := fmt.Sprint(p.To)
	l.read = append(l.read, name)
	if name == "slow" {
		<-ctx.Done()
		return nil, false
	}
	q, ok := l.messages[name]
	if !ok {
		return nil, false
	}
	return []bot.Quoted{q}, true
}

const (
	zetaLost   = "The backup disk zeta was lost on FS01. (ID: 90001)"
	omegaOrder = "Both omega things have to be done now. (ID: 90002)"
)

// TestLook checks which messages are read, and what the answer is to.
func TestLook(t *testing.T) {
	link := func(name string) bot.Pointer { return bot.Pointer{Kind: bot.PointLink, To: name} }
	thread, reply, above := bot.Pointer{Kind: bot.PointThread, To: "lost"}, bot.Pointer{Kind: bot.PointReply, To: "lost"}, bot.Pointer{Kind: bot.PointAbove, To: "lost"}
	for name, tt := range map[string]struct {
		text   string
		points []bot.Pointer
		change func(*bot.Message)
		read   string // the names of the messages that are read
		says   string // part of the first post, or "" for silence
	}{
		"a mention in a thread":           {text: "what is this?", points: []bot.Pointer{thread}, read: "lost", says: "The disk is lost on FS01"},
		"a bare mention":                  {text: "", points: []bot.Pointer{reply}, read: "lost", says: "The disk is lost on FS01"},
		"the first that is recognized":    {text: "these?", points: []bot.Pointer{link("talk"), link("order"), link("lost")}, read: "talk order", says: "Two things are to be done"},
		"nothing recognized":              {text: "this?", points: []bot.Pointer{link("talk"), link("talk")}, read: "talk talk", says: "I looked at the linked message but don't"},
		"not readable":                    {text: "this?", points: []bot.Pointer{link("gone")}, read: "gone", says: "I couldn't read the linked message"},
		"its own text is enough":          {text: omegaOrder, points: []bot.Pointer{thread}, says: "Two things are to be done"},
		"thanks":                          {text: "thanks!", points: []bot.Pointer{thread}, says: "I recognize errors of"},
		"a person":                        {text: "get me a person", points: []bot.Pointer{thread}, says: ""},
		"the error above":                 {text: "can you help with the error above?", points: []bot.Pointer{above}, read: "lost", says: "The disk is lost on FS01"},
		"a bare mention after a paste":    {text: "", points: []bot.Pointer{above}, read: "lost", says: "The disk is lost on FS01"},
		"a word is a look-up":             {text: "restore", points: []bot.Pointer{above}, says: "I don't recognize this error"},
		"above counts only alone":         {text: "this?", points: []bot.Pointer{link("talk"), above}, read: "talk", says: "I looked at the linked message"},
		"a copy of the bot's own answers": {text: "this?", points: []bot.Pointer{link("echo")}, read: "echo", says: "I looked at the linked message"},
		"a message for others":            {text: "what is this?", points: []bot.Pointer{thread}, change: func(m *bot.Message) { m.Addressed = false }},
		"a bot":                           {text: "what is this?", points: []bot.Pointer{thread}, change: func(m *bot.Message) { m.From = bot.User{ID: "B1", Bot: true} }},
		"a hidden message":                {text: "this?", points: []bot.Pointer{link("hidden")}, read: "hidden", says: "The disk is lost on FS01"},
		"a slow platform":                 {text: "this?", points: []bot.Pointer{link("slow")}, read: "slow", says: "I couldn't read the linked message"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				memory, base := store.NewMemory(), testBase(t)
				b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
				l := &library{Recorder: bottest.NewRecorder("test", everything), messages: map[string]bot.Quoted{
					"lost": {Text: zetaLost}, "order": {Text: omegaOrder}, "talk": {Text: "lunch at noon"}, "hidden": {Text: zetaLost, Hidden: true},
					"echo": {Text: zetaLost + "\nThis channel already has a thread for “The disk is lost”:"},
				}}
				m := message("m1", tt.text)
				m.Addressed, m.Points = true, tt.points
				if tt.change != nil {
					tt.change(&m)
				}
				begun := time.Now()
				if err := b.Handler(l)(t.Context(), m); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(begun); took > 10*time.Second {
					t.Errorf("it took %v", took)
				}
				if err := b.Flush(t.Context(), l); err != nil {
					t.Fatal(err)
				}
				posts := l.Take()
				if read := strings.Join(l.read, " "); read != tt.read {
					t.Errorf("read %q, want %q", read, tt.read)
				}
				says := func(p bot.Post) bool { return strings.Contains(bottest.Text(p.Reply), tt.says) }
				if tt.says == "" && tt.change != nil && len(posts) > 0 || tt.says != "" && !slices.ContainsFunc(posts, says) {
					t.Errorf("posts %+v, want %q", posts, tt.says)
				}
				for _, p := range posts {
					if name == "a hidden message" && p.Thread == m.Thread && strings.Contains(bottest.Text(p.Reply), "disk") {
						t.Errorf("quoted where others see it: %+v", p)
					}
				}
			})
		})
	}
}

// TestLookAbove checks which mentions are about what their sender wrote before.
func TestLookAbove(t *testing.T) {
	base, err := kb.Load(kb.Layers("", "")...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text  string
		reads bool
	}{
		{"", true},
		{"what is this?", true},
		{"what does the error above mean?", true},
		{"이거 어떻게 해야 하나요", true},
		{"테이프 로봇이 멈췄는데 어떻게 해야 하나요", false},
		{"the tape robot is stuck, how do I fix it?", false},
		{"our DPM console crashes, anybody seen that?", false},
	} {
		memory := store.NewMemory()
		b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
		l := &library{Recorder: bottest.NewRecorder("test", everything), messages: map[string]bot.Quoted{"before": {Text: "Replica is inconsistent (ID: 3106)"}}}
		m := message("m1", c.text)
		m.Addressed, m.Points = true, []bot.Pointer{{Kind: bot.PointAbove, To: "before"}}
		if err := b.Handler(l)(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if got := len(l.read) > 0; got != c.reads {
			t.Errorf("%q: it reads what was written before: %v, want %v", c.text, got, c.reads)
		}
	}
}

// TestLookInWalkthrough reads what a message links to, and not what is known: the
// thread of the walkthrough.
func TestLookInWalkthrough(t *testing.T) {
	memory, base := store.NewMemory(), testBase(t)
	b := bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
	l := &library{Recorder: bottest.NewRecorder("test", everything), messages: map[string]bot.Quoted{"lost": {Text: zetaLost}, "order": {Text: omegaOrder}}}
	first := message("m1", zetaLost)
	reply := message("m2", "and this one?")
	reply.Thread, reply.InThread, reply.Addressed = first.Thread, true, true
	reply.Points = []bot.Pointer{{Kind: bot.PointThread, To: "lost"}, {Kind: bot.PointLink, To: "order"}}
	for _, m := range []bot.Message{first, reply} {
		if err := b.Handler(l)(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(l.read, []string{"order"}) {
		t.Errorf("read %v, want the linked message alone", l.read)
	}
	w, _, err := memory.Load(t.Context(), first.Thread, bot.UserKey{Adapter: "test", ID: "U1"})
	if err != nil || w.Entry == nil || w.Entry.ID != "two-things" {
		t.Errorf("%+v, %v, want a walkthrough of the linked error", w, err)
	}
}
