package kb

import (
	"slices"
	"strings"
	"unicode"
)

// maxNewPhrase is the length of a text, in bytes, that becomes a phrase. The phrases of
// the built-in entries have up to 120; longer texts say more than one thing.
const maxNewPhrase = 200

// AddPhrase returns the content of an entry with a text added to its phrases, in the
// language whose texts are written in the same letters. A text that is no phrase, because
// it is long or has several lines, changes nothing.
func AddPhrase(content, text string) (string, error) {
	text = strings.TrimRight(text, " .!?")
	if text == "" || len(text) > maxNewPhrase || strings.Contains(text, "\n") {
		return content, nil
	}
	fields, err := Fields(content)
	if err != nil {
		return "", err
	}
	var best []string
	most := -1
	for _, f := range fields {
		if f.Path[0] != "phrases" || !f.List {
			continue
		}
		var written strings.Builder
		written.WriteString(strings.Join(f.Values, " "))
		for _, other := range fields {
			if other.Path[0] == "title" && slices.Equal(other.Path[1:], f.Path[1:]) {
				written.WriteString(" " + strings.Join(other.Values, " "))
			}
		}
		if n := sameScript(text, written.String()); n > most {
			best, most = f.Path, n
		}
	}
	if best == nil {
		return "", ErrPatch
	}
	return AddValue(content, text, best...)
}

// scripts are those other than Latin that tell languages apart.
var scripts = []*unicode.RangeTable{unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.Han, unicode.Cyrillic, unicode.Greek, unicode.Arabic, unicode.Hebrew, unicode.Thai, unicode.Devanagari}

// sameScript returns how much a text is written in the script of other, which is the most
// frequent one in it after Latin: every language has names and commands in Latin letters,
// so any other script of a text says more than all of its Latin letters.
func sameScript(text, other string) int {
	count := func(s string, of *unicode.RangeTable) (n int) {
		for _, r := range s {
			if unicode.Is(of, r) {
				n++
			}
		}
		return n
	}
	main, most := unicode.Latin, 0
	for _, script := range scripts {
		if n := count(other, script); n > most {
			main, most = script, n
		}
	}
	if main == unicode.Latin {
		return count(text, main)
	}
	return maxNewPhrase * count(text, main)
}
