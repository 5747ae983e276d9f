package slack

import (
	"log/slog"
	"testing"
	"time"

	"mabsbot/adapters/slack/slackfake"
	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
)

// TestAdapter checks the contract of bot.Adapter.
func TestAdapter(t *testing.T) {
	bottest.TestAdapter(t, func(t *testing.T) bottest.Rig {
		fake := slackfake.New(t, slackfake.Options{})
		alex := fake.Person(slackfake.User{Name: "alex"})
		b := bot.New(nil, nil, bot.DefaultPolicy(), nil, nil, slog.New(slog.DiscardHandler))
		a, err := New(Options{
			Mode: Socket, BotToken: func() string { return fake.BotToken }, AppToken: func() string { return fake.AppToken },
			APIURL: fake.URL(), Inbox: store.NewMemory().Inbox("slack"), Library: b,
		})
		if err != nil {
			t.Fatal(err)
		}
		a.timing, a.pacer.interval = fastTiming(), time.Millisecond
		s := &stage{Server: fake, t: t, alex: alex, kim: alex}
		return bottest.Rig{
			Adapter:    a,
			Idempotent: true,
			Say: func(text string) {
				s.until("the bot is connected", func() bool { return fake.Sockets() > 0 })
				alex.DM(text)
			},
			Shown: func() string { return s.shown(alex) },
		}
	})
}
