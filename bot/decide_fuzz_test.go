package bot_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/kb"
)

// A world plays events against Decide, with maps for a store.
type world struct {
	t      *testing.T
	rules  bot.Rules
	states map[bot.Thread]bot.Walkthrough
	last   *bot.Walkthrough
	posts  []bot.Post
	sent   []bot.Message
	events int
}

var sayings = []string{
	"", " ", "next", "다음", "안 돼요", "fixed", "back", "all steps", "get a person", "quiet", "help", "list", "skip", "1", "2", "99", "USB", "iscsi",
	"host-1.example", "`a b`", "\"; calc %x%", "\xff\xfe", "\u202e", "<script>alert(1)</script> @everyone", "what a day", "which server?",
	lostPaste, lostPaste + " iscsi", "Both omega things have to be done now. (ID: 90002)",
	"오메가 작업 두 가지를 지금 해야 합니다.", lostPaste + "\n\nBoth omega things have to be done now. (ID: 90002)",
	"why", "lang ko", "lang xx", "list agent", "90001", "90002", strings.Repeat("omega ", 300),
	strings.Repeat("no idea what this is about ", 4000), "🤔", "👍🎉", "\u200f\u202e", "\u202edone\u202c", "> Did that fix it?\n> Fixed Didn't help", "> 해결되었나요?\n\n안 돼요",
}

var crowd = []bot.User{alex, {ID: "U2", Name: "kim", Locale: "ko-KR"}, {ID: "U3", Name: "<b>", Locale: "de_DE"}, {ID: "B", Bot: true}}

// event derives an event from three bytes: the sender, the kind, and the
// object.
func (w *world) event(who, what, which byte) bot.Event {
	w.events++
	id := fmt.Sprintf("m%d", w.events)
	user := crowd[int(who)%len(crowd)]
	head := bot.Head{ID: bot.EventID(id), From: user, Thread: bot.Thread{Adapter: "test", Channel: "c", Root: id}}
	m := bot.Message{Head: head, Text: sayings[int(which)%len(sayings)]}
	switch what % 8 {
	case 0:
		m.Addressed = who&0x80 != 0
	case 1:
		m.Direct, m.Addressed, m.Thread = true, true, bot.Thread{Adapter: "test", Channel: bot.DirectChannel + user.ID}
	case 2:
		m.Command, m.Thread.Root = true, bot.CommandRoot+id
	case 3, 4: // a reply
		if len(w.posts) > 0 {
			m.Thread, m.InThread = w.posts[int(which)*7%len(w.posts)].Thread, true
			m.Text = sayings[int(who)%len(sayings)]
			m.Direct = strings.HasPrefix(m.Thread.Channel, bot.DirectChannel)
			m.Addressed = m.Direct
		}
	case 5: // an edit, or a deletion
		if len(w.sent) > 0 {
			of := w.sent[int(who)%len(w.sent)]
			m.Thread, m.Direct, m.Addressed, m.Original, m.Change = of.Thread, of.Direct, of.Addressed, of.ID, bot.ChangeEdited
			if who&0x80 != 0 {
				m.Change = bot.ChangeDeleted
			}
		}
	default: // a press
		var all []bot.Press
		for _, p := range w.posts {
			for _, c := range p.Reply.Buttons() {
				all = append(all, bot.Press{Head: head, Button: c.Button, Post: p.ID})
				all[len(all)-1].Thread = p.Thread
				all[len(all)-1].Direct = strings.HasPrefix(p.Thread.Channel, bot.DirectChannel)
			}
		}
		if len(all) > 0 {
			return all[len(all)-1-int(which)%len(all)]
		}
	}
	w.sent = append(w.sent, m)
	return m
}

func (w *world) play(e bot.Event) {
	head := e.About()
	state := bot.State{Walkthrough: w.states[head.Thread], Last: w.last}
	state.Walkthrough.Thread = head.Thread
	var found kb.Result
	if m, ok := e.(bot.Message); ok && m.Change != bot.ChangeDeleted {
		if found = w.rules.Base.Match(m.Text); m.Command {
			found = w.rules.Base.Lookup(m.Text)
		}
	}
	turn := bot.Decide(w.rules, state, e, found)
	if again := bot.Decide(w.rules, state, e, found); !reflect.DeepEqual(turn, again) {
		w.t.Fatalf("decided twice:\n%+v\n%+v", turn, again)
	}
	if head.From.Bot && !turn.Silent() {
		w.t.Fatalf("a bot was answered: %+v", turn)
	}
	for _, s := range turn.States {
		if s.Version != w.states[s.Thread].Version {
			w.t.Fatalf("state of %v has version %d, want %d", s.Thread, s.Version, w.states[s.Thread].Version)
		}
		s.Version++
		w.states[s.Thread] = s
		w.last = &s
	}
	for _, p := range turn.Posts {
		w.check(p)
		if p.Opens {
			there := p.Thread
			there.Root = "opened-" + string(p.ID)
			if s, ok := w.states[p.Thread]; ok {
				delete(w.states, p.Thread)
				s.Thread = there
				w.states[there] = s
			}
			p.Thread = there
		}
		w.posts = append(w.posts, p)
	}
}

func (w *world) check(p bot.Post) {
	if p.ID == "" || p.Thread.Adapter == "" || p.Withdraw == (len(p.Reply.Blocks) > 0) {
		w.t.Fatalf("post without ID, destination or text: %+v", p)
	}
	text := bottest.Text(p.Reply)
	if strings.ContainsAny(text, "\u202e\x00") || !utf8.ValidString(text) {
		w.t.Fatalf("post contains invisible characters: %q", text)
	}
	for _, c := range p.Reply.Buttons() {
		if b, err := bot.ParseButton(c.Button.String()); err != nil || b != c.Button || c.Label == "" {
			w.t.Fatalf("button %q %+v parses as %+v, %v", c.Label, c.Button, b, err)
		}
	}
}

// FuzzDecide plays arbitrary events in arbitrary order.
func FuzzDecide(f *testing.F) {
	locales := testLocales(f)
	policy := bot.DefaultPolicy()
	policy.EscalationChannels = map[string]string{"test": "help"}
	base := testBase(f)
	f.Add([]byte{0, 0, 26, 1, 6, 1, 0, 3, 2, 0, 6, 3})
	f.Add([]byte{1, 1, 26, 1, 1, 2, 1, 1, 8, 1, 1, 3, 1, 5, 0, 0x81, 5, 0})
	f.Add([]byte{2, 2, 35, 2, 6, 0, 2, 6, 1, 2, 6, 2, 2, 6, 3, 2, 6, 4})
	f.Add([]byte{0, 0, 30, 0, 7, 0, 0, 7, 1, 9, 3, 0, 9, 3, 0, 0x80, 0, 2})
	f.Fuzz(func(t *testing.T, script []byte) {
		w := &world{
			t: t, rules: bot.Rules{Base: base, Locales: locales, Policy: policy, Can: everything},
			states: map[bot.Thread]bot.Walkthrough{},
		}
		for len(script) >= 3 && w.events < 60 {
			w.play(w.event(script[0], script[1], script[2]))
			script = script[3:]
		}
	})
}
