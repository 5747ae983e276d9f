package locale

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minLetters is the number of letters of a script that suggest its language.
// One Korean word in an English sentence is a name; two words are Korean.
const minLetters = 3

// minWords is the number of frequent words that suggest a language of the Latin
// script. "error 100050" occurs in every language.
const minWords = 2

// Detect returns the language of a text, or "" if the text does not show one,
// such as a bare code. A language with a script of its own wins because people
// write Korean around English error texts, but not the reverse. Frequent words
// distinguish languages that share the Latin script. A text may be a megabyte
// long, so Detect makes a single pass.
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

// detectLatin detects a language by its frequent words.
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

// mostFrequent returns the language with the highest count, or "" if no count
// is high enough.
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
