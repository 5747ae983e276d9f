package match

import (
	"maps"
	"math"
	"slices"
	"unicode/utf8"
)

// A termID is one thing that a text and a template can share: a word, two
// neighbouring syllables, an idea that has several words.
type termID uint32

const noTerm = ^termID(0)

// fullWeight is the weight of a word that stands in one entry alone. Weights are
// whole numbers, so that sums do not depend on the order of adding.
const fullWeight = 1000

// A vocabulary numbers the features and says what each is worth.
type vocabulary struct {
	lex        *lexicon
	ids        map[string]termID // stem, or two syllables -> feature
	class      []wordClass
	weight     []int32
	df         []uint32 // entries that have it
	maxSynonym []uint8  // of two syllables: the most syllables of an idea that begins with them
	names      []string
	spellings  map[string]termID // words as they stand in texts, where that is not the stem
	synonyms   map[string]termID // runs of syllables that name an idea
	shapes     map[string]termID // words by their shape, where that is not the word itself
	typos      typoTable
	azure      termID
	backup     termID
}

func newVocabulary() *vocabulary {
	v := &vocabulary{lex: newLexicon(), ids: map[string]termID{}, spellings: map[string]termID{}}
	v.azure, v.backup = v.intern([]byte("azur")), v.intern([]byte("backup"))
	// In order, so that every load numbers the features alike: ties are broken by
	// number.
	for _, w := range slices.Sorted(maps.Keys(v.lex.class)) {
		v.class[v.wordOrPair(w)] |= v.lex.class[w]
	}
	for _, form := range slices.Sorted(maps.Keys(v.lex.synonym)) {
		if n := utf8.RuneCountInString(form); syllables(form) && n >= 2 {
			f := v.internExact([]byte(form[:2*syllableBytes]))
			v.maxSynonym[f] = max(v.maxSynonym[f], uint8(n))
		}
	}
	for _, run := range v.lex.stopRuns {
		for i := 0; i+2*syllableBytes <= len(run); i += syllableBytes {
			v.class[v.internExact([]byte(run[i:i+2*syllableBytes]))] |= stopWord
		}
	}
	return v
}

// wordOrPair gives the feature of a word of a list: two syllables are
// themselves, not the idea that they may name.
func (v *vocabulary) wordOrPair(w string) termID {
	if syllables(w) {
		return v.internExact([]byte(w))
	}
	return v.intern([]byte(w))
}

const syllableBytes = 3 // of any Hangul, Han or Kana in UTF-8

func syllables(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isSyllable(r)
}

// intern gives the feature of a stem, new if need be.
func (v *vocabulary) intern(key []byte) termID {
	if name, ok := v.lex.synonym[string(key)]; ok {
		key = []byte(name)
	}
	return v.internExact(key)
}

// internExact gives the feature of two syllables, which are not the word that
// they may be elsewhere.
func (v *vocabulary) internExact(key []byte) termID {
	if f, ok := v.ids[string(key)]; ok {
		return f
	}
	f, name := termID(len(v.class)), string(key)
	v.ids[name] = f
	v.names = append(v.names, name)
	v.class = append(v.class, 0)
	v.maxSynonym = append(v.maxSynonym, 0)
	v.df = append(v.df, 0)
	return f
}

// addSpelling notes how a word was spelt whose stem is another string: slips are
// made in words, not in stems.
func (v *vocabulary) addSpelling(word []byte, f termID) {
	if len(word) < minTypo || len(word) > maxTypo || string(word) == v.names[f] {
		return
	}
	if _, ok := v.spellings[string(word)]; !ok {
		v.spellings[string(word)] = f
	}
}

// findSynonym gives the feature of a stem, or of the idea that it stands for, or
// noFeature.
func (v *vocabulary) findSynonym(key []byte) termID {
	if name, ok := v.lex.synonym[string(key)]; ok {
		key = []byte(name)
	}
	return v.find(key)
}

// find gives the feature of a stem, or noFeature.
func (v *vocabulary) find(key []byte) termID {
	if f, ok := v.ids[string(key)]; ok {
		return f
	}
	return noTerm
}

// setWeights computes the weights, once all entries are read.
func (v *vocabulary) setWeights(entries int) {
	for _, form := range slices.Sorted(maps.Keys(v.lex.synonym)) {
		if f, ok := v.ids[v.lex.synonym[form]]; ok {
			if _, taken := v.ids[form]; !taken {
				v.ids[form] = f
			}
			v.spellings[form] = f
		}
	}
	v.synonyms, v.shapes = map[string]termID{}, map[string]termID{}
	for form, name := range v.lex.synonym {
		if f, ok := v.ids[name]; ok && syllables(form) {
			v.synonyms[form] = f
		}
	}
	v.weight = make([]int32, len(v.class))
	rarest := math.Log(float64(entries) + 1)
	for i, name := range v.names {
		f := termID(i)
		if !syllables(name) && len(name) >= 3 {
			if sk := string(glyphs(nil, name)); sk != name {
				v.shapes[sk] = f
			}
		}
		if v.df[f] == 0 {
			continue
		}
		idf := math.Log((float64(entries)+1)/float64(v.df[f])) / rarest
		w := fullWeight * max(idf, 0.08)
		switch {
		case v.class[f]&stopWord != 0:
			w *= 0.12
		case isDigit(name[0]):
			w *= 0.3
		case syllables(name):
			w *= 0.4
		}
		v.weight[f] = int32(w)
	}
	v.typos = newTypoTable(v)
}
