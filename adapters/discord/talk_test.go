package discord

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
)

// TestThread checks a walkthrough in a thread.
func TestThread(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	m := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is FS-11.corp.example in?")
	thread := s.Channel(m.ID)
	if thread.Parent != s.channel.ID || !strings.Contains(thread.Name, "Agent Coordinator") {
		t.Errorf("the thread is %+v, want one in the channel, named after the error", thread)
	}
	s.presses(s.alex, "Same or trusted domain")
	s.sees(s.alex, "Step 1 of")
	s.sees(s.alex, "Same or trusted domain ✓ alex")
	s.alex.Say(m.ID, "nope same thing")
	s.sees(s.alex, "Step 2 of")
	s.quiet()
	t.Log(s.shown(s.alex))
	if pings := s.Pings(); len(pings) > 0 {
		t.Errorf("mentioned: %+v", pings)
	}
	for _, c := range s.Refused() {
		t.Errorf("refused: %s %d %s", c.Route, c.Code, c.Reason)
	}
}

// TestCommand checks a private walkthrough that is then posted to the channel.
func TestCommand(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.must(s.kim.Command(s.channel.ID, "/mabs 0x29834"))
	s.sees(s.kim, "어떤 보존 기간")
	s.quiet()
	t.Log(s.shown(s.kim))
	if shown := s.shown(s.alex); shown != "" {
		t.Errorf("others see the private conversation:\n%s", shown)
	}
	s.presses(s.kim, "월별")
	s.sees(s.kim, "1단계")
	s.quiet()
	t.Log(s.shown(s.kim))
	s.presses(s.kim, "채널에 게시")
	s.sees(s.alex, "1단계")
	s.quiet()
	t.Log(s.shown(s.kim))
	s.presses(s.alex, "해결됨")
	s.sees(s.alex, "잘됐습니다")
	for _, c := range s.Refused() {
		t.Errorf("refused: %s %d %s", c.Route, c.Code, c.Reason)
	}
}

// refusals fails the test if Discord refused a request.
func (s *stage) refusals() {
	s.t.Helper()
	for _, c := range s.Refused() {
		s.t.Errorf("refused: %s %d %s", c.Route, c.Code, c.Reason)
	}
}

// TestSecretWarning checks that a secret in a channel leads to a direct message
// with a link, and that others see nothing.
func TestSecretWarning(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.alex.Say(s.channel.ID, "morning, the passphrase: Correct-Horse-7-Battery")
	s.sees(s.alex, "There is a secret in your message: passphrase.")
	s.quiet()
	if shown := s.shown(s.kim); strings.Contains(shown, "secret in your message") {
		t.Errorf("others see the warning:\n%s", shown)
	}
	if shown := s.shown(s.alex); strings.Contains(shown, "[Correct") || !strings.Contains(shown, "Go to the message") {
		t.Errorf("the warning has no link, or the secret:\n%s", shown)
	}
	s.refusals()
}

// TestForum checks that a forum post is answered in the post.
func TestForum(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	forum := s.AddChannel(discordfake.Channel{Name: "help", Type: discordfake.GuildForum})
	post := s.alex.Post(forum.ID, "agent push", chattest.Coordinator)
	s.until("the post is answered", func() bool { return s.answers(post) == 1 })
	s.presses(s.alex, "Not sure")
	s.quiet()
	s.alex.Say(post.Channel, "back")
	s.quiet()
	if n := len(s.Messages(post.Channel)); n < 3 {
		t.Errorf("%d messages in the post, want at least 3", n)
	}
	s.refusals()
}

// posts counts the messages of the bot in a channel.
func (s *stage) posts(channel string) int {
	n := 0
	for _, m := range s.Messages(channel) {
		if m.User == s.BotID {
			n++
		}
	}
	return n
}

// TestForumBands checks that posts of a forum follow the bands of a channel: talk
// is not answered, and an error that is half in the title is.
func TestForumBands(t *testing.T) {
	for title, tt := range map[string]struct {
		text string
		want int
	}{
		"Welcome to the forum":               {"please introduce yourselves", 0},
		"안녕하세요":                              {"다들 점심 뭐 드세요?", 0},
		"The replica is back, thank you all": {"all green since this morning", 0},
		"Replica is inconsistent":            {"(ID: 3106) since this morning", 1},
		"정책 수정 실패":                           {chattest.PolicyKo, 1},
	} {
		s := newStage(t, discordfake.Options{})
		forum := s.AddChannel(discordfake.Channel{Name: "help", Type: discordfake.GuildForum})
		post := s.alex.Post(forum.ID, title, tt.text)
		s.quiet()
		if n := s.posts(post.Channel); n != tt.want {
			t.Errorf("%s: %d answers, want %d", title, n, tt.want)
		}
		s.refusals()
	}
}

