package match

import (
	"maps"
	"math"
	"slices"
	"unicode/utf8"
)

// A termID numbers a term: something that a text and a template can share,
// which is a stem, a pair of neighboring syllables, or a synonym of several
// words.
type termID uint32

const noTerm = ^termID(0)

// fullWeight is the weight of a word that a single document has. Weights are
// integers so that their sums do not depend on the order of addition.
const fullWeight = 1000

// A vocabulary numbers the terms and weighs them.
type vocabulary struct {
	lex         *lexicon
	ids         map[string]termID // by stem, or pair of syllables
	names       []string          // by term: its stem or pair of syllables
	class       []wordClass       // by term
	weight      []int32           // by term
	df          []uint32          // by term: how many documents have it (document frequency)
	maxSynonym  []uint8           // by pair of syllables: the length of the longest synonym that begins with it
	spellings   map[string]termID // words as they are spelled in texts, if that is not the stem
	synonyms    map[string]termID // runs of syllables that have a synonym
	shapes      map[string]termID // words by their shape (see glyphs), if that is not the word
	typos       typoTable
	productSets [][]termID // terms that name a product where a text has all of them
}

// newVocabulary returns a vocabulary with the words of the lexicon. It numbers
// them in the same order every time, because term numbers break ties.
func newVocabulary() *vocabulary {
	v := &vocabulary{lex: newLexicon(), ids: map[string]termID{}, spellings: map[string]termID{}}
	for _, words := range v.lex.products {
		set := make([]termID, len(words))
		for i, w := range words {
			set[i] = v.intern([]byte(w))
		}
		v.productSets = append(v.productSets, set)
	}
	for _, w := range slices.Sorted(maps.Keys(v.lex.class)) {
		v.class[v.wordOrPair(w)] |= v.lex.class[w]
	}
	for _, form := range slices.Sorted(maps.Keys(v.lex.synonym)) {
		if n := utf8.RuneCountInString(form); syllables(form) && n >= 2 {
			id := v.internExact([]byte(form[:2*syllableBytes]))
			v.maxSynonym[id] = max(v.maxSynonym[id], uint8(n))
		}
	}
	for _, run := range v.lex.stopRuns {
		for i := 0; i+2*syllableBytes <= len(run); i += syllableBytes {
			v.class[v.internExact([]byte(run[i:i+2*syllableBytes]))] |= stopWord
		}
	}
	return v
}

// wordOrPair returns the term of a word of a list. A pair of syllables is
// itself, not its synonym.
func (v *vocabulary) wordOrPair(w string) termID {
	if syllables(w) {
		return v.internExact([]byte(w))
	}
	return v.intern([]byte(w))
}

const syllableBytes = 3 // of any Hangul, Han or Kana in UTF-8

// syllables reports whether a word is written in syllables.
func syllables(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isSyllable(r)
}

// intern returns the term of a stem or of its synonym, and adds it if it is
// new.
func (v *vocabulary) intern(key []byte) termID {
	if name, ok := v.lex.synonym[string(key)]; ok {
		key = []byte(name)
	}
	return v.internExact(key)
}

// internExact returns the term of a key, and adds it if it is new.
func (v *vocabulary) internExact(key []byte) termID {
	if id, ok := v.ids[string(key)]; ok {
		return id
	}
	id, name := termID(len(v.class)), string(key)
	v.ids[name] = id
	v.names = append(v.names, name)
	v.class = append(v.class, 0)
	v.maxSynonym = append(v.maxSynonym, 0)
	v.df = append(v.df, 0)
	return id
}

// addSpelling records a spelling of a term that is not its stem. Typos are made
// in words, not in stems.
func (v *vocabulary) addSpelling(word []byte, id termID) {
	if len(word) < minTypo || len(word) > maxTypo || string(word) == v.names[id] {
		return
	}
	if _, ok := v.spellings[string(word)]; !ok {
		v.spellings[string(word)] = id
	}
}

// findSynonym returns the term of a stem or of its synonym, or noTerm.
func (v *vocabulary) findSynonym(key []byte) termID {
	if name, ok := v.lex.synonym[string(key)]; ok {
		key = []byte(name)
	}
	return v.find(key)
}

// find returns the term of a stem, or noTerm.
func (v *vocabulary) find(key []byte) termID {
	if id, ok := v.ids[string(key)]; ok {
		return id
	}
	return noTerm
}

// complete is called when all documents are read. It weighs the terms and makes
// the tables that find synonyms and misspelled words.
func (v *vocabulary) complete(documents int) {
	v.addSynonyms()
	v.shapes = map[string]termID{}
	for i, name := range v.names {
		if !syllables(name) && len(name) >= minShape {
			if shape := string(glyphs(nil, name)); shape != name {
				v.shapes[shape] = termID(i)
			}
		}
	}
	v.weigh(documents)
	v.typos = newTypoTable(v)
}

// addSynonyms makes the terms of documents known under all their synonyms.
func (v *vocabulary) addSynonyms() {
	for _, form := range slices.Sorted(maps.Keys(v.lex.synonym)) {
		if id, ok := v.ids[v.lex.synonym[form]]; ok {
			if _, taken := v.ids[form]; !taken {
				v.ids[form] = id
			}
			v.spellings[form] = id
		}
	}
	v.synonyms = map[string]termID{}
	for form, name := range v.lex.synonym {
		if id, ok := v.ids[name]; ok && syllables(form) {
			v.synonyms[form] = id
		}
	}
}

// minShape is the length from which a word is recognized by its shape: "lo" and
// "10" have the same one.
const minShape = 3

// What a term weighs. The factors compare it with a word of the same document
// frequency. TestDev and TestCatalog measure them.
const (
	// Errors that have a term which weighs as much as that of a single one. A term
	// of ten of 3,100 errors separates them from the others as well: with 10 the loss
	// of the calibration is 498, with 1 it is 507.
	rare = 10
	// Of a term that all documents have. With 0, examples of the built-in
	// entries fail; with 0.2, 1 in 50 paraphrases is no longer offered.
	minIDF = 0.08
	// Of a stop word. With 0, 1 to 4 in 1,000 first hits are lost on the
	// catalog; with 0.3, 1 in 50 noisy pastes on dev is no longer answered.
	stopFactor = 0.12
	// Of a number in a name. It may be in a text by chance. 0.1 to 1 make no
	// difference on dev; with 1, two first hits in 5,000 are lost on the
	// catalog.
	numberFactor = 0.3
	// Of a pair of syllables. A word has two or three pairs. With 0.2, 1 in 100
	// lookups on dev fails; with 1, examples of the built-in entries fail.
	syllableFactor = 0.4
)

// weigh gives each term its inverse document frequency as weight, among the
// documents and all errors of the products: fullWeight if rare or fewer have it,
// close to 0 if all do.
func (v *vocabulary) weigh(documents int) {
	v.weight = make([]int32, len(v.class))
	known := knownErrors()
	for i, name := range v.names {
		if v.df[i] == 0 {
			continue
		}
		errors, have := known.of(name)
		n, df := float64(documents+errors)+1, float64(int(v.df[i])+have)
		w := fullWeight * min(1, max(math.Log(n/df)/math.Log(n/rare), minIDF))
		switch {
		case v.class[i]&stopWord != 0:
			w *= stopFactor
		case isDigit(name[0]):
			w *= numberFactor
		case syllables(name):
			w *= syllableFactor
		}
		v.weight[i] = int32(w)
	}
}
