package discord

import (
	"log/slog"
	"testing"

	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
)

// TestAdapter checks the contract of bot.Adapter.
func TestAdapter(t *testing.T) {
	bottest.TestAdapter(t, func(t *testing.T) bottest.Rig {
		fake := discordfake.New(t, discordfake.Options{})
		alex := fake.Person(discordfake.User{Name: "alex"})
		b := bot.New(nil, nil, bot.DefaultPolicy(), nil, nil, slog.New(slog.DiscardHandler))
		a, err := New(Options{
			Token: func() string { return fake.Token }, APIURL: fake.APIURL(), Inbox: store.NewMemory().Inbox("discord"), Library: b, pace: fastPace(),
		})
		if err != nil {
			t.Fatal(err)
		}
		s := &stage{Server: fake, t: t, alex: alex, kim: alex}
		return bottest.Rig{
			Adapter:    a,
			Idempotent: true,
			Say: func(text string) {
				s.must(fake.Connected(t.Context()))
				alex.DM(text)
			},
			Shown: func() string { return s.shown(alex) },
		}
	})
}