// TestManyEdits ends with the answer to the last of many edits, however slow
// changes of messages are.
func TestManyEdits(t *testing.T) {
	s := newStage(t, discordfake.Options{RateLimits: true})
	m := s.alex.Say(s.channel.ID, inconsistent)
	s.sees(s.alex, answered)
	for n := range 30 {
		text := inconsistent
		if n%2 == 1 {
			text = chattest.Coordinator
		}
		s.must(s.alex.Edit(m, text))
	}
	s.sees(s.alex, "Which domain is FS-11")
	s.quiet()
	if n := len(s.Calls(discordfake.EditMessage)); n > 15 {
		t.Errorf("%d changes of the answer, want fewer than edits", n)
	}
}

// TestReplies checks that a conversation continues as replies if the bot may
// not start threads.
func TestReplies(t *testing.T) {
	s := newStage(t, discordfake.Options{Permissions: discordfake.DefaultPermissions &^ discordfake.CreatePublicThreads})
	m := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is FS-11")
	answer, ok := s.alex.Newest("Not sure")
	if !ok || answer.Channel != s.channel.ID || answer.ReplyTo != m.ID {
		t.Fatalf("the answer is %+v, want a reply to %s in the channel", answer, m.ID)
	}
	s.presses(s.alex, "Same or trusted domain")
	s.sees(s.alex, "Step 1 of")
	step, _ := s.alex.Newest("Fixed")
	s.alex.Reply(step, "nope same thing")
	s.sees(s.alex, "Step 2 of")
	s.quiet()
	if n := len(s.Calls(discordfake.StartThreadFromMessage)); n != 1 {
		t.Errorf("%d attempts to start a thread, want 1", n)
	}
	if pings := s.Pings(); len(pings) > 0 {
		t.Errorf("mentioned: %+v", pings)
	}
}

// TestDM checks commands and messages in a DM.
func TestDM(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.must(s.kim.Command(s.kim.DMChannel(), "/mabs 0x29834"))
	s.sees(s.kim, "어떤 보존 기간")
	if shown := s.shown(s.kim); strings.Contains(shown, "thinking") || len(s.kim.Ephemerals()) > 0 {
		t.Errorf("ephemeral or \"thinking…\":\n%s", shown)
	}
	s.kim.DM("월별")
	s.sees(s.kim, "1단계")
	s.kim.DM("됐어요 감사합니다")
	s.sees(s.kim, "잘됐습니다")
	s.quiet()
	s.must(s.kim.Command(s.kim.DMChannel(), "/mabs help"))
	s.sees(s.kim, "/mabs lang")
	s.refusals()
}

// TestLanguage checks that a language that was chosen in a guild is used in a
// DM, too.
func TestLanguage(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.must(s.alex.Command(s.channel.ID, "/mabs lang ko"))
	s.quiet()
	s.alex.DM("0x29834")
	s.sees(s.alex, "어떤 보존 기간")
	s.refusals()
}

// TestMessageCommand checks the command in the menu of a message, on that of a
// webhook.
func TestMessageCommand(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	m := s.kim.PostWebhook(s.channel.ID, "alerts", "Replica is inconsistent (ID: 3106)")
	s.quiet()
	if shown := s.shown(s.alex); strings.Contains(shown, "Step 1") {
		t.Fatalf("the webhook is answered:\n%s", shown)
	}
	s.must(s.alex.CommandOn(m, "Look up with mabsbot"))
	s.sees(s.alex, "3106")
	s.until("the response is ephemeral", func() bool { return len(s.alex.Ephemerals()) == 1 })
	s.refusals()
}

// TestModal checks that a value can be entered in a modal.
func TestModal(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.must(s.alex.Command(s.channel.ID, "/mabs device-not-ready"))
	s.quiet()
	for range 5 {
		if _, asks := s.alex.Newest("Type it…"); asks {
			break
		}
		for _, label := range []string{"Yes, there is a limit", "Done → next", "Didn't help → next"} {
			if m, ok := s.alex.Newest(label); ok {
				s.must(s.alex.PressOn(m, label))
				break
			}
		}
		s.quiet()
	}
	s.presses(s.alex, "Type it…")
	s.must(s.alex.Fill("The value", "  "))
	s.must(s.alex.Submit())
	s.quiet()
	if _, asks := s.alex.Newest("Type it…"); !asks {
		t.Errorf("a blank value ends the question:\n%s", s.shown(s.alex))
	}
	s.presses(s.alex, "Type it…")
	s.must(s.alex.Fill("The value", "E:"))
	s.must(s.alex.Submit())
	s.sees(s.alex, "E:")
	s.refusals()
}

