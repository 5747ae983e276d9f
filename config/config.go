// Package config is what the owner of the bot can set: in a file, in variables
// of the environment and by flags. It imports nothing of this project.
//
// Every section has a file of its own here, with its keys, their defaults and
// what is a mistake in them. Load reads all of it, and tells every mistake at
// once; example.yaml says it all in the words of a user.
package config

import (
	_ "embed"
	"regexp"
)

// A Config is a configuration without mistakes. Get one from Load.
type Config struct {
	Language string  `mapstructure:"language" usage:"language of answers where nothing else tells"` // a tag such as en, ko
	Log      Log     `mapstructure:"log"`
	Store    Store   `mapstructure:"store"`
	KB       KB      `mapstructure:"kb"`
	Console  Console `mapstructure:"console"`
	HTTP     HTTP    `mapstructure:"http"`
	Slack    Slack   `mapstructure:"slack"`
	Discord  Discord `mapstructure:"discord"`
	Bot      Bot     `mapstructure:"bot"`

	// Warnings are what works but should not stay so.
	Warnings Mistakes `mapstructure:"-"`

	file string // that was read, or ""
}

// Default is what holds where nothing is configured.
func Default() *Config {
	return &Config{
		Language: "en", Log: defaultLog(), Store: defaultStore(), KB: defaultKB(), Console: defaultConsole(),
		HTTP: defaultHTTP(), Slack: defaultSlack(), Discord: defaultDiscord(), Bot: defaultBot(),
	}
}

//go:embed example.yaml
var example string

// Example is a commented configuration file that gives every key its default.
func Example() string { return example }

// A check finds the mistakes in the values of a section. It calls wrong with
// the key, whole, and what is wrong with its value.
type check func(c *Config, wrong func(key, text string))

// checks are those of all sections.
func checks() []check {
	return []check{checkLanguage, checkLog, checkStore, checkKB, checkConsole, checkHTTP, checkSlack, checkDiscord, checkBot}
}

// tag is a language tag in its usual short forms (BCP 47).
var tag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

const wantTag = "want a language tag such as en or ko"

func checkLanguage(c *Config, wrong func(key, text string)) {
	if !tag.MatchString(c.Language) {
		wrong("language", wantTag)
	}
}
