package slack

import (
	"context"
	"database/sql"
	"flag"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot"
)

var update = flag.Bool("update", false, "write the golden files again")

// A stage is a bot on a fake Slack.
type stage struct {
	*slackfake.Server
	*chattest.Core
	t       testing.TB
	slack   *Slack
	path    string  // of the database
	url     string  // of PostgreSQL, if the real program uses it
	db      *sql.DB // of the real program; see database
	channel slackfake.Channel
	kim     *slackfake.Person // Korean
	alex    *slackfake.Person // English
	policy  bot.Policy
	options func(*Options)
	setup   func(*Slack) // before it runs
}

// fastTiming returns short timeouts.
func fastTiming() timing {
	p := defaultTiming()
	p.firstRetry, p.maxRetry, p.crowdedRetry, p.linger = 5*time.Millisecond, 50*time.Millisecond, 200*time.Millisecond, 300*time.Millisecond
	p.maxOpens = 10000
	return p
}

// newStage returns a fake with a bot, and a channel with two users.
func newStage(t testing.TB, o slackfake.Options, change ...func(*stage)) *stage {
	t.Helper()
	s := newStageWithoutBot(t, o)
	for _, c := range change {
		c(s)
	}
	s.start()
	t.Cleanup(func() {
		if err := s.End(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return s
}

// newStageWithoutBot returns a stage without a bot.
func newStageWithoutBot(t testing.TB, o slackfake.Options) *stage {
	t.Helper()
	s := &stage{Server: slackfake.New(t, o), t: t, path: filepath.Join(t.TempDir(), "test.db"), policy: bot.DefaultPolicy(), options: func(*Options) {}, setup: func(*Slack) {}}
	s.alex = s.Person(slackfake.User{Name: "alex", RealName: "Alex Carter", Locale: "en-US"})
	s.kim = s.Person(slackfake.User{Name: "kim", RealName: "김민지", Locale: "ko-KR"})
	s.channel = s.AddChannel(slackfake.Channel{Name: "backup-support", Members: []string{s.alex.ID, s.kim.ID}})
	return s
}

// start runs a bot on the stage's database, and waits until it is connected.
func (s *stage) start() {
	s.t.Helper()
	if s.open() == Socket {
		s.until("the bot is connected", func() bool { return s.Sockets() > 0 })
	}
}

// open runs a bot on the stage's database. It returns the mode.
func (s *stage) open() (mode string) {
	s.t.Helper()
	s.Core = chattest.NewCore(s.t, s.path, s.policy)
	o := Options{
		Mode: Socket, BotToken: func() string { return s.BotToken }, AppToken: func() string { return s.AppToken },
		SigningSecret: func() string { return s.SigningSecret }, APIURL: s.APIURL(), Addr: "127.0.0.1:0",
		Inbox: s.DB.Inbox("slack"), ResponseURLs: s.DB.Inbox("slack response URLs"), Library: s.Bot, Log: s.Log,
	}
	s.options(&o)
	a, err := New(o)
	s.must(err)
	s.slack = a
	s.slack.timing, s.slack.pacer.interval = fastTiming(), time.Millisecond
	s.setup(s.slack)
	s.Run(s.slack)
	return o.Mode
}

// lock holds the database's write lock, as another process might, until release.
func (s *stage) lock() (release func()) {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.path+"?_txlock=immediate&_busy_timeout=5000")
	s.must(err)
	tx, err := db.Begin()
	s.must(err)
	return func() {
		s.must(tx.Rollback())
		s.must(db.Close())
	}
}

// restart ends the bot and starts it again.
func (s *stage) restart() {
	s.t.Helper()
	s.must(s.End())
	s.until("Slack has noticed", func() bool { return s.Sockets() == 0 })
	s.start()
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// until waits until something holds.
func (s *stage) until(what string, holds func() bool) {
	s.t.Helper()
	chattest.Until(s.t, s.Server, what, holds, func() string { return s.shown(s.alex) + s.shown(s.kim) })
}

// shown returns what a user sees, as text.
func (s *stage) shown(p *slackfake.Person) string { return chattest.Plain(p.Visible()) }

// sees waits until a user sees a text.
func (s *stage) sees(p *slackfake.Person, text string) {
	s.t.Helper()
	s.until(p.Name+" sees "+text, func() bool { return strings.Contains(s.shown(p), text) })
}

// quiet waits until everything is acknowledged and posted.
func (s *stage) quiet() {
	s.t.Helper()
	s.until("all is acknowledged", s.Settled)
	s.slack.intake.Later.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), chattest.Patience)
	defer cancel()
	s.must(s.Bot.Drain(ctx, adapterName))
}

// presses presses the newest button with the label.
func (s *stage) presses(p *slackfake.Person, label string) {
	s.t.Helper()
	s.must(p.Press(label))
}
