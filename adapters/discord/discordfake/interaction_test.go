package discordfake

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// interact starts an interaction without waiting for the response.
func (g *stage) interact(begin func() (*Interaction, error)) *Interaction {
	g.t.Helper()
	g.s.mu.Lock()
	i, err := begin()
	g.s.mu.Unlock()
	g.must(err)
	return i
}

// typeCommand uses a slash command.
func (g *stage) typeCommand() *Interaction {
	g.t.Helper()
	if len(g.s.Commands()) == 0 {
		g.registerCommands()
	}
	return g.interact(func() (*Interaction, error) { return g.kim.parseCommand(g.c.ID, "/mabs 0x29834", interactionCommand) })
}

// pressButton presses a button.
func (g *stage) pressButton() *Interaction {
	g.t.Helper()
	m := g.post(withButtons)
	return g.interact(func() (*Interaction, error) { return g.kim.sendComponent(m, "Go on", nil) })
}

// callback responds to an interaction and returns status and error code.
func (g *stage) callback(i *Interaction, body string) string {
	g.t.Helper()
	return statusOf(g.call(createInteractionResponse, body, i.ID, i.token))
}

// statusOf returns status and error code.
func statusOf(status int, v any) string {
	if o, ok := v.(object); ok && o["code"] != nil {
		return fmt.Sprint(status, " ", o["code"])
	}
	return fmt.Sprint(status)
}

// answerCommand uses a command and responds to it.
func (g *stage) answerCommand(body string) *Interaction {
	g.t.Helper()
	i := g.typeCommand()
	if got := g.callback(i, body); got != "204" {
		g.t.Fatal(got)
	}
	return i
}

// Two equivalent modals: one with label components, one with the older action
// rows.
const (
	labels = `{"type":9,"data":{"custom_id":"ask","title":"Ask","components":[{"type":10,"content":"Tell me."},
		{"type":18,"label":"Question","component":{"type":4,"custom_id":"q","style":1,"min_length":2,"max_length":20,"value":"why?"}},
		{"type":18,"label":"Where","component":{"type":3,"custom_id":"w","options":[{"label":"tape","value":"t"},{"label":"disk","value":"d"}]}}]}}`
	rows = `{"type":9,"data":{"custom_id":"ask","title":"Ask","components":[
		{"type":1,"components":[{"type":4,"custom_id":"q","label":"Question","style":2,"required":false}]}]}}`
)

// modal opens a modal.
func (g *stage) modal(body string) {
	g.t.Helper()
	i := g.typeCommand()
	if got := g.callback(i, body); got != "204" {
		g.t.Fatal(got)
	}
}

// TestCallbackTypes checks which responses each type of interaction accepts.
func TestCallbackTypes(t *testing.T) {
	bodies := []string{
		`{"type":1}`, `{"type":4,"data":{"content":"x"}}`, `{"type":5}`, `{"type":6}`, `{"type":7,"data":{"content":"x"}}`,
		`{"type":8,"data":{"choices":[{"name":"x","value":"x"}]}}`, rows, `{"type":4,"data":{"content":""}}`, `{"type":99}`, `{}`,
	}
	for name, c := range map[string]struct {
		begin func(g *stage) *Interaction
		want  string // y for each accepted body, - for each rejected
	}{
		"a command": {(*stage).typeCommand, "-yy---y---"},
		"a button":  {(*stage).pressButton, "-yyyy-y---"},
		"autocomplete": {func(g *stage) *Interaction {
			g.registerCommands()
			return g.interact(func() (*Interaction, error) { return g.kim.parseCommand(g.c.ID, "/mabs 0", interactionAutocomplete) })
		}, "-----y----"},
		"a modal from a command": {func(g *stage) *Interaction {
			g.modal(rows)
			return g.interact(g.kim.submit)
		}, "-yy-------"},
		"a modal from a button": {func(g *stage) *Interaction {
			g.callback(g.pressButton(), rows)
			return g.interact(g.kim.submit)
		}, "-yyyy-----"},
	} {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			for _, body := range bodies {
				g := newStage(t, Options{})
				if status := g.callback(c.begin(g), body); status == "204" {
					got.WriteString("y")
				} else {
					got.WriteString("-")
				}
			}
			if got.String() != c.want {
				t.Errorf("%s, want %s", got.String(), c.want)
			}
		})
	}
}

