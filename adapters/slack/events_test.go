package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot"
)

// self is the bot's identity in most tests.
var self = identity{team: "T1", user: "UBOT", bot: "BBOT", app: "A1", url: "https://contoso.slack.com/"}

// event wraps an inner event in an event_callback.
func event(inner []byte) envelope {
	return envelope{kindEvent, fmt.Appendf(nil, `{"type":"event_callback","team_id":"T1","api_app_id":"A1","authorizations":[{"team_id":"T1"}],"event":%s}`, inner)}
}

// TestForeignWorkspace checks that what ends or concerns the app in another
// workspace does not concern this bot.
func TestForeignWorkspace(t *testing.T) {
	for _, tt := range []struct{ name, payload, want string }{
		{"uninstalled here", `{"type":"event_callback","team_id":"T1","api_app_id":"A1","event":{"type":"app_uninstalled"}}`, "ends: " + errUninstalled.Error()},
		{"uninstalled elsewhere", `{"type":"event_callback","team_id":"T2","api_app_id":"A1","event":{"type":"app_uninstalled"}}`, "nothing"},
		{"revoked here", `{"type":"event_callback","team_id":"T1","api_app_id":"A1","event":{"type":"tokens_revoked","tokens":{"bot":["UBOT"]}}}`, "ends: " + errRevoked.Error()},
		{"revoked elsewhere", `{"type":"event_callback","team_id":"T2","api_app_id":"A1","event":{"type":"tokens_revoked","tokens":{"bot":["U2"]}}}`, "nothing"},
	} {
		if got := describe(self, envelope{kindEvent, []byte(tt.payload)}); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	for team, taken := range map[string]bool{"T1": true, "T2": false} {
		private, err := json.Marshal(valueMetadata{Thread: bot.Thread{Adapter: adapterName, Workspace: team, Channel: "C1"}, Post: "p1", Button: bot.Button{Action: bot.ActionSkip, Entry: "e", Step: "s"}.String()})
		if err != nil {
			t.Fatal(err)
		}
		submission := `{"type":"view_submission","api_app_id":"A1","team":{"id":"T1"},"user":{"id":"U1"},"view":{"id":"V1","callback_id":"` + valueView + `","private_metadata":` + strconv.Quote(string(private)) + `,"state":{"values":{"` + valueBlock + `":{"` + valueAction + `":{"value":"FS-11"}}}}}}`
		in, err := self.read(envelope{kindInteract, []byte(submission)})
		if _, ok := in.(inbound); ok != taken {
			t.Errorf("a value for a thread of %s: taken %v (%v), want %v", team, ok, err, taken)
		}
	}
}

// describe returns a line that describes a payload.
func describe(me identity, e envelope) string {
	in, err := me.read(e)
	if err != nil {
		return "error: " + err.Error()
	}
	switch in := in.(type) {
	case nil:
		return "nothing"
	case inbound:
		return describeInbound(in)
	case appUninstalled:
		return "ends: " + in.why.Error()
	case modalRequest:
		if in.about != nil {
			return "asks for a value for " + in.about.Button.String()
		}
		return "asks for the search"
	}
	return strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T %+v", in, in), "slack."), "\n")
}

func describeInbound(t inbound) string {
	var words []string
	say := func(cond bool, word string) {
		if cond {
			words = append(words, word)
		}
	}
	h := t.event.About()
	switch e := t.event.(type) {
	case bot.Message:
		words = append(words, map[bot.Change]string{bot.ChangePosted: "message", bot.ChangeEdited: "edit", bot.ChangeDeleted: "deletion"}[e.Change])
		say(e.Original != "" && e.Original != e.ID, "of "+string(e.Original))
		say(e.Addressed, "addressed")
		say(e.Command, "command")
		say(e.InThread, "reply")
		for _, p := range e.Points {
			at := p.To.(place)
			words = append(words, fmt.Sprintf("points at %s %s", p.Kind, strings.Join([]string{at.channel, at.ts, at.thread}, "/")))
		}
		for _, why := range e.Unread {
			words = append(words, "without a file: "+string(why))
		}
		words = append(words, fmt.Sprintf("%q", e.Text))
	case bot.Press:
		words = append(words, "press", e.Button.String(), string(e.Post))
		say(e.Value != "", fmt.Sprintf("value %q", e.Value))
	}
	say(h.Direct, "direct")
	say(h.From.Bot, "by a bot")
	words = append(words, "from "+h.From.ID, "in "+h.Thread.Workspace+" "+h.Thread.Channel+" "+h.Thread.Root, "as "+string(h.ID))
	say(len(t.files) > 0, fmt.Sprintf("with %d files", len(t.files)))
	say(t.direct, "perhaps direct")
	say(t.responseURL != "", "can be answered")
	say(t.replaces != "", "changes "+string(t.replaces))
	return strings.Join(words, " ")
}

// TestRead parses the payloads in testdata/read.txtar. With -update it writes what
// they are.
func TestRead(t *testing.T) {
	const file = "testdata/read.txtar"
	archive, err := txtar.ParseFile(file)
	if err != nil || len(archive.Files)%2 != 0 {
		t.Fatalf("%s: %d sections, %v", file, len(archive.Files), err)
	}
	for i := 0; i < len(archive.Files); i += 2 {
		payload, want := archive.Files[i], &archive.Files[i+1]
		kind, _, _ := strings.Cut(payload.Name, ":")
		e := envelope{kind, json.RawMessage(payload.Data)}
		if kind == "event" {
			e = event(payload.Data)
		}
		got := describe(self, e) + "\n"
		if !*update && got != string(want.Data) {
			t.Errorf("%s\ngot  %swant %s", payload.Name, got, want.Data)
		}
		want.Data = []byte(got)
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWorkspace finds the same installation in every kind of payload.
func TestWorkspace(t *testing.T) {
	for payload, want := range map[string]string{
		`{"team_id":"T2","authorizations":[{"team_id":"T1"}]}`:                                                                        "T1",
		`{"team_id":"T2","enterprise_id":"E1","authorizations":[{"team_id":null,"enterprise_id":"E1","is_enterprise_install":true}]}`: "E1",
		`{"team_id":"T2","authorizations":[]}`:                                                                                        "T2",
		`{}`:                                                                                                                          "T1",
	} {
		var o outerEvent
		if err := json.Unmarshal([]byte(payload), &o); err != nil {
			t.Fatal(err)
		}
		if got := self.workspace(o); got != want {
			t.Errorf("%s: %s, want %s", payload, got, want)
		}
	}
	for payload, want := range map[string]string{
		`{"team":{"id":"T1"},"user":{"team_id":"T2"}}`:                                                "T1",
		`{"team":null,"enterprise":{"id":"E1"},"is_enterprise_install":true,"user":{"team_id":"T2"}}`: "E1",
		`{"user":{"team_id":"T2"}}`:                                                                   "T1",
	} {
		var i interaction
		if err := json.Unmarshal([]byte(payload), &i); err != nil {
			t.Fatal(err)
		}
		if got := self.installation(i); got != want {
			t.Errorf("%s: %s, want %s", payload, got, want)
		}
	}
}

// TestPlain removes markup.
func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"":                                      "",
		"a &lt;b&gt; &amp;amp; c":               "a <b> &amp; c",
		"<@UBOT> hi":                            "hi",
		"hi <@UBOT>, you":                       "hi , you",
		"<@U1> and <@U2|kim> and <#C1|support>": "@U1 and @kim and #support",
		"<!here> <!channel|@channel> <!subteam^S1|@admins> <!date^1^{date}|today>": "@here @channel @admins today",
		"<https://a.example/x?a=1&amp;b=2>":                                        "https://a.example/x?a=1&b=2",
		"on <http://fs-11.corp.example|fs-11.corp.example>.":                       "on fs-11.corp.example.",
		"<mailto:a@b.example|a@b.example> <mailto:a@b.example>":                    "a@b.example a@b.example",
		"it says\n```\nID 3106\nline\n```\nand `x`":                                "it says\n\n\nID 3106\nline\n\n\nand x",
		"&gt; quoted\n&gt; more\n&gt;&gt;&gt; all\nnot &gt; this":                  "> quoted\n> more\n> all\nnot > this",
		"<":             "<",
		"<<@U1>>":       "<@U1>",
		"bad \xff byte": "bad \uFFFD byte",
	} {
		if got := plain(in, "UBOT"); got != want {
			t.Errorf("%q\ngot  %q\nwant %q", in, got, want)
		}
	}
	if got := plain(strings.Repeat("가", 1<<20), ""); len(got) > chat.MaxText || !utf8.ValidString(got) {
		t.Errorf("%d bytes", len(got))
	}
}

// FuzzRead parses any payload without a panic, and without its content in an
// error.
func FuzzRead(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.Kind, []byte(s.Payload))
	}
	f.Add(kindEvent, []byte(event([]byte(`{"type":"message","channel":"C1","user":"U1","ts":"1.1","text":"hi"}`)).Payload))
	f.Add(kindInteract, []byte(`{"type":"view_submission","user":{"id":"U1"},"view":{"callback_id":"mabs_value","private_metadata":"{\"t\":{\"adapter\":\"slack\"},\"b\":\"m1|s|e|r|s|\"}","state":{"values":{"value":{"value":{"value":"x"}}}}}}`))
	f.Add(kindCommand, []byte(`{"channel_id":"C1","user_id":"U1","text":"&lt;"}`))
	f.Fuzz(func(t *testing.T, kind string, payload []byte) {
		in, err := self.read(envelope{kind, payload})
		if err != nil && len(err.Error()) > 100 {
			t.Errorf("a long error: %v", err)
		}
		if t2, ok := in.(inbound); ok {
			h := t2.event.About()
			if h.ID == "" || h.Thread.Adapter != adapterName || h.Thread.Channel == "" || h.From.ID == "" || h.Thread.Workspace == "" {
				t.Errorf("incomplete: %+v", h)
			}
			if m, ok := t2.event.(bot.Message); ok && (!utf8.ValidString(m.Text) || len(m.Text) > chat.MaxText) {
				t.Errorf("text of %d bytes", len(m.Text))
			}
		}
	})
}

