package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mabsbot/adapters/discord/discordfake"
	"mabsbot/adapters/slack/slackfake"
)

// serveTimeout bounds every wait for the program. It answers and exits within a
// second unless the machine is busy.
const serveTimeout = 30 * time.Second

// A served program serves Slack, Discord and the console, all on this machine.
type served struct {
	t       *testing.T
	slack   *slackfake.Server
	discord *discordfake.Server
	log     *syncBuffer
	console string // the URL of the console
	stop    func()
	exited  chan error
}

// A syncBuffer is a buffer that is safe for concurrent use.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// serveAll starts the program. settings override or extend its environment.
func serveAll(t *testing.T, settings map[string]string) *served {
	t.Helper()
	p := newServed(t)
	p.start(settings)
	return p
}

// newServed returns a program for start, with its fake platforms already
// running.
func newServed(t *testing.T) *served {
	t.Helper()
	return &served{t: t, slack: slackfake.New(t, slackfake.Options{}), discord: discordfake.New(t, discordfake.Options{}), log: &syncBuffer{}, exited: make(chan error, 1)}
}

func (p *served) start(settings map[string]string) {
	t := p.t
	t.Helper()
	for key, value := range map[string]string{
		"MABSBOT_SLACK_BOT_TOKEN": p.slack.BotToken, "MABSBOT_SLACK_APP_TOKEN": p.slack.AppToken, "MABSBOT_SLACK_API_URL": p.slack.APIURL(),
		"MABSBOT_DISCORD_TOKEN": p.discord.Token, "MABSBOT_DISCORD_API_URL": p.discord.APIURL(),
		"MABSBOT_CONSOLE_ADDR": "127.0.0.1:0", "MABSBOT_OPS_ADDR": "127.0.0.1:0", "MABSBOT_STORE_PATH": filepath.Join(t.TempDir(), "test.db"),
	} {
		t.Setenv(key, value)
	}
	for key, value := range settings {
		t.Setenv(key, value)
	}
	ctx, cancel := context.WithCancel(t.Context())
	p.stop = cancel
	out := &syncBuffer{}
	command := root()
	command.SetArgs(nil)
	command.SetOut(out)
	command.SetErr(p.log)
	go func() { p.exited <- command.ExecuteContext(ctx) }()
	t.Cleanup(func() {
		cancel()
		if t.Failed() {
			t.Log(p.log)
		}
	})
	address := regexp.MustCompile(`http://\S+`)
	p.waitFor("the console serves", func() bool { p.console = address.FindString(out.String()); return p.console != "" })
}

// waitFor waits until holds returns true.
func (p *served) waitFor(what string, holds func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(serveTimeout); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("timeout: %s", what)
		}
	}
}

func (p *served) logs(text string) func() bool {
	return func() bool { return strings.Contains(p.log.String(), text) }
}

// wantAnswer checks that the bot answers an error message that a user pastes.
func (p *served) wantAnswer(platform string) {
	p.t.Helper()
	const paste = "The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11. (ID 319)"
	var shown func() bool
	if platform == "slack" {
		p.waitFor("Slack is connected", func() bool { return p.slack.Sockets() > 0 })
		alex := p.slack.Person(slackfake.User{Name: "alex", Locale: "en-US"})
		alex.Say(p.slack.AddChannel(slackfake.Channel{Name: "support", Members: []string{alex.ID}}).ID, paste)
		shown = func() bool {
			return slices.ContainsFunc(alex.Visible(), func(m slackfake.Message) bool {
				return strings.Contains(m.Plain(), "Agent Coordinator") && m.User != alex.ID
			})
		}
	} else {
		p.waitFor("Discord is connected", func() bool {
			return slices.ContainsFunc(p.discord.Sessions(), func(s discordfake.Session) bool { return s.Connected })
		})
		alex := p.discord.Person(discordfake.User{Name: "alex", Locale: "en-US"})
		alex.Say(p.discord.AddChannel(discordfake.Channel{Name: "support"}).ID, paste)
		shown = func() bool { return len(p.discord.BotMessages()) > 0 }
	}
	p.waitFor(platform+" is answered", shown)
}

// ask returns what the program answers at ops.addr.
func (p *served) ask(path string) string {
	p.t.Helper()
	address := regexp.MustCompile(`msg="ops: serving health and metrics" addr=(\S+)`).FindStringSubmatch(p.log.String())
	if address == nil {
		p.t.Fatal("no address of health and metrics is logged")
	}
	r, err := http.Get("http://" + address[1] + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		p.t.Fatal(r.Status, err)
	}
	return string(body)
}

