package slackfake

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A node is a program of testdata/bolt, in a process of its own.
type node struct {
	*stage
	lines []string // of its output; guarded by Server.mu
}

// startNode runs a program on Slack's own packages until its output has a line
// that begins with ready. The test is skipped where they are not installed.
func startNode(t *testing.T, options Options, ready string, args ...string) *node {
	t.Helper()
	binary, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join("testdata", "bolt", "node_modules"))
	}
	if err != nil && os.Getenv("TEST_NO_SKIP") != "" {
		t.Fatalf("no Node.js or no packages here, and nothing may be skipped: %v", err)
	}
	if err != nil {
		t.Skip("no Node.js here, or `npm ci` was not run in testdata/bolt")
	}
	n := &node{stage: newStage(t, options)}
	n.run(exec.Command(binary, args...))
	n.until("the program is not ready", func() bool { return n.line(ready) != "" })
	return n
}

func (n *node) run(cmd *exec.Cmd) {
	n.t.Helper()
	cmd.Dir = filepath.Join("testdata", "bolt")
	cmd.Env = append(os.Environ(), "API_URL="+n.s.APIURL(), "BOT_TOKEN="+n.s.BotToken, "APP_TOKEN="+n.s.AppToken, "SIGNING_SECRET="+n.s.SigningSecret)
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	n.must(cmd.Start())
	var reading sync.WaitGroup
	reading.Go(func() { n.read(out) })
	n.t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()
		in.Close()
		reading.Wait()
		if complaint := n.line("error"); complaint != "" || n.t.Failed() {
			n.t.Errorf("the program said\n%s", strings.Join(n.lines, "\n"))
		}
	})
}

// read keeps the output.
func (n *node) read(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		n.s.mu.Lock()
		n.lines = append(n.lines, lines.Text())
		n.s.note()
		n.s.mu.Unlock()
	}
}

// line returns the first line of the output with the beginning.
func (n *node) line(beginning string) string {
	n.s.mu.Lock()
	defer n.s.mu.Unlock()
	i := slices.IndexFunc(n.lines, func(l string) bool { return strings.HasPrefix(l, beginning) })
	if i < 0 {
		return ""
	}
	return n.lines[i]
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
	texts, err := n.kim.SuggestOn(m, "Pick", "tape")
	if err != nil || !slices.Equal(texts, []string{"like tape"}) {
		n.t.Fatal(texts, err)
	}
	n.must(n.kim.Choose(m, "Pick", "like tape"))
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
	n.until("no Home tab", func() bool { home, _ := n.kim.Home(); return strings.Contains(home.Plain(), "welcome home") })
	n.until("something is not acknowledged", n.s.Settled)
	for _, d := range n.s.Deliveries() {
		if d.Err != nil {
			n.t.Errorf("%+v", d)
		}
	}
}

func (n *node) submit() {
	n.t.Helper()
	n.must(n.kim.Shortcut("ask"))
	n.until("no modal", func() bool { _, ok := n.kim.View(); return ok })
	n.must(n.kim.Fill("Question", "bad"))
	if wrong, err := n.kim.Submit(); err != nil || wrong["question"] != "ask something else" {
		n.t.Fatal(wrong, err)
	}
	n.must(n.kim.Fill("Question", "good"))
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
	n := startNode(t, Options{Notice: 100 * time.Millisecond}, "connected", "app.js", "socket")
	n.converse()
	for what, end := range map[string]func(){"refresh": n.s.Refresh, "cut": n.s.CutSockets} {
		end()
		n.until("the old socket stays", func() bool { return n.s.Sockets() == 0 })
		n.must(n.s.Connected(t.Context()))
		n.kim.Say(n.c.ID, "hello after the "+what)
		n.shows("heard hello after the " + what)
	}
}

// TestBoltHTTP holds the fake against the HTTP receiver of @slack/bolt, which
// checks signatures.
func TestBoltHTTP(t *testing.T) {
	n := startNode(t, Options{}, "listening", "app.js", "http")
	n.must(n.s.UseHTTP("http://127.0.0.1:" + strings.TrimPrefix(n.line("listening"), "listening ") + "/slack/events"))
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
	n.must(n.kim.Command(n.c.ID, "/mabs x"))
	n.must(n.kim.Shortcut("ask"))
	for _, want := range []string{"got events_api hello", "got slash_commands /mabs", "got interactive shortcut"} {
		n.until("the client did not get "+want, func() bool { return n.line(want) != "" })
	}
}
