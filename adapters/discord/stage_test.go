package discord

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

var (
	long = flag.Bool("long", false, "run the long form of tests that repeat")
)

// testPatience is how long a test waits for what must happen.
const testPatience = 60 * time.Second

// A stage is a bot on a fake Discord.
type stage struct {
	*discordfake.Server
	t       testing.TB
	discord *Discord
	bot     *bot.Bot
	db      *store.SQL
	path    string
	channel discordfake.Channel
	kim     *discordfake.Person // Korean
	alex    *discordfake.Person // English
	ended   func() error        // ends the bot and returns what Run returned
	waitEnd func() error        // waits until the bot ends by itself
	policy  bot.Policy
	waits   bool // start waits for a connection
	options func(*Options)
	setup   func(*Discord) // before it runs
}

// fastPace is a link without long waits.
func fastPace() pace {
	p := defaultPace()
	p.hello, p.first, p.most, p.invalid, p.identify, p.opens = time.Second, 5*time.Millisecond, 50*time.Millisecond, 5*time.Millisecond, 0, 10000
	return p
}

// newStage starts a fake, a channel with two people in it, and a bot.
func newStage(t testing.TB, o discordfake.Options, change ...func(*stage)) *stage {
	t.Helper()
	s := newScene(t, o)
	for _, c := range change {
		c(s)
	}
	s.start()
	t.Cleanup(func() {
		if err := s.ended(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return s
}

// newScene is a stage without a bot.
func newScene(t testing.TB, o discordfake.Options) *stage {
	t.Helper()
	s := &stage{Server: discordfake.New(t, o), t: t, path: filepath.Join(t.TempDir(), "test.db"), policy: bot.DefaultPolicy(), waits: true, options: func(*Options) {}, setup: func(*Discord) {}}
	s.alex = s.Person(discordfake.User{Name: "alex", Locale: "en-US"})
	s.kim = s.Person(discordfake.User{Name: "kim", Locale: "ko"})
	s.channel = s.AddChannel(discordfake.Channel{Name: "backup-support"})
	return s
}

// builtin is the knowledge base, loaded once.
var builtin = sync.OnceValues(func() (*kb.Base, error) {
	return kb.Load(kb.Layer{Name: "kb/entries", FS: kb.Builtin()})
})

func testBase(t testing.TB) *kb.Base {
	t.Helper()
	base, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// start runs a bot on the stage's database.
func (s *stage) start() {
	s.t.Helper()
	db, err := store.Open(context.Background(), s.path, []byte(strings.Repeat("k", store.KeySize)))
	s.must(err)
	locales, err := bot.LoadLocales()
	s.must(err)
	base := testBase(s.t)
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	s.db, s.bot = db, bot.New(func() *kb.Base { return base }, locales, s.policy, db, db, log)
	o := Options{
		Token: func() string { return s.Token }, APIURL: s.APIURL(), CDNURL: s.CDNURL(), Register: true,
		Inbox: db.Inbox("discord"), Library: s.bot, Log: log,
	}
	s.options(&o)
	s.discord, err = New(o)
	s.must(err)
	s.discord.pace = fastPace()
	s.setup(s.discord)
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- s.bot.Run(ctx, s.discord) }()
	s.ended = sync.OnceValue(func() error { cancel(); return errors.Join(<-ran, db.Close()) })
	s.waitEnd = func() error {
		err := <-ran
		ran <- nil // for ended
		return err
	}
	if s.waits {
		s.connected()
		s.settled()
	}
}

// connected waits until the bot has a session, and its commands.
func (s *stage) connected() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testPatience)
	defer cancel()
	s.must(s.Connected(ctx))
	s.until("the commands are registered", func() bool { return len(s.Commands()) == 2 })
}

// restart ends the bot and starts it again.
func (s *stage) restart() {
	s.t.Helper()
	s.must(s.ended())
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
	ctx, cancel := context.WithTimeout(context.Background(), testPatience)
	defer cancel()
	if err := s.Until(ctx, holds); err != nil {
		s.t.Fatalf("never: %s\nshown:\n%s", what, s.shown(s.alex)+s.shown(s.kim))
	}
}

// soon waits until something holds of the bot, which the fake does not notice.
func (s *stage) soon(what string, holds func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testPatience)
	defer cancel()
	for !holds() {
		if chat.Sleep(ctx, time.Millisecond) != nil {
			s.t.Fatalf("never: %s", what)
		}
	}
}

// shown is all that a person sees, as text.
func (s *stage) shown(p *discordfake.Person) string {
	var b strings.Builder
	for _, m := range p.Visible() {
		b.WriteString(m.Plain() + "\n--\n")
	}
	return b.String()
}

// sees waits until a person sees a text.
func (s *stage) sees(p *discordfake.Person, text string) {
	s.t.Helper()
	s.until(p.Name+" sees "+text, func() bool { return strings.Contains(s.shown(p), text) })
}

// quiet waits until everything is acknowledged and nothing waits to be posted.
func (s *stage) quiet() {
	s.t.Helper()
	s.settled()
	ctx, cancel := context.WithTimeout(context.Background(), testPatience)
	defer cancel()
	s.must(s.bot.Drain(ctx, adapterName))
}

// settled waits until the bot has received and handled all that happened.
func (s *stage) settled() {
	s.t.Helper()
	s.soon("all is received and handled", func() bool { return s.received() && !s.discord.busy() })
}

// received reports whether all events came and need not come again.
func (s *stage) received() bool {
	all := s.Sessions()
	mine := s.discord.progress.safe()
	i := slices.IndexFunc(all, func(one discordfake.Session) bool { return one.ID == mine.ID })
	return i >= 0 && all[i].Seq == mine.Seq
}

// busy reports whether something is not handled yet.
func (d *Discord) busy() bool {
	return !d.pages.Idle() || !d.quick.Idle() || !d.later.Idle()
}

// walks lets alex begin a walkthrough in the channel, up to its first question.
func (s *stage) walks() discordfake.Message {
	s.t.Helper()
	m := s.alex.Say(s.channel.ID, coordinator)
	s.sees(s.alex, "Which fits FS-11")
	s.quiet()
	return m
}

// presses presses the newest button with the label.
func (s *stage) presses(p *discordfake.Person, label string) {
	s.t.Helper()
	s.must(p.Press(label))
}

const (
	coordinator = "pushing the agent dies with `The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11.corp.example. (ID 319) The RPC server is unavailable (0x800706BA)`"
	policyKo    = "정책에서 보존 기간을 줄이려는데 내부 서비스 오류[0x29834] 나오면서 안 됩니다"
)