// TestRespondOnce checks that an interaction accepts one response, in time,
// with its token.
func TestRespondOnce(t *testing.T) {
	const hello = `{"type":4,"data":{"content":"x"}}`
	g := newStage(t, Options{})
	i := g.typeCommand()
	if got := statusOf(g.call(createInteractionResponse, hello, i.ID, "x")); got != "404 10062" {
		t.Errorf("with another token: %s", got)
	}
	if got := statusOf(g.call(createInteractionResponse, hello, "1", i.token)); got != "404 10062" {
		t.Errorf("with another ID: %s", got)
	}
	if got := g.callback(i, hello); got != "204" {
		t.Error(got)
	}
	if got := g.callback(i, hello); got != "400 40060" {
		t.Errorf("a second response: %s", got)
	}
	i = g.typeCommand()
	g.s.mu.Lock()
	i.At = i.At.Add(-ackTimeout)
	g.s.mu.Unlock()
	if got := g.callback(i, hello); got != "404 10062" {
		t.Errorf("a late response: %s", got)
	}
	if n := len(g.s.Messages(g.c.ID)); n != 1 {
		t.Errorf("got %d messages", n)
	}
	all := g.s.Interactions()
	if len(all) != 2 || all[0].CallbackType != callbackMessage || all[0].Took <= 0 || all[0].Name != "mabs" || all[1].CallbackType != 0 {
		t.Errorf("%+v", all)
	}
}

// TestNoResponse checks the error that the user sees.
func TestNoResponse(t *testing.T) {
	g := newStage(t, Options{AckTimeout: 10 * time.Millisecond})
	g.registerCommands()
	if err := g.kim.Command(g.c.ID, "/mabs 0x29834"); err != errNoResponse {
		t.Error(err)
	}
}

// TestDeferred checks that a deferred response shows as thinking until it is
// edited, to the users it was deferred for.
func TestDeferred(t *testing.T) {
	for name, c := range map[string]struct {
		body, route string
		private     bool
	}{
		"an edit":                {`{"type":5}`, EditOriginalResponse, false},
		"an ephemeral edit":      {`{"type":5,"data":{"flags":64}}`, EditOriginalResponse, true},
		"a follow-up":            {`{"type":5}`, CreateFollowupMessage, false},
		"an ephemeral follow-up": {`{"type":5,"data":{"flags":64}}`, CreateFollowupMessage, true},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t, Options{})
			i := g.answerCommand(c.body)
			g.shows("(is thinking)")
			status, o := g.call(c.route, `{"content":"here it is <@`+g.kim.ID+`>"}`, g.s.AppID, i.token)
			shown := g.kim.Visible()
			if status != 200 || len(shown) != 1 || shown[0].Plain() != "here it is <@"+g.kim.ID+">" || (shown[0].EphemeralTo == g.kim.ID) != c.private || !shown[0].Edited.IsZero() {
				t.Errorf("%d %v: %+v", status, o, shown)
			}
			if len(g.s.Messages(g.c.ID)) == 1 == c.private || len(g.kim.Ephemerals()) == 1 != c.private {
				t.Errorf("%+v", shown)
			}
			if c.private {
				if got := statusOf(g.call(getChannelMessage, "", g.c.ID, shown[0].ID)); got != "404 10008" {
					t.Errorf("the channel shows %s", got)
				}
				g.kim.Reload()
				if len(g.kim.Visible()) != 0 {
					t.Error("it survives a reload")
				}
			}
		})
	}
}

