package bottest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"mabsbot/bot"
)

// A Rig is an adapter on a platform that the test drives.
type Rig struct {
	Adapter    bot.Adapter
	Say        func(text string) // somebody writes to the bot, in private
	Shown      func() string     // what that person sees now, markup taken off or not
	Idempotent bool              // the platform tells a repeat of a post from a new one
}

// TestAdapter holds an adapter to the contract of bot.Adapter. open returns a
// new rig; its adapter is run by the suite.
func TestAdapter(t *testing.T, open func(t *testing.T) Rig) {
	for name, test := range map[string]func(t *adapterTest){
		"a message is delivered once, as its own event": (*adapterTest).deliversEvents,
		"every reply is shown":                          (*adapterTest).showsReplies,
		"a repeated post is shown once":                 (*adapterTest).recognizesRepeats,
		"a post can be edited and deleted":              (*adapterTest).editsPosts,
		"a direct message can be opened":                (*adapterTest).opensDirectMessages,
		"Run returns nil when its context ends":         (*adapterTest).stopsWithContext,
	} {
		t.Run(name, func(t *testing.T) { test(startRig(t, open(t))) })
	}
}

// An adapterTest is a rig that runs.
type adapterTest struct {
	*testing.T
	Rig
	stop   func() error
	events chan bot.Event
}

func startRig(t *testing.T, rig Rig) *adapterTest {
	a := &adapterTest{T: t, Rig: rig, events: make(chan bot.Event, 10)}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() {
		ran <- rig.Adapter.Run(ctx, func(_ context.Context, e bot.Event) error {
			a.events <- e
			return nil
		})
	}()
	a.stop = sync.OnceValue(func() error { cancel(); return <-ran })
	t.Cleanup(func() {
		if err := a.stop(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// receive lets somebody write and returns the event that came of it.
func (a *adapterTest) receive(text string) bot.Message {
	a.Helper()
	a.Say(text)
	m, ok := (<-a.events).(bot.Message)
	if !ok || m.Text != text || !m.Direct || !m.Addressed || m.From.ID == "" || m.ID == "" || m.Thread.Adapter != a.Adapter.Name() {
		a.Fatalf("%q became %+v", text, m)
	}
	return m
}

// mustPost posts and returns the delivery.
func (a *adapterTest) mustPost(p bot.Post) bot.Delivery {
	a.Helper()
	d, err := a.Adapter.Post(a.Context(), p)
	if err != nil || d.Ref == "" {
		a.Fatalf("%+v, %v", d, err)
	}
	return d
}

// reply to a message, with the text.
func reply(id bot.PostID, m bot.Message, text string) bot.Post {
	return bot.Post{ID: id, Thread: m.Thread, To: m.From, Attempt: 1, Reply: bot.Reply{Lang: "en", Blocks: []bot.Block{{Kind: bot.BlockText, Text: text}}}}
}

func (a *adapterTest) deliversEvents() {
	first, second := a.receive("first words"), a.receive("second words")
	if first.ID == second.ID {
		a.Errorf("two messages have the id %q", first.ID)
	}
	if len(a.events) > 0 {
		a.Errorf("one more event: %+v", <-a.events)
	}
}

func (a *adapterTest) showsReplies() {
	m := a.receive("show me")
	replies := Replies()
	for _, name := range slices.Sorted(maps.Keys(replies)) {
		p := reply(bot.PostID("p-"+name), m, "")
		p.Reply = replies[name]
		a.mustPost(p)
	}
	shown := a.Shown()
	for _, want := range []string{"Let the coordinator through", "Restarts the service", "7 days", "netsh advfirewall", "Newest agent", "Did that fix it?", "Fixed", "연도별", "담당자 연결"} {
		if !strings.Contains(shown, want) {
			a.Errorf("%q is not shown in\n%s", want, shown)
		}
	}
}

func (a *adapterTest) recognizesRepeats() {
	if !a.Idempotent {
		return // the platform shows what it is given
	}
	p := reply("p1", a.receive("twice"), "just-once")
	first := a.mustPost(p)
	p.Attempt = 2
	if again := a.mustPost(p); again != first {
		a.Errorf("delivered as %+v, then as %+v", first, again)
	}
	if n := strings.Count(a.Shown(), "just-once"); n != 1 {
		a.Errorf("shown %d times", n)
	}
}

func (a *adapterTest) editsPosts() {
	if !a.Adapter.Capabilities().Edits {
		return // the platform cannot change a post
	}
	m := a.receive("change it")
	d := a.mustPost(reply("p1", m, "the-old-words"))
	changed := reply("p2", m, "the-new-words")
	changed.Replaces, changed.Ref = "p1", d.Ref
	d = a.mustPost(changed)
	if shown := a.Shown(); strings.Contains(shown, "the-old-words") || !strings.Contains(shown, "the-new-words") {
		a.Errorf("after the change:\n%s", shown)
	}
	gone := bot.Post{ID: "p3", Thread: m.Thread, To: m.From, Replaces: "p1", Ref: d.Ref, Withdraw: true, Attempt: 1}
	if _, err := a.Adapter.Post(a.Context(), gone); err != nil {
		a.Fatal(err)
	}
	if shown := a.Shown(); strings.Contains(shown, "the-new-words") {
		a.Errorf("after the withdrawal:\n%s", shown)
	}
}

func (a *adapterTest) opensDirectMessages() {
	if !a.Adapter.Capabilities().DirectMessages {
		return // the platform has no direct messages to begin
	}
	m := a.receive("let us go on in private")
	p := reply("p1", m, "here-we-are")
	p.Opens, p.Thread.Channel, p.Thread.Root = true, bot.DirectChannel+m.From.ID, "new-x"
	d := a.mustPost(p)
	if d.Thread == p.Thread || d.Thread.Adapter != a.Adapter.Name() {
		a.Fatalf("the thread that opened is %+v", d.Thread)
	}
	next := reply("p2", m, "and-on")
	next.Thread = d.Thread
	a.mustPost(next)
	if shown := a.Shown(); !strings.Contains(shown, "here-we-are") || !strings.Contains(shown, "and-on") {
		a.Errorf("shown:\n%s", shown)
	}
}

func (a *adapterTest) stopsWithContext() {
	a.receive("before the end")
	if err := a.stop(); err != nil {
		a.Error(fmt.Errorf("run: %w", err))
	}
}
