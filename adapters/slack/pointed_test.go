package slack

import (
	"strings"
	"testing"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot"
)

const (
	inconsistent = "Replica is inconsistent (ID: 3106)"
	answered     = "The replica is inconsistent (3106)"
)

// richText returns a block with the text, as Slack's client makes it.
func richText(text string) map[string]any {
	return map[string]any{"type": "rich_text", "elements": []any{map[string]any{"type": "rich_text_section", "elements": []any{map[string]any{"type": "text", "text": text}}}}}
}

// mentionsOnly lets the bot answer mentions alone, so that a paste waits for one.
func mentionsOnly(s *stage) { s.policy.Default, s.policy.RepeatWindow = bot.ModeMention, 0 }

// TestPointedAt reads the message under which a user mentions the bot, wherever
// its error is, and answers there.
func TestPointedAt(t *testing.T) {
	s := newStage(t, slackfake.Options{}, mentionsOnly)
	alerts := s.Person(slackfake.User{Name: "alerts"})
	attach := func(a map[string]any) func() slackfake.Message {
		return func() slackfake.Message { return alerts.Attach(s.channel.ID, "FIRING", a) }
	}
	for name, post := range map[string]func() slackfake.Message{
		"text":             func() slackfake.Message { return s.kim.Say(s.channel.ID, inconsistent) },
		"webhook":          func() slackfake.Message { return alerts.PostWebhook(s.channel.ID, inconsistent) },
		"attachment":       attach(map[string]any{"title": "Job failed", "text": inconsistent}),
		"fields":           attach(map[string]any{"fields": []any{map[string]any{"title": "Error", "value": inconsistent}}}),
		"blocks":           attach(map[string]any{"blocks": []any{richText(inconsistent)}}),
		"forwarded blocks": attach(map[string]any{"is_share": true, "from_url": "https://x", "message_blocks": []any{map[string]any{"message": map[string]any{"blocks": []any{richText(inconsistent)}}}}}),
		"e-mail":           func() slackfake.Message { return s.Mail(s.channel.ID, "DPM alert", inconsistent) },
		"file": func() slackfake.Message {
			return s.kim.Upload(s.channel.ID, "", "see the log", slackfake.File{Name: "agent.log", Content: []byte(inconsistent)})
		},
		"file of a Slack Connect channel": func() slackfake.Message {
			return s.kim.Upload(s.channel.ID, "", "see the log", slackfake.File{Name: "agent.log", Content: []byte(inconsistent), Connect: true})
		},
		"a reply": func() slackfake.Message {
			m := s.kim.Say(s.channel.ID, "backup is red again")
			s.kim.Reply(m, inconsistent)
			return m
		},
	} {
		m := post()
		s.alex.Reply(m, "@mabsbot what does this mean?")
		s.until(name+" is answered in its thread", func() bool {
			all := s.Thread(m)
			return strings.Contains(all[len(all)-1].Plain(), answered)
		})
	}
	s.quiet()
	for _, call := range s.Calls("conversations.replies") {
		if call.Error != "" {
			t.Errorf("%+v", call)
		}
	}
}

// TestPointedAtOnce reads what a mention points at once, although Slack delivers
// the mention twice.
func TestPointedAtOnce(t *testing.T) {
	s := newStage(t, slackfake.Options{}, mentionsOnly)
	m := s.kim.Say(s.channel.ID, inconsistent)
	s.alex.Reply(m, "@mabsbot any idea?")
	s.sees(s.alex, answered)
	s.quiet()
	if n := len(s.Calls("conversations.replies")); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
}

// TestLinkedMessage reads a linked message if the user may see it.
func TestLinkedMessage(t *testing.T) {
	s := newStage(t, slackfake.Options{}, mentionsOnly)
	open := s.AddChannel(slackfake.Channel{Name: "open", Members: []string{s.kim.ID}})
	private := s.AddChannel(slackfake.Channel{Name: "private", Type: "group", Members: []string{s.kim.ID}})
	closed := s.AddChannelWithoutBot(slackfake.Channel{Name: "closed", Type: "group", Members: []string{s.kim.ID, s.alex.ID}})
	root := s.kim.Say(open.ID, "it is red")
	for name, tt := range map[string]struct {
		m    slackfake.Message
		want string
	}{
		"same channel":             {s.kim.Say(s.channel.ID, inconsistent), answered},
		"public channel":           {s.kim.Say(open.ID, inconsistent), answered},
		"reply":                    {s.kim.Reply(root, inconsistent), answered},
		"without an error":         {s.kim.Say(open.ID, "all green today"), "I looked at the linked message"},
		"not a member":             {s.kim.Say(private.ID, inconsistent), "I couldn't read the linked message"},
		"the bot is not a member":  {s.alex.Say(closed.ID, inconsistent), "I couldn't read the linked message"},
		"direct message of others": {s.kim.DM(inconsistent), "I couldn't read the linked message"},
		"unknown message":          {slackfake.Message{Channel: open.ID, TS: "1700000000.000001"}, "I couldn't read the linked message"},
	} {
		m := s.alex.Say(s.channel.ID, "@mabsbot what is this? "+s.Permalink(tt.m))
		s.until(name, func() bool {
			all := s.Thread(m)
			return len(all) == 2 && strings.Contains(all[1].Plain(), tt.want)
		})
	}
}

