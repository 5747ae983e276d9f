package slack

import (
	"slices"
	"strings"
	"testing"

	"mabsbot/adapters/chat"
	"mabsbot/adapters/slack/slackfake"
)

// TestDiagnose breaks a working installation in one way at a time.
func TestDiagnose(t *testing.T) {
	without := func(scope string) slackfake.Options {
		return slackfake.Options{Scopes: slices.DeleteFunc(scopeNames(), func(s string) bool { return s == scope })}
	}
	for name, tt := range map[string]struct {
		fake       slackfake.Options
		change     func(o *Options)
		want, says string // the finding that is not ok, and what it says
	}{
		"nothing":             {slackfake.Options{}, nil, "", ""},
		"the bot token":       {slackfake.Options{}, func(o *Options) { o.BotToken = func() string { return "xoxb-wrong" } }, "failed slack.bot_token", "invalid_auth"},
		"the app token":       {slackfake.Options{}, func(o *Options) { o.AppToken = func() string { return "xapp-wrong" } }, "failed slack.app_token", "connections:write"},
		"the signing secret":  {slackfake.Options{}, func(o *Options) { o.Mode = HTTP }, "skipped slack.signing_secret", "no way to check"},
		"a new scope":         {without("files:read"), nil, "warning slack.scopes", "files:read is not granted: attached logs"},
		"it needs approval":   {without("files:read"), nil, "warning slack.scopes", "an administrator of the workspace may have to approve it"},
		"the scope to answer": {without("chat:write"), nil, "failed slack.scopes", "cannot answer at all"},
		"the channel":         {slackfake.Options{}, func(o *Options) { o.EscalationChannel = func() string { return "C404" } }, "warning slack.escalation_channel", "not found"},
		"no channel":          {slackfake.Options{}, func(o *Options) { o.EscalationChannel = func() string { return "" } }, "warning slack.escalation_channel", "not set"},
		"the network":         {slackfake.Options{}, func(o *Options) { o.APIURL = "http://127.0.0.1:1/" }, "failed slack.network", "127.0.0.1:1 does not answer"},
		"the address":         {slackfake.Options{}, func(o *Options) { o.APIURL = "ftp://slack" }, "failed slack.network", "slack.api_url"},
	} {
		t.Run(name, func(t *testing.T) {
			s := slackfake.New(t, tt.fake)
			team := s.AddChannel(slackfake.Channel{Name: "team"})
			o := Options{
				Mode: Socket, BotToken: func() string { return s.BotToken }, AppToken: func() string { return s.AppToken }, APIURL: s.APIURL(),
				EscalationChannel: func() string { return team.ID },
			}
			if tt.change != nil {
				tt.change(&o)
			}
			var wrong []string
			for _, f := range Diagnose(t.Context(), o) {
				if f.Status != chat.FindingOK {
					wrong = append(wrong, string(f.Status)+" "+f.Check+": "+f.Found+" "+f.Do)
				}
			}
			if tt.want == "" && len(wrong) > 0 || tt.want != "" && (len(wrong) != 1 || !strings.HasPrefix(wrong[0], tt.want+": ") || !strings.Contains(wrong[0], tt.says)) {
				t.Errorf("found %q, want %s with %q", wrong, tt.want, tt.says)
			}
		})
	}
}
