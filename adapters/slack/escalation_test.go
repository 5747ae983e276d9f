package slack

import (
	"strings"
	"testing"

	"mabsbot/adapters/slack/slackfake"
)

// TestEscalationByChat checks that an administrator names the channel of the team by a
// mention, and that one without the bot is refused.
func TestEscalationByChat(t *testing.T) {
	var team slackfake.Channel
	s := newStage(t, slackfake.Options{}, func(s *stage) {
		team = s.AddChannel(slackfake.Channel{Name: "team", Members: []string{s.kim.ID}})
		s.AddChannelWithoutBot(slackfake.Channel{Name: "without", Members: []string{s.kim.ID}})
		s.policy.Admins = []string{adapterName + ":" + s.alex.ID}
	})
	set := func(channel, want string) {
		t.Helper()
		before := len(s.alex.Ephemerals())
		if err := s.alex.Command(s.channel.ID, "/mabs admin escalation "+channel); err != nil {
			t.Fatal(err)
		}
		s.until("the command is answered", func() bool { return len(s.alex.Ephemerals()) > before })
		if got := s.alex.Ephemerals()[before].Plain(); !strings.Contains(got, want) {
			t.Errorf("%s: got %s\nwant %q", channel, got, want)
		}
	}
	set("#without", "I can't post in the channel")
	set("C00000000", "I can't post in the channel")
	set("#unknown", "I can't post in the channel") // not a mention
	set("#team", "go to the channel `"+team.ID+"`")
	s.alex.Say(s.channel.ID, "Azure Backup Agent was unable to connect to the Azure Backup service (ID: 100050)")
	s.quiet()
	m, _ := s.alex.Newest("Get a person")
	if err := s.alex.PressOn(m, "Get a person"); err != nil {
		t.Fatal(err)
	}
	s.quiet()
	if got := s.said(team.ID); !strings.Contains(got, "alex needs a person") {
		t.Errorf("the team sees %q", got)
	}
}
