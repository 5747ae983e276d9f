package slackfake

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// A node is a stage with a program of testdata/bolt as its app.
type node struct {
	*stage
	*chatfake.Node
}

// startNode runs a program that uses Slack's own packages until it prints a
// line starting with ready. The test is skipped if the packages are not
// installed.
func startNode(t *testing.T, options Options, ready string, args ...string) *node {
	t.Helper()
	g := newStage(t, options)
	env := []string{"API_URL=" + g.s.APIURL(), "BOT_TOKEN=" + g.s.BotToken, "APP_TOKEN=" + g.s.AppToken, "SIGNING_SECRET=" + g.s.SigningSecret}
	n := &node{g, chatfake.StartNode(t, &g.s.Changes, filepath.Join("testdata", "bolt"), env, args...)}
	n.until("the program does not get ready", func() bool { return n.Line(ready) != "" })
	return n
}

// converse uses every feature of testdata/bolt/app.js.
func (n *node) converse() {
	n.t.Helper()
	said := n.kim.Say(n.c.ID, "hello")
	n.shows("heard hello")
	if replies := n.s.Thread(said); len(replies) != 2 {
		n.t.Errorf("thread: %+v", replies)
	}
	n.kim.Say(n.c.ID, "@mabsbot what now?")
	n.shows("mentioned by <@" + n.kim.ID + ">")
	m, _ := n.kim.Newest("Pick")
	texts, err := n.kim.suggestOn(m, "Pick", "tape")
	if err != nil || !slices.Equal(texts, []string{"like tape"}) {
		n.t.Fatal(texts, err)
	}
	n.must(n.kim.choose(m, "Pick", "like tape"))
	n.shows("picked like")
	n.must(n.kim.Press("Go on"))
	n.shows("pressed v1")
	n.shows("only you see this")
	n.must(n.kim.Command(n.c.ID, "/mabs 0x29834"))
	n.shows("typed 0x29834")
	n.must(n.kim.Command(n.c.ID, "/mabs quick"))
	n.shows("in the acknowledgement")
	n.must(n.kim.ShortcutOn(said, "mabs_lookup"))
	n.shows("looked at hello")
	n.submit()
	n.kim.OpenHome()
	n.until("the Home tab is not published", func() bool { home, _ := n.kim.Home(); return strings.Contains(home.Plain(), "welcome home") })
	for _, d := range n.settled() {
		if d.err != nil {
			n.t.Errorf("%v: %v", d.payload, d.err)
		}
	}
}

func (n *node) submit() {
	n.t.Helper()
	n.must(n.kim.Shortcut("ask"))
	n.until("no modal opens", func() bool { _, ok := n.kim.View(); return ok })
	n.must(n.kim.Fill("Question", "bad"))
	if errs, err := n.kim.Submit(); err != nil || errs["question"] != "ask something else" {
		n.t.Fatal(errs, err)
	}
	n.must(n.kim.Fill("Question", "good"))
	if errs, err := n.kim.Submit(); err != nil || len(errs) > 0 {
		n.t.Fatal(errs, err)
	}
	if v, ok := n.kim.View(); ok {
		n.t.Errorf("the modal is still open: %s", v.Plain())
	}
	n.shows("asked good")
}

// TestBoltSocketMode checks the fake with @slack/bolt in Socket Mode, including
// a refresh and a cut connection.
func TestBoltSocketMode(t *testing.T) {
	n := startNode(t, Options{DisconnectWarning: 100 * time.Millisecond}, "connected", "app.js", "socket")
	n.converse()
	for what, end := range map[string]func(){"refresh": n.s.Refresh, "cut": n.s.CutSockets} {
		end()
		n.until("the old socket stays open", func() bool { return n.s.Sockets() == 0 })
		n.must(n.s.waitForSocket(t.Context()))
		n.kim.Say(n.c.ID, "hello after the "+what)
		n.shows("heard hello after the " + what)
	}
}

// TestBoltHTTP checks the fake with the HTTP receiver of @slack/bolt, which
// verifies signatures.
func TestBoltHTTP(t *testing.T) {
	n := startNode(t, Options{}, "listening", "app.js", "http")
	n.must(n.s.UseHTTP("http://127.0.0.1:" + strings.TrimPrefix(n.Line("listening"), "listening ") + "/slack/events"))
	n.converse()
	n.s.SigningSecret = "another"
	if err := n.kim.Command(n.c.ID, "/mabs forged"); err == nil {
		t.Error("a command with an invalid signature is acknowledged")
	}
}

// TestSocketModeClient checks the fake with @slack/socket-mode alone.
func TestSocketModeClient(t *testing.T) {
	n := startNode(t, Options{}, "connected", "client.js")
	n.kim.Say(n.c.ID, "hello")
	n.must(n.kim.Command(n.c.ID, "/mabs x"))
	n.must(n.kim.Shortcut("ask"))
	for _, want := range []string{"got events_api hello", "got slash_commands /mabs", "got interactive shortcut"} {
		n.until("the client does not print "+want, func() bool { return n.Line(want) != "" })
	}
}
