package discord

import (
	"context"
	"encoding/json"
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

// TestExpiredToken checks that a command whose token expired while the bot was
// down is answered as a DM.
func TestExpiredToken(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{TokenTTL: 500 * time.Millisecond})
	s.expireToken("/mabs 0x29834")
	s.sees(s.kim, "어떤 보존 기간")
	s.sees(s.kim, "Discord에서 답변할 수 있는 시간이 지나")
	s.quiet()
	if len(s.kim.Ephemerals()) > 1 || s.shown(s.alex) != "" { // one stays "thinking…"
		t.Errorf("kim sees\n%s\nalex sees\n%s", s.shown(s.kim), s.shown(s.alex))
	}
	s.presses(s.kim, "월별") // the conversation goes on there
	s.sees(s.kim, "1단계")
}

// TestExpiredTokenWithoutDMs checks that a user who accepts no DMs is asked in
// the channel to use the command again, without its text.
func TestExpiredTokenWithoutDMs(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{TokenTTL: 500 * time.Millisecond})
	s.kim.CloseDMs(true)
	s.expireToken("/mabs 0x29834")
	s.sees(s.alex, "kim님, 명령에 제때 답변드리지 못했고")
	s.quiet()
	if shown := s.shown(s.alex); strings.Contains(shown, "29834") || len(s.Pings()) > 0 {
		t.Errorf("others see\n%s\nand these users are mentioned: %v", shown, s.Pings())
	}
}

// expireToken stops the bot after kim's command was recorded and acknowledged,
// and restarts it after the token expired.
func (s *stage) expireToken(command string) {
	s.t.Helper()
	s.Fail(discordfake.Fault{Route: discordfake.EditOriginalResponse, Status: 503, Times: -1})
	s.must(s.kim.Command(s.channel.ID, command))
	s.until("the edit of the response fails", func() bool { return len(s.Calls(discordfake.EditOriginalResponse)) > 0 })
	s.must(s.End())
	used := s.Interactions()[0]
	time.Sleep(time.Until(used.At.Add(600 * time.Millisecond)))
	s.Heal()
	s.start()
}

// TestExpiredTokenInDM checks that a command in a DM whose token expired is
// answered with a message.
func TestExpiredTokenInDM(t *testing.T) {
	s := newStage(t, discordfake.Options{TokenTTL: time.Nanosecond})
	s.must(s.kim.Command(s.kim.DMChannel(), "/mabs 0x29834"))
	s.sees(s.kim, "어떤 보존 기간")
}

// TestExpiredTokenInThread checks that a private note becomes a message for
// everyone if no token is valid.
func TestExpiredTokenInThread(t *testing.T) {
	s := newStage(t, discordfake.Options{TokenTTL: time.Nanosecond})
	s.startWalkthrough()
	s.presses(s.alex, "Continue in DM") // "I wrote to you" is for alex only
	s.quiet()
	if n := len(s.alex.Ephemerals()); n != 0 {
		t.Errorf("%d ephemeral messages, want 0", n)
	}
	s.sees(s.alex, "DM")
}

// TestSlowChannel checks that a slow request for one channel does not delay the
// others.
func TestSlowChannel(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{}, func(s *stage) { s.policy.RepeatWindow = 0 })
	other := s.AddChannel(discordfake.Channel{Name: "other"})
	const slow = 4 * time.Second
	s.Fail(discordfake.Fault{Route: discordfake.CreateMessage, Delay: slow})
	began := time.Now()
	first := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.settled()
	for range 3 {
		m := s.alex.Say(other.ID, chattest.Coordinator)
		s.until("the other channel is answered", func() bool { return len(s.Messages(m.ID)) > 0 })
	}
	if took := time.Since(began); took > slow-time.Second {
		t.Errorf("the other channel waited %v", took)
	}
	s.until("the slow channel is answered", func() bool { return len(s.Messages(first.ID)) > 0 })
}

// A slowInbox blocks Put until let is closed.
type slowInbox struct {
	chat.Inbox
	asked, let chan struct{}
}

