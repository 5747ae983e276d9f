package slack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/slack/slackfake"
)

// A program is the real one, in a process of its own.
type program struct {
	*stage
	binary string
	cmd    *exec.Cmd
}

// build makes the program as a newcomer would.
func build(t *testing.T, s *stage) *program {
	t.Helper()
	p := &program{stage: s, binary: filepath.Join(t.TempDir(), "mabsbot")}
	if runtime.GOOS == "windows" {
		p.binary += ".exe"
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", p.binary, "mabsbot").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return p
}

// run starts the program, with nothing but its environment.
func (p *program) run(more ...string) {
	p.t.Helper()
	p.cmd = exec.Command(p.binary)
	p.cmd.Dir = p.t.TempDir()
	p.cmd.Env = append(os.Environ(),
		"MABSBOT_SLACK_API_URL="+p.URL(), "MABSBOT_SLACK_BOT_TOKEN="+p.BotToken, "MABSBOT_SLACK_APP_TOKEN="+p.AppToken,
		"MABSBOT_STORE_PATH="+p.path, "MABSBOT_CONSOLE_ENABLED=false", "MABSBOT_BOT_REPEAT_WINDOW=0s")
	p.cmd.Env = append(p.cmd.Env, more...)
	if testing.Verbose() {
		p.cmd.Stderr = os.Stderr
	}
	p.must(p.cmd.Start())
}

// kill ends it as a power cut would.
func (p *program) kill() {
	p.t.Helper()
	p.must(p.cmd.Process.Kill())
	_ = p.cmd.Wait() // it was killed, and says so
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
	s := newScene(t, slackfake.Options{AckTimeout: time.Second, Retries: retries})
	p := build(t, s)
	var places []slackfake.Channel
	for i := range channels {
		places = append(places, s.AddChannel(slackfake.Channel{Name: fmt.Sprint("support-", i), Members: []string{s.alex.ID}}))
	}
	seed := uint64(time.Now().UnixNano())
	t.Log("seed ", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	var messages []slackfake.Message
	for range rounds {
		p.run()
		until := time.Now().Add(time.Duration(300+dice.IntN(900)) * time.Millisecond)
		for i := 0; time.Now().Before(until); i++ {
			messages = append(messages, s.load(places[dice.IntN(channels)].ID, len(messages)))
			time.Sleep(time.Duration(dice.IntN(60)) * time.Millisecond)
		}
		p.kill()
	}
	p.run()
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
	p.kill()
	acks := s.Acks()
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
	p := build(t, s)
	addr := freeAddress(t)
	p.run("MABSBOT_SLACK_MODE=http", "MABSBOT_SLACK_SIGNING_SECRET="+s.SigningSecret, "MABSBOT_HTTP_ADDR="+addr)
	ctx, cancel := context.WithTimeout(t.Context(), testPatience)
	defer cancel()
	for s.UseHTTP("http://"+addr+EventsPath) != nil {
		s.must(chat.Sleep(ctx, 20*time.Millisecond))
	}
	m := s.load(s.channel.ID, 1)
	s.until("it is answered", func() bool { return len(s.Thread(m)) == 2 })
	s.must(p.cmd.Process.Signal(os.Interrupt))
	s.must(p.cmd.Wait())
	if r, err := http.Get("http://" + addr + EventsPath); err == nil {
		r.Body.Close()
		t.Error("somebody still listens")
	}
}
