package console

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mabsbot/bot"
)

// TestMessagesBecomeEvents checks which event each typed text becomes, one line per case. $1
// is the first message of the test, $2 the second.
func TestMessagesBecomeEvents(t *testing.T) {
	cases := []struct{ user, channel, root, text, want string }{
		{"alex", SupportChannel, "", "hello", `alex $1 backup-support/$1 "hello"`},
		{"alex", SupportChannel, "", "  two\nlines \n", `alex $1 backup-support/$1 "two\nlines"`},
		{"minji", EscalationChannel, "", "안녕", `minji $1 escalations/$1 "안녕"`},
		{"alex", SupportChannel, "", "@mabsbot 319?", `alex $1 backup-support/$1 "319?" addressed`},
		{"alex", SupportChannel, "", "so, @MABSbot, 319?", `alex $1 backup-support/$1 "so, , 319?" addressed`},
		{"minji", SupportChannel, "", "@mabsbot이 답해 주세요", `minji $1 backup-support/$1 "이 답해 주세요" addressed`},
		{"alex", SupportChannel, "", "@mabsbots are many", `alex $1 backup-support/$1 "@mabsbots are many"`},
		{"alex", SupportChannel, "", "mail me@mabsbot.example", `alex $1 backup-support/$1 "mail me@mabsbot.example"`},
		{"alex", "dm:alex", "", "hello", `alex $1 dm:alex/ "hello" addressed direct`},
		{"alex", SupportChannel, "", "/mabs 0x29834", `alex $1 backup-support/cmd-$1 "0x29834" command`},
		{"alex", SupportChannel, "", "/mabs", `alex $1 backup-support/cmd-$1 "" command`},
		{"alex", SupportChannel, "", "/mabs\nhelp", `alex $1 backup-support/cmd-$1 "help" command`},
		{"alex", SupportChannel, "", "/mabsbot help", `alex $1 backup-support/$1 "/mabsbot help"`},
		{"alex", SupportChannel, "", "say /mabs help", `alex $1 backup-support/$1 "say /mabs help"`},
		{"minji", "dm:minji", "", "/mabs list", `minji $1 dm:minji/cmd-$1 "list" addressed command direct`},
	}
	for _, c := range cases {
		s := newStage(t)
		s.says(t, c.user, c.channel, c.root, c.text)
		if got := s.events(); got != c.want {
			t.Errorf("%s types %q:\ngot  %s\nwant %s", c.user, c.text, got, c.want)
		}
	}
}

// events lists the events that the bot received, one per line.
func (s stage) events() string {
	var names []string
	for i, m := range s.ws.messages {
		names = append(names, m.ID, fmt.Sprintf("$%d", i+1))
	}
	var lines []string
	for _, e := range s.core.events {
		lines = append(lines, describe(e))
	}
	return strings.NewReplacer(names...).Replace(strings.Join(lines, "\n"))
}

func describe(e bot.Event) string {
	h := e.About()
	id := strings.TrimPrefix(string(h.ID), "console:")
	where := h.Thread.Channel + "/" + h.Thread.Root
	if p, ok := e.(bot.Press); ok {
		return strings.TrimSpace(fmt.Sprintf("%s presses %s on %s in %s %s", h.From.ID, p.Button.Action, p.Post, where, p.Value))
	}
	m := e.(bot.Message)
	words := []string{h.From.ID, id, where, strconv.Quote(m.Text)}
	of := strings.TrimPrefix(string(m.Original), "console:")
	for _, flag := range []struct {
		is   bool
		word string
	}{
		{m.Change == bot.ChangeEdited, "edited of " + of},
		{m.Change == bot.ChangeDeleted, "deleted of " + of},
		{m.Addressed, "addressed"},
		{m.Command, "command"},
		{m.InThread, "reply"},
		{h.Direct, "direct"},
	} {
		if flag.is {
			words = append(words, flag.word)
		}
	}
	return strings.Join(words, " ")
}

