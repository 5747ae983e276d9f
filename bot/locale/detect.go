package locale

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minLetters is how many letters of a script of their own tell a language: a
// word of Korean in an English sentence is a name, two are Korean.
const minLetters = 3

// minWords is how many frequent words tell a language of the Latin script:
// «error 100050» is written in every one.
const minWords = 2

// Detect tells the language that a text is written in, or "" where it does not
// tell: a bare code has no language. A language with a script of its own wins:
// people write Korean around English error texts, and never the other way
// round. Languages that share a script are told apart by their frequent words.
// A text may have a megabyte: each letter is looked at once.
func (all Locales) Detect(text string) string {
	var others []*Locale
	for _, l := range all {
		if l.Script != "Latin" {
			others = append(others, l)
		}
	}
	count := map[*Locale]int{}
	for _, r := range text {
		if r < utf8.RuneSelf {
			continue // Latin, or of no script
		}
		for _, l := range others {
			if unicode.Is(l.alphabet, r) {
				count[l]++
			}
		}
	}
	if lang := all.mostFrequent(count, minLetters); lang != "" {
		return lang
	}
	return all.detectLatin(text)
}

// detectLatin counts frequent words.
func (all Locales) detectLatin(text string) string {
	count := map[*Locale]int{}
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
		for _, l := range all {
			if slices.Contains(l.Words, word) {
				count[l]++
			}
		}
	}
	return all.mostFrequent(count, minWords)
}

// mostFrequent is the language with the highest count, "" where none has enough.
func (all Locales) mostFrequent(count map[*Locale]int, enough int) string {
	best := ""
	for _, lang := range all.Tags() {
		if n := count[all[lang]]; n >= enough && n > count[all[best]] {
			best = lang
		}
	}
	return best
}

// Language returns the language of a tag such as "ko-KR" or "ko_KR".
func Language(tag string) string {
	lang, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(tag), "_", "-"), "-")
	return lang
}
