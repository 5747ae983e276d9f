package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot"
)

// self is who we are in most tests.
var self = identity{team: "T1", user: "UBOT", bot: "BBOT", app: "A1", url: "https://contoso.slack.com/"}

// event is the payload of an event, with the fields given as JSON.
func event(fields string) envelope {
	return envelope{kindEvent, json.RawMessage(`{"type":"event_callback","team_id":"T1","api_app_id":"A1","authorizations":[{"team_id":"T1"}],"event":{` + fields + `}}`)}
}

// told writes what a payload is, in a line.
func told(me identity, e envelope) string {
	in, err := me.read(e)
	if err != nil {
		return "error: " + err.Error()
	}
	switch in := in.(type) {
	case nil:
		return "nothing"
	case inbound:
		return toldTalk(in)
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

func toldTalk(t inbound) string {
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

// TestRead: one line a case.
func TestRead(t *testing.T) {
	for fields, want := range map[string]string{
		`"type":"message","channel":"C1","user":"U1","ts":"1.1","text":"hi"`:                                                  `message "hi" from U1 in T1 C1 1.1 as slack/T1/C1/1.1`,
		`"type":"app_mention","channel":"C1","user":"U1","ts":"1.1","text":"<@UBOT> hi"`:                                      `message addressed "hi" from U1 in T1 C1 1.1 as slack/T1/C1/1.1`,
		`"type":"message","channel":"C1","user":"U1","ts":"1.1","text":"<@UBOT> hi"`:                                          `message addressed "hi" from U1 in T1 C1 1.1 as slack/T1/C1/1.1`,
		`"type":"message","channel":"C1","user":"U1","ts":"1.2","thread_ts":"1.1","text":"next"`:                              `message reply "next" from U1 in T1 C1 1.1 as slack/T1/C1/1.2`,
		`"type":"message","subtype":"thread_broadcast","channel":"C1","user":"U1","ts":"1.2","thread_ts":"1.1","text":"next"`: `message reply "next" from U1 in T1 C1 1.1 as slack/T1/C1/1.2`,
		`"type":"message","channel":"D1","channel_type":"im","user":"U1","ts":"1.1","text":"hi"`:                              `message addressed "hi" direct from U1 in T1 D1  as slack/T1/D1/1.1`,
		`"type":"message","channel":"D1","user":"U1","ts":"1.2","thread_ts":"1.1","parent_user_id":"UBOT","text":"hi"`:        `message addressed reply "hi" direct from U1 in T1 D1  as slack/T1/D1/1.2`,
		`"type":"message","channel":"D1","user":"U1","ts":"1.2","thread_ts":"1.1","parent_user_id":"U1","text":"hi"`:          `message addressed reply "hi" direct from U1 in T1 D1 1.1 as slack/T1/D1/1.2`,
		`"type":"message","channel":"C1","user":"UBOT","bot_id":"BBOT","ts":"1.1","text":"mine"`:                              `nothing`,
		`"type":"message","channel":"C1","subtype":"bot_message","bot_id":"BBOT","ts":"1.1","text":"mine"`:                    `nothing`,
		`"type":"message","channel":"C1","user":"U2","bot_id":"B2","ts":"1.1","text":"alert"`:                                 `message "alert" by a bot from B2 in T1 C1 1.1 as slack/T1/C1/1.1`,
		`"type":"message","channel":"C1","user":"U2","bot_id":"B2","ts":"1.2","thread_ts":"1.1","text":"next"`:                `nothing`,
		`"type":"message","subtype":"channel_join","channel":"C1","user":"U1","ts":"1.1","text":"joined"`:                     `nothing`,
		`"type":"message","subtype":"channel_topic","channel":"C1","user":"U1","ts":"1.1","text":"topic"`:                     `nothing`,
		`"type":"message","channel":"C1","user":"U1","ts":"1.1"`:                                                              `nothing`,
		`"type":"message","channel":"C1","user":"U1","text":"hi"`:                                                             `error: the payload lacks what makes it one`,
		`"type":"message","user":"U1","ts":"1.1","text":"hi"`:                                                                 `error: the payload lacks what makes it one`,
		`"type":"message","channel":"C1","ts":"1.1","text":"hi"`:                                                              `error: the payload lacks what makes it one`,
		`"type":"message","channel":"C1","user":"U1","ts":"1.1","text":"hi","files":7,"blocks":"x","attachments":{"a":1}`:     `message "hi" from U1 in T1 C1 1.1 as slack/T1/C1/1.1`,
		`"type":"message","channel":"C1","user":"U1","ts":"1.1","text":{"a":1}`:                                               `nothing`,
		`"type":"message","channel":{"id":"C1"},"user":"U1","ts":"1.1","text":"hi"`:                                           `error: the payload lacks what makes it one`,
		`"type":"reaction_added","user":"U1","item":{"type":"message"}`:                                                       `nothing`,
		`"user":"U1"`:              `error: the payload lacks what makes it one`,
		`"type":"app_uninstalled"`: `ends: ` + errUninstalled.Error(),
		`"type":"tokens_revoked","tokens":{"oauth":["U1"],"bot":[]}`:       `nothing`,
		`"type":"tokens_revoked","tokens":{"bot":["UBOT"]}`:                `ends: ` + errRevoked.Error(),
		`"type":"app_home_opened","user":"U1","channel":"D1","tab":"home"`: `homeOpened {team:T1 user:U1 channel:D1 tab:home}`,
		`"type":"message","subtype":"message_changed","channel":"C1","message":{"user":"U1","ts":"1.1","text":"b","edited":{"ts":"1.5"}},"previous_message":{"user":"U1","ts":"1.1","text":"a"}`: `edit of slack/T1/C1/1.1 "b" from U1 in T1 C1 1.1 as slack/T1/C1/1.1/edit/1.5`,
		`"type":"message","subtype":"message_changed","channel":"C1","message":{"user":"U1","ts":"1.1","text":"a","edited":{"ts":"1.5"},"attachments":[{}]},"previous_message":{"text":"a"}`:     `nothing`,
		`"type":"message","subtype":"message_changed","channel":"C1","message":{"user":"U1","ts":"1.1","text":"b"},"previous_message":{"text":"a"}`:                                              `nothing`,
		`"type":"message","subtype":"message_changed","channel":"C1"`: `error: the payload lacks what makes it one`,
		`"type":"message","subtype":"message_changed","channel":"C1","message":{"subtype":"tombstone","user":"USLACKBOT","ts":"1.1"},"previous_message":{"user":"U1","ts":"1.1","text":"a"}`:                                                                                                                                                                                                              `deletion of slack/T1/C1/1.1 "" from U1 in T1 C1 1.1 as slack/T1/C1/1.1/deleted`,
		`"type":"message","subtype":"message_deleted","channel":"C1","deleted_ts":"1.1","previous_message":{"user":"U1","ts":"1.1","thread_ts":"1.0","text":"a"}`:                                                                                                                                                                                                                                         `deletion of slack/T1/C1/1.1 reply "" from U1 in T1 C1 1.0 as slack/T1/C1/1.1/deleted`,
		`"type":"message","subtype":"message_deleted","channel":"C1","deleted_ts":"1.1"`:                                                                                                                                                                                                                                                                                                                  `nothing`,
		`"type":"message","subtype":"file_share","channel":"C1","user":"U1","ts":"1.1","text":"","files":[{"id":"F1","name":"a.log","size":9},{"id":"F2","name":"a.png","mimetype":"image/png"},{"id":"F3","name":"huge.log","size":99999999}]`:                                                                                                                                                           `message "" from U1 in T1 C1 1.1 as slack/T1/C1/1.1 with 1 files`,
		`"type":"message","channel":"C1","bot_id":"B2","ts":"1.1","text":"","attachments":[{"pretext":"Alert","title":"Job failed","text":"ID 3106","fields":[{"title":"Host","value":"FS-1"}]},{"from_url":"https://x","text":"preview"}]`:                                                                                                                                                               `message "Alert\nJob failed\nID 3106\nHost: FS-1" by a bot from B2 in T1 C1 1.1 as slack/T1/C1/1.1`,
		`"type":"message","channel":"D1","user":"U1","ts":"1.1","text":"look","attachments":[{"is_share":true,"from_url":"https://x","text":"ID 3106"}]`:                                                                                                                                                                                                                                                  `message addressed "look\nID 3106" direct from U1 in T1 D1  as slack/T1/D1/1.1`,
		`"type":"message","channel":"C1","bot_id":"B2","ts":"1.1","text":"Alert","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"Job failed: ID 3106"}},{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"on "},{"type":"text","text":"FS-1"}]}]},{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Mute"}}]}]`: `message "Alert\nJob failed: ID 3106\non FS-1" by a bot from B2 in T1 C1 1.1 as slack/T1/C1/1.1`,
	} {
		if got := told(self, event(fields)); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", fields, got, want)
		}
	}
}

// TestReadOthers: payloads that are no message.
func TestReadOthers(t *testing.T) {
	press := func(container, block, value string) string {
		return `{"type":"block_actions","api_app_id":"A1","team":{"id":"T1"},"user":{"id":"U1","name":"alex"},"channel":{"id":"C1"},"trigger_id":"t","response_url":"https://hooks.slack.com/x","container":{` + container + `},"actions":[{"action_id":"m1:2","block_id":"` + block + `","value":"` + value + `","action_ts":"5.5"}]}`
	}
	const next = "m1|n|an-entry|abcd|first|"
	for _, c := range []struct{ kind, payload, want string }{
		{kindCommand, `{"team_id":"T1","api_app_id":"A1","channel_id":"C1","user_id":"U1","text":"0x29834 &amp; <@U2|kim>","trigger_id":"1.2.3","response_url":"https://hooks.slack.com/x"}`,
			`message addressed command "0x29834 & @kim" from U1 in T1 C1 ` + privateRoot("T11.2.3") + ` as ` + string(usedID("T1", "command", "1.2.3")) + ` can be answered`},
		{kindCommand, `{"team_id":"T1","channel_id":"D1","user_id":"U1","trigger_id":"1.2.3"}`,
			`message addressed command "" from U1 in T1 D1 ` + privateRoot("T11.2.3") + ` as ` + string(usedID("T1", "command", "1.2.3")) + ` perhaps direct`},
		{kindCommand, `{"team_id":"T1","enterprise_id":"E1","is_enterprise_install":"true","channel_id":"C1","user_id":"U1","trigger_id":"1"}`,
			`message addressed command "" from U1 in E1 C1 ` + privateRoot("E11") + ` as ` + string(usedID("E1", "command", "1"))},
		{kindCommand, `{"user_id":"U1"}`, `error: the payload lacks what makes it one`},
		{kindCommand, `{"api_app_id":"A2","user_id":"U1","channel_id":"C1"}`, `error: the payload is another app's`},
		{kindInteract, press(`"type":"message","message_ts":"2.2","channel_id":"C1","thread_ts":"1.1"`, "m1|p7|C1|1.1|3", next), `press ` + next + ` p7 from U1 in T1 C1 1.1 as slack/T1/C1/2.2/press/5.5/U1 can be answered`},
		{kindInteract, press(`"type":"message","message_ts":"2.2","channel_id":"C1"`, "m1|p7|||3", next), `press ` + next + ` p7 from U1 in T1 C1 2.2 as slack/T1/C1/2.2/press/5.5/U1 can be answered`},
		{kindInteract, press(`"type":"message","message_ts":"2.2","channel_id":"C1","is_ephemeral":true`, "m1|p7|C1|cmd-9|3", next), `press ` + next + ` p7 from U1 in T1 C1 cmd-9 as slack/T1/C1/2.2/press/5.5/U1 can be answered changes p7`},
		{kindInteract, strings.ReplaceAll(press(`"type":"message","message_ts":"2.2","channel_id":"D1"`, "m1|p7|||3", next), `"C1"`, `"D1"`), `press ` + next + ` p7 direct from U1 in T1 D1  as slack/T1/D1/2.2/press/5.5/U1 can be answered`},
		{kindInteract, press(`"type":"message","message_ts":"2.2"`, "theirs", "theirs"), `nothing`},
		{kindInteract, press(`"type":"message","message_ts":"2.2"`, "theirs", next), `press ` + next + `  from U1 in T1 C1 2.2 as slack/T1/C1/2.2/press/5.5/U1 can be answered`},
		{kindInteract, `{"type":"block_actions","user":{"id":"U1"},"actions":[]}`, `error: the payload lacks what makes it one`},
		{kindInteract, `{"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"u1:0","value":"u1"}]}`, `nothing`},
		{kindInteract, `{"type":"shortcut","user":{"id":"U1"},"callback_id":"mabs_search","trigger_id":"t"}`, `asks for the search`},
		{kindInteract, `{"type":"shortcut","user":{"id":"U1"},"callback_id":"other"}`, `nothing`},
		{kindInteract, `{"type":"view_closed","user":{"id":"U1"}}`, `nothing`},
		{kindInteract, `{"type":"view_submission","user":{"id":"U1"},"view":{"callback_id":"mabs_search"}}`, `invalidSubmission {team:T1 user:U1 block:search}`},
		{kindInteract, `{"type":"view_submission","user":{"id":"U1"},"view":{"callback_id":"mabs_value","state":{"values":{"value":{"value":{"value":"x"}}}}}}`, `error: the payload lacks what makes it one`},
		{kindInteract, `{"type":"block_suggestion","team":{"id":"T1"},"user":{"id":"U1"},"value":"29834"}`, `optionsRequest {team:T1 user:U1 query:29834}`},
		{kindInteract, `{"type":"message_action","user":{"id":"U1"},"callback_id":"mabs_lookup"}`, `error: the payload lacks what makes it one`},
		{kindInteract, `{"user":{"id":"U1"}}`, `error: the payload lacks what makes it one`},
		{kindInteract, `{}`, `error: the payload lacks what makes it one`},
		{kindInteract, `[]`, `error: no JSON: the payload is of a kind that is not known`},
		{kindEvent, `{"type":"url_verification","challenge":"c"}`, `urlVerification {challenge:c}`},
		{kindEvent, `{"type":"app_rate_limited","team_id":"T1","api_app_id":"A1"}`, `appRateLimited {}`},
		{kindEvent, `{"type":"event_callback","api_app_id":"A2","event":{"type":"message"}}`, `error: the payload is another app's`},
		{kindEvent, `{"type":"other"}`, `error: the payload is of a kind that is not known`},
		{kindEvent, `null`, `error: the payload is of a kind that is not known`},
		{kindEvent, ``, `error: no JSON: the payload is of a kind that is not known`},
		{"hello", `{}`, `error: the payload is of a kind that is not known`},
	} {
		if got := told(self, envelope{c.kind, json.RawMessage(c.payload)}); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.payload, got, c.want)
		}
	}
}

