package bot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
)

// A threadReader reads the message at the top of each thread.
type threadReader struct {
	*bottest.Recorder
	top  bot.Quoted
	read int // how often
}

func (r *threadReader) Read(_ context.Context, _ bot.Message, p bot.Pointer) ([]bot.Quoted, bool) {
	if r.read++; p.Kind != bot.PointTop || r.top.Text == "" {
		return nil, true
	}
	return []bot.Quoted{r.top}, true
}

var kim = bot.User{ID: "U2", Name: "kim", Locale: "en-US"}

// A helper records fixes on a desk.
type helper struct {
	*desk
	reader *threadReader
}

// records lets kim use the shortcut on a message in a thread, and returns what kim reads.
func (h helper) records(id, root, text string, change ...func(*bot.Press)) string {
	h.t.Helper()
	h.events++
	p := bot.Press{
		Head:   bot.Head{ID: bot.EventID(fmt.Sprint("use ", h.events)), From: kim, Thread: bot.Thread{Adapter: "test", Channel: "c", Root: root}},
		Button: bot.Button{Action: bot.ActionRecord}, Message: bot.EventID(id), Value: text, Points: []bot.Pointer{{Kind: bot.PointTop}},
	}
	for _, f := range change {
		f(&p)
	}
	return h.does(p)
}

// does handles an event, and returns what its sender alone reads.
func (h helper) does(event bot.Event) string {
	h.t.Helper()
	if err := h.Handler(h.reader)(h.t.Context(), event); err != nil {
		h.t.Fatal(err)
	}
	if err := h.Drain(h.t.Context(), "test"); err != nil {
		h.t.Fatal(err)
	}
	var told []string
	for _, p := range h.recorder.Take() {
		if p.Private && p.To == event.About().From {
			told = append(told, strings.TrimSpace(bottest.Text(p.Reply)))
		}
	}
	return strings.Join(told, " | ")
}

// fixes returns what is recorded, the latest first: entry, thread, text, question and author.
func (h helper) fixes() string {
	h.t.Helper()
	all, err := h.memory.Fixes(h.t.Context(), 9)
	if err != nil {
		h.t.Fatal(err)
	}
	var got []string
	for _, f := range all {
		got = append(got, fmt.Sprintf("%s %s/%s: %s < %s (%s)", f.Entry, f.Thread.Channel, f.Thread.Root, f.Text, f.Question, f.By.Name))
	}
	return strings.Join(got, " | ")
}

const (
	lostAsked = "The backup disk zeta was lost on <Server>. (ID: 90001)" // lostPaste without names

	fixTold  = "Recorded as a fix. Thank you. An editor reviews it in the console, on the page “Captured fixes”."
	fixNone  = "That message has no fix to record. Use the shortcut on the message that says what helped."
	caseTold = "Recorded for case 1. Thank you. An editor reviews it in the console, on the page “Captured fixes”."
)