// TestInteractionToken checks what an interaction token allows, and when.
func TestInteractionToken(t *testing.T) {
	g := newStage(t, Options{})
	i := g.typeCommand()
	edit := func() string { return statusOf(g.call(EditOriginalResponse, `{"content":"new"}`, g.s.AppID, i.token)) }
	if got := edit(); got != "404 10015" {
		t.Errorf("before the response: %s", got)
	}
	g.callback(i, `{"type":4,"data":{"content":"first"}}`)
	if got := edit(); got != "200" {
		t.Error(got)
	}
	_, o := g.call(CreateFollowupMessage, `{"content":"second","flags":64}`, g.s.AppID, i.token)
	second := o.(object)["id"].(string)
	if m := g.s.messageByID(second); m.EphemeralTo != g.kim.ID || m.Type != messageReply || g.s.messageByID(m.ReplyTo).Content != "new" {
		t.Errorf("%+v", m)
	}
	for _, c := range []struct{ route, body, id, want string }{
		{getOriginalResponse, "", "", "200"}, {getFollowupMessage, "", second, "200"}, {editFollowupMessage, `{"content":"2"}`, second, "200"}, {getFollowupMessage, "", "1", "404 10008"},
		{editFollowupMessage, `{"content":"` + letters(2001) + `"}`, second, "400 50035"}, {editFollowupMessage, `{"content":""}`, second, "400 50006"},
		{deleteFollowupMessage, "", second, "204"}, {getFollowupMessage, "", second, "404 10008"}, {DeleteOriginalResponse, "", "", "204"}, {getOriginalResponse, "", "", "404 10008"},
	} {
		args := []any{g.s.AppID, i.token}
		if c.id != "" {
			args = append(args, c.id)
		}
		if got := statusOf(g.call(c.route, c.body, args...)); got != c.want {
			t.Errorf("%s: %s, want %s", c.route, got, c.want)
		}
	}
	if got := statusOf(g.call(CreateFollowupMessage, `{"content":"x"}`, "1", i.token)); got != "404 10015" {
		t.Errorf("for another application: %s", got)
	}
	g.s.mu.Lock()
	i.At = i.At.Add(-tokenTTL)
	g.s.mu.Unlock()
	if got := statusOf(g.call(CreateFollowupMessage, `{"content":"x"}`, g.s.AppID, i.token)); got != "401 50027" {
		t.Errorf("after 15 minutes: %s", got)
	}
}

// TestUpdateMessage checks that a response can edit the message of the button.
func TestUpdateMessage(t *testing.T) {
	for name, answer := range map[string]func(g *stage, i *Interaction){
		"immediate": func(g *stage, i *Interaction) { g.callback(i, `{"type":7,"data":{"content":"done","components":[]}}`) },
		"later": func(g *stage, i *Interaction) {
			g.callback(i, `{"type":6}`)
			g.call(EditOriginalResponse, `{"content":"done","components":[]}`, g.s.AppID, i.token)
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t, Options{})
			answer(g, g.pressButton())
			if all := g.s.Messages(g.c.ID); len(all) != 1 || all[0].Plain() != "done" || all[0].Edited.IsZero() {
				t.Errorf("%+v", all)
			}
		})
	}
}

// TestReplyToButton checks that other responses to a button are replies to its
// message.
func TestReplyToButton(t *testing.T) {
	g := newStage(t, Options{})
	i := g.pressButton()
	status, o := g.call(createInteractionResponse+"?with_response=true", `{"type":4,"data":{"content":"done","flags":64}}`, i.ID, i.token)
	m := g.kim.Ephemerals()[0]
	about := o.(object)["interaction"].(object)
	if status != http.StatusOK || m.Type != messageReply || m.ReplyTo != i.source.ID || about["response_message_id"] != m.ID || about["response_message_ephemeral"] != true {
		t.Errorf("%d %v %+v", status, o, m)
	}
}

