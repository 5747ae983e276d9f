package discord

import (
	"strings"
	"testing"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/discord/discordfake"
)

// TestDiagnose breaks a working installation in one way at a time.
func TestDiagnose(t *testing.T) {
	for name, tt := range map[string]struct {
		fake       discordfake.Options
		change     func(o *Options)
		want, says string // the finding that is not ok, and what it says
	}{
		"nothing":      {discordfake.Options{}, nil, "", ""},
		"the token":    {discordfake.Options{}, func(o *Options) { o.Token = func() string { return "wrong" } }, "failed discord.token", "rejects"},
		"the intent":   {discordfake.Options{NoMessageContent: true}, nil, "warning discord.message_content", "pasted errors"},
		"a permission": {discordfake.Options{Permissions: discordfake.DefaultPermissions &^ discordfake.CreatePublicThreads}, nil, "warning discord.permissions", "Create Public Threads"},
		"the channel":  {discordfake.Options{}, func(o *Options) { o.EscalationChannel = func() string { return "404" } }, "warning discord.escalation_channel", "cannot see"},
		"no channel":   {discordfake.Options{}, func(o *Options) { o.EscalationChannel = func() string { return "" } }, "warning discord.escalation_channel", "not set"},
		"the network":  {discordfake.Options{}, func(o *Options) { o.APIURL = "http://127.0.0.1:1/" }, "failed discord.network", "127.0.0.1:1 does not answer"},
		"the address":  {discordfake.Options{}, func(o *Options) { o.APIURL = "ftp://discord" }, "failed discord.network", "discord.api_url"},
	} {
		t.Run(name, func(t *testing.T) {
			s := discordfake.New(t, tt.fake)
			team := s.AddChannel(discordfake.Channel{Name: "team"})
			o := Options{Token: func() string { return s.Token }, APIURL: s.APIURL(), EscalationChannel: func() string { return team.ID }}
			if err := Register(t.Context(), o, &strings.Builder{}); err != nil {
				t.Fatal(err)
			}
			if tt.change != nil {
				tt.change(&o)
			}
			wantFinding(t, Diagnose(t.Context(), o), tt.want, tt.says)
		})
	}
	s := discordfake.New(t, discordfake.Options{})
	team := s.AddChannel(discordfake.Channel{Name: "team"})
	o := Options{Token: func() string { return s.Token }, APIURL: s.APIURL(), EscalationChannel: func() string { return team.ID }}
	wantFinding(t, Diagnose(t.Context(), o), "warning discord.commands", "not registered as this version has them: mabs, ")
	if n := len(s.Commands()); n != 0 {
		t.Errorf("Diagnose registered %d commands", n)
	}
}

// wantFinding checks that only one finding, or none, is not ok.
func wantFinding(t *testing.T, found []chat.Finding, want, says string) {
	t.Helper()
	var wrong []string
	for _, f := range found {
		if f.Status != chat.FindingOK {
			wrong = append(wrong, string(f.Status)+" "+f.Check+": "+f.Found+" "+f.Do)
		}
	}
	if want == "" && len(wrong) > 0 || want != "" && (len(wrong) != 1 || !strings.HasPrefix(wrong[0], want+": ") || !strings.Contains(wrong[0], says)) {
		t.Errorf("found %q, want %s with %q", wrong, want, says)
	}
}
