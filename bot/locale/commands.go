package locale

import (
	"slices"
	"strings"
)

// A Command is a subcommand of /mabs.
type Command string

// The commands, as named in the locale files.
const (
	CommandNone   Command = ""
	CommandHelp   Command = "help"
	CommandList   Command = "list"
	CommandWhy    Command = "why"
	CommandLang   Command = "lang"
	CommandOpen   Command = "open"
	CommandSolved Command = "solved"
	CommandAdmin  Command = "admin"
)

var commands = []Command{CommandHelp, CommandList, CommandWhy, CommandLang, CommandOpen, CommandSolved, CommandAdmin}

// A Setting is a word after /mabs admin: what to set, or the value.
type Setting string

// The settings, as named in the locale files. Their other words are values, which
// have the names that the configuration has for them.
const (
	SettingNone     Setting = ""
	SettingMode     Setting = "mode"
	SettingLanguage Setting = "language"
	SettingAbout    Setting = "about"
	SettingBots     Setting = "bots"
	SettingReset    Setting = "reset"

	// SettingUnanswered is whether what almost led to a question is recorded.
	SettingUnanswered Setting = "unanswered"

	// SettingMute and SettingUnmute mute an error for a time, of which SettingNow is one.
	SettingMute   Setting = "mute"
	SettingUnmute Setting = "unmute"
	SettingNow    Setting = "now"

	// SettingEscalation is the channel of the team, which is that of the workspace.
	SettingEscalation Setting = "escalation"
)

var settings = []Setting{
	SettingMode, SettingLanguage, SettingAbout, SettingBots, SettingReset, SettingEscalation, SettingUnanswered, SettingMute, SettingUnmute, SettingNow,
	"off", "shadow", "mention", "supervised", "on", "auto", "backup", "anything",
}

// Setting returns the setting or value that a word means in any of the languages.
func (all Locales) Setting(word string) Setting {
	word = Fold(word)
	for _, l := range all {
		for _, s := range settings {
			if slices.Contains(l.Settings[s], word) {
				return s
			}
		}
	}
	return SettingNone
}

// Command returns the subcommand that a word means in any of the languages.
func (all Locales) Command(word string) Command {
	word = strings.ToLower(word)
	for _, l := range all {
		for _, c := range commands {
			if slices.Contains(l.Commands[c], word) {
				return c
			}
		}
	}
	return CommandNone
}

// AsksForCases reports whether a message asks for the open hand-overs, in any of
// the languages.
func (all Locales) AsksForCases(text string) bool {
	text = strings.ReplaceAll(Fold(text), " ", "")
	for _, l := range all {
		if slices.ContainsFunc(l.Cases, func(phrase string) bool { return strings.ReplaceAll(Fold(phrase), " ", "") == text }) {
			return true
		}
	}
	return false
}
