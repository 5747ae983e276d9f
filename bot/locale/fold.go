package locale

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold normalizes what people type: it composes characters, converts them to
// lower case, keeps only letters, digits and single spaces, and unifies
// apostrophes within words.
func Fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKC.String(strings.ToValidUTF8(s, " ")) {
		switch {
		case r == '’' || r == '\'' || r == '`':
			r = '\''
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
			r = unicode.ToLower(r)
		default:
			space = true
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return strings.Trim(b.String(), "' ")
}

// ContainsWords reports whether the folded text contains the folded words as
// whole words: no letter or digit may continue them, except in spaceless
// scripts.
func ContainsWords(text, words string) bool {
	if words == "" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(words)
	last, _ := utf8.DecodeLastRuneInString(words)
	for at := 0; ; {
		i := strings.Index(text[at:], words)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(words)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !oneWord(before, first) && !oneWord(last, after) {
			return true
		}
		at = start + 1
	}
}

// oneWord reports whether two adjacent characters belong to the same word.
func oneWord(a, b rune) bool {
	return !spaceless(a) && !spaceless(b) && alphanumeric(a) && alphanumeric(b)
}

func alphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// spaceless reports whether a character belongs to a script that does not
// separate all words by spaces. Korean particles, for example, directly follow
// the noun, and people place the other spaces as they like.
func spaceless(r rune) bool { return r >= utf8.RuneSelf && unicode.In(r, spacelessScripts...) }

var spacelessScripts = []*unicode.RangeTable{
	unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}
