package discord

import (
	"strings"
	"unicode"
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

func sizeOf(s string) int {
	n := 0
	for _, r := range s {
		n += size(r)
	}
	return n
}

// breakAt is the best place to cut so that the first part is within limit: the
// last line break, or space, that leaves at least half of it, else the last
// place between two letters. It is never 0.
func breakAt(text string, limit int) int {
	used, letter, space, line := 0, 0, 0, 0
	for i, r := range text {
		if used+size(r) > limit {
			break
		}
		used += size(r)
		if used > limit/2 && r == ' ' {
			space = i + 1
		}
		if used > limit/2 && r == '\n' {
			line = i + 1
		}
		if next := i + len(string(r)); r != joiner && !startsJoined(text[next:]) {
			letter = next
		}
	}
	switch {
	case line > 0:
		return line
	case space > 0:
		return space
	case letter > 0:
		return letter
	}
	return len(string([]rune(text)[:1])) // marks without end on one letter
}

// joiner holds the parts of an emoji together.
const joiner = '\u200d'

// joins reports whether a character belongs to the letter before it: an accent,
// the vowel or last consonant of a Hangul syllable that is written in parts, or
// a joiner.
func joins(r rune) bool {
	return unicode.Is(unicode.M, r) || 0x1160 <= r && r <= 0x11FF || r == joiner
}

func startsJoined(s string) bool {
	for _, r := range s {
		return joins(r)
	}
	return false
}

// shorten cuts a text to a limit and says so.
func shorten(text string, limit int) string {
	if sizeOf(text) <= limit {
		return text
	}
	return strings.TrimRight(text[:breakAt(text, limit-1)], "\n ") + "…"
}
