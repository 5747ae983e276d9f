package discord

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordfake"
)

func TestMain(m *testing.M) { chattest.Main(m) }

// build returns the program, configured by its environment.
func build(s *stage) *chattest.Program {
	s.t.Helper()
	return chattest.Build(s.t,
		"MABSBOT_DISCORD_API_URL="+s.APIURL(), "MABSBOT_DISCORD_CDN_URL="+s.CDNURL(), "MABSBOT_DISCORD_TOKEN="+s.Token,
		"MABSBOT_STORE_PATH="+s.path, "MABSBOT_CONSOLE_ENABLED=false", "MABSBOT_BOT_REPEAT_WINDOW=0s")
}

// TestKilled kills the program while users write.
func TestKilled(t *testing.T) {
	t.Parallel()
	chattest.Kill(t, func(channels int) chattest.KillRig {
		s := newScene(t, discordfake.Options{})
		var places []discordfake.Channel
		for i := range channels {
			places = append(places, s.AddChannel(discordfake.Channel{Name: fmt.Sprint("support-", i)}))
		}
		var messages []discordfake.Message
		return chattest.KillRig{
			Programs: []*chattest.Program{build(s)},
			Ready:    s.connected, // before that, no session can be resumed
			Say:      func(channel, n int) { messages = append(messages, s.load(places[channel].ID, n)) },
			Reply:    func(n int) bool { return s.answers(messages[n]) == 0 },
			Answers:  func(n int) (got, want int) { return s.answers(messages[n]), 1 },
			Release:  func([]*chattest.Program) {}, // they end when it starts again
			Drained:  func() bool { return true },
			Summary:  func() string { return fmt.Sprintf("%d sessions", s.Identifies()) },
		}
	})
}

// answers counts the bot's answers in the thread of a message.
func (s *stage) answers(m discordfake.Message) int {
	n := 0
	for _, each := range s.Messages(m.ID) {
		if each.User == s.BotID && strings.Contains(each.Plain(), "FS-") {
			n++
		}
	}
	return n
}

// load sends the n-th message that has an answer: a pasted error, one with a
// mention, or one in an attachment.
func (s *stage) load(channel string, n int) discordfake.Message {
	text := chattest.AgentError(n)
	switch n % 3 {
	case 1:
		return s.alex.Say(channel, "@mabsbot "+text)
	case 2:
		return s.alex.Upload(channel, "see", discordfake.File{Name: "agent.log", Content: []byte(text)})
	}
	return s.alex.Say(channel, text)
}

// TestProgram registers commands, starts the program and stops it as an
// orchestrator does.
func TestProgram(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals")
	}
	s := newScene(t, discordfake.Options{})
	p := build(s)
	out, err := p.Command("discord", "register").CombinedOutput()
	if err != nil || len(s.Commands()) != 3 || !strings.Contains(string(out), "https://discord.com/oauth2/authorize?client_id="+s.AppID) {
		t.Fatalf("%v: %s", err, out)
	}
	p.Start()
	s.connected()
	m := s.load(s.channel.ID, 1)
	s.until("the message is answered", func() bool { return s.answers(m) == 1 })
	if n := len(s.Calls(discordfake.CreateGlobalCommand)); n != 3 {
		t.Errorf("%d commands were created, want 3", n)
	}
	p.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), chattest.Patience)
	defer cancel()
	s.must(s.Until(ctx, func() bool { return !s.Connections()[0].Ended.IsZero() }))
	if code := s.Connections()[0].CloseCode; code == 0 || code == 1000 || code == 1001 {
		t.Errorf("closed with %d, which ends the session", code)
	}
}