// TestModals checks filling in and submitting a modal.
func TestModals(t *testing.T) {
	g := newStage(t, Options{})
	g.modal(labels)
	if m, ok := g.kim.modal(); !ok || m.plain() != "# Ask\nTell me.\nQuestion\n[q]\nWhere\n[w: tape / disk]" {
		t.Errorf("%v\n%s", ok, m.plain())
	}
	for _, wrong := range []string{"a", "", letters(21)} {
		g.must(g.kim.Fill("Question", wrong))
		if _, err := g.kim.submit(); err == nil {
			t.Errorf("%q is accepted", wrong)
		}
	}
	g.must(g.kim.Fill("Question", "why?"))
	g.must(g.kim.Fill("Where", "disk"))
	if g.kim.Fill("Where", "cloud") == nil || g.kim.Fill("When", "now") == nil {
		t.Error("an input that is not in the modal is accepted")
	}
	g.must(g.kim.Fill("Where", "disk"))
	i := g.interact(g.kim.submit)
	got := fmt.Sprint(i.payload["data"])
	want := "map[components:[map[content:Tell me. id:1 type:10] map[component:map[custom_id:q id:3 type:4 value:why?] id:2 type:18] " +
		"map[component:map[custom_id:w id:5 type:3 values:[d]] id:4 type:18]] custom_id:ask resolved:map[]]"
	if strings.ReplaceAll(got, "content:Tell me. ", "") != strings.ReplaceAll(want, "content:Tell me. ", "") {
		t.Errorf("\n%s\n%s", got, want)
	}
	if _, ok := g.kim.modal(); ok {
		t.Error("the modal is still open")
	}
	g.modal(rows)
	g.kim.closeModal()
	if g.kim.Submit() == nil || g.kim.Fill("Question", "x") == nil {
		t.Error("a closed modal is submitted")
	}
}

// TestValidateModals checks modals that Discord rejects.
func TestValidateModals(t *testing.T) {
	g := newStage(t, Options{})
	modal := func(title, components string) string {
		return fmt.Sprintf(`{"type":9,"data":{"custom_id":"ask","title":%q,"components":[%s]}}`, title, components)
	}
	input := func(id, label string) string {
		return fmt.Sprintf(`{"type":1,"components":[{"type":4,"custom_id":%q,"label":%q,"style":1}]}`, id, label)
	}
	for name, c := range map[string]struct{ body, want string }{
		"five":                     {modal("x", input("1", "x")+","+input("2", "x")+","+input("3", "x")+","+input("4", "x")+","+input("5", "x")), "204"},
		"six":                      {modal("x", strings.Repeat(input("a", "x")+",", 5)+input("b", "x")), "400 50035"},
		"none":                     {modal("x", ""), "400 50035"},
		"a long title":             {modal(letters(46), input("1", "x")), "400 50035"},
		"a long label":             {modal("x", input("1", letters(46))), "400 50035"},
		"no label":                 {modal("x", input("1", "")), "400 50035"},
		"duplicate custom_id":      {modal("x", input("1", "x")+","+input("1", "x")), "400 50035"},
		"a button":                 {modal("x", `{"type":1,"components":[{"type":2,"style":1,"label":"x","custom_id":"a"}]}`), "400 50035"},
		"an input outside a row":   {modal("x", `{"type":4,"custom_id":"a","label":"x","style":1}`), "400 50035"},
		"two inputs in a row":      {modal("x", `{"type":1,"components":[{"type":4,"custom_id":"a","label":"x","style":1},{"type":4,"custom_id":"b","label":"x","style":1}]}`), "400 50035"},
		"a label without an input": {modal("x", `{"type":18,"label":"x"}`), "400 50035"},
	} {
		if got := g.callback(g.typeCommand(), c.body); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestAutocomplete checks the limits of autocomplete choices.
func TestAutocomplete(t *testing.T) {
	g := newStage(t, Options{})
	g.registerCommands()
	choices := func(n, long int) string {
		return `{"type":8,"data":{"choices":[` + strings.TrimSuffix(strings.Repeat(`{"name":"`+letters(long)+`","value":"x"},`, n), ",") + `]}}`
	}
	for _, c := range []struct {
		n, long int
		want    string
	}{{0, 1, "204"}, {25, 100, "204"}, {26, 1, "400 50035"}, {1, 101, "400 50035"}, {1, 0, "400 50035"}} {
		i := g.interact(func() (*Interaction, error) { return g.kim.parseCommand(g.c.ID, "/mabs 0", interactionAutocomplete) })
		if got := g.callback(i, choices(c.n, c.long)); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
		if got := statusOf(g.call(CreateFollowupMessage, `{"content":"x"}`, g.s.AppID, i.token)); got != "404 10015" {
			t.Errorf("its token allows a follow-up: %s", got)
		}
	}
}