// TestAutocomplete checks suggestions in the user's language, within 200 ms.
// The limit is for the fastest of five, because other tests run at the same
// time.
func TestAutocomplete(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	for who, want := range map[*discordfake.Person]string{s.alex: "replica", s.kim: "복제본"} {
		fastest := time.Hour
		for range 5 {
			from := time.Now()
			choices, err := who.Suggest(s.channel.ID, "/mabs "+want)
			fastest = min(fastest, time.Since(from))
			if err != nil || len(choices) == 0 || !strings.Contains(strings.ToLower(choices[0].Name), want) {
				t.Errorf("the choices for %q are %+v, %v", want, choices, err)
			}
		}
		if fastest > 200*time.Millisecond {
			t.Errorf("suggestions took %v, want at most 200ms", fastest)
		}
	}
	choices, err := s.alex.Suggest(s.channel.ID, "/mabs query:")
	if err != nil || len(choices) != maxSuggestions {
		t.Errorf("%d choices without a query (%v), want %d", len(choices), err, maxSuggestions)
	}
	s.refusals()
}

// TestEdits checks that the answer follows when the question is edited or
// deleted.
func TestEdits(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	m := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is FS-11")
	s.must(s.alex.Edit(m, "Replica is inconsistent (ID: 3106)"))
	s.until("the answer changes", func() bool { return !strings.Contains(s.shown(s.alex), "Which domain is FS-11") })
	s.quiet()
	s.must(s.alex.Delete(m))
	s.until("the answer is deleted", func() bool { return len(s.BotMessages()) == 0 || !strings.Contains(s.shown(s.alex), "3106") })
	s.refusals()
}

// TestOff checks the response to a command in a channel that is switched off.
func TestOff(t *testing.T) {
	s := newStage(t, discordfake.Options{}, func(s *stage) {
		s.policy.Default = "off"
		s.setup = func(d *Discord) { d.thinkingTime = 10 * time.Millisecond }
	})
	s.must(s.alex.Command(s.channel.ID, "/mabs 319"))
	s.sees(s.alex, "switched off")
}

// TestNoDMs checks that a user who accepts no DMs is notified.
func TestNoDMs(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is")
	s.alex.CloseDMs(true)
	s.presses(s.alex, "Continue in DM")
	s.sees(s.alex, "I can't send you a direct message")
}

// TestClosedChannel checks that ten posts to a channel where the bot may not write
// any more cost two invalid requests: one to start a thread and one to write.
func TestClosedChannel(t *testing.T) {
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	before := s.load(s.channel.ID, 0)
	s.until("the message is answered", func() bool { return s.answers(before) == 1 })
	s.Deny(s.channel.ID, discordfake.SendMessages|discordfake.SendMessagesInThreads|discordfake.CreatePublicThreads)
	s.quiet()
	for i := range 10 {
		s.load(s.channel.ID, 3*i)
	}
	s.quiet()
	if n := s.InvalidRequests(); n != 2 {
		t.Errorf("%d invalid requests, want 2", n)
	}
	s.Deny(s.channel.ID, 0)
	s.quiet()
	m := s.load(s.channel.ID, 0)
	s.until("a message is answered again", func() bool { return s.answers(m) == 1 })
}

// TestNoMentions checks that no pasted text mentions anyone.
func TestNoMentions(t *testing.T) {
	s := newStage(t, discordfake.Options{Permissions: discordfake.DefaultPermissions | discordfake.MentionEveryone})
	s.alex.Say(s.channel.ID, "@mabsbot @everyone @here @kim <@"+s.kim.ID+"> what about 99999999")
	s.quiet()
	s.must(s.alex.Command(s.channel.ID, "/mabs @everyone <@"+s.kim.ID+">"))
	s.quiet()
	for _, p := range s.Pings() {
		t.Errorf("mentioned: %+v", p)
	}
	for _, c := range s.Calls("") {
		if _, writes := c.Body["components"]; writes && c.Body["allowed_mentions"] == nil {
			t.Errorf("%s allows mentions", c.Route)
		}
	}
	s.refusals()
}

// TestTwoProcesses checks that two processes with separate databases start one
// thread and give one answer.
func TestTwoProcesses(t *testing.T) {
	first := newStage(t, discordfake.Options{})
	second := *first
	second.path = filepath.Join(t.TempDir(), "other.db")
	second.start()
	t.Cleanup(func() { first.must(second.End()) })
	m := first.alex.Say(first.channel.ID, chattest.Coordinator)
	first.quiet()
	second.quiet()
	if n := first.answers(m); n != 1 {
		t.Errorf("answered %d times, want once", n)
	}
}

// TestDigest checks that the weekly digest is one message in its channel, also after a
// restart.
func TestDigest(t *testing.T) {
	var leads discordfake.Channel
	s := newStage(t, discordfake.Options{}, func(s *stage) {
		leads = s.AddChannel(discordfake.Channel{Name: "leads"})
		s.policy.Digest = bot.DigestPolicy{Channels: map[string]string{adapterName: leads.ID}, Day: time.Now().UTC().Weekday(), Zone: time.UTC}
	})
	posted := func() bool { return len(s.Messages(leads.ID)) > 0 }
	s.until("the digest is posted", posted)
	s.restart()
	s.quiet()
	if all := chattest.Plain(s.Messages(leads.ID)); len(s.Messages(leads.ID)) != 1 || !strings.Contains(all, "The week from ") {
		t.Errorf("the channel has\n%s", all)
	}
}
