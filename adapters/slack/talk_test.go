package slack

import (
	"testing"

	"mabsbot/adapters/slack/slackfake"
)

// A paste in a channel, answered in its thread, walked through by buttons and
// words.
func TestPaste(t *testing.T) {
	s := newStage(t, slackfake.Options{})
	m := s.alex.Say(s.channel.ID, coordinator)
	s.sees(s.alex, "Which fits FS-11.corp.example?")
	s.presses(s.alex, "Same or trusted domain")
	s.sees(s.alex, "Step 1 of 4")
	s.sees(s.alex, "Same or trusted domain ✓ alex")
	s.alex.Reply(m, "nope same thing")
	s.sees(s.alex, "Step 2 of 4")
	for _, one := range s.Thread(m) {
		t.Log("\n" + one.Plain())
	}
}
