package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"mabsbot/bot"
)

func TestNewWantsAPasswordBeyondThisMachine(t *testing.T) {
	secret := func() string { return "open sesame" }
	cases := []struct {
		addr     string
		password func() string
		ok       bool
	}{
		{"", nil, false},
		{"127.0.0.1:8080", nil, true},
		{"127.8.8.8:0", nil, true},
		{"[::1]:8080", nil, true},
		{"localhost:8080", nil, true},
		{":8080", nil, false},
		{"0.0.0.0:8080", nil, false},
		{"[::]:8080", nil, false},
		{"192.0.2.7:8080", nil, false},
		{"localhost.example.com:8080", nil, false},
		{"nonsense", nil, false},
		{":8080", func() string { return "" }, false},
		{":8080", secret, true},
		{"127.0.0.1:8080", secret, true},
	}
	for _, c := range cases {
		_, err := New(t.Context(), Options{Addr: c.addr, Password: c.password, Journal: &memory{}})
		if (err == nil) != c.ok {
			t.Errorf("New(%q, password %t): %v", c.addr, c.password != nil, err)
		}
	}
}

// TestDamagedRecords checks that records that cannot be read cost only what they
// changed, and are logged.
func TestDamagedRecords(t *testing.T) {
	cases := []struct {
		record     string
		unreadable error
		want       string // in the log
	}{
		{`{"op":"said"`, nil, "unexpected end"},
		{`{"op":"sung"}`, nil, "is unknown"},
		{`{"op":"posted"}`, fmt.Errorf("row 500: %w", bot.ErrUnreadable), "row 500"},
	}
	for _, c := range cases {
		s := newStage(t)
		s.says(t, "alex", SupportChannel, "", "before")
		s.journal.records = append(s.journal.records, []byte(c.record))
		s.says(t, "alex", SupportChannel, "", "after")
		s.journal.unreadable = c.unreadable
		var log bytes.Buffer
		s = restart(t, s.journal, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		s.want(t, "alex", SupportChannel, "", "alex: before\nalex: after")
		if !strings.Contains(log.String(), c.want) {
			t.Errorf("record %s: log %q", c.record, log.String())
		}
	}
}

func TestNewReportsABrokenJournal(t *testing.T) {
	if _, err := New(t.Context(), Options{Addr: "127.0.0.1:0", Journal: &memory{fail: errDatabase}}); !errors.Is(err, errDatabase) {
		t.Errorf("a journal that cannot be read: %v", err)
	}
}

// must posts, and fails the test if that fails.
func (s stage) must(t *testing.T, p bot.Post) bot.Delivery {
	t.Helper()
	d, err := s.Post(t.Context(), p)
	if err != nil {
		t.Fatalf("Post %s: %v", p.ID, err)
	}
	return d
}

// saying returns a post with one sentence.
func saying(id, text string, t bot.Thread) bot.Post {
	return bot.Post{ID: bot.PostID(id), Thread: t, Reply: bot.Reply{Lang: "en", Blocks: []bot.Block{{Kind: bot.BlockText, Text: text}}}}
}

// says sends a message and returns its ID.
func (s stage) says(t *testing.T, user, channel, root, text string) string {
	t.Helper()
	id, err := s.say(t.Context(), s.setup.user(user), form{Channel: channel, Root: root, Text: text})
	if err != nil {
		t.Fatalf("%s says %.40q in %s: %v", user, text, channel, err)
	}
	return id
}

// thread returns a thread of the workspace.
func (s stage) thread(channel, root string) bot.Thread {
	return bot.Thread{Adapter: "console", Workspace: s.ws.name, Channel: channel, Root: root}
}

// shows lists what a user sees in a channel, and in a thread if root is not "":
// one line per message.
func (s stage) shows(user, channel, root string) string {
	v := view{User: s.setup.user(user), Lang: "en", Channel: channel, Root: root}
	p := s.page(v)
	rows := p.Rows
	if root != "" {
		rows = p.Replies
	}
	var lines []string
	for _, r := range rows {
		line := r.User + ": " + r.Text
		if r.Bot() {
			line = "bot:"
			for _, b := range r.Reply.Blocks {
				line += " " + b.Text
			}
		}
		if r.Gone {
			line = "deleted"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func (s stage) want(t *testing.T, user, channel, root, want string) {
	t.Helper()
	if got := s.shows(user, channel, root); got != want {
		t.Errorf("%s sees in %s %s:\n%s\nwant:\n%s", user, channel, root, got, want)
	}
}

func TestPostIsShownOnce(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "hello")
	p := saying("p1", "first", s.thread(SupportChannel, top))
	d := s.must(t, p)
	written := len(s.journal.records)
	p.Reply.Blocks[0].Text = "again"
	if again := s.must(t, p); again != d || len(s.journal.records) != written {
		t.Errorf("a repeat: delivery %+v and %d records, want %+v and %d", again, len(s.journal.records), d, written)
	}
	s.want(t, "alex", SupportChannel, top, "alex: hello\nbot: first")

	// The program dies between the journal and the outbox.
	s = restart(t, s.journal)
	if again := s.must(t, p); again != d {
		t.Errorf("a repeat after a crash: delivery %+v, want %+v", again, d)
	}
	s.want(t, "alex", SupportChannel, top, "alex: hello\nbot: first")
}

func TestPostReplacesAndWithdraws(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "hello")
	here := s.thread(SupportChannel, top)
	first := s.must(t, saying("p1", "first", here))
	s.must(t, saying("p2", "second", here))

	change := saying("p3", "changed", here)
	change.Replaces = "p1"
	if d := s.must(t, change); d != first {
		t.Errorf("a change is delivered as %+v, want %+v", d, first)
	}
	s.want(t, "alex", SupportChannel, top, "alex: hello\nbot: changed\nbot: second")

	again := saying("p4", "changed again", here)
	again.Replaces = "p3"
	s.must(t, again)
	s.want(t, "alex", SupportChannel, top, "alex: hello\nbot: changed again\nbot: second")

	s.must(t, bot.Post{ID: "p5", Thread: here, Replaces: "p4", Withdraw: true})
	s.must(t, bot.Post{ID: "p6", Thread: here, Replaces: "never shown", Withdraw: true})
	s.want(t, "alex", SupportChannel, top, "alex: hello\nbot: second")

	late := saying("p7", "after all", here)
	late.Replaces = "p4"
	s.must(t, late)
	s.want(t, "alex", SupportChannel, top, "alex: hello\nbot: second\nbot: after all")
}

func TestPostOpensThreads(t *testing.T) {
	s := newStage(t)
	p := saying("p1", "somebody needs a person", s.thread(EscalationChannel, "new-1"))
	p.Opens = true
	d := s.must(t, p)
	if d.Thread != s.thread(EscalationChannel, d.Ref) {
		t.Errorf("a new thread of a channel: %+v", d)
	}
	s.must(t, saying("p2", "more", d.Thread))
	s.want(t, "minji", EscalationChannel, "", "bot: somebody needs a person")
	s.want(t, "minji", EscalationChannel, d.Ref, "bot: somebody needs a person\nbot: more")

	direct := saying("p3", "for you", s.thread("dm:minji", "new-2"))
	direct.Opens = true
	if d := s.must(t, direct); d.Thread != s.thread("dm:minji", "") {
		t.Errorf("a direct message: %+v", d)
	}
	s.want(t, "minji", "dm:minji", "", "bot: for you")
}

func TestPostForOneAlone(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "hello")
	p := saying("p1", "psst", s.thread(SupportChannel, top))
	p.Private, p.To = true, s.setup.user("minji")
	s.must(t, p)
	s.want(t, "minji", SupportChannel, top, "alex: hello\nbot: psst")
	s.want(t, "alex", SupportChannel, top, "alex: hello")

	// A reply to a command appears where the command was typed, for the same
	// user.
	asked := s.says(t, "alex", SupportChannel, top, "/mabs 100110")
	here := s.thread(SupportChannel, "cmd-"+asked)
	s.must(t, saying("p2", "which?", here))
	s.want(t, "alex", SupportChannel, top, "alex: hello\nalex: /mabs 100110\nbot: I need the error itself: paste its text or its ID.\nbot: which?")
	s.want(t, "minji", SupportChannel, top, "alex: hello\nbot: psst")
}

func TestPostRefuses(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "hello")
	good := s.thread(SupportChannel, top)
	with := func(change func(*bot.Post)) bot.Post {
		p := saying("p1", "text", good)
		change(&p)
		return p
	}
	cases := map[string]bot.Post{
		"no id":             with(func(p *bot.Post) { p.ID = "" }),
		"another adapter":   with(func(p *bot.Post) { p.Thread.Adapter = "slack" }),
		"unknown channel":   with(func(p *bot.Post) { p.Thread.Channel = "general" }),
		"unknown person":    with(func(p *bot.Post) { p.Thread.Channel, p.Thread.Root, p.Opens = "dm:nobody", "", true }),
		"unknown thread":    with(func(p *bot.Post) { p.Thread.Root = "m404" }),
		"unknown command":   with(func(p *bot.Post) { p.Thread.Root = "cmd-m404" }),
		"a channel's top":   with(func(p *bot.Post) { p.Thread.Root = "" }),
		"an old workspace":  with(func(p *bot.Post) { p.Thread.Workspace = "local-older" }),
		"private to nobody": with(func(p *bot.Post) { p.Private = true }),
	}
	before := s.shows("alex", SupportChannel, top)
	for name, p := range cases {
		if _, err := s.Post(t.Context(), p); !bot.IsRefused(err) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
	if after := s.shows("alex", SupportChannel, top); after != before {
		t.Errorf("refused posts are shown:\n%s", after)
	}
}

func TestPostIsNotShownUnlessItIsKept(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "hello")
	p := saying("p1", "text", s.thread(SupportChannel, top))
	s.journal.fail = errDatabase
	_, err := s.Post(t.Context(), p)
	certain, ok := errors.AsType[*bot.DeliveryError](err)
	if !ok || certain.Final || !errors.Is(err, errDatabase) {
		t.Errorf("with a journal that fails: %v, want an error of NotDelivered", err)
	}
	s.want(t, "alex", SupportChannel, top, "alex: hello")
	s.journal.fail = nil
	s.must(t, p)
	s.want(t, "alex", SupportChannel, top, "alex: hello\nbot: text")
}

