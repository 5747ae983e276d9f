package config

import (
	"net/url"
	"strings"
)

// Slack says how the bot serves a workspace of Slack. Without a bot token it
// serves none.
type Slack struct {
	BotToken          Secret `mapstructure:"bot_token"`
	BotTokenFile      string `mapstructure:"bot_token_file" usage:"file that holds slack.bot_token"`
	Mode              string `mapstructure:"mode" usage:"how Slack is connected: socket or http"` // SlackSocket or SlackHTTP
	AppToken          Secret `mapstructure:"app_token"`                                           // needed for SlackSocket
	AppTokenFile      string `mapstructure:"app_token_file" usage:"file that holds slack.app_token"`
	SigningSecret     Secret `mapstructure:"signing_secret"` // needed for SlackHTTP
	SigningSecretFile string `mapstructure:"signing_secret_file" usage:"file that holds slack.signing_secret"`
	APIURL            string `mapstructure:"api_url" usage:"address of Slack's Web API, for GovSlack or a proxy"`
	EscalationChannel string `mapstructure:"escalation_channel" usage:"id of the Slack channel where people are asked for"`
}

// The modes of Slack.
const (
	SlackSocket = "socket" // the bot connects to Slack
	SlackHTTP   = "http"   // Slack sends requests to HTTP.Addr
)

// Enabled reports whether there is a workspace to serve.
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
		wrong("slack.escalation_channel", "want the id of a channel such as C0123456789, which stands at the end of its details")
	}
	switch {
	case !s.Enabled() && s.AppToken.IsSet():
		wrong("slack.bot_token", "slack.app_token is given; want the bot's token (xoxb-…), too")
	case !s.Enabled() && s.SigningSecret.IsSet():
		wrong("slack.bot_token", "slack.signing_secret is given; want the bot's token (xoxb-…), too")
	case strings.HasPrefix(s.BotToken.Reveal(), "xapp-"):
		wrong("slack.bot_token", "it is an app-level token; want the «Bot User OAuth Token» (xoxb-…) of «OAuth & Permissions»")
	case s.Enabled() && s.Mode == SlackSocket && !s.AppToken.IsSet():
		wrong("slack.app_token", "want an app-level token (xapp-…) with the permission connections:write, or slack.mode http")
	case strings.HasPrefix(s.AppToken.Reveal(), "xoxb-"):
		wrong("slack.app_token", "it is a bot token; want the app-level token (xapp-…) of «Basic Information»")
	case s.Enabled() && s.Mode == SlackHTTP && !s.SigningSecret.IsSet():
		wrong("slack.signing_secret", "want the «Signing Secret» of «Basic Information», without which anybody could send requests")
	}
}
