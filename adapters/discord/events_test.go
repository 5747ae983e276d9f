package discord

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
)

// testSelf is the bot's identity in tests without a fake.
var testSelf = identity{app: "900", user: "900", name: "mabsbot"}

// readAny parses an event as if it happened in a channel, a DM and a thread.
func readAny(kind string, data []byte) (events []bot.Event) {
	var m discordapi.Message
	var i discordapi.Interaction
	if kind == interactionCreate {
		if chat.Decode(data, &i) == nil {
			if u, ok := must(testSelf.readInteraction(i)).(inboundInteraction); ok {
				events = append(events, u.event)
			}
		}
		return events
	}
	if chat.Decode(data, &m) == nil {
		for _, at := range []channelInfo{{guild: "1"}, {kind: discordapi.ChannelTypeDM}, {guild: "1", parent: "5", kind: discordapi.ChannelTypePublicThread}} {
			if t, ok, err := testSelf.readMessage(kind, m, at, "77"); ok && err == nil {
				events = append(events, t.event)
			}
		}
	}
	return events
}

func must(v any, _ error) any { return v }

// FuzzRead checks that parsing never panics and that every event has an ID and
// a thread.
func FuzzRead(f *testing.F) {
	f.Add(0, []byte(`{"id":"1","channel_id":"2","author":{"id":"3"},"content":"x"}`))
	f.Add(1, []byte(`{"id":"1","channel_id":"2","author":null,"edited_timestamp":7}`))
	f.Add(3, []byte(`{"id":"1","token":"t","type":3,"channel_id":"2","user":{"id":"3"},"message":{"id":"4"},"data":{"custom_id":"m1|n|e||s|"}}`))
	f.Add(3, []byte(`{"id":"1","token":"t","type":5,"channel_id":"2","user":{"id":"3"},"data":{"custom_id":"v","components":[{"component":null}]}}`))
	f.Fuzz(func(t *testing.T, kind int, data []byte) {
		kinds := []string{messageCreate, messageUpdate, messageDelete, interactionCreate}
		for _, e := range readAny(kinds[uint(kind)%4], data) {
			if h := e.About(); h.ID == "" || h.Thread.Channel == "" || h.Thread.Adapter != adapterName || h.Thread.Workspace != "900" {
				t.Errorf("%s became an event with the head %+v", data, h)
			}
		}
	})
}

// FuzzCustomID checks that a parsed custom ID can be encoded and parsed again.
func FuzzCustomID(f *testing.F) {
	f.Add("m1|n|entry|abcd|step|#3#0123456789abcdef01234567")
	f.Fuzz(func(t *testing.T, id string) {
		b, post, err := parseCustomID(id)
		if err != nil || post == "" {
			return
		}
		again, _, err := parseCustomID(customID("", b, 1, post))
		if err != nil || again != b {
			t.Errorf("%q is parsed as %+v, encoded and parsed again as %+v, %v", id, b, again, err)
		}
	})
}

// TestOldEdit checks that an update of a message that was edited long ago is
// ignored, and that editOf identifies repeated edits.
func TestOldEdit(t *testing.T) {
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	update := func(edited time.Time) {
		s.Dispatch(messageUpdate, map[string]any{
			"id": "900000000000000001", "channel_id": s.channel.ID, "guild_id": s.Guild, "type": 0, "content": chattest.Coordinator, "pinned": true,
			"edited_timestamp": edited.Format("2006-01-02T15:04:05.000000-07:00"), "author": map[string]any{"id": s.alex.ID, "username": "alex"},
		})
		s.settled()
	}
	threads := func() int { return len(s.Calls(discordfake.StartThreadFromMessage)) }
	update(time.Now().Add(-24 * time.Hour))
	s.quiet()
	if n := threads(); n != 0 {
		t.Errorf("%d threads started for an old edit, want 0", n)
	}
	update(time.Now())
	s.until("the message is answered", func() bool { return threads() > 0 })
	a, b := discordapi.Message{EditedTimestamp: "2026-11-28T12:00:00.766195+00:00"}, discordapi.Message{EditedTimestamp: "2026-11-28T12:00:00.766000+00:00"}
	if editOf(a) != editOf(b) || editOf(a) == editOf(discordapi.Message{EditedTimestamp: "2026-11-28T12:00:01.766000+00:00"}) {
		t.Error("editOf must differ by millisecond and not by microsecond")
	}
}

// TestCustomIDs checks that custom IDs keep to Discord's limit for all lengths
// of names.
func TestCustomIDs(t *testing.T) {
	for entry := range 41 {
		for step := range 25 {
			b := bot.Button{Action: bot.ActionSkip, Entry: strings.Repeat("e", entry), Revision: "abcd", Step: strings.Repeat("s", step)}
			if id := customID(valuePrefix, b, 1, bot.PostID(strings.Repeat("p", 24))); len(id) > maxCustomID {
				t.Errorf("entry of %d and step of %d characters: custom ID of %d, want at most %d", entry, step, len(id), maxCustomID)
			}
		}
	}
}

