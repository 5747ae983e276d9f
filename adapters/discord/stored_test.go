package discord

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
)

// TestStoredRecords checks that the inbox still has the record formats of commit
// 3c1bd8e: decoding and encoding a record does not change it.
func TestStoredRecords(t *testing.T) {
	s := storedStage(t)
	s.Core = chattest.NewCore(t, s.path, s.policy)
	defer func() { s.must(s.DB.Close()) }()
	kinds := map[string]int{}
	s.must(s.DB.Inbox("discord").Replay(t.Context(), func(key string, record []byte) error {
		var e envelope
		var into any = &e
		if strings.HasPrefix(key, sessionKey) {
			into = new(session)
			e.Kind = sessionKey
		}
		decoder := json.NewDecoder(bytes.NewReader(record))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(into); err != nil {
			t.Errorf("%s: %v", key, err)
			return nil
		}
		again, err := json.Marshal(into)
		if err != nil || !bytes.Equal(again, record) {
			t.Errorf("%s is recorded as\n%s\nread as\n%s (%v)", key, record, again, err)
		}
		kinds[e.Kind]++
		return nil
	}))
	want := map[string]int{"MESSAGE_CREATE": 5, "MESSAGE_UPDATE": 1, "MESSAGE_DELETE": 1, "INTERACTION_CREATE": 9, "session/": 1}
	if !reflect.DeepEqual(kinds, want) {
		t.Errorf("%v, want %v", kinds, want)
	}
}

// TestStored starts on a database of commit 3c1bd8e: the session is resumed,
// waiting posts are delivered once and in order, recorded events are answered once
// although Discord redelivers some of them, and an old button still leads to the
// end of its walkthrough.
func TestStored(t *testing.T) {
	t.Parallel()
	s := storedStage(t)
	s.start()
	t.Cleanup(func() { s.must(s.End()) })
	s.quiet()
	if c := s.Connections(); len(c) != 1 || c[0].Op != 6 || c[0].Session != "session1325757612850937856" {
		t.Errorf("the session is not resumed: %+v", c)
	}
	if got := s.written(0); got != storedAnswers {
		t.Errorf("the bot writes\n%s\nwant\n%s", got, storedAnswers)
	}
	n := len(s.Calls(""))

	// A second start finds nothing left to do.
	s.restart()
	s.quiet()
	if again := s.written(n); again != "" {
		t.Errorf("once more after a restart:\n%s", again)
	}
	s.must(s.DB.Inbox("discord").Replay(t.Context(), func(key string, _ []byte) error {
		if !strings.HasPrefix(key, sessionKey) && !strings.Contains(key, "/interaction/") { // kept until the token expires
			t.Errorf("%s is still in the inbox", key)
		}
		return nil
	}))

	// The last step of alternatives, with the button as commit 3c1bd8e encoded it.
	const pin = "1325757607792607232"
	s.Dispatch("INTERACTION_CREATE", map[string]any{
		"id": "1", "application_id": s.AppID, "type": 3, "token": "old", "version": 1, "guild_id": s.Guild, "channel_id": pin, "locale": "en-US",
		"channel": map[string]any{"id": pin, "type": 11, "parent_id": s.channel.ID},
		"member":  map[string]any{"user": map[string]any{"id": s.alex.ID, "username": s.alex.Name}},
		"message": map[string]any{"id": "1325757608094597120", "channel_id": pin, "author": map[string]any{"id": s.BotID}},
		"data":    map[string]any{"component_type": 2, "custom_id": "m1|n|security-pin-incorrect|5fe3|right-vault|#2#6d106831a9edfb90acf2cd2c"},
	})
	s.sees(s.alex, "That is everything I know")
	s.quiet()
	s.presses(s.alex, "Fixed")
	s.sees(s.alex, "Good to hear")
	s.quiet()
	thread := bot.Thread{Adapter: "discord", Workspace: s.AppID, Channel: s.channel.ID, Root: pin}
	w, _, err := s.DB.Load(t.Context(), thread, bot.UserKey{})
	if s.must(err); w.Status != "solved" {
		t.Errorf("the walkthrough is %q", w.Status)
	}
}

