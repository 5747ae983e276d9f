package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the longest text that is read, in bytes: larger than any log that
// somebody pastes with a purpose.
const MaxText = 1 << 20

// A Size is how much of a platform's limit a character of a text takes once it
// is escaped.
type Size func(r rune) int

// Of is the size of a text.
func (size Size) Of(text string) int {
	n := 0
	for _, r := range text {
		n += size(r)
	}
	return n
}

// Split cuts a text into pieces of at most limit, at line breaks where it can,
// else at spaces, and inside a letter only where the letter alone is larger than
// limit. A character that is larger than limit is left out: platforms refuse a
// message that is too large, and then all of it would be lost. Their limits are
// hundreds of times the widest character.
func (size Size) Split(text string, limit int) []string {
	var pieces []string
	for text != "" {
		var piece string
		if piece, text = size.Part(text, limit); piece != "" {
			pieces = append(pieces, piece)
		}
	}
	return pieces
}

// Part is the first piece of a text of which Split would make several, and the
// rest, which is always shorter than text. What lines of the rest begin with
// stays: it may be code. The piece is empty where not even the first character
// fits.
func (size Size) Part(text string, limit int) (piece, rest string) {
	if size.Of(text) <= limit {
		return text, ""
	}
	cut := size.breakAt(text, limit)
	if cut == 0 {
		_, first := utf8.DecodeRuneInString(text)
		return "", text[first:]
	}
	return strings.TrimRight(text[:cut], "\n "), strings.TrimLeft(text[cut:], "\n")
}

// Shorten cuts a text to a limit and ends it with an ellipsis, for which the
// limit needs room.
func (size Size) Shorten(text string, limit int) string {
	if size.Of(text) <= limit {
		return text
	}
	limit -= size('…')
	if limit < 0 {
		return ""
	}
	return strings.TrimRight(text[:size.breakAt(text, limit)], "\n ") + "…"
}

// breakAt is the best place to cut so that the first part is within limit: the
// last line break, or space, that leaves at least half of it, else the last
// place between two letters, else the last between two characters, as in marks
// without end on one letter. It is 0 where the first character does not fit.
func (size Size) breakAt(text string, limit int) int {
	used, next, letter, space, line := 0, 0, 0, 0, 0
	for next < len(text) {
		r, n := utf8.DecodeRuneInString(text[next:])
		if used+size(r) > limit {
			break
		}
		used += size(r)
		next += n
		if used > limit/2 && r == ' ' {
			space = next
		}
		if used > limit/2 && r == '\n' {
			line = next
		}
		if r != joiner && !startsJoined(text[next:]) {
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
	return next
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

// CutBytes is the longest beginning of s of at most n bytes that ends between
// characters.
func CutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
