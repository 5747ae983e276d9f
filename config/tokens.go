package config

import "regexp"

// A tokenForm is the form that a platform gives to a secret. Platforms may change it,
// so another form is a warning and no mistake.
type tokenForm struct {
	key, want string
	form      *regexp.Regexp
	secret    func(*Config) Secret
}

// tokenForms has the forms that Slack and Discord document:
// https://docs.slack.dev/authentication/tokens,
// https://docs.slack.dev/authentication/verifying-requests-from-slack,
// https://discord.com/developers/docs/reference#authentication.
var tokenForms = []tokenForm{
	{
		"slack.bot_token", "xoxb- and numbers and letters, joined by hyphens",
		regexp.MustCompile(`^(xoxe\.)?xoxb(-[0-9A-Za-z]+)+$`), func(c *Config) Secret { return c.Slack.BotToken },
	},
	{
		"slack.app_token", "xapp- and numbers and letters, joined by hyphens",
		regexp.MustCompile(`^xapp(-[0-9A-Za-z]+)+$`), func(c *Config) Secret { return c.Slack.AppToken },
	},
	{
		"slack.signing_secret", "32 hexadecimal digits",
		regexp.MustCompile(`^[0-9a-f]{32}$`), func(c *Config) Secret { return c.Slack.SigningSecret },
	},
	{
		"discord.token", "three parts of letters, digits, hyphens and underscores, joined by dots",
		regexp.MustCompile(`^[\w-]{18,}\.[\w-]{6,}\.[\w-]{27,}$`), func(c *Config) Secret { return c.Discord.Token },
	},
}

// UnusualTokens returns a warning for each token whose form is not that of its
// platform, without the token.
func (c *Config) UnusualTokens() Mistakes {
	var all Mistakes
	for _, f := range tokenForms {
		if s := f.secret(c); s.IsSet() && !f.form.MatchString(s.Reveal()) {
			all = append(all, Mistake{Place: f.key, Text: "it does not look like one: want " + f.want})
		}
	}
	return all
}
