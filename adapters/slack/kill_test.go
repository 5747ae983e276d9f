package slack

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot"
	"mabsbot/bot/store/postgrestest"
)

func TestMain(m *testing.M) { chattest.Main(m) }

// build returns the program, which is configured by its environment alone. more takes
// precedence.
func build(s *stage, more ...string) *chattest.Program {
	s.t.Helper()
	database := []string{"MABSBOT_STORE_PATH=" + s.path}
	if s.url != "" {
		database = []string{"MABSBOT_STORE_URL=" + s.url, "MABSBOT_STORE_KEY=" + strings.Repeat("5a", 32)}
	}
	return chattest.Build(s.t, slices.Concat([]string{
		"MABSBOT_SLACK_API_URL=" + s.URL(), "MABSBOT_SLACK_BOT_TOKEN=" + s.BotToken, "MABSBOT_SLACK_APP_TOKEN=" + s.AppToken,
		"MABSBOT_CONSOLE_ENABLED=false", "MABSBOT_BOT_REPEAT_WINDOW=0s",
	}, database, more)...)
}

// database opens the database of the real program, once.
func (s *stage) database() *sql.DB {
	s.t.Helper()
	if s.db != nil {
		return s.db
	}
	driver, name := "sqlite", "file:"+s.path+"?mode=ro&_busy_timeout=5000"
	if s.url != "" {
		driver, name = "pgx", s.url
	}
	db, err := sql.Open(driver, name)
	s.must(err)
	s.t.Cleanup(func() { db.Close() })
	s.db = db
	return db
}

// TestKilled kills the program at random points while users write, reply and read,
// and events arrive late, twice and out of order. Every message and every reply is
// answered once, and the answers of a thread come in the order in which they were
// decided.
//
//	go test ./adapters/slack -run TestKilled -long -v -timeout 60m
func TestKilled(t *testing.T) {
	t.Parallel()
	chattest.Kill(t, func(channels int) chattest.KillRig { return killRig(newKillStage(t), channels, 1) })
}

// TestKilledReplicas is TestKilled with two replicas on PostgreSQL.
func TestKilledReplicas(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	s := newKillStage(t)
	s.url = postgrestest.StartDurable(t).NewDatabase(t)
	chattest.Kill(t, func(channels int) chattest.KillRig { return killRig(s, channels, 2) })
}

// TestDatabaseAway is TestKilledReplicas with a database that crashes, restarts, or is
// cut off, or hangs, instead of programs that are killed.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("processes take seconds")
	}
	server := postgrestest.StartDurable(t)
	s, direct := newKillStage(t), server.NewDatabase(t)
	s.url = direct
	s.database() // not through the network that is cut
	network := server.Proxy(t, direct)
	s.url = network.URL
	chattest.Kill(t, func(channels int) chattest.KillRig {
		rig, nothing, round := killRig(s, channels, 2), func() {}, 0
		rig.Fault = func(*rand.Rand) (mend func()) {
			round++
			switch round % 4 {
			case 0:
				server.Crash(t)
				return nothing
			case 1:
				network.Cut()
			case 2:
				server.Restart(t)
				return nothing
			case 3:
				network.Hang()
			}
			return network.Restore
		}
		return rig
	})
}

// newKillStage returns a stage on which Slack delivers events in disorder, and again
// and again.
func newKillStage(t *testing.T) *stage {
	return newStageWithoutBot(t, slackfake.Options{
		AckTimeout: time.Second, RetryDelays: slices.Repeat([]time.Duration{400 * time.Millisecond}, 1000), Disorder: 300 * time.Millisecond,
	})
}

func killRig(s *stage, channels, replicas int) chattest.KillRig {
	var places []slackfake.Channel
	for i := range channels {
		places = append(places, s.AddChannel(slackfake.Channel{Name: fmt.Sprint("support-", i), Members: []string{s.alex.ID}}))
	}
	var programs []*chattest.Program
	for range replicas {
		programs = append(programs, build(s))
	}
	var all []*conversation
	return chattest.KillRig{
		Programs: programs,
		Ready:    func() {}, // Slack redelivers earlier events
		Say: func(channel, n int) {
			all = append(all, &conversation{stage: s, root: s.load(places[channel].ID, n), said: 1, next: replies[n/3%len(replies)]})
		},
		Reply:   func(n int) bool { return all[n].goOn() },
		Answers: func(n int) (got, want int) { return all[n].answers(), all[n].said },
		Release: s.release,
		Drained: func() bool { return s.Settled() && s.drained() },
		Summary: func() string {
			s.checkOrder()
			acks := s.AckTimes()
			return fmt.Sprintf("acknowledged after p50 %v, p99 %v", acks[len(acks)/2], acks[len(acks)*99/100])
		},
	}
}

// A conversation is a thread that begins with an error.
type conversation struct {
	*stage
	root slackfake.Message
	said int        // messages of the user
	next [][]string // replies that follow, each when all before are answered
}

// replies go on with the walkthrough of AgentError.
var replies = [][][]string{{}, {{"same"}}, {{"same"}, {"didn't help"}}, {{"same"}, {"didn't help", "didn't help"}}}

// goOn says what follows if all before is answered. It reports whether something is
// not answered.
func (c *conversation) goOn() bool {
	if c.answers() < c.said {
		return true
	}
	if len(c.next) == 0 {
		return false
	}
	for _, text := range c.next[0] {
		c.alex.Reply(c.root, text)
		c.said++
	}
	c.next = c.next[1:]
	return true
}

// answers counts the messages of the bot.
func (c *conversation) answers() (n int) {
	for _, m := range c.Thread(c.root) {
		if m.Bot != "" {
			n++
		}
	}
	return n
}

// release ends the claims of dead replicas. They end by themselves after a minute,
// for which the long form waits.
func (s *stage) release(programs []*chattest.Program) {
	s.t.Helper()
	if s.url == "" || *chattest.Long {
		return
	}
	for _, p := range programs {
		p.Kill()
	}
	_, err := s.database().Exec(`UPDATE posts SET claimed_until = 0 WHERE state = 'waiting'`)
	s.must(err)
	for _, p := range programs {
		p.Start()
	}
}

// drained reports whether the program has nothing to send or to handle.
func (s *stage) drained() bool {
	s.t.Helper()
	var n int
	s.must(s.database().QueryRow(`SELECT (SELECT COUNT(*) FROM posts WHERE state = 'waiting' AND delayed = 0) + (SELECT COUNT(*) FROM inbox)`).Scan(&n))
	return n == 0
}

// checkOrder checks that the messages of each thread were sent in the order in which
// they were decided.
func (s *stage) checkOrder() {
	s.t.Helper()
	rows, err := s.database().Query(`SELECT channel, root, ref FROM posts WHERE state = 'sent' AND replaces = '' AND private = 0 ORDER BY seq`)
	s.must(err)
	defer rows.Close()
	last := map[bot.Thread]string{}
	for rows.Next() {
		var thread bot.Thread
		var text string
		s.must(rows.Scan(&thread.Channel, &thread.Root, &text))
		sent, ok := parseRef(text)
		if !ok || sent.ts <= last[thread] {
			s.t.Errorf("%v: %q was sent after %q", thread, text, last[thread])
		}
		last[thread] = sent.ts
	}
	s.must(rows.Err())
	if len(last) == 0 {
		s.t.Error("no thread has a message")
	}
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