// wait waits until the program exits and returns its error.
func (p *served) wait() error {
	p.t.Helper()
	select {
	case err := <-p.exited:
		return err
	case <-time.After(serveTimeout):
		p.t.Fatal("timeout: the program exits")
		return nil
	}
}

// TestOnePlatformEnds checks that an adapter that fails permanently leaves the
// other one and the console serving, and that the program exits once both have
// failed.
func TestOnePlatformEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		platform string
		settings map[string]string
		trouble  func(*served)
		want     string
	}{
		"app_uninstalled":   {"slack", nil, func(p *served) { p.slack.RevokeTokens(true) }, "slack: "},
		"tokens_revoked":    {"slack", nil, func(p *served) { p.slack.RevokeTokens(false) }, "slack: "},
		"link_disabled":     {"slack", nil, func(p *served) { p.slack.DisableSocketMode(true) }, "Socket Mode"},
		"wrong bot token":   {"slack", map[string]string{"MABSBOT_SLACK_BOT_TOKEN": "xoxb-wrong"}, nil, "slack.bot_token"},
		"wrong app token":   {"slack", map[string]string{"MABSBOT_SLACK_APP_TOKEN": "xapp-wrong"}, nil, "slack.app_token"},
		"close 4004":        {"discord", nil, func(p *served) { p.discord.CloseConnections(4004) }, "discord.token"},
		"close 4014":        {"discord", nil, func(p *served) { p.discord.CloseConnections(4014) }, "Message Content Intent"},
		"wrong token":       {"discord", map[string]string{"MABSBOT_DISCORD_TOKEN": "wrong"}, nil, "discord.token"},
		"the token revoked": {"discord", nil, func(p *served) { p.discord.Revoke() }, "discord.token"},
	} {
		t.Run(name, func(t *testing.T) {
			p := serveAll(t, tt.settings)
			other := "discord"
			if tt.platform == other {
				other = "slack"
			}
			if tt.trouble != nil {
				p.wantAnswer(tt.platform)
				tt.trouble(p)
			}
			p.waitFor("the adapter ends", p.logs(`msg="bot: adapter ended" adapter=`+tt.platform))
			p.wantAnswer(other)
			for _, want := range []string{"[-]adapter/" + tt.platform + " failed: ended\n", "[+]adapter/" + other + " ok: up\n"} {
				if got := p.ask("/readyz?verbose"); !strings.Contains(got, want) {
					t.Errorf("readyz is %q, want %q", got, want)
				}
			}
			if other == "discord" {
				p.discord.CloseConnections(4004)
			} else {
				p.slack.DisableSocketMode(true)
			}
			err := p.wait()
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), other+": ") {
				t.Errorf("the program exited with %v", err)
			}
			if n := strings.Count(p.log.String(), "adapter ended"); n != 2 {
				t.Errorf("%d ends were logged, want 2", n)
			}
		})
	}
}

// TestOnlyPlatformEnds checks that the program exits with its only platform,
// although the console serves.
func TestOnlyPlatformEnds(t *testing.T) {
	p := serveAll(t, map[string]string{"MABSBOT_DISCORD_TOKEN": ""})
	p.wantAnswer("slack")
	p.slack.RevokeTokens(true)
	if err := p.wait(); err == nil || !strings.Contains(err.Error(), "slack: ") {
		t.Errorf("the program exited with %v", err)
	}
}

// TestRefusedOnce checks that one refused request ends no adapter.
func TestRefusedOnce(t *testing.T) {
	p := serveAll(t, nil)
	p.discord.Fail(discordfake.Fault{Route: discordfake.CreateMessage, Status: 401})
	p.slack.Fail(slackfake.Fault{Method: "chat.postMessage", Error: "invalid_auth"})
	p.wantAnswer("discord")
	p.wantAnswer("slack")
	if got := p.ask("/readyz"); got != "ok\n" {
		t.Errorf("readyz is %q, want \"ok\\n\"", got)
	}
	p.stop()
	if err := p.wait(); err != nil {
		t.Errorf("the program exited with %v", err)
	}
}

