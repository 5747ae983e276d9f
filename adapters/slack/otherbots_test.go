package slack

import (
	"strings"
	"testing"

	"mabsbot/adapters/slack/slackfake"
)

// TestBotsByChat checks that a bot that is mentioned is answered, although its messages
// have another ID than its mention, and that a webhook is known by its name.
func TestBotsByChat(t *testing.T) {
	const paste = "Azure Backup Agent was unable to connect to the Azure Backup service (ID: 100050)"
	var alerts *slackfake.Person
	s := newStage(t, slackfake.Options{}, func(s *stage) {
		alerts = s.Person(slackfake.User{Name: "alerts", Bot: true})
		s.policy.Admins = []string{adapterName + ":" + s.alex.ID}
	})
	typed := func(command, want string) {
		t.Helper()
		before := len(s.alex.Ephemerals())
		if err := s.alex.Command(s.channel.ID, "/mabs admin bots "+command); err != nil {
			t.Fatal(err)
		}
		s.until("the command is answered", func() bool { return len(s.alex.Ephemerals()) > before })
		if got := s.alex.Ephemerals()[before].Plain(); !strings.Contains(got, want) {
			t.Errorf("%s: got %s\nwant %q", command, got, want)
		}
	}
	alerts.Say(s.channel.ID, paste)
	s.quiet()
	if said := s.said(s.channel.ID); strings.Contains(said, "100050") && strings.Contains(said, "Recognized") {
		t.Fatalf("a bot is answered that is not listed: %s", said)
	}
	typed("+@alex", "I find no bot “@alex”, so I changed nothing")
	typed("+hook", "I find no bot “hook”")
	typed("+@alerts", "alerts (`B"+alerts.ID+"`)")
	alerts.Say(s.channel.ID, paste+" again")
	s.quiet()
	if _, ok := s.alex.Newest("Get a person"); !ok {
		t.Error("the bot that was mentioned is not answered")
	}
	s.kim.PostWebhook(s.channel.ID, "all is well")
	s.quiet()
	typed("+kim", "kim (`B"+s.kim.ID+"`)") // the name of the webhook
	typed("-alerts -kim", "I ignore them")
}
