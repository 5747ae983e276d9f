package discordfake

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"mabsbot/adapters/chat/chatfake"
)

// A node is a stage with the program of testdata/discordjs as its bot.
type node struct {
	*stage
	*chatfake.Node
}

// startNode runs the program until it is ready. The test is skipped if
// discord.js is not installed.
func startNode(t *testing.T, options Options, args ...string) *node {
	t.Helper()
	g := newStage(t, options)
	env := []string{"API_URL=" + g.s.APIURL(), "TOKEN=" + g.s.Token}
	n := &node{g, chatfake.StartNode(t, &g.s.Changes, filepath.Join("testdata", "discordjs"), env, append([]string{"bot.js"}, args...)...)}
	n.says("ready mabsbot#")
	return n
}

// says waits until the program prints a line with the prefix.
func (n *node) says(beginning string) {
	n.t.Helper()
	n.until("the program does not print "+beginning, func() bool { return n.Line(beginning) != "" || n.FirstError() != "" })
	if complaint := n.FirstError(); complaint != "" {
		n.t.Fatal(complaint)
	}
}

// converse uses every feature of the program.
func (n *node) converse() {
	n.t.Helper()
	said := n.kim.Say(n.c.ID, "hello")
	n.shows("heard hello")
	n.says("reaction 👀 of " + n.s.BotID)
	n.must(n.kim.Edit(said, "hello again"))
	n.says("edited hello again")
	n.must(n.kim.react(said, "👍"))
	n.says("reaction 👍 of " + n.kim.ID)
	n.kim.DM("hello")
	n.shows("in private: hello")
	n.kim.Upload(n.c.ID, "read this", File{Name: "log.txt", Content: []byte("0x29834")})
	n.shows("text/plain; charset=utf-8: 0x29834")
	n.must(n.kim.CommandOn(said, "Look up"))
	n.shows("looked twice")
	n.must(n.kim.Delete(said))
	n.says("deleted " + said.ID)
	n.command()
	n.components()
	n.threads()
	for _, c := range n.s.Refused() {
		n.t.Errorf("%+v", c)
	}
}

// command uses autocomplete and a command, and checks the responses.
func (n *node) command() {
	n.t.Helper()
	choices, err := n.kim.Suggest(n.c.ID, "/맙스 0x2")
	if err != nil || !slices.Equal(choices, []Choice{{"like 0x2 (ko)", "0x2"}}) {
		n.t.Fatal(choices, err)
	}
	n.must(n.kim.Command(n.c.ID, "/mabs 0x29834"))
	n.shows("typed 0x29834 in")
	n.shows("0x29834 for all")
	m, _ := n.kim.Newest("Pick")
	if m.EphemeralTo != n.kim.ID || !strings.HasSuffix(m.Content, m.ID) {
		n.t.Errorf("deferred response: %+v", m)
	}
	n.must(n.kim.Choose(m, "Pick", "disk"))
	n.shows("picked d")
}

// components presses buttons and fills in a modal.
func (n *node) components() {
	n.t.Helper()
	n.kim.Say(n.c.ID, "@mabsbot what now?")
	n.shows("by <@" + n.kim.ID + ">")
	n.must(n.kim.Press("Ask me"))
	n.must(n.kim.Fill("Question", "why?"))
	n.must(n.kim.Submit())
	n.shows("asked why?")
	n.must(n.kim.Press("Go on"))
	n.shows("pressed")
	for _, p := range n.s.Pings() {
		if p.How != "reply" { // mentions in the embed do not ping
			n.t.Errorf("%+v", p)
		}
	}
}

// threads writes in a thread and in a forum post.
func (n *node) threads() {
	n.t.Helper()
	m := n.kim.Say(n.c.ID, "thread, please")
	n.shows("in the thread")
	n.until("the thread is not renamed", func() bool { return n.s.Channel(m.ID).Name == "about that" })
	n.kim.Say(m.ID, "me too")
	n.shows("in about that: me too")
	forum := n.s.AddChannel(Channel{Name: "questions", Type: GuildForum})
	n.kim.Post(forum.ID, "A question", "why?")
	n.says("thread A question true")
	n.shows("in A question: why?")
}

// TestDiscordJS checks the fake with discord.js, including resumed sessions.
func TestDiscordJS(t *testing.T) {
	n := startNode(t, Options{})
	n.converse()
	for what, end := range map[string]func(){
		"cut":       n.s.CutConnections,
		"reconnect": n.s.Reconnect,
		"4000":      func() { n.s.CloseConnections(closeUnknownError) },
	} {
		end()
		n.kim.Say(n.c.ID, "hello over "+what)
		n.shows("heard hello over " + what)
		n.until("not resumed after "+what, n.resumed)
	}
	n.s.Invalidate(true) // the bot resumes on the same connection
	n.must(n.s.Connected(t.Context()))
	n.kim.Say(n.c.ID, "hello over op 9")
	n.shows("heard hello over op 9")
	if all := n.s.Connections(); len(all) != 4 || n.s.Identifies() != 1 {
		t.Errorf("%d identifies, connections: %+v", n.s.Identifies(), all)
	}
}

// resumed reports whether the first connection has ended and the latest has its
// session.
func (n *node) resumed() bool {
	all := n.s.Connections()
	latest := all[len(all)-1]
	return len(all) > 1 && latest.Resume && latest.Session == all[0].Session && latest.Ended.IsZero() && !all[len(all)-2].Ended.IsZero()
}

// TestDiscordJSCompressed checks compression and a new session.
func TestDiscordJSCompressed(t *testing.T) {
	n := startNode(t, Options{}, "compressed")
	n.converse()
	n.s.CutConnections()
	n.until("the connection does not end", func() bool { return !n.s.Connections()[0].Ended.IsZero() })
	n.s.ForgetSessions()
	n.until("no new session starts", func() bool { return n.s.Identifies() == 2 })
	n.must(n.s.Connected(t.Context()))
	n.kim.Say(n.c.ID, "hello again")
	n.shows("heard hello again")
}

// TestDiscordJSHeartbeat checks that discord.js gives up a connection without
// heartbeat acknowledgements and resumes.
func TestDiscordJSHeartbeat(t *testing.T) {
	n := startNode(t, Options{HeartbeatInterval: time.Second})
	n.until("no heartbeat", func() bool { return len(n.s.Connections()[0].Heartbeats) > 1 })
	n.s.WithholdAcks(true)
	n.until("the zombie connection does not end", func() bool { return len(n.s.Connections()) > 1 })
	n.s.WithholdAcks(false)
	first := n.s.Connections()[0]
	if first.CloseCode == websocket.CloseNormalClosure || first.CloseCode == 0 {
		t.Errorf("%+v", first)
	}
	n.kim.Say(n.c.ID, "hello")
	n.shows("heard hello")
	if n.s.Identifies() != 1 {
		t.Errorf("got %d identifies", n.s.Identifies())
	}
}
