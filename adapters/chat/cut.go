package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the length, in bytes, to which the text of a message is cut. It is
// larger than any log that a user pastes on purpose.
const MaxText = 1 << 20

// A Size returns how much of a platform's limit a character counts for once it is
// escaped.
type Size func(r rune) int

// Of returns the size of a text.
func (size Size) Of(text string) int {
	n := 0
	for _, r := range text {
		n += size(r)
	}
	return n
}

// Split cuts a text into pieces of at most limit: at a line break if possible,
// otherwise at a space, and inside a letter (see joins) only if that letter alone
// is larger than limit. A character larger than limit is left out, because
// platforms reject a message that is too long as a whole. Their limits are
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

// Part returns the first piece that Split would cut off, and the rest, which is
// always shorter than text. The rest keeps the indentation of its first line,
// because it may be code. The piece is empty if not even the first character fits.
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

// Shorten cuts a text to at most limit, including the ellipsis that then ends it.
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

// breakAt returns where to cut so that the first part is within limit: after the
// last line break in the second half of the limit, otherwise after the last space
// there, otherwise between two letters, otherwise between two characters, if one
// letter has more marks than fit. It is 0 if the first character does not fit.
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

// joiner is the zero width joiner, which combines several emoji into one.
const joiner = '\u200d'

// joins reports whether a character belongs to the letter before it: a combining
// mark, a conjoining Hangul vowel or final consonant (U+1160 to U+11FF), or a
// joiner.
func joins(r rune) bool {
	return unicode.Is(unicode.M, r) || 0x1160 <= r && r <= 0x11FF || r == joiner
}

func startsJoined(s string) bool {
	for _, r := range s {
		return joins(r)
	}
	return false
}

// CutBytes returns the longest prefix of s that has at most n bytes and does not
// end inside a character.
func CutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