// written lists what the bot posted, edited and deleted since the n-th call, in
// order within each channel. It leaves out that a reply was not understood or
// taken for a word about a picture ("보내 드립니다"), and that this was withdrawn: two recorded replies are in a thread whose first message
// was edited or deleted. The two are in different channels of Discord, so that
// their order is undefined, and what the reply answers depends on it.
func (s *stage) written(n int) string {
	var lines []string
	for _, call := range s.Calls("")[n:] {
		if call.Status >= 300 || !slices.Contains([]string{discordfake.CreateMessage, discordfake.EditMessage, discordfake.DeleteMessage, discordfake.CreateFollowupMessage, discordfake.EditOriginalResponse}, call.Route) {
			continue
		}
		verb, _, _ := strings.Cut(call.Route, " ")
		text := heading(call.Body["components"])
		if strings.HasPrefix(text, "I didn't get that.") || strings.HasPrefix(text, "알아듣지 못했습니다.") || strings.HasPrefix(text, "이미지는 읽을 수 없습니다.") || verb == "DELETE" && createdNow(call.Path) {
			continue
		}
		lines = append(lines, strings.TrimSpace(call.Path+" "+verb+" "+text))
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		x, _, _ := strings.Cut(a, " ")
		y, _, _ := strings.Cut(b, " ")
		if x == y && s.Channel(strings.Split(x, "/")[2]).Guild == "" {
			return strings.Compare(a, b) // answers of several private threads
		}
		return strings.Compare(x, y)
	})
	return strings.Join(append(lines, ""), "\n")
}

// createdNow reports whether the message of a path was created by this test, and
// not in 2025, when the database was written.
func createdNow(path string) bool {
	_, id, _ := strings.Cut(path, "/messages/")
	at, err := discordgo.SnowflakeTimestamp(id)
	return err == nil && at.Year() > 2025
}

// heading returns the first line of text in components, without small print.
func heading(components any) string {
	list, _ := components.([]any)
	for _, each := range list {
		c, _ := each.(map[string]any)
		text, _ := c["content"].(string)
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "-#") {
				return strings.TrimSpace(line)
			}
		}
		if first := heading(c["components"]); first != "" {
			return first
		}
	}
	return ""
}

// storedAnswers is what the bot writes after it has started on the database.
const storedAnswers = `/channels/1325757603979984899/messages POST ### alex needs a person · an error that I do not recognise
/channels/1325757605477351424/messages POST ### The metadata on the replica is invalid (100134)
/channels/1325757607641612288/messages POST ### Microsoft Azure Backup Server(MABS), DPM, MARS 에이전트의 오류를 알아보고 해결 방법을 단계별로 안내합니다.
/channels/1325757608123957248/messages POST **복제본의 메타데이터가 잘못됨 (100134) — 해결된 것으로 표시되어 있습니다. 지금도 괜찮은가요?**
/channels/1325757608488861696/messages POST ### Online recovery point creation failed (3188, 3187)
/channels/1325757611663949824/messages POST ### Online recovery point creation failed (3188, 3187)
/channels/1325757611663949824/messages POST ### See whether SYSTEM has the sysadmin role
/channels/1325757611886247936/messages POST ### I asked for a person. They got this summary:
/channels/1325757611886247936/messages/1325757611928190976 PATCH ### I do not recognise this error. I'd rather say so than guess.
/channels/1325757611965939712/messages/1325757612003688448 DELETE
/channels/1325757612070797312/messages POST ### All steps · The metadata on the replica is invalid (100134)
/channels/1325757612070797312/messages POST ### Retry the online backup
/channels/1325757612070797312/messages/1325757612150489088 PATCH ### The metadata on the replica is invalid (100134)
/channels/1325757612221792256/messages/1325757612301484032 PATCH ### The disk-backup replica could not be cloned (100193)
/channels/1325757612326649856/messages/1325757612343427072 DELETE
/channels/1325757612356009984/messages POST ### Good to hear.
/channels/1325757612356009984/messages/1325757612376981504 PATCH ### The metadata on the replica is invalid (100134)
/channels/1325757612855132160/messages POST ### I do not recognise this error. I'd rather say so than guess.
/channels/1325757614247641089/messages POST ### The security PIN is not accepted (100130)
`

// storedStage is a stage without a bot, in the state in which commit 3c1bd8e left
// the fake.
func storedStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{Server: discordfake.New(t, discordfake.Options{}), t: t, path: chattest.Stored(t, "../.."), policy: bot.DefaultPolicy(), waits: true, options: func(*Options) {}, setup: func(*Discord) {}}
	data, err := os.ReadFile("../cli/testdata/stored/3c1bd8e.discord.json")
	s.must(err)
	people, err := s.Restore(data)
	s.must(err)
	s.alex, s.kim = people["alex"], people["kim"]
	s.channel = s.Channel("1325757603979984898")
	s.policy.RepeatWindow = 0
	s.policy.EscalationChannels = map[string]string{adapterName: "1325757603979984899"}
	s.options = func(o *Options) { o.EscalationChannel = func() string { return "1325757603979984899" } }
	return s
}
