package bottest

import (
	"context"
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
	Say        func(text string) // a user sends the bot a direct message
	Shown      func() string     // the content of that conversation, with or without markup
	Idempotent bool              // the platform recognizes a repeated post
}

// TestAdapter checks the contract of bot.Adapter. open returns a new rig;
// TestAdapter runs its adapter.
func TestAdapter(t *testing.T, open func(t *testing.T) Rig) {
	for name, test := range map[string]func(t *adapterTest){
		"a message is delivered once, as its own event": (*adapterTest).deliversEvents,
		"every reply is shown":                          (*adapterTest).showsReplies,
		"a repeated post is shown once":                 (*adapterTest).recognizesRepeats,
		"a post can be edited and deleted":              (*adapterTest).editsPosts,
		"a direct message can be opened":                (*adapterTest).opensDirectMessages,
		"Run returns nil when its context ends":         (*adapterTest).stopsWithContext,
		"a connection is up while events arrive":        (*adapterTest).knowsItsConnection,
	} {
		t.Run(name, func(t *testing.T) { test(startRig(t, open(t))) })
	}
}

// An adapterTest is a rig whose adapter is running.
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

// receive sends text as the user and returns the event that the adapter
// delivers.
func (a *adapterTest) receive(text string) bot.Message {
	a.Helper()
	a.Say(text)
	m, ok := (<-a.events).(bot.Message)
	if !ok || m.Text != text || !m.Direct || !m.Addressed || m.From.ID == "" || m.ID == "" || m.Thread.Adapter != a.Adapter.Name() {
		a.Fatalf("%q is delivered as %+v", text, m)
	}
	return m
}

// mustPost posts p and returns the delivery.
func (a *adapterTest) mustPost(p bot.Post) bot.Delivery {
	a.Helper()
	d, err := a.Adapter.Post(a.Context(), p)
	if err != nil || d.Ref == "" {
		a.Fatalf("Post: %+v, %v", d, err)
	}
	return d
}

// reply returns a post that answers m with the text.
func reply(id bot.PostID, m bot.Message, text string) bot.Post {
	return bot.Post{ID: id, Thread: m.Thread, To: m.From, Attempt: 1, Reply: bot.Reply{Lang: "en", Blocks: []bot.Block{{Kind: bot.BlockText, Text: text}}}}
}

func (a *adapterTest) deliversEvents() {
	first, second := a.receive("first words"), a.receive("second words")
	if first.ID == second.ID {
		a.Errorf("two messages have the ID %q", first.ID)
	}
	if len(a.events) > 0 {
		a.Errorf("unexpected event: %+v", <-a.events)
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
			a.Errorf("%q is missing in\n%s", want, shown)
		}
	}
}

func (a *adapterTest) recognizesRepeats() {
	if !a.Idempotent {
		return // the platform shows a repeat again
	}
	p := reply("p1", a.receive("twice"), "just-once")
	first := a.mustPost(p)
	p.Attempt = 2
	if again := a.mustPost(p); again != first {
		a.Errorf("first delivery %+v, repeat %+v", first, again)
	}
	if n := strings.Count(a.Shown(), "just-once"); n != 1 {
		a.Errorf("shown %d times, want 1", n)
	}
}

func (a *adapterTest) editsPosts() {
	if !a.Adapter.Capabilities().Edits {
		return // the platform cannot edit posts
	}
	m := a.receive("change it")
	d := a.mustPost(reply("p1", m, "the-old-words"))
	changed := reply("p2", m, "the-new-words")
	changed.Replaces, changed.Ref = "p1", d.Ref
	d = a.mustPost(changed)
	if shown := a.Shown(); strings.Contains(shown, "the-old-words") || !strings.Contains(shown, "the-new-words") {
		a.Errorf("after the edit:\n%s", shown)
	}
	gone := bot.Post{ID: "p3", Thread: m.Thread, To: m.From, Replaces: "p1", Ref: d.Ref, Withdraw: true, Attempt: 1}
	if _, err := a.Adapter.Post(a.Context(), gone); err != nil {
		a.Fatal(err)
	}
	if shown := a.Shown(); strings.Contains(shown, "the-new-words") {
		a.Errorf("after the deletion:\n%s", shown)
	}
}

func (a *adapterTest) opensDirectMessages() {
	if !a.Adapter.Capabilities().DirectMessages {
		return // the platform cannot open direct messages
	}
	m := a.receive("let us go on in private")
	p := reply("p1", m, "here-we-are")
	p.Opens, p.Thread.Channel, p.Thread.Root = true, bot.DirectChannel+m.From.ID, "new-x"
	d := a.mustPost(p)
	if d.Thread == p.Thread || d.Thread.Adapter != a.Adapter.Name() {
		a.Fatalf("opened thread: %+v", d.Thread)
	}
	next := reply("p2", m, "and-on")
	next.Thread = d.Thread
	a.mustPost(next)
	if shown := a.Shown(); !strings.Contains(shown, "here-we-are") || !strings.Contains(shown, "and-on") {
		a.Errorf("in the direct message:\n%s", shown)
	}
}

func (a *adapterTest) knowsItsConnection() {
	c, ok := bot.As[bot.Connector](a.Adapter)
	if !ok {
		return // it serves as long as it runs
	}
	a.receive("is it up?")
	if now := c.Connection(); !now.Up || now.Reconnects != 0 || now.Redelivered != 0 {
		a.Errorf("after the first event: %+v", now)
	}
	if err := a.stop(); err != nil {
		a.Errorf("Run: %v", err)
	}
	if now := c.Connection(); now.Up {
		a.Errorf("after the end: %+v", now)
	}
}

func (a *adapterTest) stopsWithContext() {
	a.receive("before the end")
	if err := a.stop(); err != nil {
		a.Errorf("Run: %v", err)
	}
}