// samplesDir holds payloads of Slack's own SDKs.
const samplesDir = "../../../shared/platform/slack-samples"

// A sample is a payload and the name of its file.
type sample struct {
	envelope
	file string
}

// samples returns all payloads in samplesDir.
func samples(t testing.TB) []sample {
	t.Helper()
	files, err := filepath.Glob(samplesDir + "/*")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob(samplesDir + "/skeletons/*")
	if err != nil {
		t.Fatal(err)
	}
	var all []sample
	for _, file := range append(files, more...) {
		data, err := os.ReadFile(file)
		if err != nil || !strings.HasSuffix(file, ".json") && !strings.HasSuffix(file, ".form") {
			continue // a folder or a README
		}
		all = append(all, sample{sampled(t, filepath.Base(file), data), filepath.Base(file)})
	}
	return all
}

// sampled returns the envelope of a file.
func sampled(t testing.TB, name string, data []byte) envelope {
	t.Helper()
	switch {
	case strings.HasSuffix(name, ".form"):
		form, err := url.ParseQuery(string(data))
		if err != nil {
			t.Fatal(err)
		}
		payload, err := formPayload(form)
		if err != nil {
			t.Fatal(err)
		}
		return envelope{kindCommand, payload}
	case strings.HasPrefix(name, "socketmode-"):
		var f frame
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatal(err)
		}
		return envelope{f.Type, f.Payload}
	case strings.HasPrefix(name, "interactive-"), strings.HasPrefix(name, "Block"), strings.HasPrefix(name, "View"), strings.HasPrefix(name, "MessageShortcut"):
		return envelope{kindInteract, data}
	case strings.HasPrefix(name, "SlashCommand"):
		return envelope{kindCommand, data}
	}
	return envelope{kindEvent, data}
}

