package discord

import (
	"strings"
	"testing"

	"mabsbot/adapters/discord/discordfake"
)

// TestBotsByChat checks that an administrator names bots by a mention, an ID or the name
// of a webhook, and that a person is refused.
func TestBotsByChat(t *testing.T) {
	var alerts *discordfake.Person
	s := newStage(t, discordfake.Options{}, func(s *stage) {
		alerts = s.Person(discordfake.User{Name: "alerts", Bot: true})
		s.policy.Admins = []string{adapterName + ":" + s.alex.ID}
	})
	typed := func(command, want string) {
		t.Helper()
		if err := s.alex.Command(s.channel.ID, "/mabs admin bots "+command); err != nil {
			t.Fatal(err)
		}
		s.quiet()
		shown := s.alex.Visible()
		if got := shown[len(shown)-1].Plain(); !strings.Contains(got, want) {
			t.Errorf("%s: got %s\nwant %q", command, got, want)
		}
	}
	typed("+<@"+s.kim.ID+">", "I find no bot")
	typed("+hook", "I find no bot “hook”")
	typed("+<@"+alerts.ID+">", "alerts (`"+alerts.ID+"`)")
	typed("-"+alerts.ID, "I ignore them")
	hook := s.kim.PostWebhook(s.channel.ID, "hook", "all is well")
	s.quiet()
	typed("+hook", "hook (`"+hook.User+"`)")
}
