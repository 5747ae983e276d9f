package slackfake

import (
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// samples holds payloads from the tests of Slack's own SDKs.
const samples = "../../../../shared/platform/slack-samples"

// sampleActions makes the fake send the counterpart of each sample. The fake
// does not send the samples that are missing here.
var sampleActions = map[string]func(g *stage){
	"event-message-channel.json":              func(g *stage) { g.kim.Say(g.c.ID, "Hello") },
	"event-message-channel-orgapp.json":       func(g *stage) { g.kim.Say(g.c.ID, "Hello") },
	"event-message-bot-new.json":              func(g *stage) { g.kim.Say(g.c.ID, "Hello") },
	"event-message-channel-thread-reply.json": func(g *stage) { g.guest().Reply(g.kim.Say(g.c.ID, "Hello"), "hi") },
	"event-message-channel-blocks.json":       func(g *stage) { g.otherBot().Say(g.c.ID, "Hello") },
	"event-message-channel-ext-shared.json":   func(g *stage) { g.otherBot().Say(g.c.ID, "Hello") },
	"event-message-im-thread.json": func(g *stage) {
		lee := g.guest()
		lee.Reply(lee.DM("Hello"), "hi")
	},
	"event-message-file-share-group.json": func(g *stage) { g.kim.Upload(g.c.ID, "", "look", File{Name: "a.png", Type: "image/png"}) },
	"event-message-file-share-im-thread.json": func(g *stage) {
		g.kim.Upload(g.kim.DMChannel(), g.kim.DM("look").TS, "", File{Name: "a.png", Type: "image/png"})
	},
	"event-message-thread-broadcast.json": func(g *stage) { g.kim.broadcast(g.kim.Say(g.c.ID, "Hello"), "all") },
	"event-message-bot-classic.json":      func(g *stage) { g.otherBot().PostWebhook(g.c.ID, "Hello") },
	"event-message-bot-self.json":         func(g *stage) { g.otherBot().PostWebhook(g.c.ID, "Hello") },
	"event-message-channel-join.json":     func(g *stage) { g.kim.invite(g.c.ID, g.otherBot().ID) },
	"event-message-channel-name.json":     func(g *stage) { g.kim.rename(g.c.ID, "help") },
	"event-app-mention.json":              func(g *stage) { g.kim.Say(g.c.ID, "@mabsbot hi") },
	"event-app-mention-blocks.json":       func(g *stage) { g.kim.Say(g.c.ID, "@mabsbot hi") },
	"event-app-mention-bot-message.json":  func(g *stage) { g.otherBot().PostWebhook(g.c.ID, "@mabsbot hi") },
	"event-app-home-opened.json":          func(g *stage) { g.kim.OpenMessages() },
	"event-reaction-added.json":           func(g *stage) { g.must(g.kim.react(g.kim.Say(g.c.ID, "Hello"), "eyes")) },
	"event-file-shared.json":              func(g *stage) { g.kim.Upload(g.c.ID, "", "look", File{Name: "a.txt"}) },
	"event-tokens-revoked.json":           func(g *stage) { g.s.RevokeTokens(false) },

	"interactive-block-actions-lazy.json":    func(g *stage) { _ = g.kim.PressOn(g.postButton(), "Click") },
	"interactive-block-actions-respond.json": func(g *stage) { _ = g.kim.PressOn(g.postButton(), "Click") },
	"interactive-block-actions-view.json":    func(g *stage) { _ = g.kim.PressOn(g.postButton(), "Click") },
	"interactive-message-action.json":        func(g *stage) { _ = g.kim.ShortcutOn(g.kim.Say(g.c.ID, "@mabsbot hi"), "lookup") },
	"interactive-shortcut-global.json":       func(g *stage) { _ = g.kim.Shortcut("search") },
	"interactive-block-suggestion.json":      func(g *stage) { g.openModal(); _, _ = g.kim.Suggest("Search", "tape") },
	"interactive-view-submission.json":       func(g *stage) { g.openModal(); g.submit() },
	"interactive-view-submission-state.json": func(g *stage) { g.openModal(); g.submit() },
	"interactive-view-closed.json":           func(g *stage) { g.openModal(); _ = g.kim.closeView() },
	"slash-command.form":                     func(g *stage) { _ = g.kim.Command(g.c.ID, "/mabs hi") },
	"slash-command-org.form":                 func(g *stage) { _ = g.kim.Command(g.c.ID, "/mabs hi") },
	"socketmode-interactive.json":            func(g *stage) { _ = g.kim.PressOn(g.postButton(), "Click") },
	"socketmode-slash_commands.json":         func(g *stage) { _ = g.kim.Command(g.c.ID, "/mabs hi") },
	"socketmode-slash_commands-bolt.json":    func(g *stage) { _ = g.kim.Command(g.c.ID, "/mabs hi") },
	"socketmode-events_api-retry-bolt.json":  func(g *stage) { g.kim.Say(g.c.ID, "@mabsbot hi") },
}

// omittedKeys lists keys of all samples, or of one, that the fake does not
// send, and why.
var omittedKeys = map[string]string{
	"authed_users": "removed in 2021 in favor of authorizations",
	"ssl_check":    "sent by Slack's certificate check only",
	"event-app-mention-bot-message.json event.client_msg_id": "for bots with a client",
	"event-app-mention-bot-message.json event.team":          "for bots that are users",
}

// TestPayloadsHaveAllKeysOfSamples compares the fake's payloads with Slack's.
func TestPayloadsHaveAllKeysOfSamples(t *testing.T) {
	if _, err := os.Stat(samples); err != nil {
		t.Skip("Slack's samples are not available")
	}
	for name, act := range sampleActions {
		t.Run(name, func(t *testing.T) {
			sample := readSample(t, name)
			g := newStage(t, Options{Enterprise: "E0FAKE", RetryDelays: []time.Duration{}})
			act(g)
			got := keys(g.findPayload(sample))
			for _, key := range slices.Sorted(maps.Keys(keys(sample))) {
				if !got[key] && omittedKeys[key]+omittedKeys[name+" "+key] == "" {
					t.Errorf("the fake does not send %s", key)
				}
			}
		})
	}
}

// skeletons lists the payload skeletons of Slack's Java SDK, which contain
// every key seen so far.
var skeletons = map[string]string{
	"event-message-channel.json":             "MessagePayload",
	"event-message-file-share-group.json":    "MessageFileSharePayload",
	"event-message-thread-broadcast.json":    "MessageThreadBroadcastPayload",
	"event-message-bot-classic.json":         "MessageBotPayload",
	"event-app-mention.json":                 "AppMentionPayload",
	"event-app-home-opened.json":             "AppHomeOpenedPayload",
	"event-reaction-added.json":              "ReactionAddedPayload",
	"event-file-shared.json":                 "FileSharedPayload",
	"interactive-block-actions-respond.json": "BlockActionPayload",
	"interactive-message-action.json":        "MessageShortcutPayload",
	"interactive-view-submission.json":       "ViewSubmissionPayload",
	"interactive-view-closed.json":           "ViewClosedPayload",
	"slash-command.form":                     "SlashCommandPayload",
}

// TestPayloadsHaveNoUnknownKeys prevents code from relying on keys that Slack
// does not send.
func TestPayloadsHaveNoUnknownKeys(t *testing.T) {
	if _, err := os.Stat(samples); err != nil {
		t.Skip("Slack's samples are not available")
	}
	for name, skeleton := range skeletons {
		t.Run(name, func(t *testing.T) {
			sample := readSample(t, name)
			g := newStage(t, Options{Enterprise: "E0FAKE", RetryDelays: []time.Duration{}})
			sampleActions[name](g)
			known := keys(readSample(t, "skeletons/"+skeleton+".json"))
			maps.Copy(known, keys(sample))
			if strings.HasPrefix(name, "event-") {
				maps.Copy(known, eventKeys(t))
			}
			for _, key := range slices.Sorted(maps.Keys(keys(g.findPayload(sample)))) {
				if !known[key] && !strings.Contains(key, "blocks.") { // the schema covers block keys
					t.Errorf("Slack does not send %s", key)
				}
			}
		})
	}
}

// eventKeys returns the keys of all event samples. An event may have a key
// although the sample of its type does not.
func eventKeys(t *testing.T) map[string]bool {
	files, err := filepath.Glob(samples + "/event-*.json")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, file := range files {
		maps.Copy(all, keys(readSample(t, filepath.Base(file))))
	}
	return all
}

// readSample returns a sample as JSON. A form becomes a slash command payload.
func readSample(t *testing.T, name string) object {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(samples, name))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, ".form") {
		form, err := url.ParseQuery(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		o := object{}
		for key := range form {
			o[key] = form.Get(key)
		}
		return o
	}
	var o object
	if err := json.Unmarshal(text, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// findPayload returns the newest payload of the sample's kind, with its
// envelope if the sample has one.
func (g *stage) findPayload(sample object) object {
	g.t.Helper()
	for _, d := range slices.Backward(g.s.deliveries) {
		o := d.payload
		if sample["envelope_id"] != nil {
			o = chatfake.Clone(d.frame())
		}
		if slices.Equal(payloadKind(o), payloadKind(sample)) {
			return o
		}
	}
	g.t.Fatalf("no payload like %v was sent", payloadKind(sample))
	return nil
}

// payloadKind returns the properties that distinguish kinds of payloads.
func payloadKind(o object) []any {
	payload, ok := o["payload"].(object)
	if !ok {
		payload = o
	}
	event, _ := payload["event"].(object)
	return []any{o["envelope_id"] != nil, payload["type"], event["type"], event["subtype"], payload["command"] != nil}
}

// keys returns the paths of all keys except in parts that the app determines:
// blocks and view state.
func keys(v any) map[string]bool {
	all := map[string]bool{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for _, each := range v {
				walk(path, each)
			}
		case object:
			for key, each := range v {
				below := strings.TrimPrefix(path+"."+key, ".")
				all[below] = true
				if !slices.Contains([]string{"view.blocks", "message.blocks", "view.state.values"}, strings.TrimPrefix(below, "payload.")) {
					walk(below, each)
				}
			}
		}
	}
	walk("", v)
	return all
}

// guest returns a user of another workspace.
func (g *stage) guest() *Person {
	lee := g.s.Person(User{Name: "lee", Team: "T0OTHER"})
	g.kim.invite(g.c.ID, lee.ID)
	return lee
}

// otherBot returns another bot.
func (g *stage) otherBot() *Person { return g.s.Person(User{Name: "otto", Bot: true}) }

// postButton posts a message with a button as the app.
func (g *stage) postButton() Message {
	g.t.Helper()
	g.call("chat.postMessage", "channel", g.c.ID, "text", "choose", "blocks",
		`[{"type":"actions","block_id":"b","elements":[{"type":"button","action_id":"a","value":"v","text":{"type":"plain_text","text":"Click"}}]}]`)
	m, _ := g.kim.Newest("Click")
	return m
}

// openModal opens a modal of the app.
func (g *stage) openModal() {
	g.t.Helper()
	g.s.mu.Lock()
	trigger := g.s.newTriggerID(g.kim.ID)
	g.s.mu.Unlock()
	g.call("views.open", "trigger_id", trigger, "view", `{"type":"modal","callback_id":"ask","notify_on_close":true,
		"title":{"type":"plain_text","text":"Ask"},"submit":{"type":"plain_text","text":"Send"},"close":{"type":"plain_text","text":"No"},"blocks":[
		{"type":"input","block_id":"s","label":{"type":"plain_text","text":"Search"},"optional":true,"element":{"type":"external_select","action_id":"a","min_query_length":1}},
		{"type":"input","block_id":"q","label":{"type":"plain_text","text":"Question"},"element":{"type":"plain_text_input","action_id":"a"}}]}`)
}

func (g *stage) submit() {
	g.t.Helper()
	g.must(g.kim.Fill("Question", "why?"))
	_, _ = g.kim.Submit() // no app is connected
}