// TestMetrics checks that an answer is measured, and logged once, without anything
// about its user.
func TestMetrics(t *testing.T) {
	p := serveAll(t, nil)
	p.wantAnswer("slack")
	var body string
	for _, want := range []string{
		`mabsbot_messages_total{adapter="slack",band="sure"} 1`,
		`mabsbot_events_total{adapter="slack",decision="answered",kind="message"} 1`,
		`mabsbot_answers_total{entry="dpm-agent-coordinator",outcome="answered"} 1`,
		`mabsbot_acknowledge_seconds_count{adapter="slack"} `,
		`mabsbot_posts_total{adapter="slack",again="false",result="delivered"} 1`,
		`mabsbot_answer_seconds_count{adapter="slack"} 1`,
		`mabsbot_adapter_state{adapter="discord",state="up"} 1`,
		`mabsbot_adapter_state{adapter="slack",state="up"} 1`,
		`mabsbot_reconnects_total{adapter="slack"} 0`,
		`mabsbot_backlog_posts{adapter="slack"} 0`,
		`mabsbot_database_up 1`,
		`mabsbot_ready 1`,
	} {
		p.waitFor(want, func() bool { body = p.ask("/metrics"); return strings.Contains(body, "\n"+want) })
	}
	for _, private := range []string{"FS-11", "alex", "support", p.slack.BotToken} {
		if strings.Contains(body, private) {
			t.Errorf("the metrics have %q", private)
		}
	}
	if n := strings.Count(p.log.String(), `msg="bot: event handled" adapter=slack`); n != 1 {
		t.Errorf("%d events are logged", n)
	}
	p.stop()
	if err := p.wait(); err != nil {
		t.Error(err)
	}
}

// TestConsoleAlone checks that the console serves without a platform.
func TestConsoleAlone(t *testing.T) {
	p := serveAll(t, map[string]string{"MABSBOT_DISCORD_TOKEN": "", "MABSBOT_SLACK_BOT_TOKEN": "", "MABSBOT_SLACK_APP_TOKEN": ""})
	if got := p.ask("/readyz"); got != "ok\n" {
		t.Errorf("readyz is %q, want \"ok\\n\"", got)
	}
	p.stop()
	if err := p.wait(); err != nil {
		t.Errorf("the program exited with %v", err)
	}
}

// TestBridge connects a Slack channel and a Discord channel by two bridges that
// copy messages of users and of the bot. A paste is answered once on each side,
// and the copies of the answers are not answered, although repeats are not
// linked.
func TestBridge(t *testing.T) {
	p := newServed(t)
	alex := p.slack.Person(slackfake.User{Name: "alex", Locale: "en-US"})
	toSlack := p.slack.Person(slackfake.User{Name: "bridge"})
	toDiscord := p.discord.Person(discordfake.User{Name: "bridge", Bot: true})
	onSlack := p.slack.AddChannel(slackfake.Channel{Name: "support", Members: []string{alex.ID, toSlack.ID}}).ID
	onDiscord := p.discord.AddChannel(discordfake.Channel{Name: "support"}).ID
	file := filepath.Join(t.TempDir(), "mabsbot.yaml")
	settings := fmt.Sprintf("bot:\n  repeat_window: 0s\n  channels:\n    - {id: %s, bots: [%s]}\n    - {id: %q, bots: [%q]}\n", onSlack, "B"+toSlack.ID, onDiscord, toDiscord.ID)
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	p.start(map[string]string{"MABSBOT_CONFIG": file})
	p.waitFor("both are connected", func() bool { return p.slack.Sockets() > 0 && len(p.discord.Sessions()) > 0 })

	answers := map[string]int{}
	copied := map[string]bool{}
	copyAll := func() {
		for _, m := range p.slack.Messages(onSlack) {
			if !copied[m.TS] && m.Bot != "B"+toSlack.ID {
				if copied[m.TS] = true; m.User != alex.ID {
					answers["slack"]++
				}
				toDiscord.Say(onDiscord, m.Plain())
			}
		}
		for _, m := range p.discord.BotMessages() {
			if !copied[m.ID] && m.Plain() != "" { // Discord's system message about a thread has no text
				copied[m.ID] = true
				answers["discord"]++
				toSlack.PostWebhook(onSlack, m.Plain())
			}
		}
	}
	alex.Say(onSlack, "The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11. (ID 319)")
	p.waitFor("both sides are answered", func() bool { copyAll(); return answers["slack"] > 0 && answers["discord"] > 0 })
	// In 3 s a loop would go around many times.
	for deadline := time.Now().Add(3 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		copyAll()
	}
	if answers["slack"] != 1 || answers["discord"] != 1 {
		t.Errorf("answers: %v, want 1 on each side", answers)
	}
}
