package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Bot says when the bot speaks.
type Bot struct {
	Channels     []Channel     `mapstructure:"channels"`
	DefaultMode  string        `mapstructure:"default_mode" usage:"mode of channels that are not listed: off, shadow, mention or on"`
	RepeatWindow time.Duration `mapstructure:"repeat_window" usage:"how long the same error in the same channel is linked to the first answer"`
	FollowUp     time.Duration `mapstructure:"follow_up" usage:"when to ask whether a fix held; 0 never asks"`
}

// A Channel is what holds in one channel.
type Channel struct {
	ID       string   `mapstructure:"id"`
	Mode     string   `mapstructure:"mode"`     // one of Modes; "" is that of other channels
	Language string   `mapstructure:"language"` // a tag, or "" for what holds elsewhere
	Bots     []string `mapstructure:"bots"`     // ids of other bots whose messages are read there
}

// Modes are the modes of a channel: never; decide and record, but post
// nothing; when mentioned or by command; also when an error is pasted.
func Modes() []string { return []string{"off", "shadow", "mention", "on"} }

// defaultBot has the windows of the product's description.
func defaultBot() Bot {
	return Bot{DefaultMode: "on", RepeatWindow: 10 * time.Minute, FollowUp: 24 * time.Hour}
}

func checkBot(c *Config, wrong func(key, text string)) {
	wantMode := "want one of " + strings.Join(Modes(), ", ")
	if !slices.Contains(Modes(), c.Bot.DefaultMode) {
		wrong("bot.default_mode", wantMode)
	}
	if c.Bot.RepeatWindow < 0 {
		wrong("bot.repeat_window", wantDuration)
	}
	if c.Bot.FollowUp < 0 {
		wrong("bot.follow_up", wantDuration)
	}
	seen := map[string]bool{}
	for i, ch := range c.Bot.Channels {
		key := fmt.Sprintf("bot.channels.%d.", i)
		switch {
		case ch.ID == "":
			wrong(key+"id", "want the id of a channel")
		case seen[ch.ID]:
			wrong(key+"id", "the channel is listed already")
		}
		seen[ch.ID] = true
		if ch.Mode != "" && !slices.Contains(Modes(), ch.Mode) {
			wrong(key+"mode", wantMode)
		}
		if ch.Language != "" && !tag.MatchString(ch.Language) {
			wrong(key+"language", wantTag)
		}
	}
}
