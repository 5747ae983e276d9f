package slack

import (
	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// Splitting long texts. Slack counts UTF-16 code units after escaping, so that an
// ampersand counts as five.

// size returns how much of a limit a character counts for.
func size(r rune) int {
	switch {
	case r == '&':
		return 5
	case r == '<' || r == '>':
		return 4
	case r > 0xFFFF:
		return 2
	case r == bot.TimeStart:
		return dateSize
	}
	return 1
}

// dateSize is how much longer a date in Slack's markup is than the mark of its
// time; see escape.
const dateSize = len("<!date^^{date_short_pretty} {time}|01-02 15:04 UTC>")

func sizeOf(text string) int { return chat.Size(size).Of(text) }

// split cuts a text into pieces of at most limit, see chat.Size.
func split(text string, limit int) []string { return chat.Size(size).Split(text, limit) }

// shorten cuts a text to a limit, see chat.Size.
func shorten(text string, limit int) string { return chat.Size(size).Shorten(text, limit) }
