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
)

var commands = []Command{CommandHelp, CommandList, CommandWhy, CommandLang, CommandOpen, CommandSolved}

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
