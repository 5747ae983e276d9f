package discord

import (
	"testing"

	"mabsbot/adapters/discord/discordfake"
)

// TestLimits checks that the bot answers all of many questions without
// exceeding Discord's rate limits.
func TestLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("the limits of Discord hold for seconds")
	}
	t.Parallel()
	s := newStage(t, discordfake.Options{RateLimits: true}, noRepeatWindow)
	var all []discordfake.Message
	for i := range 14 {
		all = append(all, s.load(s.channel.ID, 3*i))
	}
	for _, m := range all {
		s.until("the message is answered", func() bool { return s.answers(m) == 1 })
	}
	if n := s.InvalidRequests(); n != 0 {
		t.Errorf("%d invalid requests, want 0", n)
	}
}