// TestWorkspace: the same installation has the same key, whatever the payload.
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

// TestPlain undoes markup.
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
		"&gt; quoted\n&gt; more\n&gt;&gt;&gt; all\nnot &gt; this":                  "quoted\nmore\nall\nnot > this",
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

// FuzzRead reads whatever comes without a panic, and never tells of its content
// in an error.
func FuzzRead(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.Kind, []byte(s.Payload))
	}
	f.Add(kindEvent, []byte(event(`"type":"message","channel":"C1","user":"U1","ts":"1.1","text":"hi"`).Payload))
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

// A sample is a payload, and the file that it stands in.
type sample struct {
	envelope
	file string
}

// samples are all payloads that are there.
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
			continue // a folder, or a text for people
		}
		all = append(all, sample{sampled(t, filepath.Base(file), data), filepath.Base(file)})
	}
	return all
}

// sampled is the envelope of a file.
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

// appID is whose a payload is.
var appID = regexp.MustCompile(`"api_app_id":\s*"[^"]*"`)

// TestSamples reads every sample, and sends every one to a bot that runs: none
// is lost, none does harm.
func TestSamples(t *testing.T) {
	all := samples(t)
	if len(all) == 0 {
		t.Skip("no samples of Slack's beside this module")
	}
	s := newStage(t, slackfake.Options{}, patient)
	var b strings.Builder
	frames, stray := 0, s.StrayAcks()
	for i, one := range all {
		fmt.Fprintf(&b, "%s: %s\n", one.file, told(identity{team: "T111", user: "W999"}, one.envelope))
		if strings.Contains(one.file, "hello") || strings.Contains(one.file, "okens") {
			continue // no envelope; or ends the bot, as TestGone has it
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

// A megabyte is read and answered.
func TestHuge(t *testing.T) {
	s := newStage(t, slackfake.Options{RetryDelays: []time.Duration{0, 0, 0}}, patient)
	m := s.alex.Say(s.channel.ID, strings.Repeat("이 줄에는 아무것도 없습니다. nothing in this line\n", 1<<14)+chattest.Coordinator)
	s.answers([]slackfake.Message{m})
	t.Logf("acknowledged after %v", s.AckTimes())
}
