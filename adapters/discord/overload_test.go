package discord

import (
	"testing"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordfake"
)

// TestOverload sends messages while too much is waiting: the bot reads none of
// them, keeps its connection with heartbeats, and then handles all of them once.
func TestOverload(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{HeartbeatInterval: 200 * time.Millisecond}, noRepeatWindow)
	release := make(chan bool)
	for !s.discord.intake.Quick.Full() {
		s.discord.intake.Quick.Do("busy", func() { <-release })
	}
	connections := s.Connections()
	var messages []discordfake.Message
	for n := range 6 {
		messages = append(messages, s.load(s.channel.ID, n))
	}
	beats := func() int { c := s.Connections(); return len(c[len(c)-1].Heartbeats) }
	before := beats()
	chattest.Poll(t, "heartbeats go on", func() bool { return beats() > before+5 })
	for n, m := range messages {
		if s.answers(m) > 0 {
			t.Errorf("message %d was handled without room", n)
		}
	}
	if n := len(s.Connections()) - len(connections); n > 0 {
		t.Errorf("%d further connections", n)
	}
	close(release)
	for _, m := range messages {
		s.until("it is answered", func() bool { return s.answers(m) > 0 })
	}
	s.quiet()
	for n, m := range messages {
		if got := s.answers(m); got != 1 {
			t.Errorf("message %d is answered %d times", n, got)
		}
	}
}

// TestOverloadRestart ends the bot while it holds back events: the next run resumes
// after the last event that was handled, and handles all others once.
func TestOverloadRestart(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	handled := s.load(s.channel.ID, 0)
	s.until("a message is answered", func() bool { return s.answers(handled) > 0 })
	s.quiet()
	release := make(chan bool)
	for !s.discord.intake.Quick.Full() {
		s.discord.intake.Quick.Do("busy", func() { <-release })
	}
	messages := []discordfake.Message{handled}
	for n := range 6 {
		messages = append(messages, s.load(s.channel.ID, n+1))
	}
	ended := make(chan error, 1)
	go func() { ended <- s.End() }()
	s.until("the connection is closed", func() bool { return !s.Connections()[0].Ended.IsZero() })
	close(release)
	s.must(<-ended)
	for n, m := range messages[1:] {
		if s.answers(m) > 0 {
			t.Errorf("message %d was handled without room", n)
		}
	}
	s.start()
	for _, m := range messages {
		s.until("it is answered", func() bool { return s.answers(m) > 0 })
	}
	s.quiet()
	for n, m := range messages {
		if got := s.answers(m); got != 1 {
			t.Errorf("message %d is answered %d times", n, got)
		}
	}
	if c := s.Connections(); c[len(c)-1].Op != 6 {
		t.Errorf("the last connection began with opcode %d, want a resume", c[len(c)-1].Op)
	}
}
