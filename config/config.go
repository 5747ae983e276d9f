// Package config loads the configuration from a file, environment variables
// and flags. It imports no other package of this module.
//
// Each section of the configuration has its own file with its keys, defaults
// and checks. Load reads them all and reports every mistake at once.
// example.yaml documents every key for users.
package config

import (
	_ "embed"
	"regexp"
	"strings"
)

// A Config is a valid configuration, as returned by Load.
type Config struct {
	Language string  `mapstructure:"language" usage:"language of answers if neither the message nor the user's settings decide it"` // a tag such as en, ko
	Log      Log     `mapstructure:"log"`
	Store    Store   `mapstructure:"store"`
	KB       KB      `mapstructure:"kb"`
	Console  Console `mapstructure:"console"`
	HTTP     HTTP    `mapstructure:"http"`
	Ops      Ops     `mapstructure:"ops"`
	Slack    Slack   `mapstructure:"slack"`
	Discord  Discord `mapstructure:"discord"`
	Bot      Bot     `mapstructure:"bot"`

	// Warnings are problems that do not keep the bot from running.
	Warnings Mistakes `mapstructure:"-"`

	file string // the file that was read, or ""
}

// Default returns the configuration used when nothing is configured.
func Default() *Config {
	return &Config{
		Language: "en", Log: defaultLog(), Store: defaultStore(), KB: defaultKB(), Console: defaultConsole(),
		HTTP: defaultHTTP(), Ops: defaultOps(), Slack: defaultSlack(), Discord: defaultDiscord(), Bot: defaultBot(),
	}
}

//go:embed example.yaml
var example string

// Example returns a commented configuration file with every key at its default.
func Example() string { return example }

// withoutTeam returns a warning for each platform without a channel for requests
// for a person.
func (c *Config) withoutTeam() Mistakes {
	var all Mistakes
	for _, p := range []struct {
		key     string
		missing bool
	}{
		{"slack.escalation_channel", c.Slack.Enabled() && c.Slack.EscalationChannel == ""},
		{"discord.escalation_channel", c.Discord.Enabled() && c.Discord.EscalationChannel == ""},
	} {
		if p.missing {
			all = append(all, Mistake{Place: p.key, Text: "not set, so \"Get a person\" asks no one: it only gives a summary to pass on"})
		}
	}
	return all
}

// withoutDigest returns a warning for each platform that has a channel for the weekly
// digest and is not served.
func (c *Config) withoutDigest() Mistakes {
	var all Mistakes
	serves := map[string]bool{"slack": c.Slack.Enabled(), "discord": c.Discord.Enabled(), "console": c.Console.Enabled && c.Console.Workspace}
	for _, ch := range c.Bot.Digest.Channels {
		if platform, _, _ := strings.Cut(ch, ":"); !serves[platform] {
			all = append(all, Mistake{Place: "bot.digest.channels", Text: ch + " gets no digest, because " + platform + " is not configured"})
		}
	}
	return all
}

// A check validates one section. For each mistake it calls wrong with the full
// key and a text that completes "console.addr is "x"; …".
type check func(c *Config, wrong func(key, text string))

// checks returns the checks of all sections.
func checks() []check {
	return []check{checkLanguage, checkLog, checkStore, checkKB, checkConsole, checkHTTP, checkOps, checkSlack, checkDiscord, checkBot, checkDigest}
}

// tag matches the common short forms of a BCP 47 language tag.
var tag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

const wantTag = "want a language tag such as en or ko"

func checkLanguage(c *Config, wrong func(key, text string)) {
	if !tag.MatchString(c.Language) {
		wrong("language", wantTag)
	}
}