func TestRunServesUntilTheEnd(t *testing.T) {
	s := newStage(t)
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- s.Run(ctx, s.core.handle) }()
	r, err := http.Get("http://" + s.Addr() + "/events?as=alex")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	cancel()
	select {
	case err := <-ran:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(4 * time.Second): // less than Run waits for requests
		t.Error("Run waits for an open stream")
	}
}

func TestRunDeliversWhatWasNotTaken(t *testing.T) {
	s := newStage(t)
	s.core.fail = errDatabase
	lost, err := s.say(t.Context(), s.setup.user("alex"), form{Channel: SupportChannel, Text: "about 319"})
	if err == nil || lost == "" {
		t.Fatalf("a message that is not taken: %q, %v", lost, err)
	}
	if r := s.row(t, lost); !r.NotTaken() {
		t.Error("the message does not show that it was not taken")
	}

	s = restart(t, s.journal)
	r, err := http.Get(serve(t, s) + "/healthz") // answers once the server runs
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r := s.row(t, lost); r.NotTaken() || !r.Answers.Bot {
		t.Error("the message was not delivered again")
	}
}

// row returns how alex sees a message of the support channel.
func (s stage) row(t *testing.T, id string) row {
	t.Helper()
	for _, r := range s.page(view{User: s.setup.user("alex"), Lang: "en", Channel: SupportChannel}).Rows {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("message %s is not shown", id)
	return row{}
}

func TestStartOver(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "hello")
	old := s.thread(SupportChannel, top)
	if _, err := s.startOver(t.Context(), bot.User{}, form{}); err != nil {
		t.Fatal(err)
	}
	s.want(t, "alex", SupportChannel, "", "")
	if _, err := s.Post(t.Context(), saying("p1", "late", old)); !bot.IsRefused(err) {
		t.Errorf("a post to a thread that is gone: %v", err)
	}
	next := s.says(t, "alex", SupportChannel, "", "hello again")
	if now := s.core.events[1].About().Thread.Workspace; now == old.Workspace {
		t.Errorf("the workspace is still called %q", now)
	}
	s = restart(t, s.journal)
	s.want(t, "alex", SupportChannel, "", "alex: hello again")
	s.must(t, saying("p2", "answer", s.thread(SupportChannel, next)))
}

func TestURL(t *testing.T) {
	for addr, want := range map[string]string{"0.0.0.0:0": "http://localhost:", "[::]:0": "http://localhost:", "127.0.0.1:0": "http://127.0.0.1:"} {
		c, err := New(t.Context(), Options{Addr: addr, Password: func() string { return "hunter2" }, Journal: &memory{}})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Listen(); err != nil {
			t.Fatal(err)
		}
		if got := c.URL(); !strings.HasPrefix(got, want) {
			t.Errorf("listening on %s: URL %s, want %s…", addr, got, want)
		}
		c.listener.Close()
	}
}
