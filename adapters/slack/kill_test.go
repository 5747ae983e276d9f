package slack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"testing"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
)

// build makes the program, which gets nothing but its environment.
func build(s *stage, more ...string) *chattest.Program {
	s.t.Helper()
	return chattest.Build(s.t, append(more,
		"MABSBOT_SLACK_API_URL="+s.URL(), "MABSBOT_SLACK_BOT_TOKEN="+s.BotToken, "MABSBOT_SLACK_APP_TOKEN="+s.AppToken,
		"MABSBOT_STORE_PATH="+s.path, "MABSBOT_CONSOLE_ENABLED=false", "MABSBOT_BOT_REPEAT_WINDOW=0s")...)
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
	retries := make([]time.Duration, 60)
	for i := range retries {
		retries[i] = 400 * time.Millisecond
	}
	s := newScene(t, slackfake.Options{AckTimeout: time.Second, RetryDelays: retries})
	p := build(s)
	var places []slackfake.Channel
	for i := range channels {
		places = append(places, s.AddChannel(slackfake.Channel{Name: fmt.Sprint("support-", i), Members: []string{s.alex.ID}}))
	}
	seed := uint64(time.Now().UnixNano())
	t.Log("seed ", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	var messages []slackfake.Message
	for range rounds {
		p.Start()
		until := time.Now().Add(time.Duration(300+dice.IntN(900)) * time.Millisecond)
		for i := 0; time.Now().Before(until); i++ {
			messages = append(messages, s.load(places[dice.IntN(channels)].ID, len(messages)))
			time.Sleep(time.Duration(dice.IntN(60)) * time.Millisecond)
		}
		p.Kill()
	}
	p.Start()
	for i, m := range messages {
		s.until(fmt.Sprintf("message %d is answered", i), func() bool { return len(s.Thread(m)) > 1 })
	}
	s.until("all is acknowledged", s.Settled)
	time.Sleep(2 * time.Second) // for a second answer, if there is one
	for i, m := range messages {
		if n := len(s.Thread(m)); n != 2 {
			t.Errorf("message %d is answered %d times", i, n-1)
		}
	}
	p.Kill()
	acks := s.AckTimes()
	t.Logf("%d messages, %d kills, acknowledged after p50 %v, p99 %v", len(messages), rounds, acks[len(acks)/2], acks[len(acks)*99/100])
}

// load sends one message that has an answer: pasted, addressed, or in a file.
func (s *stage) load(channel string, n int) slackfake.Message {
	text := fmt.Sprintf("The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-%d.corp.example. (ID 319)", n)
	switch n % 3 {
	case 1:
		return s.alex.Say(channel, "@mabsbot "+text)
	case 2:
		return s.alex.Upload(channel, "", "see", slackfake.File{Name: "agent.log", Content: []byte(text)})
	}
	return s.alex.Say(channel, text)
}

// TestProgram starts the real program in HTTP mode with nothing but its
// environment, and ends it as an orchestrator does.
func TestProgram(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals")
	}
	s := newScene(t, slackfake.Options{})
	addr := chattest.FreeAddress(t)
	p := build(s, "MABSBOT_SLACK_MODE=http", "MABSBOT_SLACK_SIGNING_SECRET="+s.SigningSecret, "MABSBOT_HTTP_ADDR="+addr)
	p.Start()
	ctx, cancel := context.WithTimeout(t.Context(), testPatience)
	defer cancel()
	for s.UseHTTP("http://"+addr+EventsPath) != nil {
		s.must(chat.Sleep(ctx, 20*time.Millisecond))
	}
	m := s.load(s.channel.ID, 1)
	s.until("it is answered", func() bool { return len(s.Thread(m)) == 2 })
	p.Stop()
	if r, err := http.Get("http://" + addr + EventsPath); err == nil {
		r.Body.Close()
		t.Error("somebody still listens")
	}
}
