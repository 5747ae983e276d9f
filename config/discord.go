package config

import (
	"net/url"
	"regexp"
	"strings"
)

// Discord configures the Discord adapter, which runs only if a token is set.
type Discord struct {
	Token             Secret `mapstructure:"token"`
	TokenFile         string `mapstructure:"token_file" usage:"file that contains discord.token"`
	ApplicationID     string `mapstructure:"application_id" usage:"ID of the Discord application (default: requested from Discord)"`
	APIURL            string `mapstructure:"api_url" usage:"address of Discord's API, for a proxy"`
	CDNURL            string `mapstructure:"cdn_url" usage:"another host that attachments may come from"`
	EscalationChannel string `mapstructure:"escalation_channel" usage:"ID of the Discord channel that receives requests for a person"`
	Register          bool   `mapstructure:"register" usage:"register changed commands at startup"`
}

// Enabled reports whether a token is set.
func (d Discord) Enabled() bool { return d.Token.IsSet() }

func defaultDiscord() Discord { return Discord{Register: true} }

// snowflake matches Discord's IDs, 64-bit numbers:
// https://discord.com/developers/docs/reference#snowflakes
var snowflake = regexp.MustCompile(`^[0-9]{1,20}$`)

func checkDiscord(c *Config, wrong func(key, text string)) {
	d := c.Discord
	for key, address := range map[string]string{"discord.api_url": d.APIURL, "discord.cdn_url": d.CDNURL} {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
			wrong(key, "want an address that begins with https://")
		}
	}
	if d.EscalationChannel != "" && !snowflake.MatchString(d.EscalationChannel) {
		wrong("discord.escalation_channel", "want the ID of a channel such as 112233445566778899: in Discord, Settings, Advanced, Developer Mode, then \"Copy Channel ID\" in the channel's menu")
	}
	if d.ApplicationID != "" && !snowflake.MatchString(d.ApplicationID) {
		wrong("discord.application_id", "want the \"Application ID\" from the application's page \"General Information\", which is a number")
	}
	switch token := d.Token.Reveal(); {
	case !d.Enabled() && d.ApplicationID != "":
		wrong("discord.token", "discord.application_id is given; want the bot's token as well")
	case strings.HasPrefix(token, "Bot "):
		wrong("discord.token", "want the token only, without the word Bot before it")
	case d.Enabled() && strings.ContainsAny(token, " \t\n"):
		wrong("discord.token", "want the token from the application's page \"Bot\", which contains no spaces")
	}
}