func TestConversationBecomesEvents(t *testing.T) {
	s := newStage(t)
	alex, minji, ctx := s.setup.user("alex"), s.setup.user("minji"), t.Context()
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	s.says(t, "minji", SupportChannel, top, "same here")
	answer := s.ws.messages[1]
	do := []func() error{
		func() error { _, err := s.edit(ctx, alex, form{ID: top, Text: "about 0x29834"}); return err },
		func() error { _, err := s.edit(ctx, alex, form{ID: top, Text: " about 0x29834 "}); return err },
		func() error {
			_, err := s.press(ctx, minji, form{Post: answer.Post, Button: "m1|n|e|7f3a|1|", Value: " FS-11 "})
			return err
		},
		func() error { _, err := s.remove(ctx, alex, form{ID: top}); return err },
	}
	for i, f := range do {
		if err := f(); err != nil {
			t.Fatalf("action %d: %v", i, err)
		}
	}
	lines := strings.Split(s.events(), "\n")
	want := []string{
		`alex $1 backup-support/$1 "about 319"`,
		`minji $3 backup-support/$1 "same here" reply`,
		`alex $1:edit2 backup-support/$1 "about 0x29834" edited of $1`,
		`minji presses n on console:$1:edit2/1 in backup-support/$1 FS-11`,
		`alex $1:deleted backup-support/$1 "" deleted of $1`,
	}
	if !slices.Equal(lines, want) {
		t.Errorf("the bot received\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if from := s.core.events[1].About().From; from.Name != "김민지" || from.Locale != "ko-KR" {
		t.Errorf("from %+v", from)
	}
}

func TestMessagesNotTakenAreRedelivered(t *testing.T) {
	s := newStage(t)
	alex, ctx := s.setup.user("alex"), t.Context()
	s.core.fail = errDatabase
	id, err := s.say(ctx, alex, form{Channel: SupportChannel, Text: "hello"})
	if err == nil || !s.row(t, id).NotTaken() {
		t.Fatalf("say: %v", err)
	}
	if _, err := s.retry(ctx, alex, form{ID: id}); err == nil {
		t.Error("retry reports no error although the bot still fails")
	}
	if _, err := s.remove(ctx, alex, form{ID: id}); err == nil || s.shows("alex", SupportChannel, "") != "alex: hello" {
		t.Error("a message is gone although the bot did not take its deletion")
	}
	if _, err := s.retry(ctx, s.setup.user("minji"), form{ID: id}); err != error(errNotYours) {
		t.Errorf("another user retries: %v", err)
	}
	// An edit of a message that was never taken is sent as the message itself.
	if _, err := s.edit(ctx, alex, form{ID: id, Text: "hello there"}); err == nil {
		t.Error("edit reports no error although the bot still fails")
	}
	s.core.fail = nil
	for range 2 {
		if _, err := s.retry(ctx, alex, form{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := s.events(), `alex $1 backup-support/$1 "hello there"`; got != want {
		t.Errorf("the bot received %s, want %s", got, want)
	}
	if s.row(t, id).NotTaken() {
		t.Error("the message still shows that it was not taken")
	}
}

// TestNotTakenIsLogged checks that the log says why a message was not taken.
func TestNotTakenIsLogged(t *testing.T) {
	var log bytes.Buffer
	s := newStage(t, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	s.core.fail = errDatabase
	r := request("POST", "/message?as=alex", `{"channel":"backup-support","text":"hello"}`)
	if w := s.serveOne(r); w.Code != http.StatusOK || !strings.Contains(log.String(), errDatabase.Error()) {
		t.Errorf("status %d, log %q", w.Code, log.String())
	}
}

func TestActionsAreRefused(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	answer := s.ws.messages[1]
	asked := s.says(t, "alex", SupportChannel, "", "/mabs 319")
	direct := s.says(t, "alex", "dm:alex", "", "319")
	private := s.ws.messages[len(s.ws.messages)-1].Post
	gone := s.says(t, "alex", SupportChannel, "", "oops")
	if _, err := s.remove(t.Context(), s.setup.user("alex"), form{ID: gone}); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, user string
		do         action
		form       form
		want       *refusal
	}{
		{"empty", "alex", s.say, form{Channel: SupportChannel, Text: " \n"}, errEmpty},
		{"too long", "alex", s.say, form{Channel: SupportChannel, Text: strings.Repeat("a", maxText+1)}, errTooLong},
		{"unknown channel", "alex", s.say, form{Channel: "general", Text: "x"}, errNoPlace},
		{"unknown thread", "alex", s.say, form{Channel: SupportChannel, Root: "m404", Text: "x"}, errNoPlace},
		{"thread of another channel", "alex", s.say, form{Channel: EscalationChannel, Root: top, Text: "x"}, errNoPlace},
		{"thread under an answer", "alex", s.say, form{Channel: SupportChannel, Root: answer.ID, Text: "x"}, errNoPlace},
		{"thread of what is gone", "alex", s.say, form{Channel: SupportChannel, Root: gone, Text: "x"}, errNoPlace},
		{"thread in a direct message", "alex", s.say, form{Channel: "dm:alex", Root: direct, Text: "x"}, errNoPlace},
		{"somebody else's direct message", "minji", s.say, form{Channel: "dm:alex", Text: "x"}, errNoPlace},
		{"thread of somebody else's command", "minji", s.say, form{Channel: SupportChannel, Root: asked, Text: "x"}, errNoPlace},
		{"edit to nothing", "alex", s.edit, form{ID: top}, errEmpty},
		{"edit to too much", "alex", s.edit, form{ID: top, Text: strings.Repeat("a", maxText+1)}, errTooLong},
		{"edit another's", "minji", s.edit, form{ID: top, Text: "x"}, errNotYours},
		{"edit the bot's", "alex", s.edit, form{ID: answer.ID, Text: "x"}, errNotYours},
		{"edit a command", "alex", s.edit, form{ID: asked, Text: "x"}, errNotYours},
		{"edit what is gone", "alex", s.edit, form{ID: gone, Text: "x"}, errNotYours},
		{"delete another's", "minji", s.remove, form{ID: top}, errNotYours},
		{"delete nothing", "minji", s.remove, form{}, errNotYours},
		{"press nothing", "alex", s.press, form{Post: answer.Post}, errNoPlace},
		{"press no button of ours", "alex", s.press, form{Post: answer.Post, Button: "m0|n||||"}, errNoPlace},
		{"press an unknown post", "alex", s.press, form{Post: "p404", Button: "m1|n||||"}, errNoPlace},
		{"press in another's direct message", "minji", s.press, form{Post: private, Button: "m1|n||||"}, errNoPlace},
		{"press with too long a value", "alex", s.press, form{Post: answer.Post, Button: "m1|n||||", Value: strings.Repeat("a", maxText+1)}, errTooLong},
	}
	before := s.events()
	for _, c := range cases {
		if id, err := c.do(t.Context(), s.setup.user(c.user), c.form); err != error(c.want) || id != "" {
			t.Errorf("%s: %q, %v; want %v", c.name, id, err, c.want)
		}
	}
	if after := s.events(); after != before {
		t.Errorf("the bot received a refused action:\n%s", after)
	}
}

func TestDeletedMessageWithRepliesKeepsItsPlace(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "hello")
	reply := s.says(t, "minji", SupportChannel, top, "hi")
	if _, err := s.remove(t.Context(), s.setup.user("alex"), form{ID: top}); err != nil {
		t.Fatal(err)
	}
	s.want(t, "alex", SupportChannel, "", "deleted")
	s.want(t, "alex", SupportChannel, top, "deleted\nminji: hi")
	if _, err := s.remove(t.Context(), s.setup.user("minji"), form{ID: reply}); err != nil {
		t.Fatal(err)
	}
	s.want(t, "alex", SupportChannel, "", "")
}

// request returns a request as our own page sends it.
func request(method, target, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "127.0.0.1:8080"
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// FuzzForms checks that the console rejects or performs any form, and that the
// journal then holds the same workspace.
func FuzzForms(f *testing.F) {
	paths := []string{"/message", "/edit", "/delete", "/retry", "/press", "/reset"}
	f.Add(byte(0), `{"channel":"backup-support","root":"","text":"about 319"}`)
	f.Add(byte(0), `{"channel":"dm:alex","text":"/mabs 0x29834 \u0000"}`)
	f.Add(byte(1), `{"id":"m1","text":"other"}`)
	f.Add(byte(2), `{"id":"m1"}`)
	f.Add(byte(3), `{"id":"m1"}`)
	f.Add(byte(4), `{"post":"p1","button":"m1|n|entry|7f3a|step|choice","value":"FS-11"}`)
	f.Add(byte(5), `{}`)
	f.Add(byte(5), `{}{}`)
	s := newStage(f)
	f.Fuzz(func(t *testing.T, path byte, body string) {
		s.journal.records = nil
		s.mu.Lock()
		s.ws = newWorkspace()
		s.mu.Unlock()
		for _, r := range []string{
			`{"op":"said","id":"m1","user":"alex","channel":"backup-support","text":"about 319"}`,
			`{"op":"posted","id":"m2","post":{"id":"p1","thread":{"adapter":"console","workspace":"local","channel":"backup-support","root":"m1"},"reply":{"lang":"en","blocks":[]}}}`,
		} {
			s.journal.records = append(s.journal.records, []byte(r))
			if err := s.ws.apply([]byte(r)); err != nil {
				t.Fatal(err)
			}
		}
		w := httptest.NewRecorder()
		s.handler().ServeHTTP(w, request("POST", paths[int(path)%len(paths)]+"?as=alex", body))
		var a answer
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code >= 500 || (w.Code == http.StatusOK) != (a.Error == "") {
			t.Errorf("%d %s", w.Code, cmp.Or(w.Body.String(), "nothing"))
		}
		if diff := difference(s.ws, replayed(t, s.journal)); diff != "" {
			t.Error(diff)
		}
	})
}
