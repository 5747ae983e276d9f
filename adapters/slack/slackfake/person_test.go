package slackfake

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// newStageWithoutApp returns a stage that does not retry, because no app is
// connected.
func newStageWithoutApp(t *testing.T) *stage {
	return newStage(t, Options{RetryDelays: []time.Duration{}})
}

// events returns the types and subtypes of the events sent so far.
func (g *stage) events() string {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	var all []string
	for _, d := range g.s.deliveries {
		event, _ := d.payload["event"].(object)
		name := fmt.Sprint(event["type"])
		if event["subtype"] != nil {
			name += "/" + fmt.Sprint(event["subtype"])
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

// TestEvents checks which events an action causes.
func TestEvents(t *testing.T) {
	for name, c := range map[string]struct {
		act  func(g *stage)
		want string
	}{
		"a message":             {func(g *stage) { g.kim.Say(g.c.ID, "hi") }, "message"},
		"a mention":             {func(g *stage) { g.kim.Say(g.c.ID, "@mabsbot hi") }, "app_mention message"},
		"a mention in a thread": {func(g *stage) { g.kim.Reply(g.kim.Say(g.c.ID, "hi"), "@mabsbot?") }, "message app_mention message"},
		"a direct message":      {func(g *stage) { g.kim.DM("@mabsbot hi") }, "message"},
		"a file":                {func(g *stage) { g.kim.Upload(g.c.ID, "", "look", File{Name: "a.log"}) }, "message/file_share file_shared"},
		"an edit":               {func(g *stage) { g.must(g.kim.Edit(g.kim.Say(g.c.ID, "hi"), "ho")) }, "message message/message_changed"},
		"a link preview":        {func(g *stage) { g.must(g.s.Unfurl(g.kim.Say(g.c.ID, "hi"))) }, "message message/message_changed"},
		"a deletion":            {func(g *stage) { g.must(g.kim.Delete(g.kim.Say(g.c.ID, "hi"))) }, "message message/message_deleted"},
		"a deletion of a message with replies": {func(g *stage) {
			m := g.kim.Say(g.c.ID, "hi")
			g.kim.Reply(m, "ho")
			g.must(g.kim.Delete(m))
		}, "message message message/message_changed"},
		"a bot that is not a member": {func(g *stage) { g.kim.Say(g.s.AddChannelWithoutBot(Channel{Name: "else"}).ID, "@mabsbot hi") }, ""},
		"a bot that left":            {func(g *stage) { g.s.leaveChannel(g.c.ID, g.s.botUser); g.kim.Say(g.c.ID, "hi") }, ""},
		"a message of the bot":       {func(g *stage) { g.call("chat.postMessage", "channel", g.c.ID, "text", "hi") }, "message"},
		"an ephemeral message":       {func(g *stage) { g.call("chat.postEphemeral", "channel", g.c.ID, "user", g.kim.ID, "text", "hi") }, ""},
		"opening the Home tab":       {func(g *stage) { g.kim.OpenHome() }, "app_home_opened"},
		"the stop button":            {func(g *stage) { g.kim.stopAgent(g.kim.DM("hi")) }, "message agent_session_stopped"},
		"an uninstall":               {func(g *stage) { g.s.RevokeTokens(true) }, "app_uninstalled tokens_revoked"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStageWithoutApp(t)
			c.act(g)
			if got := g.events(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestSubscriptions checks that events need their scope and a subscription.
func TestSubscriptions(t *testing.T) {
	for name, c := range map[string]struct {
		options Options
		want    string
	}{
		"without channels:history":  {Options{Scopes: []string{"app_mentions:read", "im:history"}}, "app_mention message"},
		"without message.channels":  {Options{Events: []string{"app_mention", "message.im"}}, "app_mention message"},
		"without app_mentions:read": {Options{Scopes: []string{"channels:history", "im:history"}}, "message message"},
		"only message.channels":     {Options{Events: []string{"message.channels"}}, "message"},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.RetryDelays = []time.Duration{}
			g := newStage(t, c.options)
			g.kim.Say(g.c.ID, "@mabsbot hi")
			g.kim.DM("hi")
			if got := g.events(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestMentionComesTwice checks that the two events of a mention have different
// event_ids and the same ts.
func TestMentionComesTwice(t *testing.T) {
	g := newStageWithoutApp(t)
	g.kim.Say(g.c.ID, "@mabsbot hi")
	d := g.s.deliveries
	if a, b := d[0].payload, d[1].payload; a["event_id"] == b["event_id"] || a["event"].(object)["ts"] != b["event"].(object)["ts"] {
		t.Errorf("%v\n%v", a, b)
	}
}

func TestFiles(t *testing.T) {
	g := newStageWithoutApp(t)
	m := g.kim.Upload(g.c.ID, "", "", File{Name: "보고서.log", Content: []byte("ID 3106\n"), Snippet: true}, File{Name: "far.txt", Content: []byte("x"), Connect: true})
	files := g.s.Messages(g.c.ID)[0].Files
	for i, want := range []string{"ID 3106\n", "x"} {
		file, _ := g.call("files.info", "file", files[i])["file"].(object)
		url, _ := file["url_private"].(string)
		if got := g.download(url, g.s.BotToken); got != want {
			t.Errorf("file %d = %q", i, got)
		}
		if got := g.download(url, "xoxb-other"); !strings.Contains(got, "Sign in") {
			t.Errorf("file %d without a token = %q", i, got)
		}
	}
	listed, _ := g.s.messageJSON(&m)["files"].([]any)
	if snippet, far := listed[0].(object), listed[1].(object); snippet["mode"] != "snippet" || snippet["preview"] != "ID 3106\n" || far["file_access"] != "check_file_info" || far["url_private"] != nil {
		t.Errorf("%v", listed)
	}
}

func (g *stage) download(url, token string) string {
	g.t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	g.must(err)
	r.Header.Set("Authorization", "Bearer "+token)
	w, err := http.DefaultClient.Do(r)
	g.must(err)
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	g.must(err)
	return string(text)
}

// TestModal controls the app's response to every submission and suggestion.
func TestModal(t *testing.T) {
	g := newStage(t, Options{})
	say := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
	}
	v := g.serveHTTPApp()
	g.openModal()
	if _, err := g.kim.Submit(); err == nil {
		t.Error("a modal with a missing required input is submitted")
	}
	g.must(g.kim.Fill("Question", "why?"))
	v.answers <- say(`{"options":[{"text":{"type":"plain_text","text":"Tape"},"value":"tape"}]}`)
	if got, err := g.kim.Suggest("Search", "ta"); err != nil || !slices.Equal(got, []string{"Tape"}) {
		t.Error(got, err)
	}
	if _, err := g.kim.Suggest("Search", ""); err == nil {
		t.Error("the app receives a query shorter than min_query_length")
	}
	v.answers <- say(`{"options":[{"text":{"type":"plain_text","text":"` + strings.Repeat("x", 76) + `"},"value":"long"}]}`)
	if _, err := g.kim.Suggest("Search", "ta"); err == nil {
		t.Error("an option with 76 characters is accepted")
	}
	if err := g.kim.Fill("Search", "Disk"); err == nil {
		t.Error("an option that was not suggested is chosen")
	}
	g.must(g.kim.Fill("Search", "Tape"))
	for _, c := range []struct{ answer, errs, top string }{
		{`{"response_action":"errors","errors":{"q":"no"}}`, "map[q:no]", "# Ask"},
		{`{"response_action":"update","view":` + strings.Replace(modal, `"x"`, `"Updated"`, 1) + `}`, "map[]", "# Updated"},
		{`{"response_action":"push","view":` + strings.Replace(modal, `"x"`, `"Pushed"`, 1) + `}`, "map[]", "# Pushed"},
		{``, "map[]", "# Updated"},
		{`{"response_action":"clear"}`, "map[]", ""},
	} {
		v.answers <- say(c.answer)
		errs, err := g.kim.Submit()
		top, _ := g.kim.View()
		if first, _, _ := strings.Cut(top.Plain(), "\n"); err != nil || fmt.Sprint(errs) != c.errs || first != c.top {
			t.Errorf("%s: %v, %v, %q", c.answer, errs, err, first)
		}
	}
}

// TestUpdatedView checks that values stay where the IDs stay the same.
func TestUpdatedView(t *testing.T) {
	g := newStageWithoutApp(t)
	g.openModal()
	g.must(g.kim.Fill("Question", "why?"))
	before, _ := g.kim.View()
	body := `{"type":"modal","title":{"type":"plain_text","text":"Two"},"submit":{"type":"plain_text","text":"Send"},"blocks":[
		{"type":"input","block_id":"q","label":{"type":"plain_text","text":"Question"},"element":{"type":"plain_text_input","action_id":"a"}}]}`
	if answer := g.call("views.update", "view_id", before.ID, "hash", "1.2", "view", body); answer["error"] != "hash_conflict" {
		t.Error(answer)
	}
	if answer := g.call("views.update", "view_id", before.ID, "hash", before.hash(), "view", body); answer["ok"] != true {
		t.Error(answer)
	}
	after, _ := g.kim.View()
	if got := fmt.Sprint(after.state); !strings.Contains(got, "why?") || after.ID != before.ID || !strings.HasPrefix(after.Plain(), "# Two") {
		t.Errorf("%s, %s", got, after.Plain())
	}
}

func TestAgent(t *testing.T) {
	g := newStageWithoutApp(t)
	m := g.kim.DM("hi")
	g.call("agents.sessions.setStatus", "channel_id", m.Channel, "thread_ts", m.TS, "status", "processing", "title", "Tape")
	g.call("agents.sessions.rename", "channel_id", m.Channel, "thread_ts", m.TS, "title", "Disk")
	g.call("assistant.threads.setSuggestedPrompts", "channel_id", m.Channel, "prompts", `[{"title":"a","message":"b"}]`)
	if got := fmt.Sprint(g.s.agents[m.Channel+" "+m.TS], g.s.agents[m.Channel+" "]); got != "{processing Disk []} {  [map[message:b title:a]]}" {
		t.Error(got)
	}
}

// TestPlain checks blocks as plain text.
func TestPlain(t *testing.T) {
	for name, c := range map[string]struct{ blocks, want string }{
		"text only":              {`[]`, "a < b"},
		"a section":              {`[{"type":"section","text":{"type":"mrkdwn","text":"*x* &lt; y"},"fields":[{"type":"mrkdwn","text":"f"}],"accessory":{"type":"button","text":{"type":"plain_text","text":"Go"}}}]`, "*x* < y\nf\n[Go]"},
		"actions":                {`[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"A"}},{"type":"static_select","placeholder":{"type":"plain_text","text":"P"},"options":[{"text":{"type":"plain_text","text":"o"},"value":"1"}]}]}]`, "[A]\n[P: o]"},
		"context":                {`[{"type":"divider"},{"type":"context","elements":[{"type":"mrkdwn","text":"c"},{"type":"image","image_url":"u","alt_text":"pic"}]}]`, "----\nc\n(pic)"},
		"rich text":              {`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"hi "},{"type":"user","user_id":"U1"},{"type":"link","url":"http://x"},{"type":"emoji","name":"ok"},{"type":"channel","channel_id":"C1"}]},{"type":"rich_text_preformatted","elements":[{"type":"text","text":"code"}]}]}]`, "hi <@U1>http://x:ok:<#C1>\ncode"},
		"a table":                {`[{"type":"table","rows":[[{"type":"raw_text","text":"a"},{"type":"raw_text","text":"b"}]]}]`, "a | b"},
		"markdown":               {`[{"type":"markdown","text":"# m"}]`, "# m"},
		"a header":               {`[{"type":"header","text":{"type":"plain_text","text":"H"}}]`, "H"},
		"an empty actions block": {`[{"type":"actions"}]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			blocks, _ := decodeJSON(c.blocks).([]any)
			if got := (Message{Text: "a &lt; b", Blocks: blocks}).Plain(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestPersonErrors checks that impossible actions fail.
func TestPersonErrors(t *testing.T) {
	g := newStageWithoutApp(t)
	lost := Message{Channel: g.c.ID, TS: "1.2"}
	for name, act := range map[string]func() error{
		"an unknown button":               func() error { return g.kim.Press("Nothing") },
		"a button on a deleted message":   func() error { return g.kim.PressOn(lost, "Click") },
		"an edit of a deleted message":    func() error { return g.kim.Edit(lost, "x") },
		"a shortcut on a deleted message": func() error { return g.kim.ShortcutOn(lost, "x") },
		"a preview on a deleted message":  func() error { return g.s.Unfurl(lost) },
		"filling in without a modal":      func() error { return g.kim.Fill("x", "y") },
		"submitting without a modal":      func() error { _, err := g.kim.Submit(); return err },
		"a button without a Home tab":     func() error { return g.kim.PressInHome("x") },
		"an unknown label":                func() error { return g.kim.PressOn(g.postButton(), "Else") },
		"an unknown option":               func() error { return g.kim.choose(g.postButton(), "Click", "x") },
	} {
		if act() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
