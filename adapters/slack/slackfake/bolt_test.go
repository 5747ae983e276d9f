package slackfake

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// A node is a program of testdata/bolt beside a stage.
type node struct {
	*stage
	*chatfake.Node
}

// startNode runs a program on Slack's own packages until its output has a line
// that begins with ready. The test is skipped where they are not installed.
func startNode(t *testing.T, options Options, ready string, args ...string) *node {
	t.Helper()
	g := newStage(t, options)
	env := []string{"API_URL=" + g.s.APIURL(), "BOT_TOKEN=" + g.s.BotToken, "APP_TOKEN=" + g.s.AppToken, "SIGNING_SECRET=" + g.s.SigningSecret}
	n := &node{g, chatfake.StartNode(t, &g.s.Changes, filepath.Join("testdata", "bolt"), env, args...)}
	n.until("the program is not ready", func() bool { return n.Line(ready) != "" })
	return n
}

// converse does all that a person can do with testdata/bolt/app.js.
func (n *node) converse() {
	n.t.Helper()
	said := n.kim.Say(n.c.ID, "hello")
	n.shows("heard hello")
	if replies := n.s.Thread(said); len(replies) != 2 {
		n.t.Errorf("the thread is %+v", replies)
	}
	n.kim.Say(n.c.ID, "@mabsbot what now?")
	n.shows("mentioned by <@" + n.kim.ID + ">")
	m, _ := n.kim.Newest("Pick")
	texts, err := n.kim.suggestOn(m, "Pick", "tape")
	if err != nil || !slices.Equal(texts, []string{"like tape"}) {
		n.t.Fatal(texts, err)
	}
	n.check(n.kim.choose(m, "Pick", "like tape"))
	n.shows("picked like")
	n.check(n.kim.Press("Go on"))
	n.shows("pressed v1")
	n.shows("only you see this")
	n.check(n.kim.Command(n.c.ID, "/mabs 0x29834"))
	n.shows("typed 0x29834")
	n.check(n.kim.Command(n.c.ID, "/mabs quick"))
	n.shows("in the acknowledgement")
	n.check(n.kim.ShortcutOn(said, "mabs_lookup"))
	n.shows("looked at hello")
	n.submit()
	n.kim.OpenHome()
	n.until("no Home tab", func() bool { home, _ := n.kim.Home(); return strings.Contains(home.Plain(), "welcome home") })
	for _, d := range n.settled() {
		if d.err != nil {
			n.t.Errorf("%v: %v", d.payload, d.err)
		}
	}
}

func (n *node) submit() {
	n.t.Helper()
	n.check(n.kim.Shortcut("ask"))
	n.until("no modal", func() bool { _, ok := n.kim.View(); return ok })
	n.check(n.kim.Fill("Question", "bad"))
	if wrong, err := n.kim.Submit(); err != nil || wrong["question"] != "ask something else" {
		n.t.Fatal(wrong, err)
	}
	n.check(n.kim.Fill("Question", "good"))
	if wrong, err := n.kim.Submit(); err != nil || len(wrong) > 0 {
		n.t.Fatal(wrong, err)
	}
	if v, ok := n.kim.View(); ok {
		n.t.Errorf("still open: %s", v.Plain())
	}
	n.shows("asked good")
}

// TestBoltSocketMode holds the fake against @slack/bolt over Socket Mode, over
// a refresh and a cut connection.
func TestBoltSocketMode(t *testing.T) {
	n := startNode(t, Options{DisconnectWarning: 100 * time.Millisecond}, "connected", "app.js", "socket")
	n.converse()
	for what, end := range map[string]func(){"refresh": n.s.Refresh, "cut": n.s.CutSockets} {
		end()
		n.until("the old socket stays", func() bool { return n.s.Sockets() == 0 })
		n.check(n.s.waitForSocket(t.Context()))
		n.kim.Say(n.c.ID, "hello after the "+what)
		n.shows("heard hello after the " + what)
	}
}

// TestBoltHTTP holds the fake against the HTTP receiver of @slack/bolt, which
// checks signatures.
func TestBoltHTTP(t *testing.T) {
	n := startNode(t, Options{}, "listening", "app.js", "http")
	n.check(n.s.UseHTTP("http://127.0.0.1:" + strings.TrimPrefix(n.Line("listening"), "listening ") + "/slack/events"))
	n.converse()
	n.s.SigningSecret = "another"
	if err := n.kim.Command(n.c.ID, "/mabs forged"); err == nil {
		t.Error("a forged command was taken")
	}
}

// TestSocketModeClient holds the fake against @slack/socket-mode alone.
func TestSocketModeClient(t *testing.T) {
	n := startNode(t, Options{}, "connected", "client.js")
	n.kim.Say(n.c.ID, "hello")
	n.check(n.kim.Command(n.c.ID, "/mabs x"))
	n.check(n.kim.Shortcut("ask"))
	for _, want := range []string{"got events_api hello", "got slash_commands /mabs", "got interactive shortcut"} {
		n.until("the client did not get "+want, func() bool { return n.Line(want) != "" })
	}
}
