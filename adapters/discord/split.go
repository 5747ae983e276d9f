package discord

import (
	"unicode"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Lengths of texts, and shortening to limits.

// size is how much of a limit a character takes: escaping may add a backslash,
// and Discord's clients count UTF-16 code units.
func size(r rune) int {
	if r > 0xFFFF || r < unicode.MaxASCII && (unicode.IsPunct(r) || unicode.IsSymbol(r)) {
		return 2
	}
	if r == bot.TimeStart {
		return len("<t::f>") + 1
	}
	return 1
}

func sizeOf(text string) int { return chat.Size(size).Of(text) }

// shorten cuts a text to a limit and ends it with an ellipsis.
func shorten(text string, limit int) string { return chat.Size(size).Shorten(text, limit) }
