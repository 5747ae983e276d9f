package discord

import (
	"strings"
	"testing"

	"mabsbot/adapters/discord/discordfake"
)

// TestEscalationByChat checks that an administrator names the channel of the team by a
// mention or its ID, and that one that the bot does not see is refused.
func TestEscalationByChat(t *testing.T) {
	var team discordfake.Channel
	s := newStage(t, discordfake.Options{}, func(s *stage) {
		team = s.AddChannel(discordfake.Channel{Name: "team"})
		s.policy.Admins = []string{adapterName + ":" + s.alex.ID}
	})
	set := func(channel, want string) {
		t.Helper()
		if err := s.alex.Command(s.channel.ID, "/mabs admin escalation "+channel); err != nil {
			t.Fatal(err)
		}
		s.quiet()
		shown := s.alex.Visible()
		if got := shown[len(shown)-1].Plain(); !strings.Contains(got, want) {
			t.Errorf("%s: got %s\nwant %q", channel, got, want)
		}
	}
	set("<#112233445566778800>", "I can't post in the channel")
	set("<#"+team.ID+">", team.ID)
	set("off", "go nowhere")
	set(team.ID, team.ID)
}
