package locale

import (
	"slices"
	"strings"
)

// A Command is a subcommand of /mabs.
type Command string

// The commands, as named in the locale files.
const (
	CommandNone Command = ""
	CommandHelp Command = "help"
	CommandList Command = "list"
	CommandWhy  Command = "why"
	CommandLang Command = "lang"
)

var commands = []Command{CommandHelp, CommandList, CommandWhy, CommandLang}

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
