package slack

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
)

func TestMain(m *testing.M) { chattest.Main(m) }

// build returns the program, which is configured by its environment alone. more takes
// precedence.
func build(s *stage, more ...string) *chattest.Program {
	s.t.Helper()
	return chattest.Build(s.t, append([]string{
		"MABSBOT_SLACK_API_URL=" + s.URL(), "MABSBOT_SLACK_BOT_TOKEN=" + s.BotToken, "MABSBOT_SLACK_APP_TOKEN=" + s.AppToken,
		"MABSBOT_STORE_PATH=" + s.path, "MABSBOT_CONSOLE_ENABLED=false", "MABSBOT_BOT_REPEAT_WINDOW=0s",
	}, more...)...)
}

// TestKilled kills the program while users write.
func TestKilled(t *testing.T) {
	t.Parallel()
	chattest.Kill(t, func(channels int) chattest.KillRig {
		retries := make([]time.Duration, 60)
		for i := range retries {
			retries[i] = 400 * time.Millisecond
		}
		s := newStageWithoutBot(t, slackfake.Options{AckTimeout: time.Second, RetryDelays: retries})
		var places []slackfake.Channel
		for i := range channels {
			places = append(places, s.AddChannel(slackfake.Channel{Name: fmt.Sprint("support-", i), Members: []string{s.alex.ID}}))
		}
		var messages []slackfake.Message
		return chattest.KillRig{
			Program: build(s),
			Ready:   func() {}, // Slack redelivers earlier events
			Say:     func(channel, n int) { messages = append(messages, s.load(places[channel].ID, n)) },
			Answers: func(n int) int { return len(s.Thread(messages[n])) - 1 },
			Until:   s.until,
			Settled: s.Settled,
			Summary: func() string {
				acks := s.AckTimes()
				return fmt.Sprintf("acknowledged after p50 %v, p99 %v", acks[len(acks)/2], acks[len(acks)*99/100])
			},
		}
	})
}

// load sends a message that has one answer: pasted, addressed, or in a file.
func (s *stage) load(channel string, n int) slackfake.Message {
	text := chattest.AgentError(n)
	switch n % 3 {
	case 1:
		return s.alex.Say(channel, "@mabsbot "+text)
	case 2:
		return s.alex.Upload(channel, "", "see", slackfake.File{Name: "agent.log", Content: []byte(text)})
	}
	return s.alex.Say(channel, text)
}

// TestProgram runs the real program in HTTP mode, configured by its environment
// alone, and stops it as an orchestrator does.
func TestProgram(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals")
	}
	s := newStageWithoutBot(t, slackfake.Options{})
	addr := chattest.FreeAddress(t)
	p := build(s, "MABSBOT_SLACK_MODE=http", "MABSBOT_SLACK_SIGNING_SECRET="+s.SigningSecret, "MABSBOT_HTTP_ADDR="+addr)
	p.Start()
	ctx, cancel := context.WithTimeout(t.Context(), chattest.Patience)
	defer cancel()
	for s.UseHTTP("http://"+addr+EventsPath) != nil {
		s.must(chat.Sleep(ctx, 20*time.Millisecond))
	}
	m := s.load(s.channel.ID, 1)
	s.until("it is answered", func() bool { return len(s.Thread(m)) == 2 })
	p.Stop()
	if r, err := http.Get("http://" + addr + EventsPath); err == nil {
		r.Body.Close()
		t.Error("the program still listens")
	}
}
