package config

import (
	"net/url"
	"strings"
)

// Slack configures the Slack adapter, which runs only if a bot token is set.
type Slack struct {
	BotToken          Secret `mapstructure:"bot_token"`
	BotTokenFile      string `mapstructure:"bot_token_file" usage:"file that contains slack.bot_token"`
	Mode              string `mapstructure:"mode" usage:"how to connect to Slack: socket or http"` // SlackSocket or SlackHTTP
	AppToken          Secret `mapstructure:"app_token"`                                            // required for SlackSocket
	AppTokenFile      string `mapstructure:"app_token_file" usage:"file that contains slack.app_token"`
	SigningSecret     Secret `mapstructure:"signing_secret"` // required for SlackHTTP
	SigningSecretFile string `mapstructure:"signing_secret_file" usage:"file that contains slack.signing_secret"`
	APIURL            string `mapstructure:"api_url" usage:"address of Slack's Web API, for GovSlack or a proxy"`
	EscalationChannel string `mapstructure:"escalation_channel" usage:"ID of the Slack channel that receives requests for a person"`
}

// The values of Slack.Mode.
const (
	SlackSocket = "socket" // Socket Mode: the bot connects to Slack
	SlackHTTP   = "http"   // Request URLs: Slack sends requests to HTTP.Addr
)

// Enabled reports whether a bot token is set.
func (s Slack) Enabled() bool { return s.BotToken.IsSet() }

func defaultSlack() Slack { return Slack{Mode: SlackSocket} }

func checkSlack(c *Config, wrong func(key, text string)) {
	s := c.Slack
	if s.Mode != SlackSocket && s.Mode != SlackHTTP {
		wrong("slack.mode", "want socket or http")
		return
	}
	if u, err := url.Parse(s.APIURL); s.APIURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		wrong("slack.api_url", "want an address such as https://slack-gov.com/api/")
	}
	if strings.HasPrefix(s.EscalationChannel, "#") {
		wrong("slack.escalation_channel", "want the ID of a channel such as C0123456789, which is at the end of its details")
	}
	switch {
	case !s.Enabled() && s.AppToken.IsSet():
		wrong("slack.bot_token", "slack.app_token is given; want the bot's token (xoxb-…) as well")
	case !s.Enabled() && s.SigningSecret.IsSet():
		wrong("slack.bot_token", "slack.signing_secret is given; want the bot's token (xoxb-…) as well")
	case strings.HasPrefix(s.BotToken.Reveal(), "xapp-"):
		wrong("slack.bot_token", "it is an app-level token; want the \"Bot User OAuth Token\" (xoxb-…) from \"OAuth & Permissions\"")
	case s.Enabled() && s.Mode == SlackSocket && !s.AppToken.IsSet():
		wrong("slack.app_token", "want an app-level token (xapp-…) with the scope connections:write, or slack.mode http")
	case strings.HasPrefix(s.AppToken.Reveal(), "xoxb-"):
		wrong("slack.app_token", "it is a bot token; want the app-level token (xapp-…) from \"Basic Information\"")
	case s.Enabled() && s.Mode == SlackHTTP && !s.SigningSecret.IsSet():
		wrong("slack.signing_secret", "want the \"Signing Secret\" from \"Basic Information\"; without it anyone could send requests")
	}
}
