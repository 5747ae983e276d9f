package slack

import "mabsbot/adapters/chat"

// Long texts in pieces. Slack counts some characters more than once: escaping
// makes five of an ampersand, and it counts in UTF-16.

// size is how much of a limit a character of a text takes once it is escaped.
func size(r rune) int {
	switch {
	case r == '&':
		return 5
	case r == '<' || r == '>':
		return 4
	case r > 0xFFFF:
		return 2
	}
	return 1
}

func sizeOf(text string) int { return chat.Size(size).Of(text) }

// split cuts a text into pieces of at most limit.
func split(text string, limit int) []string { return chat.Size(size).Split(text, limit) }

// shorten cuts a text to a limit and says so.
func shorten(text string, limit int) string { return chat.Size(size).Shorten(text, limit) }
