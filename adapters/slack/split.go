package slack

import (
	"strings"
	"unicode"
)

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

func sizeOf(s string) int {
	n := 0
	for _, r := range s {
		n += size(r)
	}
	return n
}

// split cuts a text into pieces of at most limit, at line breaks where it can,
// else at spaces, and never inside a letter.
func split(text string, limit int) []string {
	var pieces []string
	for sizeOf(text) > limit {
		cut := breakAt(text, limit)
		pieces = append(pieces, strings.TrimRight(text[:cut], "\n "))
		text = strings.TrimLeft(text[cut:], "\n ")
	}
	if text != "" {
		pieces = append(pieces, text)
	}
	return pieces
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
