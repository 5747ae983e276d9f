package slack

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot"
)

// TestStoredEnvelopes checks that the inbox still has the record format of commit
// 3c1bd8e: decoding and encoding a record does not change it.
func TestStoredEnvelopes(t *testing.T) {
	s := storedStage(t)
	s.Core = chattest.NewCore(t, s.path, s.policy)
	defer func() { s.must(s.DB.Close()) }()
	kinds := map[string]int{}
	s.must(s.DB.Inbox("slack").Replay(t.Context(), func(key string, record []byte) error {
		decoder := json.NewDecoder(bytes.NewReader(record))
		decoder.DisallowUnknownFields()
		var e envelope
		if err := decoder.Decode(&e); err != nil {
			t.Errorf("%s: %v", key, err)
			return nil
		}
		again, err := json.Marshal(e)
		if err != nil || !bytes.Equal(again, record) {
			t.Errorf("%s is recorded as\n%s\nread as\n%s (%v)", key, record, again, err)
		}
		kinds[e.Kind]++
		return nil
	}))
	if want := map[string]int{kindEvent: 8, kindInteract: 3, kindCommand: 1}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("%v, want %v", kinds, want)
	}
}

// TestStored starts on a database of commit 3c1bd8e: waiting posts are delivered
// once and in order, acknowledged events are answered once, and old buttons still
// lead to the end of their walkthroughs.
func TestStored(t *testing.T) {
	t.Parallel()
	s := storedStage(t)
	s.start()
	t.Cleanup(func() { s.must(s.End()) })
	s.quiet()
	golden(t, "stored.golden", s.written())
	n := len(s.Calls(""))

	// A second start finds nothing left to do.
	s.restart()
	s.quiet()
	for _, call := range s.Calls("")[n:] {
		if strings.HasPrefix(call.Method, "chat.") {
			t.Errorf("once more after a restart: %s %s", call.Method, call.Args["text"])
		}
	}
	s.must(s.DB.Inbox("slack").Replay(t.Context(), func(key string, _ []byte) error { t.Errorf("%s is still in the inbox", key); return nil }))

	// The last step of alternatives, with the button as commit 3c1bd8e encoded it.
	const pin = "1736155639.754468"
	s.pressOld(s.alex, pin, "1736155639.781784", "m1|edbc5f37ea5b84c02d1c2870|C00000003|1736155639.754468|4", "m1|n|security-pin-incorrect|5fe3|right-vault|")
	s.sees(s.alex, "That is everything I know")
	s.quiet()
	s.presses(s.alex, "Fixed")
	s.sees(s.alex, "Good to hear")
	s.quiet()
	s.status(pin, "solved")

	// The follow-up question, whether the fix held.
	const failed = "1736155639.386829"
	s.pressOld(s.alex, failed, "1736155639.706246", "m1|11f12a5a829af277aae516ba|C00000003|1736155639.386829|1", "m1|h|online-rp-failed|f921|inner|")
	s.sees(s.alex, "Glad to hear it")
	s.quiet()
	s.status(failed, "done")

	// The last step of a sequence in an ephemeral message: only the block ID says
	// which thread it belongs to.
	const private = "cmd-a343485fc15662a75dc3a827"
	s.pressOld(s.kim, "", "1.000001", "m1|d9baec33b9bba10e6bd2ad91|C00000003|cmd-a343485fc15662a75dc3a827|2", "m1|f|cbp-replica-metadata|81c0|retry-online|")
	s.sees(s.kim, "잘됐습니다")
	s.quiet()
	s.status(private, "solved")
}

// pressOld presses a button of a message that was posted before the test, under
// root, or for one person alone.
func (s *stage) pressOld(who *slackfake.Person, root, ts, block, value string) {
	s.t.Helper()
	_, err := s.Send("interactive", map[string]any{
		"type": "block_actions", "api_app_id": s.AppID, "team": map[string]any{"id": s.Team}, "trigger_id": block,
		"user": map[string]any{"id": who.ID, "name": who.Name}, "channel": map[string]any{"id": s.channel.ID},
		"container": map[string]any{"type": "message", "message_ts": ts, "channel_id": s.channel.ID, "thread_ts": root, "is_ephemeral": root == ""},
		"actions":   []any{map[string]any{"action_id": "m1:1", "block_id": block, "value": value, "action_ts": "1.5"}},
	})
	s.must(err)
}

// status checks the stored status of the walkthrough in a thread of the channel.
func (s *stage) status(root, want string) {
	s.t.Helper()
	w, _, err := s.DB.Load(s.t.Context(), bot.Thread{Adapter: "slack", Workspace: "T0FAKE", Channel: s.channel.ID, Root: root}, bot.UserKey{})
	s.must(err)
	if string(w.Status) != want {
		s.t.Errorf("the walkthrough in %s is %q, want %q", root, w.Status, want)
	}
}

// written lists what the bot posted, updated and deleted, in order within each
// thread.
func (s *stage) written() string {
	var lines []string
	for _, call := range s.Calls("") {
		if !strings.HasPrefix(call.Method, "chat.") || call.Error != "" {
			continue
		}
		first, _, _ := strings.Cut(call.Args["text"], "\n")
		place := strings.Join(strings.Fields(call.Args["channel"]+" "+call.Args["thread_ts"]+" "+call.Args["ts"]+" "+call.Args["user"]), " ")
		lines = append(lines, strings.TrimSpace(place+" "+call.Method+": "+first))
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		x, what, _ := strings.Cut(a, " chat.")
		y, _, _ := strings.Cut(b, " chat.")
		if x == y && strings.HasPrefix(what, "postEphemeral") {
			return strings.Compare(a, b) // of several private threads
		}
		return strings.Compare(x, y)
	})
	return strings.Join(lines, "\n") + "\n"
}

// storedStage is a stage without a bot, in the state in which commit 3c1bd8e left
// the fake.
func storedStage(t *testing.T) *stage {
	t.Helper()
	retries := make([]time.Duration, 100) // what the bot posts before it is connected is an event, too
	for i := range retries {
		retries[i] = 100 * time.Millisecond
	}
	s := &stage{Server: slackfake.New(t, slackfake.Options{RetryDelays: retries}), t: t, path: chattest.Stored(t, "../.."), policy: bot.DefaultPolicy(), options: func(*Options) {}, setup: func(*Slack) {}}
	data, err := os.ReadFile("../cli/testdata/stored/3c1bd8e.slack.json")
	s.must(err)
	people, err := s.Restore(data)
	s.must(err)
	s.alex, s.kim = people["alex"], people["kim"]
	s.channel = slackfake.Channel{ID: "C00000003"}
	s.RestoreFile(slackfake.File{ID: "F0LOG", Name: "agent.log", Content: []byte("The Microsoft Azure Backup Agent cannot connect to the OBEngine service. (ID: 100052)")}, people["sam"].ID)
	s.policy.RepeatWindow = 0
	s.policy.EscalationChannels = map[string]string{adapterName: "C00000004"}
	s.policy.Channels = map[string]bot.ChannelPolicy{"C00000009": {Mode: bot.ModeShadow}}
	s.options = func(o *Options) { o.EscalationChannel = func() string { return "C00000004" } }
	return s
}