func (i slowInbox) Put(ctx context.Context, key string, payload []byte) error {
	if !strings.HasPrefix(key, sessionKey) {
		i.asked <- struct{}{}
		<-i.let
	}
	return i.Inbox.Put(ctx, key, payload)
}

// TestShutdownDuringCommand checks that a command that arrives during shutdown
// is recorded, acknowledged, and answered after the next start.
func TestShutdownDuringCommand(t *testing.T) {
	slow := slowInbox{asked: make(chan struct{}, 9), let: make(chan struct{})}
	s := newStage(t, discordfake.Options{}, func(s *stage) {
		s.options = func(o *Options) { slow.Inbox = o.Inbox; o.Inbox = slow }
	})
	used, ended := make(chan error, 1), make(chan error, 1)
	go func() { used <- s.kim.Command(s.channel.ID, "/mabs 0x29834") }()
	<-slow.asked
	go func() { ended <- s.End() }()
	s.until("the connection is closed", func() bool { return !s.Connections()[0].Ended.IsZero() })
	close(slow.let)
	s.must(<-ended)
	s.must(<-used)
	s.start()
	s.sees(s.kim, "어떤 보존 기간")
	s.quiet()
	if n := len(s.kim.Ephemerals()); n != 1 {
		t.Errorf("%d ephemeral messages, want 1", n)
	}
}

// TestOtherResponder checks that the bot does not replace the response of
// another process or of an earlier run with the notice about a switched-off
// channel.
func TestOtherResponder(t *testing.T) {
	t.Parallel()
	soon := func(s *stage) { s.setup = func(d *Discord) { d.thinkingTime = 300 * time.Millisecond } }
	t.Run("another process", func(t *testing.T) {
		first := newStage(t, discordfake.Options{}, soon)
		second := *first
		second.start()
		t.Cleanup(func() { first.must(second.End()) })
		first.must(first.kim.Command(first.channel.ID, "/mabs 0x29834"))
		first.sees(first.kim, "어떤 보존 기간")
		first.must(first.alex.Command(first.alex.DMChannel(), "/mabs 319"))
		first.sees(first.alex, "Agent Coordinator")
		first.alex.DM("not sure")
		first.sees(first.alex, "Step 1 of")
		first.staysWithout("switched off", "꺼져 있습니다")
		first.sees(first.alex, "could not talk to the coordinator") // the first answer is still shown
	})
	t.Run("an earlier run", func(t *testing.T) {
		s := newStage(t, discordfake.Options{}, soon)
		s.must(s.kim.Command(s.channel.ID, "/mabs 0x29834"))
		s.sees(s.kim, "어떤 보존 기간")
		s.quiet()
		payload := s.recordedInteraction()
		s.restart()
		s.Dispatch(interactionCreate, payload) // Discord sends it again
		s.quiet()
		s.staysWithout("switched off", "꺼져 있습니다")
	})
}

// TestRepeatedInteraction checks that an interaction that an earlier run
// recorded and Discord sends again is answered once.
func TestRepeatedInteraction(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.Fail(discordfake.Fault{Route: discordfake.EditOriginalResponse, Status: 503, Times: -1})
	s.must(s.kim.Command(s.channel.ID, "/mabs 0x29834"))
	s.until("the edit of the response fails", func() bool { return len(s.Calls(discordfake.EditOriginalResponse)) > 0 })
	payload := s.recordedInteraction()
	s.restart()
	s.Dispatch(interactionCreate, payload)
	s.settled()
	s.Heal()
	s.sees(s.kim, "어떤 보존 기간")
	s.quiet()
	if n := len(s.kim.Ephemerals()); n != 1 || len(s.Calls(discordfake.DeleteOriginalResponse)) > 0 || strings.Contains(s.shown(s.kim), "여기에서 답변드립니다") {
		t.Errorf("%d ephemeral messages, want 1:\n%s", n, s.shown(s.kim))
	}
}

