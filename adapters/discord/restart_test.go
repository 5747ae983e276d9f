package discord

import (
	"context"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordfake"
)

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
	s.sees(s.alex, "Which domain is FS-11")
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
