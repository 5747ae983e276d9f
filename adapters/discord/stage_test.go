package discord

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordapi"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
)

// A stage is a bot on a fake Discord.
type stage struct {
	*discordfake.Server
	*chattest.Core
	t       testing.TB
	discord *Discord
	path    string
	channel discordfake.Channel
	kim     *discordfake.Person // Korean
	alex    *discordfake.Person // English
	policy  bot.Policy
	waits   bool // start waits for a connection
	options func(*Options)
	setup   func(*Discord) // before it runs
}

// fastPace is a link without long waits.
func fastPace() discordapi.Pace {
	return discordapi.Pace{
		Handshake: time.Second, MinBackoff: 5 * time.Millisecond, MaxBackoff: 50 * time.Millisecond,
		InvalidSession: 5 * time.Millisecond, Opens: 10000,
	}
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
		if err := s.End(); err != nil {
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

// start runs a bot on the stage's database.
func (s *stage) start() {
	s.t.Helper()
	s.Core = chattest.NewCore(s.t, s.path, s.policy)
	o := Options{
		Token: func() string { return s.Token }, APIURL: s.APIURL(), CDNURL: s.CDNURL(), Register: true,
		Inbox: s.DB.Inbox("discord"), Library: s.Bot, Log: s.Log, pace: fastPace(),
	}
	s.options(&o)
	a, err := New(o)
	s.must(err)
	s.discord = a
	s.setup(s.discord)
	s.Run(s.discord)
	if s.waits {
		s.connected()
		s.settled()
	}
}

// connected waits until the bot has a session, and its commands.
func (s *stage) connected() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), chattest.Patience)
	defer cancel()
	s.must(s.Connected(ctx))
	s.until("the commands are registered", func() bool { return len(s.Commands()) == 2 })
}

// restart ends the bot and starts it again.
func (s *stage) restart() {
	s.t.Helper()
	s.must(s.End())
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

// shown is all that a person sees, as text.
func (s *stage) shown(p *discordfake.Person) string { return chattest.Plain(p.Visible()) }

// sees waits until a person sees a text.
func (s *stage) sees(p *discordfake.Person, text string) {
	s.t.Helper()
	s.until(p.Name+" sees "+text, func() bool { return strings.Contains(s.shown(p), text) })
}

// quiet waits until everything is acknowledged and nothing waits to be posted.
func (s *stage) quiet() {
	s.t.Helper()
	s.settled()
	ctx, cancel := context.WithTimeout(context.Background(), chattest.Patience)
	defer cancel()
	s.must(s.Bot.Drain(ctx, adapterName))
}

// settled waits until the bot has received and handled all that happened.
func (s *stage) settled() {
	s.t.Helper()
	chattest.Poll(s.t, "all is received and handled", func() bool { return s.received() && !s.discord.busy() })
}

// received reports whether all events came and need not come again.
func (s *stage) received() bool {
	all := s.Sessions()
	mine := s.discord.client.Session()
	i := slices.IndexFunc(all, func(one discordfake.Session) bool { return one.ID == mine.ID })
	return i >= 0 && all[i].Seq == mine.Seq
}

// busy reports whether something is not handled yet.
func (d *Discord) busy() bool {
	return !d.intake.Idle()
}

// startWalkthrough lets alex begin a walkthrough in the channel, up to its first question.
func (s *stage) startWalkthrough() discordfake.Message {
	s.t.Helper()
	m := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which fits FS-11")
	s.quiet()
	return m
}

// presses presses the newest button with the label.
func (s *stage) presses(p *discordfake.Person, label string) {
	s.t.Helper()
	s.must(p.Press(label))
}