// staysWithout waits until the bot would have replaced a response, and checks
// that none of the notices is shown.
func (s *stage) staysWithout(notices ...string) {
	s.t.Helper()
	time.Sleep(2 * s.discord.thinkingTime)
	for _, notice := range notices {
		if shown := s.shown(s.alex) + s.shown(s.kim); strings.Contains(shown, notice) {
			s.t.Errorf("%q is shown:\n%s", notice, shown)
		}
	}
}

// recordedInteraction returns the interaction in the inbox.
func (s *stage) recordedInteraction() (payload map[string]any) {
	s.t.Helper()
	s.must(s.DB.Inbox(adapterName).Replay(s.t.Context(), func(_ string, record []byte) error {
		var e envelope
		if json.Unmarshal(record, &e) == nil && e.Kind == interactionCreate {
			return json.Unmarshal(e.Data, &payload)
		}
		return nil
	}))
	if payload == nil {
		s.t.Fatal("no interaction is recorded")
	}
	return payload
}

// TestTwoCommandsInDM checks that no response stays "thinking…" if a user uses
// two commands at once.
func TestTwoCommandsInDM(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.must(s.alex.Command(s.alex.DMChannel(), "/mabs help"))
	s.must(s.alex.Command(s.alex.DMChannel(), "/mabs 319"))
	s.sees(s.alex, "/mabs list")
	s.sees(s.alex, "Agent Coordinator")
	s.until("no response is \"thinking…\"", func() bool {
		return !slices.ContainsFunc(s.alex.Visible(), func(m discordfake.Message) bool { return m.Flags&discordapi.MessageFlagLoading != 0 })
	})
	s.refusals()
}

// TestSlowResponse checks that a response that is being edited is not deleted
// because of another command.
func TestSlowResponse(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.Fail(discordfake.Fault{Route: discordfake.EditOriginalResponse, Delay: 300 * time.Millisecond})
	s.must(s.alex.Command(s.alex.DMChannel(), "/mabs help"))
	who := recipient{bot.Thread{Adapter: adapterName, Workspace: s.AppID, Channel: s.alex.DMChannel()}, s.alex.ID}
	chattest.Poll(s.t, "the response is being edited", func() bool { one, _ := s.discord.tokens.get(who); return one.claimed })
	s.must(s.alex.Command(s.alex.DMChannel(), "/mabs 319"))
	s.sees(s.alex, "Agent Coordinator")
	s.sees(s.alex, "/mabs list")
	if n := len(s.Calls(discordfake.DeleteOriginalResponse)); n != 0 {
		t.Errorf("%d responses were deleted, want 0", n)
	}
}

// TestTokens checks that the newest valid token is kept.
func TestTokens(t *testing.T) {
	l, now := newTokens(), time.Now()
	who := recipient{user: "u"}
	keep := func(secret string, until time.Duration) string {
		other, ok := l.keep(who, token{secret: secret, until: now.Add(until)})
		one, _ := l.get(who)
		if !ok {
			return one.secret
		}
		return one.secret + ", not " + other.secret
	}
	for i, c := range []struct {
		secret string
		until  time.Duration
		want   string
	}{
		{"over", -time.Second, ""}, {"a", 2 * time.Minute, "a"}, {"a", 4 * time.Minute, "a"}, {"older", time.Minute, "a, not older"}, {"over", -time.Second, "a"},
		{"b", 3 * time.Minute, "b, not a"},
	} {
		if got := keep(c.secret, c.until); got != c.want {
			t.Errorf("step %d: kept %q, want %q", i, got, c.want)
		}
	}
	l.drop(who, "b")
	if got := keep("b", 3*time.Minute); got != "" {
		t.Errorf("a rejected token is kept again: %q", got)
	}
}

