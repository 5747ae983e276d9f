package match

import (
	"embed"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed words
var wordFiles embed.FS

// A wordClass is what a word says about a text, whatever the documents.
type wordClass uint8

const (
	stopWord    wordClass = 1 << iota // nothing
	otherWord                         // it is about another product
	productWord                       // it is about these products
	troubleWord                       // something goes wrong
)

// A lexicon is what is known about words before any document is read.
type lexicon struct {
	class    map[string]wordClass
	synonym  map[string]string // stem or run of syllables -> the stem that represents it
	products [][]string        // stems that name a product where a text has all of them
	stopRuns []string          // runs of syllables that say nothing
}

func newLexicon() *lexicon {
	lex := &lexicon{class: map[string]wordClass{}, synonym: map[string]string{}}
	for line := range strings.Lines(wordFile("synonyms.txt")) {
		name, forms, _ := strings.Cut(line, ":")
		name = stemmed(name)
		for form := range strings.FieldsSeq(forms) {
			lex.synonym[stemmed(form)] = name
		}
	}
	for file, class := range map[string]wordClass{"stop.txt": stopWord, "others.txt": otherWord, "products.txt": productWord, "trouble.txt": troubleWord} {
		for w := range strings.FieldsSeq(wordFile(file)) {
			if strings.Contains(w, "+") {
				lex.products = append(lex.products, stems(strings.Split(w, "+")))
				continue
			}
			lex.class[stemmed(w)] |= class
		}
	}
	lex.stopRuns = strings.Fields(wordFile("stop.ko.txt"))
	return lex
}

// has reports whether one of the word lists has the stem.
func (lex *lexicon) has(key []byte) bool {
	_, synonym := lex.synonym[string(key)]
	_, class := lex.class[string(key)]
	return synonym || class
}

// mustRead returns an embedded file of words.
func mustRead(name string) []byte {
	data, err := wordFiles.ReadFile("words/" + name)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return data
}

// wordFile returns an embedded word list without its comments.
func wordFile(name string) string {
	var b strings.Builder
	for line := range strings.Lines(string(mustRead(name))) {
		if !strings.HasPrefix(line, "#") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func stemmed(w string) string {
	return string(stem(appendLower(nil, w)))
}

func stems(words []string) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = stemmed(w)
	}
	return list
}

// appendLower appends w in lower case.
func appendLower(dst []byte, w string) []byte {
	for i := 0; i < len(w); i++ {
		c := w[i]
		if c >= utf8.RuneSelf {
			for _, r := range w[i:] {
				dst = utf8.AppendRune(dst, unicode.ToLower(r))
			}
			return dst
		}
		if isUpper(c) {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

// stem cuts the inflectional ending off an English word, in place, so that
// "configured", "configures" and "configuring" are one word. It need not find
// the root, only the same string for the same word.
func stem(w []byte) []byte {
	const shortest = 5 // nearly no shorter word is inflected
	if len(w) < shortest || w[len(w)-1] >= utf8.RuneSelf {
		return singular(w)
	}
	switch {
	case hasSuffix(w, "ies"):
		return append(w[:len(w)-3], 'y')
	case hasSuffix(w, "sses"):
		w = w[:len(w)-2]
	case hasSuffix(w, "s") && !hasSuffix(w, "ss") && !hasSuffix(w, "us") && !hasSuffix(w, "is"):
		w = w[:len(w)-1]
	}
	switch {
	case hasSuffix(w, "ing") && len(w) >= 6:
		w = undouble(w[:len(w)-3])
	case hasSuffix(w, "ed") && len(w) >= 5:
		w = undouble(w[:len(w)-2])
	}
	if hasSuffix(w, "e") && len(w) >= 5 {
		w = w[:len(w)-1]
	}
	return w
}

// singular cuts the plural s off a word of four letters.
func singular(w []byte) []byte {
	if len(w) == 4 && hasSuffix(w, "s") && !hasSuffix(w, "ss") && !hasSuffix(w, "us") && !hasSuffix(w, "is") {
		return w[:3]
	}
	return w
}

func hasSuffix(w []byte, suffix string) bool {
	return len(w) >= len(suffix) && string(w[len(w)-len(suffix):]) == suffix
}

// undouble makes "run" of "runn". A final ll, ss or zz belongs to the word.
func undouble(w []byte) []byte {
	n := len(w)
	if n > 3 && w[n-1] == w[n-2] && w[n-1] != 'l' && w[n-1] != 's' && w[n-1] != 'z' {
		return w[:n-1]
	}
	return w
}

// negation splits a contraction such as can't, cannot or isnt into the verb and
// whether "not" follows it. Of other contractions it returns the first word.
func negation(w []byte) ([]byte, bool) {
	for _, suffix := range [...]string{"n't", "n’t", "n‘t", "n`t"} {
		if hasSuffix(w, suffix) {
			return restoreVerb(w[:len(w)-len(suffix)]), true
		}
	}
	switch string(w) {
	case "cannot":
		return w[:3], true
	case "cant", "isnt", "dont", "wont", "doesnt", "didnt", "couldnt", "wasnt", "arent", "hasnt", "havent", "wouldnt", "werent":
		return restoreVerb(w[:len(w)-2]), true
	}
	for i := range w {
		if w[i] == '\'' || w[i] == '`' || w[i] == 0xE2 {
			return w[:i], false // it's, we're
		}
	}
	return w, false
}

// restoreVerb returns the verb of "ca" and "wo", the beginnings of can't and
// won't.
func restoreVerb(w []byte) []byte {
	switch string(w) {
	case "ca":
		return append(w, 'n')
	case "wo":
		return append(w[:0], "will"...)
	}
	return w
}
