package discord

import (
	"fmt"
	"strings"
	"testing"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordfake"
)

// TestGatewayFaults checks for each failure of the gateway that no message is
// lost and that sessions are resumed where possible.
func TestGatewayFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		fail     func(s *stage)
		sessions int // that the bot starts, including the first
	}{
		{"reconnect", func(s *stage) { s.Reconnect() }, 1},
		{"reconnect during a resume", func(s *stage) {
			s.FailGateway(discordfake.GatewayFault{On: "resume", Reconnect: true, Times: 3})
			s.Reconnect()
		}, 1},
		{"connection cut", func(s *stage) { s.CutConnections() }, 1},
		{"cut during a resume", func(s *stage) {
			s.FailGateway(discordfake.GatewayFault{On: "resume", Drop: true, Times: 2})
			s.CutConnections()
		}, 1},
		{"cut before Hello", func(s *stage) {
			s.FailGateway(discordfake.GatewayFault{On: "connect", Drop: true, Times: 2})
			s.CutConnections()
		}, 1},
		{"invalid session, resumable", func(s *stage) { s.Invalidate(true) }, 1},
		{"invalid session, not resumable", func(s *stage) { s.Invalidate(false) }, 2},
		{"invalid during a resume, resumable", func(s *stage) {
			s.FailGateway(discordfake.GatewayFault{On: "resume", Invalid: new(true)})
			s.Reconnect()
		}, 1},
		{"invalid during a resume, not resumable", func(s *stage) {
			s.FailGateway(discordfake.GatewayFault{On: "resume", Invalid: new(false)})
			s.Reconnect()
		}, 2},
		{"unknown error", func(s *stage) { s.CloseConnections(4000) }, 1},
		{"unknown opcode", func(s *stage) { s.CloseConnections(4001) }, 1},
		{"decode error", func(s *stage) { s.CloseConnections(4002) }, 1},
		{"invalid seq", func(s *stage) { s.CloseConnections(4007) }, 2},
		{"rate limited", func(s *stage) { s.CloseConnections(4008) }, 1},
		{"session timed out", func(s *stage) { s.CloseConnections(4009) }, 2},
		{"going away", func(s *stage) { s.CloseConnections(1001) }, 1},
		{"session forgotten", func(s *stage) {
			s.FailGateway(discordfake.GatewayFault{On: "connect", Drop: true, Times: -1})
			s.CutConnections()
			s.until("the connection is gone", func() bool { return !s.hasSession() })
			s.ForgetSessions()
			s.Heal()
		}, 2},
		{"heartbeat requested", func(s *stage) { s.RequestHeartbeats() }, 1},
		{"unreadable frames", func(s *stage) {
			s.SendFrame("{")
			s.SendFrame("null")
			s.SendFrame(`{"op":"x"}`)
			s.SendFrame(`{"op":99}`)
		}, 1},
		{"no gateway URL", func(s *stage) {
			s.Fail(discordfake.Fault{Route: discordfake.GetGatewayBot, Status: 502, Times: 2})
			s.Invalidate(false)
		}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, discordfake.Options{}, noRepeatWindow)
			before := s.load(s.channel.ID, 0)
			c.fail(s)
			s.until("the bot is connected", func() bool { return s.Identifies() >= c.sessions && s.hasSession() })
			if c.sessions == 1 { // without a session, the message is lost
				s.until("the message before the failure is answered", func() bool { return s.answers(before) == 1 })
			}
			after := s.load(s.channel.ID, 3)
			s.until("the message after the failure is answered", func() bool { return s.answers(after) == 1 })
			s.quiet()
			if n := s.answers(before); n > 1 {
				t.Errorf("the message before the failure is answered %d times", n)
			}
			if n := s.Identifies(); n != c.sessions {
				t.Errorf("%d sessions, want %d", n, c.sessions)
			}
		})
	}
}

// noRepeatWindow makes the bot answer repeated messages: these tests count
// answers.
func noRepeatWindow(s *stage) { s.policy.RepeatWindow = 0 }

// hasSession reports whether a session is connected.
func (s *stage) hasSession() bool {
	for _, one := range s.Sessions() {
		if one.Connected {
			return true
		}
	}
	return false
}