// TestLongResponseInDM checks that a response of several messages is completed,
// without repeating the first message, after the second one failed.
func TestLongResponseInDM(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	s.Fail(discordfake.Fault{Route: discordfake.EditOriginalResponse, Status: 503})
	s.must(s.alex.Command(s.alex.DMChannel(), "/mabs help"))
	s.until("the edit of the response failed", func() bool { return len(s.Calls(discordfake.EditOriginalResponse)) == 1 })
	s.Fail(discordfake.Fault{Route: discordfake.CreateMessage, RetryAfter: 10 * time.Millisecond})
	p := longPost(s, bot.Thread{Adapter: adapterName, Workspace: s.AppID, Channel: s.alex.DMChannel()})
	p.To.ID = s.alex.ID
	if _, err := s.discord.Post(t.Context(), p); err == nil || bot.IsRefused(err) {
		t.Errorf("the post failed with %v, want an error that allows a retry", err)
	}
	chattest.Poll(s.t, "the post is delivered", func() bool { _, err := s.discord.Post(t.Context(), p); return err == nil })
	if n := strings.Count(s.shown(s.alex), "HEAD"); n != 1 {
		t.Errorf("the first message is shown %d times, want once", n)
	}
}

// longPost returns a post of several messages. The first starts with HEAD.
func longPost(s *stage, thread bot.Thread) bot.Post {
	s.t.Helper()
	return bot.Post{ID: "0123456789abcdef01234567", Thread: thread, Reply: bot.Reply{Lang: "ko", Blocks: []bot.Block{
		{Kind: bot.BlockHeading, Text: "HEAD"}, {Kind: bot.BlockText, Text: strings.Repeat("아주 긴 문장입니다. A very long sentence.\n", 150)},
	}}}
}

// TestPartialReply checks that a reply whose second message is refused counts
// as delivered, so that the first one can be deleted.
func TestPartialReply(t *testing.T) {
	s := newStage(t, discordfake.Options{})
	m := s.alex.Say(s.channel.ID, "hi")
	s.settled()
	s.Fail(discordfake.Fault{Route: discordfake.CreateMessage, Delay: time.Millisecond})
	s.Fail(discordfake.Fault{Route: discordfake.CreateMessage, Code: 50035})
	p := longPost(s, bot.Thread{Adapter: adapterName, Workspace: s.AppID, Channel: s.channel.ID, Root: m.ID})
	done, err := s.discord.Post(t.Context(), p)
	s.must(err)
	p.Replaces, p.Ref, p.Withdraw = p.ID, done.Ref, true
	_, err = s.discord.Post(t.Context(), p)
	s.must(err)
	if strings.Contains(s.shown(s.alex), "HEAD") {
		t.Error("the first message is still shown")
	}
}

// TestReplayDoesNotWait checks that the bot connects although a recorded
// message cannot be handled.
func TestReplayDoesNotWait(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	s.Fail(discordfake.Fault{Route: discordfake.GetAttachment, Hang: true, Times: -1})
	s.load(s.channel.ID, 2)
	chattest.Poll(s.t, "the message is recorded", func() bool { return !s.discord.intake.Later.Idle() })
	s.must(s.End())
	s.Heal()
	s.ForgetSessions()
	other := s.AddChannel(discordfake.Channel{Name: "other"})
	s.Fail(discordfake.Fault{Route: discordfake.GetChannel, Status: 500, Times: -1})
	s.waits = false
	s.start()
	s.until("the bot is connected", s.hasSession)
	m := s.load(other.ID, 0)
	s.until("another channel is answered", func() bool { return s.answers(m) == 1 })
	s.Heal()
}

// TestShutdownWithoutIdentity checks that the bot ends promptly while a post
// waits and Discord does not return the bot's identity.
func TestShutdownWithoutIdentity(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{})
	s.Fail(discordfake.Fault{Route: discordfake.CreateMessage, Status: 500, Times: -1})
	s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.until("a post failed", func() bool { return len(s.Calls(discordfake.CreateMessage)) > 0 })
	s.must(s.End())
	s.Fail(discordfake.Fault{Route: discordfake.GetCurrentUser, Status: 500, Times: -1})
	s.waits = false
	s.start()
	s.until("the bot requests its identity", func() bool { return len(s.Calls(discordfake.GetCurrentUser)) > 1 })
	time.Sleep(time.Second) // the post is due again
	from := time.Now()
	s.must(s.End())
	if took := time.Since(from); took > 5*time.Second {
		t.Errorf("Run ended after %v, want less than 5s", took)
	}
	s.Heal()
	s.start()
	s.sees(s.alex, "Which fits FS-11")
}

