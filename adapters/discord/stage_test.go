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

// A stage is a bot connected to a fake of Discord.
type stage struct {
	*discordfake.Server
	*chattest.Core
	t       testing.TB
	discord *Discord
	path    string
	channel discordfake.Channel
	kim     *discordfake.Person // uses Korean
	alex    *discordfake.Person // uses English
	policy  bot.Policy
	waits   bool // whether start waits until the bot is connected
	options func(*Options)
	setup   func(*Discord) // changes the adapter before Run
}

// fastPace returns short waits of the gateway.
func fastPace() discordapi.Pace {
	return discordapi.Pace{
		Handshake: time.Second, MinBackoff: 5 * time.Millisecond, MaxBackoff: 50 * time.Millisecond,
		InvalidSession: 5 * time.Millisecond, Opens: 10000,
	}
}

// newStage starts a fake with a channel and two users, and a bot.
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

// newScene is like newStage without the bot.
func newScene(t testing.TB, o discordfake.Options) *stage {
	t.Helper()
	s := &stage{Server: discordfake.New(t, o), t: t, path: filepath.Join(t.TempDir(), "test.db"), policy: bot.DefaultPolicy(), waits: true, options: func(*Options) {}, setup: func(*Discord) {}}
	s.alex = s.Person(discordfake.User{Name: "alex", Locale: "en-US"})
	s.kim = s.Person(discordfake.User{Name: "kim", Locale: "ko"})
	s.channel = s.AddChannel(discordfake.Channel{Name: "backup-support"})
	return s
}

// start starts a bot on the stage's database.
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

// connected waits until the bot has a session and has registered its commands.
func (s *stage) connected() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), chattest.Patience)
	defer cancel()
	s.must(s.Connected(ctx))
	s.until("the commands are registered", func() bool { return len(s.Commands()) == 3 })
}

// restart stops the bot and starts it again.
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

// until waits until a condition holds.
func (s *stage) until(what string, holds func() bool) {
	s.t.Helper()
	chattest.Until(s.t, s.Server, what, holds, func() string { return s.shown(s.alex) + s.shown(s.kim) })
}

// shown returns everything that a user sees.
func (s *stage) shown(p *discordfake.Person) string { return chattest.Plain(p.Visible()) }

// sees waits until a user sees a text.
func (s *stage) sees(p *discordfake.Person, text string) {
	s.t.Helper()
	s.until(p.Name+" sees "+text, func() bool { return strings.Contains(s.shown(p), text) })
}

// quiet waits until all events are handled and no post is waiting.
func (s *stage) quiet() {
	s.t.Helper()
	s.settled()
	ctx, cancel := context.WithTimeout(context.Background(), chattest.Patience)
	defer cancel()
	s.must(s.Bot.Drain(ctx, adapterName))
}

// settled waits until the bot has received and handled all events.
func (s *stage) settled() {
	s.t.Helper()
	chattest.Poll(s.t, "all is received and handled", func() bool { return s.received() && !s.discord.busy() })
}

// received reports whether the bot has received all events of its session.
func (s *stage) received() bool {
	all := s.Sessions()
	mine := s.discord.client.Session()
	i := slices.IndexFunc(all, func(one discordfake.Session) bool { return one.ID == mine.ID })
	return i >= 0 && all[i].Seq == mine.Seq
}

// busy reports whether events are being handled.
func (d *Discord) busy() bool {
	return !d.intake.Idle()
}

// startWalkthrough makes alex paste an error, and returns the message once the
// first question is shown.
func (s *stage) startWalkthrough() discordfake.Message {
	s.t.Helper()
	m := s.alex.Say(s.channel.ID, chattest.Coordinator)
	s.sees(s.alex, "Which domain is FS-11")
	s.quiet()
	return m
}

// presses makes a user press the newest button with the label.
func (s *stage) presses(p *discordfake.Person, label string) {
	s.t.Helper()
	s.must(p.Press(label))
}
