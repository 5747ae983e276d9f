package config

import (
	"strings"
	"testing"
)

func TestUnusualTokens(t *testing.T) {
	hex := strings.Repeat("0123456789abcdef", 2)
	// Made up, in the forms of the platforms.
	discord := strings.Repeat("A", 24) + ".Cl2FMQ." + strings.Repeat("b_-9", 7)
	slack := "MABSBOT_SLACK_BOT_TOKEN=xoxb-1-2-aB3"
	for _, tt := range []struct {
		environ []string
		want    string // keys of the warnings
	}{
		{nil, ""},
		{[]string{slack, "MABSBOT_SLACK_APP_TOKEN=xapp-1-A1-2-" + hex}, ""},
		{[]string{"MABSBOT_SLACK_BOT_TOKEN=xoxe.xoxb-1-Mi0y", "MABSBOT_SLACK_APP_TOKEN=xapp-1-A1"}, ""},
		{[]string{slack, "MABSBOT_SLACK_MODE=http", "MABSBOT_SLACK_SIGNING_SECRET=" + hex}, ""},
		{[]string{"MABSBOT_DISCORD_TOKEN=" + discord}, ""},
		{[]string{"MABSBOT_DISCORD_TOKEN=hunter2"}, "discord.token"},
		{[]string{"MABSBOT_SLACK_BOT_TOKEN=xoxp-hunter2", "MABSBOT_SLACK_APP_TOKEN=hunter2 "}, "slack.bot_token slack.app_token"},
		{[]string{slack + "\n", "MABSBOT_SLACK_MODE=http", "MABSBOT_SLACK_SIGNING_SECRET=hunter2"}, "slack.bot_token slack.signing_secret"},
	} {
		c, err := Load(nil, tt.environ)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, m := range c.UnusualTokens() {
			keys = append(keys, m.Place)
			if strings.Contains(m.String(), "hunter2") {
				t.Errorf("%q shows the secret", m)
			}
		}
		if got := strings.Join(keys, " "); got != tt.want {
			t.Errorf("%q: warnings about %q, want %q", tt.environ, got, tt.want)
		}
	}
}