// TestSamples checks that the bot survives the examples of Discord's
// documentation as events of any kind.
func TestSamples(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/platform/discord-samples/*.json")
	if len(files) == 0 {
		t.Skip("no ../shared/platform/discord-samples beside the module")
	}
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	for _, file := range files {
		data, err := os.ReadFile(file)
		s.must(err)
		var o map[string]any
		if json.Unmarshal(data, &o) != nil {
			continue // not an object
		}
		if inner, ok := o["d"].(map[string]any); ok {
			o = inner
		}
		for _, kind := range []string{messageCreate, messageUpdate, messageDelete, interactionCreate, "GUILD_CREATE", "CHANNEL_UPDATE", "THREAD_LIST_SYNC", "MESSAGE_DELETE_BULK"} {
			s.Dispatch(kind, o)
		}
	}
	m := s.load(s.channel.ID, 0)
	s.until("the message is answered", func() bool { return s.answers(m) == 1 })
}

// TestBadInput checks that the bot ignores incomplete and foreign payloads and
// continues to serve.
func TestBadInput(t *testing.T) {
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	error3106 := "Replica is inconsistent (ID: 3106)"
	base := func() map[string]any {
		return map[string]any{
			"id": "1", "channel_id": s.channel.ID, "guild_id": s.Guild, "type": 0, "content": error3106,
			"author": map[string]any{"id": s.alex.ID, "username": "alex"}, "embeds": []any{}, "attachments": []any{},
		}
	}
	without := func(key string) map[string]any { m := base(); delete(m, key); return m }
	with := func(key string, v any) map[string]any { m := base(); m[key] = v; return m }
	for i, m := range []map[string]any{
		{}, without("id"), without("channel_id"), without("author"), with("author", nil), with("author", 7), with("author", map[string]any{}),
		with("author", map[string]any{"id": s.BotID}), with("author", map[string]any{"id": "5", "bot": true}), with("author", map[string]any{"id": "5", "system": true}),
		with("webhook_id", "7"), with("type", 18), with("type", 21), with("type", 7), with("type", 6), with("channel_id", "404"), with("content", nil), with("content", []any{1}),
		with("flags", discordapi.MessageFlagEphemeral),
	} {
		m["n"] = i
		s.Dispatch(messageCreate, m)
		s.Dispatch(messageUpdate, m)
	}
	for _, i := range []map[string]any{
		{}, {"id": "1"}, {"id": "1", "token": "t", "type": 2}, {"id": "1", "token": "t", "type": 99, "channel_id": s.channel.ID, "user": map[string]any{"id": "3"}},
		{"id": "1", "token": "t", "type": 3, "channel_id": s.channel.ID, "user": map[string]any{"id": "3"}, "data": nil},
		{"id": "1", "token": "t", "type": 3, "application_id": "5", "channel_id": s.channel.ID, "user": map[string]any{"id": "3"}},
	} {
		s.Dispatch(interactionCreate, i)
	}
	s.quiet()
	if own := s.BotMessages(); len(own) > 0 {
		t.Errorf("the bot answered %s", own[0].Plain())
	}
	// An unknown component type must not hide the rest of the message.
	m := s.alex.Write(s.channel.ID, discordfake.Message{Content: "Replica is inconsistent (ID: 3106)"})
	s.until("the message is answered", func() bool { return len(s.Messages(m.ID)) > 1 })
	odd := base()
	odd["id"], odd["components"] = "88"+m.ID[2:], []any{map[string]any{"type": 18, "component": 5}, map[string]any{"type": "x"}}
	s.Dispatch(messageCreate, odd)
	s.until("the bot tries to start a thread for the odd message", func() bool {
		return slices.ContainsFunc(s.Calls(discordfake.StartThreadFromMessage), func(c discordfake.Call) bool { return c.Status != 201 })
	})
}

// TestAcknowledged checks that many concurrent commands are acknowledged in
// time. The limit of 1 s is for the median, because other tests run at the same
// time; Discord allows 3 s.
func TestAcknowledged(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	done := make(chan error, 40)
	for range cap(done) {
		go func() { done <- s.alex.Command(s.channel.ID, "/mabs 0x29834") }()
	}
	for range cap(done) {
		s.must(<-done)
	}
	var took []time.Duration
	for _, i := range s.Interactions() {
		took = append(took, i.Took)
	}
	slices.Sort(took)
	if p50 := took[len(took)/2]; p50 > time.Second {
		t.Errorf("the median of acknowledgments is %v, want at most 1s", p50)
	}
	s.until("all commands are answered", func() bool { return len(s.alex.Ephemerals()) == cap(done) })
}
