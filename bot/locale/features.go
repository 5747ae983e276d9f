package locale

import (
	"strings"
	"unicode/utf8"
)

// Features of a reply: what the model of a language weighs. Each is a kind and a
// part of the reply, or a name:
//
//	w works          a word
//	b not works      two words in a row
//	f it   l works   the first and the last word
//	g orks           letters in a row; of a word, or of the whole reply in
//	                 Hangul, where spaces mean little and endings much
//	r fixed          what the rules read: the main intent, i each intent
//	c GOOD           a class of words, s a subject
//	p sequence       what the bot asked last, x who else takes part; y and z are
//	                 these together with what the rules read
//	n 3   q          the number of words, a question mark
//
// Digits count as zeros, so that no feature is one number.

// The lengths of the letters in a row that are features. Hangul is in its two or
// three letters a syllable, so that five of them are two syllables.
const (
	shortestGram, longestGram             = 3, 5
	shortestHangulGram, longestHangulGram = 3, 5
)

// A Scene is where a reply is said. The names are those of the training rows.
type Scene struct {
	Asked   string // what the bot asked last, such as "alternatives"
	Company string // who else takes part, such as "alone"
}

// SceneAlone is the company of an asker who is alone with the bot.
const SceneAlone = "alone"

// A featureHash identifies a feature: FNV-1a of its kind and text.
type featureHash uint64

const (
	fnvOffset featureHash = 14695981039346656037
	fnvPrime  featureHash = 1099511628211
)

// hashFeature returns the hash of a feature.
func hashFeature(kind byte, text string) featureHash {
	h := (fnvOffset ^ featureHash(kind)) * fnvPrime
	for i := range len(text) {
		h = h.with(text[i])
	}
	return h
}

// with returns the hash of a feature whose text is one byte longer.
func (h featureHash) with(b byte) featureHash { return (h ^ featureHash(b)) * fnvPrime }

// A featureFunc is called with a feature and its hash.
type featureFunc func(h featureHash, kind byte, text string)

// features calls f for each feature of a reply, some of them repeatedly.
func (r *Reading) features(l *Locale, at Scene, f featureFunc) {
	words := newWordList(r.spelling)
	words.features(f)
	if l.Script == "Hangul" {
		grams(words.letters, shortestHangulGram, longestHangulGram, f)
	}
	add := func(kind byte, text string) { f(hashFeature(kind, text), kind, text) }
	main := string(r.Main)
	add('r', main)
	for _, i := range r.Intents {
		add('i', string(i))
	}
	v := l.replies.vocabulary
	for c, name := range v.classes[:min(len(v.classes), maxClasses)] {
		if r.classes.has(c) && v.loud.has(c) {
			add('c', name)
		}
	}
	for i, name := range subjects {
		if r.about[i] {
			add('s', name)
		}
	}
	add('p', at.Asked)
	add('x', at.Company)
	add('y', at.Company+" "+main)
	add('z', at.Asked+" "+main)
	add('u', known(r)+" "+main)
	add('n', lengthClass(r.Words))
	for _, m := range r.spelling.marks {
		if m.question {
			add('q', "")
		}
	}
}

// known classifies a reply by how many of its words the rules know.
func known(r *Reading) string {
	switch {
	case r.Unknown == 0:
		return "all"
	case 2*r.Unknown <= r.Words:
		return "most"
	}
	return "few"
}

func lengthClass(words int) string {
	switch {
	case words <= 3:
		return string(rune('0' + words))
	case words <= 6:
		return "4 to 6"
	case words <= 12:
		return "7 to 12"
	}
	return "more"
}

// A wordList is a reply as words, without marks.
type wordList struct {
	text    string // the words, each between spaces
	letters string // the same without spaces
	starts  []int  // of the words in text, and one behind the last
}

func newWordList(s spelling) wordList {
	var text, letters strings.Builder
	var w wordList
	text.Grow(2 * len(s.letters))
	letters.Grow(3 * len(s.letters))
	letters.WriteByte(' ')
	last := int32(-1)
	for _, l := range s.letters {
		if l.token != last {
			text.WriteByte(' ')
			w.starts = append(w.starts, text.Len())
			last = l.token
		}
		r := l.r
		if r >= '0' && r <= '9' {
			r = '0'
		}
		text.WriteRune(r)
		letters.WriteRune(r)
	}
	text.WriteByte(' ')
	letters.WriteByte(' ')
	w.starts = append(w.starts, text.Len())
	w.text, w.letters = text.String(), letters.String()
	return w
}

// features calls f for the features of the words, and of the letters within
// those that are not Hangul.
func (w wordList) features(f featureFunc) {
	add := func(kind byte, text string) { f(hashFeature(kind, text), kind, text) }
	for i, start := range w.starts[:len(w.starts)-1] {
		end := w.starts[i+1] - 1
		word := w.text[start:end]
		add('w', word)
		if i == 0 {
			add('f', word)
		}
		if i == len(w.starts)-2 {
			add('l', word)
		} else {
			add('b', w.text[start:w.starts[i+2]-1])
		}
		if word[0] < 0x80 {
			grams(w.text[start-1:end+1], shortestGram, longestGram, f)
		}
	}
}

// grams calls f for the parts of a text that have from shortest to longest
// letters. It hashes the longer ones as continuations of the shorter.
func grams(text string, shortest, longest int, f featureFunc) {
	for from := range text {
		h, n := hashFeature('g', ""), 0
		for i := from; i < len(text); i++ {
			h = h.with(text[i])
			if i+1 < len(text) && !utf8.RuneStart(text[i+1]) {
				continue
			}
			if n++; n >= shortest {
				f(h, 'g', text[from:i+1])
			}
			if n == longest {
				break
			}
		}
	}
}