// TestFatalCodes checks that the bot ends without reconnecting after close
// codes that forbid it.
func TestFatalCodes(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]string{4004: "token", 4010: "shard", 4011: "shard", 4012: "version", 4013: "intents", 4014: "Message Content Intent"} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			s := newScene(t, discordfake.Options{})
			s.start()
			s.CloseConnections(code)
			err := s.Wait()
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("ended with %v, want an error with %q", err, want)
			}
			_ = s.End()
			if n := len(s.Connections()); n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
		})
	}
}

// TestRevokedToken checks that the bot ends after its token is reset.
func TestRevokedToken(t *testing.T) {
	t.Parallel()
	s := newScene(t, discordfake.Options{})
	s.start()
	s.Revoke()
	if err := s.Wait(); err == nil || !strings.Contains(err.Error(), "discord.token") {
		t.Errorf("ended with %v, want an error with discord.token", err)
	}
	_ = s.End()
	if n := len(s.Connections()); n > 2 {
		t.Errorf("%d connections, want at most 2", n)
	}
}

// TestStrayUnauthorized checks that the bot continues after a single 401 if its
// token is valid.
func TestStrayUnauthorized(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ before, after discordfake.Fault }{
		"a message":   {after: discordfake.Fault{Route: discordfake.CreateMessage, Status: 401}},
		"identity":    {before: discordfake.Fault{Route: discordfake.GetCurrentUser, Status: 401}},
		"the gateway": {before: discordfake.Fault{Route: discordfake.GetGatewayBot, Status: 401}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, discordfake.Options{})
			if tt.before.Route != "" {
				s.Fail(tt.before)
			}
			s.start()
			if tt.after.Route != "" {
				s.Fail(tt.after)
			}
			s.startWalkthrough()
			s.must(s.End())
		})
	}
}

// TestUnconfirmedUnauthorized checks that the bot continues if it cannot find
// out whether its token is valid.
func TestUnconfirmedUnauthorized(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{})
	s.Fail(discordfake.Fault{Route: discordfake.CreateMessage, Status: 401})
	s.Fail(discordfake.Fault{Route: discordfake.GetCurrentUser, Status: 503})
	s.startWalkthrough()
}

// TestReconnects checks that no message is lost over many connections.
func TestReconnects(t *testing.T) {
	t.Parallel()
	times := 20
	if *chattest.Long {
		times = 200
	}
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	var messages []discordfake.Message
	for i := range times {
		messages = append(messages, s.load(s.channel.ID, 3*i))
		if i%2 == 0 {
			s.Reconnect()
		} else {
			s.CutConnections()
		}
		messages = append(messages, s.load(s.channel.ID, 3*i+1))
		s.until("the bot is connected", func() bool { return s.hasSession() })
	}
	s.quiet()
	for i, m := range messages {
		if n := s.answers(m); n != 1 {
			t.Errorf("message %d is answered %d times, want once", i, n)
		}
	}
	if n := s.Identifies(); n != 1 {
		t.Errorf("%d sessions, want 1", n)
	}
}

// TestIntentGranted checks that the bot starts a new session with the Message
// Content Intent once that is granted.
func TestIntentGranted(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{NoMessageContent: true}, noRepeatWindow)
	s.restart()
	begun := s.Identifies()
	if begun != 2 { // one with the intent, which Discord refused, and one without
		t.Errorf("%d sessions without the intent, want 2", begun)
	}
	s.must(s.End())
	s.AllowMessageContent()
	s.start()
	m := s.load(s.channel.ID, 0)
	s.until("the message is answered", func() bool { return s.answers(m) == 1 })
	s.restart()
	if n := s.Identifies(); n != begun+1 {
		t.Errorf("%d more sessions, want 1", n-begun)
	}
}

// TestNoIntent checks that mentions, commands and DMs work without the Message
// Content Intent.
func TestNoIntent(t *testing.T) {
	t.Parallel()
	s := newStage(t, discordfake.Options{NoMessageContent: true}, noRepeatWindow)
	pasted := s.load(s.channel.ID, 0)
	mentioned := s.load(s.channel.ID, 1)
	s.until("the mention is answered", func() bool { return s.answers(mentioned) == 1 })
	s.alex.DM(chattest.Coordinator)
	s.sees(s.alex, "FS-11.corp.example in?")
	s.quiet()
	if n := s.answers(pasted); n != 0 {
		t.Errorf("a message without content is answered %d times", n)
	}
}
