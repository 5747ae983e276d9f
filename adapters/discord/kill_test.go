package discord

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordfake"
)

// build makes the program, which gets nothing but its environment.
func build(s *stage) *chattest.Program {
	s.t.Helper()
	return chattest.Build(s.t,
		"MABSBOT_DISCORD_API_URL="+s.APIURL(), "MABSBOT_DISCORD_CDN_URL="+s.CDNURL(), "MABSBOT_DISCORD_TOKEN="+s.Token,
		"MABSBOT_STORE_PATH="+s.path, "MABSBOT_CONSOLE_ENABLED=false", "MABSBOT_BOT_REPEAT_WINDOW=0s")
}

// TestKilled kills the real program at random points under load, and starts it
// again: every message is answered, once.
func TestKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	rounds, channels := 4, 12
	if *long {
		rounds, channels = 40, 40
	}
	s := newScene(t, discordfake.Options{})
	p := build(s)
	var places []discordfake.Channel
	for i := range channels {
		places = append(places, s.AddChannel(discordfake.Channel{Name: fmt.Sprint("support-", i)}))
	}
	seed := uint64(time.Now().UnixNano())
	t.Log("seed ", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	var messages []discordfake.Message
	p.Start()
	s.connected()
	for range rounds {
		until := time.Now().Add(time.Duration(300+dice.IntN(900)) * time.Millisecond)
		for time.Now().Before(until) {
			messages = append(messages, s.load(places[dice.IntN(channels)].ID, len(messages)))
			time.Sleep(time.Duration(dice.IntN(60)) * time.Millisecond)
		}
		p.Kill()
		messages = append(messages, s.load(places[dice.IntN(channels)].ID, len(messages))) // while it is dead
		p.Start()
	}
	for i, m := range messages {
		s.until(fmt.Sprintf("message %d is answered", i), func() bool { return s.answers(m) > 0 })
	}
	time.Sleep(2 * time.Second) // for a second answer, if there is one
	for i, m := range messages {
		if n := s.answers(m); n != 1 {
			t.Errorf("message %d is answered %d times", i, n)
		}
	}
	p.Kill()
	t.Logf("%d messages, %d kills, %d sessions", len(messages), rounds, s.Identifies())
}

// answers counts what the bot said in the thread of a message.
func (s *stage) answers(m discordfake.Message) int {
	n := 0
	for _, each := range s.Messages(m.ID) {
		if each.User == s.BotID && strings.Contains(each.Plain(), "FS-") {
			n++
		}
	}
	return n
}

// load sends one message that has an answer: pasted, addressed, or in a file.
func (s *stage) load(channel string, n int) discordfake.Message {
	text := fmt.Sprintf("The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-%d.corp.example. (ID 319)", n)
	switch n % 3 {
	case 1:
		return s.alex.Say(channel, "@mabsbot "+text)
	case 2:
		return s.alex.Upload(channel, "see", discordfake.File{Name: "agent.log", Content: []byte(text)})
	}
	return s.alex.Say(channel, text)
}

// TestProgram starts the real program with nothing but its environment, and ends
// it as an orchestrator does.
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
	if err != nil || len(s.Commands()) != 2 || !strings.Contains(string(out), "https://discord.com/oauth2/authorize?client_id="+s.AppID) {
		t.Fatalf("%v: %s", err, out)
	}
	p.Start()
	s.connected()
	m := s.load(s.channel.ID, 1)
	s.until("it is answered", func() bool { return s.answers(m) == 1 })
	if n := len(s.Calls(discordfake.CreateGlobalCommand)); n != 2 {
		t.Errorf("%d commands were registered, want 2", n)
	}
	p.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), testPatience)
	defer cancel()
	s.must(s.Until(ctx, func() bool { return !s.Connections()[0].Ended.IsZero() }))
	if code := s.Connections()[0].CloseCode; code == 0 || code == 1000 || code == 1001 {
		t.Errorf("closed with %d, after which nothing can be resumed", code)
	}
}
