package discord

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/discord/discordfake"
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

// command is the program with nothing but its environment.
func (p *program) command(args ...string) *exec.Cmd {
	p.t.Helper()
	cmd := exec.Command(p.binary, args...)
	cmd.Dir = p.t.TempDir()
	cmd.Env = append(os.Environ(),
		"MABSBOT_DISCORD_API_URL="+p.APIURL(), "MABSBOT_DISCORD_CDN_URL="+p.CDNURL(), "MABSBOT_DISCORD_TOKEN="+p.Token,
		"MABSBOT_STORE_PATH="+p.path, "MABSBOT_CONSOLE_ENABLED=false", "MABSBOT_BOT_REPEAT_WINDOW=0s")
	return cmd
}

func (p *program) run() {
	p.t.Helper()
	p.cmd = p.command()
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

// leases lets the time pass for which posts are kept for the process that died.
func (p *program) leases() {
	p.t.Helper()
	db, err := sql.Open("sqlite", "file:"+p.path+"?_busy_timeout=5000")
	p.must(err)
	defer db.Close()
	if _, err := db.Exec(`UPDATE posts SET claimed_until = 0`); err != nil {
		p.t.Log("no posts yet: ", err)
	}
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
	p := build(t, s)
	var places []discordfake.Channel
	for i := range channels {
		places = append(places, s.AddChannel(discordfake.Channel{Name: fmt.Sprint("support-", i)}))
	}
	seed := uint64(time.Now().UnixNano())
	t.Log("seed ", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	var messages []discordfake.Message
	p.run()
	s.connected()
	for range rounds {
		until := time.Now().Add(time.Duration(300+dice.IntN(900)) * time.Millisecond)
		for time.Now().Before(until) {
			messages = append(messages, s.load(places[dice.IntN(channels)].ID, len(messages)))
			time.Sleep(time.Duration(dice.IntN(60)) * time.Millisecond)
		}
		p.kill()
		p.leases()
		messages = append(messages, s.load(places[dice.IntN(channels)].ID, len(messages))) // while it is dead
		p.run()
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
	p.kill()
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
	p := build(t, s)
	out, err := p.command("discord", "register").CombinedOutput()
	if err != nil || len(s.Commands()) != 2 || !strings.Contains(string(out), "https://discord.com/oauth2/authorize?client_id="+s.AppID) {
		t.Fatalf("%v: %s", err, out)
	}
	p.run()
	s.connected()
	m := s.load(s.channel.ID, 1)
	s.until("it is answered", func() bool { return s.answers(m) == 1 })
	if n := len(s.Calls(discordfake.CreateCommand)); n != 2 {
		t.Errorf("%d commands were registered, want 2", n)
	}
	s.must(p.cmd.Process.Signal(os.Interrupt))
	s.must(p.cmd.Wait())
	ctx, cancel := context.WithTimeout(t.Context(), testPatience)
	defer cancel()
	s.must(s.Until(ctx, func() bool { return !s.Connections()[0].Ended.IsZero() }))
	if code := s.Connections()[0].Code; code == 0 || code == 1000 || code == 1001 {
		t.Errorf("closed with %d, after which nothing can be resumed", code)
	}
}