// TestSharedDatabase checks that two processes with one database give each
// answer once, also after one of them ended.
func TestSharedDatabase(t *testing.T) {
	first := newStage(t, discordfake.Options{}, noRepeatWindow)
	second := *first
	second.waits = false
	second.start()
	t.Cleanup(func() { first.must(second.End()) })
	first.until("both processes are connected", func() bool {
		n := 0
		for _, one := range first.Sessions() {
			if one.Connected {
				n++
			}
		}
		return n == 2
	})
	var all []discordfake.Message
	for i := range 12 {
		all = append(all, first.load(first.channel.ID, i))
		first.must(first.kim.Command(first.channel.ID, "/mabs 0x29834"))
	}
	for _, m := range all {
		first.until("the message is answered", func() bool { return first.answers(m) > 0 })
	}
	first.until("all commands have an ephemeral response", func() bool {
		n := 0
		for _, w := range first.kim.Ephemerals() {
			if strings.Contains(w.Plain(), "어떤 보존 기간") {
				n++
			}
		}
		return n == len(all)
	})
	first.must(second.End())
	more := first.load(first.channel.ID, 99)
	first.until("the other process answers", func() bool { return first.answers(more) > 0 })
	first.quiet()
	for i, m := range append(all, more) {
		if n := first.answers(m); n != 1 {
			t.Errorf("message %d is answered %d times, want once", i, n)
		}
	}
}

// TestOtherBots checks that the bot does not answer replies of other bots, even
// of an allowed one, because the two could loop forever.
func TestOtherBots(t *testing.T) {
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	echo := s.Person(discordfake.User{Name: "echo", Bot: true})
	s.must(s.End())
	s.policy.Channels = map[string]bot.ChannelPolicy{s.channel.ID: {Mode: bot.ModeOn, Bots: []string{echo.ID}}}
	s.start()
	echo.Say(s.channel.ID, chattest.Coordinator) // as an alert
	heard := map[string]bool{}
	for range 5 {
		s.quiet()
		for _, m := range s.BotMessages() {
			if !heard[m.ID] {
				heard[m.ID] = true
				echo.Say(m.Channel, "@mabsbot "+chattest.Coordinator)
				echo.Reply(m, "next")
			}
		}
	}
	if n := len(s.BotMessages()); n == 0 || n > 2 {
		t.Errorf("%d messages of the bot, want 1 or 2:\n%s", n, s.shown(s.alex))
	}
}

// TestMirroringBots checks that two allowed bots that copy every message of the
// bot to the channel get no answers, and that users still do.
func TestMirroringBots(t *testing.T) {
	var mirrors []*discordfake.Person
	s := newStage(t, discordfake.Options{}, noRepeatWindow, func(s *stage) {
		policy := bot.ChannelPolicy{}
		for _, name := range []string{"mirror", "bridge"} {
			m := s.Person(discordfake.User{Name: name, Bot: true})
			mirrors, policy.Bots = append(mirrors, m), append(policy.Bots, m.ID)
		}
		s.policy.Channels = map[string]bot.ChannelPolicy{s.channel.ID: policy}
	})
	seen := map[string]bool{}
	copyAll := func() {
		for range 4 {
			s.quiet()
			for _, m := range s.BotMessages() {
				if seen[m.ID] || m.Plain() == "" { // the system message about a thread has no text
					continue
				}
				seen[m.ID] = true
				for _, mirror := range mirrors {
					mirror.Say(s.channel.ID, chat.CutBytes(m.Plain(), 2000))
				}
			}
		}
	}
	s.alex.Say(s.channel.ID, chattest.Coordinator)
	copyAll()
	s.kim.Say(s.channel.ID, chattest.PolicyKo)
	copyAll()
	if len(seen) != 2 {
		t.Errorf("%d answers, want one for each user:\n%s", len(seen), s.shown(s.alex))
	}
}
