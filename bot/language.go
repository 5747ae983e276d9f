package bot

import (
	"strings"
	"unicode"
)

// someLetters is how many letters of a script of their own tell a language: a
// word of Korean in an English sentence is a name, two are Korean.
const someLetters = 3

// detect tells the language that a text is written in, or "" where it does not
// tell: a bare code has no language. A language with a script of its own wins:
// people write Korean around English error texts, and never the other way
// round. Languages that share a script are told apart by their frequent words.
func (all Locales) detect(text string) string {
	count := map[string]int{}
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
	for _, word := range words {
		for _, r := range word {
			for lang, l := range all {
				if l.Script != "Latin" && unicode.Is(l.alphabet, r) {
					count[lang]++
				}
			}
		}
	}
	best := ""
	for _, lang := range all.Tags() {
		if count[lang] >= someLetters && count[lang] > count[best] {
			best = lang
		}
	}
	if best != "" {
		return best
	}
	return all.detectLatin(words)
}

// detectLatin counts frequent words. Two are wanted, for «error 100050» is
// written in every language.
func (all Locales) detectLatin(words []string) string {
	best, most := "", 1
	for _, lang := range all.Tags() {
		n := 0
		for _, known := range all[lang].Words {
			for _, word := range words {
				if word == known {
					n++
				}
			}
		}
		if n > most {
			best, most = lang, n
		}
	}
	return best
}

// language of an answer: what the person chose for themselves; else that of
// their own words, those around what was recognised; else that of the whole
// text; else the platform's setting; else the channel's; else the default.
func (d *decision) language(text string) string {
	candidates := []string{
		d.now.Prefer, d.locales.detect(d.around(text)), d.locales.detect(text),
		languageOf(d.head.From.Locale), d.channel.Language, d.policy.Language,
	}
	for _, lang := range candidates {
		if d.locales[lang] != nil {
			return lang
		}
	}
	return "en"
}

// around is the text without what was recognised in it.
func (d *decision) around(text string) string {
	if len(d.found.Hits) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, e := range d.found.Hits[0].Evidence {
		if e.Start >= at && e.End <= len(text) {
			b.WriteString(text[at:e.Start] + " ")
			at = e.End
		}
	}
	b.WriteString(text[at:])
	return b.String()
}

// languageOf is the language of a tag such as "ko-KR" or "ko_KR".
func languageOf(tag string) string {
	lang, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(tag), "_", "-"), "-")
	return lang
}