// TestRecordFix checks which fixes are recorded, and what is said about them.
func TestRecordFix(t *testing.T) {
	const weather = "what about the weather?"
	mode := func(m bot.Mode) func(*bot.Policy) {
		return func(p *bot.Policy) { p.Channels = map[string]bot.ChannelPolicy{"c": {Mode: m}} }
	}
	edited := func(id, text string) bot.Message {
		m := message(id+"/edit", text)
		m.Thread.Root, m.InThread, m.Change, m.Original = "m", id != "m", bot.ChangeEdited, bot.EventID(id)
		return m
	}
	deleted := func(id string) bot.Message {
		m := edited(id, "")
		m.ID, m.Change = bot.EventID(id+"/deleted"), bot.ChangeDeleted
		return m
	}
	for name, tt := range map[string]struct {
		policy func(*bot.Policy)
		talk   func(h helper) string // returns what was said
		told   string
		want   string
	}{
		"in a walkthrough": {nil, func(h helper) string {
			h.does(message("m", lostPaste))
			return h.records("r", "m", "reseated the disk")
		}, fixTold, "lost-disk c/m: reseated the disk < " + lostAsked + " (kim)"},
		"where the bot said nothing": {nil, func(h helper) string {
			h.reader.top = bot.Quoted{ID: "m", Text: weather}
			return h.records("r", "m", "took an umbrella")
		}, fixTold, " c/m: took an umbrella < " + weather + " (kim)"},
		"where nothing can be read": {nil, func(h helper) string {
			return h.records("r", "m", "took an umbrella")
		}, fixTold, " c/m: took an umbrella <  (kim)"},
		"where the bot did not recognize it": {nil, func(h helper) string {
			m := message("m", weather)
			m.Addressed = true
			h.does(m)
			return h.records("r", "m", "took an umbrella")
		}, fixTold, " c/m: took an umbrella < " + weather + " (kim)"},
		"the question itself": {nil, func(h helper) string {
			h.does(message("m", lostPaste))
			return h.records("m", "m", lostPaste)
		}, fixNone, ""},
		"a message that is in no thread": {nil, func(h helper) string {
			h.reader.top = bot.Quoted{ID: "m", Text: "took an umbrella"}
			return h.records("m", "m", "took an umbrella")
		}, fixTold, " c/m: took an umbrella <  (kim)"},
		"an answer of the bot": {nil, func(h helper) string {
			return h.records("r", "m", bottest.Text(h.handle(h.t, message("m", lostPaste))[0].Reply))
		}, fixNone, ""},
		"twice": {nil, func(h helper) string {
			h.records("r", "m", "took an umbrella")
			return h.records("r", "m", "took an umbrella")
		}, fixTold, " c/m: took an umbrella <  (kim)"},
		"two messages": {nil, func(h helper) string {
			h.records("r", "m", "one")
			return h.records("s", "m", "two")
		}, fixTold, " c/m: two <  (kim) |  c/m: one <  (kim)"},
		"names and secrets": {nil, func(h helper) string {
			h.reader.top = bot.Quoted{ID: "m", Text: "no space on FS-11, asks bob@corp.example"}
			return h.records("r", "m", "kim ran it as CORP\\kim on FS-11, password: Winter2026!x")
		}, fixTold, " c/m: <Name> ran it as <Account> on <Server>, password: ⟦password⟧ < no space on <Server>, asks <Mail> (kim)"},
		"a message without a text": {nil, func(h helper) string { return h.records("r", "m", " \u200b\n") }, fixNone, ""},
		"in a direct message": {nil, func(h helper) string {
			return h.records("r", "", "took an umbrella", func(p *bot.Press) { p.Direct, p.Thread.Channel = true, bot.DirectChannel+"kim" })
		}, "", " /: took an umbrella <  (kim)"},
		"recorded by an earlier version": {nil, func(h helper) string {
			return h.records("", "m", "took an umbrella", func(p *bot.Press) { p.Points = nil })
		}, fixTold, " c/m: took an umbrella <  (kim)"},
		"a channel that is off": {mode(bot.ModeOff), func(h helper) string {
			h.reader.top = bot.Quoted{ID: "m", Text: weather}
			told := h.records("r", "m", "took an umbrella")
			if h.reader.read > 0 {
				h.t.Error("a channel that is off was read")
			}
			return told
		}, "", ""},
		"a shadow channel": {mode(bot.ModeShadow), func(h helper) string {
			h.reader.top = bot.Quoted{ID: "m", Text: weather}
			return h.records("r", "m", "took an umbrella")
		}, fixTold, " c/m: took an umbrella < " + weather + " (kim)"},
		"a channel with mentions": {mode(bot.ModeMention), func(h helper) string { return h.records("r", "m", "took an umbrella") }, fixTold, " c/m: took an umbrella <  (kim)"},
		"by another bot": {nil, func(h helper) string {
			return h.records("r", "m", "took an umbrella", func(p *bot.Press) { p.From = bridge })
		}, "", ""},
		"edited": {nil, func(h helper) string {
			h.does(message("m", lostPaste))
			h.records("r", "m", "reseated the disk")
			h.does(edited("r", "reseated the disk of alex"))
			return h.does(edited("m", lostPaste+" It is E1."))
		}, "", "lost-disk c/m: reseated the disk of <Name> < " + lostAsked + " It is E1. (kim)"},
		"the fix is deleted": {nil, func(h helper) string {
			h.does(message("m", lostPaste))
			h.records("r", "m", "reseated the disk")
			return h.does(deleted("r"))
		}, "", ""},
		"the question is deleted": {nil, func(h helper) string {
			h.does(message("m", lostPaste))
			h.records("r", "m", "reseated the disk")
			return h.does(deleted("m"))
		}, "", "lost-disk c/m: reseated the disk <  (kim)"},
		"the question that was read is deleted": {nil, func(h helper) string {
			h.reader.top = bot.Quoted{ID: "m", Text: weather}
			h.records("r", "m", "took an umbrella")
			return h.does(deleted("m"))
		}, "", " c/m: took an umbrella <  (kim)"},
		"the asker says that it is fixed": {nil, func(h helper) string {
			h.does(message("m", lostPaste))
			m := message("r", "fixed, thanks")
			m.Thread.Root, m.InThread = "m", true
			return h.does(m)
		}, "", ""},
		"in a thread with a case": {nil, func(h helper) string {
			h.ask("alex")
			return h.records("r", "ask 1", "reseated the disk")
		}, caseTold, "lost-disk c/ask 1: reseated the disk < " + lostAsked + " (kim)"},
		"in the team's thread of a case": {nil, func(h helper) string {
			team := teamPost(h.t, h.ask("alex")).Thread
			return h.records("r", "", "reseated the disk", func(p *bot.Press) { p.Thread = team })
		}, caseTold, "lost-disk c/ask 1: reseated the disk < " + lostAsked + " (kim)"},
		"in a thread with a case whose question was deleted": {nil, func(h helper) string {
			team := teamPost(h.t, h.ask("alex")).Thread
			m := deleted("ask 1")
			m.Thread.Root = "ask 1"
			h.does(m)
			return h.records("r", "", "reseated the disk", func(p *bot.Press) { p.Thread = team })
		}, fixTold, " c/ask 1: reseated the disk <  (kim)"},
		"by command": {nil, func(h helper) string {
			h.ask("alex")
			return h.solved("1 reseated the disk of alex")
		}, caseTold, "lost-disk c/ask 1: reseated the disk of <Name> < " + lostAsked + " (kim)"},
		"by command, without a text": {nil, func(h helper) string {
			h.ask("alex")
			return h.solved("1")
		}, "Recorded for case 1. Thank you.", ""},
		"by command, without such a case": {nil, func(h helper) string { return h.solved("9 reseated the disk") }, "There is no case 9.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				change := tt.policy
				if change == nil {
					change = func(*bot.Policy) {}
				}
				d := newDesk(t, change)
				h := helper{d, &threadReader{Recorder: d.recorder}}
				if told := tt.talk(h); told != tt.told {
					t.Errorf("said %q, want %q", told, tt.told)
				}
				if got := h.fixes(); got != tt.want {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			})
		})
	}
}

// solved lets kim use /mabs solved, and returns what kim reads.
func (h helper) solved(text string) string {
	m := message("command", "solved "+text)
	m.From, m.Command, m.Addressed, m.Thread.Root = kim, true, true, bot.CommandRoot+"command"
	return h.does(m)
}
