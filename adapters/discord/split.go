package discord

import (
	"unicode"

	"mabsbot/adapters/chat"
)

// Texts that are cut. What is over a limit of Discord's is refused as a whole.

// size is how much of a limit a character takes once it is escaped: signs may
// get a backslash, and Discord's clients count in UTF-16.
func size(r rune) int {
	if r > 0xFFFF || r < unicode.MaxASCII && (unicode.IsPunct(r) || unicode.IsSymbol(r)) {
		return 2
	}
	return 1
}

func sizeOf(text string) int { return chat.Size(size).Of(text) }

// shorten cuts a text to a limit and says so.
func shorten(text string, limit int) string { return chat.Size(size).Shorten(text, limit) }