// TestLinkedPrivately answers about a message of a private channel in a direct
// message.
func TestLinkedPrivately(t *testing.T) {
	s := newStage(t, slackfake.Options{}, mentionsOnly)
	private := s.AddChannel(slackfake.Channel{Name: "private", Type: "group", Members: []string{s.kim.ID}})
	m := s.kim.Say(s.channel.ID, "@mabsbot 이거 뭐예요? "+s.Permalink(s.kim.Say(private.ID, inconsistent)))
	s.sees(s.kim, "답변은 DM으로 보내 드렸습니다")
	s.until("the answer is in the direct message", func() bool { return strings.Contains(s.said(s.kim.DMChannel()), "3106") })
	s.quiet()
	for _, each := range s.Thread(m) {
		if strings.Contains(each.Plain(), "3106") {
			t.Errorf("quoted in the channel: %s", each.Plain())
		}
	}
	s.presses(s.kim, "해당 없음 또는 잘 모르겠음")
	s.until("it goes on there", func() bool { return strings.Contains(s.said(s.kim.DMChannel()), "1단계") })
}

// TestUnreadable answers without what cannot be read, and says so. A missing scope
// is logged once.
func TestUnreadable(t *testing.T) {
	s := newStage(t, slackfake.Options{}, mentionsOnly)
	m := s.kim.Say(s.channel.ID, inconsistent)
	s.Fail(slackfake.Fault{Method: "conversations.replies", Error: "missing_scope"})
	s.alex.Reply(m, "@mabsbot what does this mean?")
	s.sees(s.alex, "I couldn't read the conversation above.")
	s.quiet()
	other := s.kim.Say(s.channel.ID, inconsistent)
	s.Fail(slackfake.Fault{Method: "conversations.replies", Status: 404})
	s.alex.Reply(other, "@mabsbot 100050")
	s.sees(s.alex, "(100050)")
}

// TestUnfurled reads a message link that Slack unfurls.
func TestUnfurled(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	alerts := s.Person(slackfake.User{Name: "alerts"})
	m := s.alex.Say(s.channel.ID, "look at the alert")
	s.must(s.alex.EditAttachments(m, map[string]any{"is_msg_unfurl": true, "from_url": s.Permalink(alerts.PostWebhook(s.channel.ID, inconsistent)), "text": inconsistent}))
	s.sees(s.alex, answered)
}

// TestEditedIn answers errors that an edit adds to an attachment or a reply.
func TestEditedIn(t *testing.T) {
	s := newStage(t, slackfake.Options{}, func(s *stage) { s.policy.RepeatWindow = 0 })
	m := s.alex.Say(s.channel.ID, "who has seen this before?")
	reply := s.kim.Reply(m, "one moment")
	s.quiet()
	s.must(s.kim.Edit(reply, chattest.PolicyKo))
	s.sees(s.kim, "어떤 보존 기간을 줄이고 계셨나요?")
	other := s.alex.Reply(m, "so it is")
	s.quiet()
	s.must(s.alex.Edit(other, "@mabsbot we also have "+inconsistent))
	s.sees(s.alex, "복제본이 불일치함 (3106)") // the conversation is in Korean
}

// TestEditsWithinSecond ends with the answer to the last text, although Slack dates
// edits in whole seconds.
func TestEditsWithinSecond(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	m := s.alex.Say(s.channel.ID, inconsistent)
	s.sees(s.alex, answered)
	for _, text := range []string{chattest.Coordinator, inconsistent, chattest.Coordinator} {
		s.must(s.alex.Edit(m, text))
	}
	s.sees(s.alex, "Which domain is FS-11")
	s.quiet()
	if shown := s.shown(s.alex); strings.Contains(shown, answered) {
		t.Errorf("the answer to an earlier text is still shown:\n%s", shown)
	}
}

// TestPointedAfterRestart follows the pointers of a recorded mention after a
// restart.
func TestPointedAfterRestart(t *testing.T) {
	s := newStage(t, slackfake.Options{}, mentionsOnly)
	m := s.kim.Say(s.channel.ID, inconsistent)
	s.quiet()
	s.Fail(slackfake.Fault{Method: "conversations.replies", Hang: true})
	s.alex.Reply(m, "@mabsbot any idea?")
	s.until("the mention is acknowledged", func() bool { return s.Settled() && len(s.Calls("conversations.replies")) == 1 })
	s.restart()
	s.sees(s.alex, answered)
}