// appID matches the ID of the app that a payload is for.
var appID = regexp.MustCompile(`"api_app_id":\s*"[^"]*"`)

// TestSamples parses every sample, and sends each to a running bot, which
// acknowledges all and still answers.
func TestSamples(t *testing.T) {
	all := samples(t)
	if len(all) == 0 {
		t.Skip("no samples of Slack's beside this module")
	}
	s := newStage(t, slackfake.Options{}, patient)
	var b strings.Builder
	frames, stray := 0, s.StrayAcks()
	for i, one := range all {
		fmt.Fprintf(&b, "%s: %s\n", one.file, describe(identity{team: "T111", user: "W999"}, one.envelope))
		if strings.Contains(one.file, "hello") || strings.Contains(one.file, "okens") {
			continue // not an envelope, or ends the bot: see TestUninstalled
		}
		one.Payload = bytes.ReplaceAll(one.Payload, []byte("https://hooks.slack.com"), []byte(s.URL()+"/respond"))
		one.Payload = appID.ReplaceAll(one.Payload, []byte(`"api_app_id":"`+s.AppID+`"`))
		frame, err := json.Marshal(map[string]any{"envelope_id": fmt.Sprintf("sample-%d", i), "type": one.Kind, "payload": one.Payload, "accepts_response_payload": true})
		s.must(err)
		s.must(s.SendFrame(frame))
		frames++
	}
	golden(t, "samples.golden", b.String())
	s.until("all are acknowledged", func() bool { return s.StrayAcks()-stray == frames })
	s.answers([]slackfake.Message{s.saysOne(1)})
}

// TestHuge answers a message of a megabyte.
func TestHuge(t *testing.T) {
	s := newStage(t, slackfake.Options{RetryDelays: []time.Duration{0, 0, 0}}, patient)
	m := s.alex.Say(s.channel.ID, strings.Repeat("이 줄에는 아무것도 없습니다. nothing in this line\n", 1<<14)+chattest.Coordinator)
	s.answers([]slackfake.Message{m})
	t.Logf("acknowledged after %v", s.AckTimes())
}
