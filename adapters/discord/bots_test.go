package discord

import (
	"testing"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/chat/chattest"
	"mabsbot/adapters/discord/discordfake"
	"mabsbot/bot"
)

// TestOtherBots checks that the bot does not answer replies of other bots, even
// of an allowed one, because the two could loop forever.
func TestOtherBots(t *testing.T) {
	s := newStage(t, discordfake.Options{}, noRepeatWindow)
	echo := s.Person(discordfake.User{Name: "echo", Bot: true})
	s.must(s.End())
	s.policy.Channels = map[string]bot.ChannelPolicy{s.channel.ID: {Mode: bot.ModeOn, Bots: []string{echo.ID}}}
	s.start()
	echo.Say(s.channel.ID, chattest.Coordinator) // as an alert
	heard := map[string]bool{}
	for range 5 {
		s.quiet()
		for _, m := range s.BotMessages() {
			if !heard[m.ID] {
				heard[m.ID] = true
				echo.Say(m.Channel, "@mabsbot "+chattest.Coordinator)
				echo.Reply(m, "next")
			}
		}
	}
	if n := len(s.BotMessages()); n == 0 || n > 2 {
		t.Errorf("%d messages of the bot, want 1 or 2:\n%s", n, s.shown(s.alex))
	}
}

// TestMirroringBots checks that two allowed bots that copy every message of the
// bot to the channel get no answers, and that users still do.
func TestMirroringBots(t *testing.T) {
	var mirrors []*discordfake.Person
	s := newStage(t, discordfake.Options{}, noRepeatWindow, func(s *stage) {
		policy := bot.ChannelPolicy{}
		for _, name := range []string{"mirror", "bridge"} {
			m := s.Person(discordfake.User{Name: name, Bot: true})
			mirrors, policy.Bots = append(mirrors, m), append(policy.Bots, m.ID)
		}
		s.policy.Channels = map[string]bot.ChannelPolicy{s.channel.ID: policy}
	})
	seen := map[string]bool{}
	copyAll := func() {
		for range 4 {
			s.quiet()
			for _, m := range s.BotMessages() {
				if seen[m.ID] || m.Plain() == "" { // the system message about a thread has no text
					continue
				}
				seen[m.ID] = true
				for _, mirror := range mirrors {
					mirror.Say(s.channel.ID, chat.CutBytes(m.Plain(), 2000))
				}
			}
		}
	}
	s.alex.Say(s.channel.ID, chattest.Coordinator)
	copyAll()
	s.kim.Say(s.channel.ID, chattest.PolicyKo)
	copyAll()
	if len(seen) != 2 {
		t.Errorf("%d answers, want one for each user:\n%s", len(seen), s.shown(s.alex))
	}
}
