package match

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// A concept is an idea that people put in many ways: an object such as the
// replica, an operation such as registering, a symptom such as being rejected,
// or a stance such as asking for help. Concepts see what a person says where
// terms only see words: "the copy is out of step" and "replica inconsistent"
// have no word in common.

// A Concept is an idea, and its forms: words and groups of words that mean it.
//
// Words are compared like those of documents: "fail" is also "failed", and
// "ReFS" is also "refs". ".." is up to three other words of the same sentence, or
// four syllables: "not .. found". A form in syllables is compared without spaces:
// "용량부족". "^" before it says that a word begins there, "~" after it that any
// final consonant may close its last syllable: "실패하~" is also "실패한".
type Concept struct {
	ID    string
	Kind  ConceptKind
	Forms []string
}

// A ConceptKind says what a concept is an idea of.
type ConceptKind uint8

// The kinds of concepts.
const (
	Object    ConceptKind = iota // what is spoken of
	Operation                    // what is done with it
	Symptom                      // what goes wrong
	Stance                       // what the speaker does: asks, reports, plans, thanks
	numKinds
)

// ConceptKinds has the names of the kinds.
var ConceptKinds = [numKinds]string{"object", "operation", "symptom", "stance"}

func (k ConceptKind) String() string { return ConceptKinds[k] }

// maxConcepts is how many concepts fit into a conceptSet.
const maxConcepts = 256

// A conceptSet is a set of concepts, by number.
type conceptSet [maxConcepts / 64]uint64

func (s *conceptSet) add(id uint8) { s[id/64] |= 1 << (id % 64) }

func (s *conceptSet) has(id uint8) bool { return s[id/64]&(1<<(id%64)) != 0 }

func (s *conceptSet) addAll(o conceptSet) {
	for i := range s {
		s[i] |= o[i]
	}
}

// size returns the number of concepts.
func (s conceptSet) size() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// without returns the concepts that are not in o.
func (s conceptSet) without(o conceptSet) conceptSet {
	for i := range s {
		s[i] &^= o[i]
	}
	return s
}

// hasAll reports whether all concepts of o are in s.
func (s *conceptSet) hasAll(o conceptSet) bool {
	for i := range s {
		if s[i]&o[i] != o[i] {
			return false
		}
	}
	return true
}

// A conceptRef is a concept in a text.
type conceptRef struct {
	id       uint8
	from, to int32 // tokens
}

// A conceptKey is what one step through a form compares: a word or a syllable.
type conceptKey uint32

const (
	noKey     conceptKey = 0
	wordKey   conceptKey = 1 << 31 // plus the term of a word
	closedKey conceptKey = 1 << 30 // plus a syllable
	openKey   conceptKey = 1 << 29 // plus a syllable whose final consonant does not count
	numberKey conceptKey = 1 << 28 // plus a hash of a number
	gapKey    conceptKey = 1       // some other words
	wordStart conceptKey = 2       // a word begins here
)

// What a gap spans, in twelfths.
const (
	gapSpan         = 12
	gapSpanWord     = gapSpan / 3
	gapSpanSyllable = gapSpan / 4
)

// A conceptTrie holds the forms of all concepts.
type conceptTrie struct {
	concepts []Concept
	edges    table             // by newEdge: a node
	ends     [][numKinds]int16 // by node: the concept of a kind whose form ends here, plus one
}

// newEdge returns the key of the edge from a node.
func newEdge(node int32, key conceptKey) uint64 { return uint64(node)<<32 | uint64(key) }

// newConceptTrie makes a trie of concepts. Their words become known to the
// vocabulary, so that typos in them are corrected.
func newConceptTrie(v *vocabulary, concepts []Concept) *conceptTrie {
	if len(concepts) > maxConcepts {
		panic(fmt.Sprintf("match: %d concepts, at most %d", len(concepts), maxConcepts)) // kb refuses them before
	}
	b := trieBuilder{
		conceptTrie: &conceptTrie{concepts: concepts, ends: make([][numKinds]int16, 1)},
		analyzer:    analyzer{v: v, learn: true, analysis: &analysis{}},
		edges:       map[uint64]int32{},
	}
	for id, c := range concepts {
		for _, form := range c.Forms {
			b.add(uint8(id), c.Kind, form)
		}
	}
	b.conceptTrie.edges = newTable(b.edges)
	return b.conceptTrie
}

// A trieBuilder is a trie to which forms are added.
type trieBuilder struct {
	*conceptTrie
	analyzer analyzer
	edges    map[uint64]int32
}

// add adds a form of a concept.
func (b *trieBuilder) add(id uint8, kind ConceptKind, form string) {
	keys := formKeys(b.analyzer, form)
	node := int32(0)
	for _, key := range keys {
		node = b.step(node, key)
	}
	if node > 0 && b.ends[node][kind] == 0 {
		b.ends[node][kind] = int16(id) + 1
	}
}

// formKeys returns the keys of a form, or nil if it has none, or none on one side
// of a gap.
func formKeys(a analyzer, form string) []conceptKey {
	var keys []conceptKey
	form, begins := strings.CutPrefix(strings.ToLower(form), "^")
	form, open := strings.CutSuffix(form, "~")
	if begins {
		keys = append(keys, wordStart)
	}
	for i, piece := range strings.Split(form, "..") {
		if i > 0 {
			keys = append(keys, gapKey)
		}
		a.analyze(piece)
		list := a.conceptKeys(nil)
		if len(list) == 0 {
			return nil
		}
		for _, k := range list {
			if k.key == noKey {
				return nil // too long for a word
			}
			keys = append(keys, k.key)
		}
	}
	if last := len(keys) - 1; open {
		keys[last] = keys[last].open()
	}
	return keys
}

// step returns the node that a key leads to, a new one if there is none.
func (b *trieBuilder) step(node int32, key conceptKey) int32 {
	e := newEdge(node, key)
	to, ok := b.edges[e]
	if !ok {
		to = int32(len(b.ends))
		b.edges[e] = to
		b.ends = append(b.ends, [numKinds]int16{})
	}
	return to
}

// A keyAt is a key of a text and its token.
type keyAt struct {
	key   conceptKey
	token int32
}

// open returns the key of a syllable without its final consonant.
func (k conceptKey) open() conceptKey {
	if k&closedKey == 0 {
		return k
	}
	r := rune(k &^ closedKey)
	if isHangul(r) {
		r -= (r - firstHangul) % tails
	}
	return openKey | conceptKey(r)
}

func (k conceptKey) isNumber() bool { return k&^(numberKey-1) == numberKey }

// newNumberKey returns the key of a number: "0 failed" is not "failed".
func newNumberKey(number string) conceptKey {
	return numberKey | conceptKey(hashToken(0, number))%numberKey
}

// conceptKeys appends the keys of a text that was analyzed: its words, numbers
// and syllables. "Can't" is two keys, can and not. A known compound is one:
// "ReFS" is Re and FS, and "refs".
func (a *analysis) conceptKeys(dst []keyAt) []keyAt {
	k := 0
	for i := 0; i < len(a.tokens); i++ {
		t := a.tokens[i]
		switch t.kind {
		case numberToken:
			dst = append(dst, keyAt{newNumberKey(a.plain.s[t.from:t.to]), int32(i)})
		case syllableToken:
			r, _ := utf8.DecodeRuneInString(a.plain.s[t.from:])
			dst = append(dst, keyAt{closedKey | conceptKey(r), int32(i)})
		case wordToken:
			for k < len(a.terms) && int(a.terms[k].at) < i {
				k++
			}
			if n, term := a.wholeAt(i, k); n > 0 {
				dst = append(dst, keyAt{wordKey | conceptKey(term), int32(i)})
				i += n - 1
				continue
			}
			dst = a.wordKeys(dst, i, k)
		}
	}
	return dst
}

// wholeAt returns the number of tokens of the compound at token i, and its term,
// which is among the terms from k. n is 0 if it is unknown or has numbers.
func (a *analysis) wholeAt(i, k int) (n int, whole termID) {
	if a.tokens[i].glued {
		return 0, 0
	}
	end := i + 1
	for end < len(a.tokens) && a.tokens[end].glued {
		if a.tokens[end].kind != wordToken {
			return 0, 0
		}
		end++
	}
	if end-i == 1 {
		return 0, 0
	}
	for _, term := range a.terms[k:] {
		if int(term.at) > i {
			break
		}
		if int(term.at) == i && int(term.n) == end-i {
			return end - i, term.id
		}
	}
	return 0, 0
}

// wordKeys appends the keys of the word at token i, whose terms are among those
// from k.
func (a *analysis) wordKeys(dst []keyAt, i, k int) []keyAt {
	word, not := noKey, noKey
	for _, term := range a.terms[k:] {
		if int(term.at) > i {
			break
		}
		if int(term.at) != i || term.n != 1 {
			continue
		}
		if word == noKey {
			word = wordKey | conceptKey(term.id)
		} else {
			word, not = wordKey|conceptKey(term.id), word
		}
	}
	dst = append(dst, keyAt{word, int32(i)})
	if not != noKey {
		dst = append(dst, keyAt{not, int32(i)})
	}
	return dst
}

// findConcepts finds the concepts of the text. Of the forms of a kind that begin
// at the same word, the longest counts.
func (q *query) findConcepts() {
	q.concepts, q.keys = q.concepts[:0], q.analysis.conceptKeys(q.keys[:0])
	t := q.ix.concepts
	start, _ := t.edges.get(newEdge(0, wordStart))
	var free [numKinds]int
	for i := range q.keys {
		var longest [numKinds]walkEnd
		q.follow(0, i, &longest)
		if start > 0 && q.beginsWord(i) {
			q.follow(start, i, &longest)
		}
		for kind, end := range longest {
			if end.to > 0 && i >= free[kind] {
				free[kind] = end.to
				q.concepts = append(q.concepts, conceptRef{end.id, q.keys[i].token, q.keys[end.to-1].token + 1})
			}
		}
	}
}

// A walkEnd is where a form ends, in keys.
type walkEnd struct {
	id uint8
	to int
}

// walk records the forms that end at a node before key i, and follows the others.
func (q *query) walk(node int32, i int, longest *[numKinds]walkEnd) {
	for kind, id := range q.ix.concepts.ends[node] {
		if id > 0 && i > longest[kind].to {
			longest[kind] = walkEnd{uint8(id - 1), i}
		}
	}
	q.follow(node, i, longest)
	edges := &q.ix.concepts.edges
	if to, ok := edges.get(newEdge(node, gapKey)); ok {
		q.walkGap(to, i, longest)
	}
	for ; i < len(q.keys) && q.keys[i].key.isNumber(); i++ {
		q.follow(node, i+1, longest) // a form without the number: "disk 3 failed"
	}
}

// follow follows the forms from a node through the key at i.
func (q *query) follow(node int32, i int, longest *[numKinds]walkEnd) {
	if i == len(q.keys) {
		return
	}
	key := q.keys[i].key
	edges := &q.ix.concepts.edges
	if to, ok := edges.get(newEdge(node, key)); ok {
		q.walk(to, i+1, longest)
	}
	if key&closedKey != 0 {
		if to, ok := edges.get(newEdge(node, key.open())); ok {
			q.walk(to, i+1, longest)
		}
	}
}

// walkGap follows the forms from a node through the keys from i, after a gap in
// the same sentence.
func (q *query) walkGap(node int32, i int, longest *[numKinds]walkEnd) {
	span := 0
	for ; i < len(q.keys) && span <= gapSpan && !q.beginsSentence(i); i++ {
		q.follow(node, i, longest)
		if q.keys[i].key&closedKey != 0 {
			span += gapSpanSyllable
		} else {
			span += gapSpanWord
		}
	}
}

// beginsSentence reports whether a sentence begins between key i and the one
// before it.
func (q *query) beginsSentence(i int) bool {
	k := q.keys[i].token
	return q.tokens[k].newSentence && q.keys[i-1].token != k
}

// Concepts returns the IDs of the concepts of a text, sorted.
func (ix *Index) Concepts(text string) []string {
	q := ix.query()
	defer ix.release(q)
	q.load(text[:min(len(text), windowBytes)])
	q.findConcepts()
	return ix.concepts.names(q.conceptsIn(0, int32(len(q.tokens))))
}

// beginsWord reports whether key i is the first of a word.
func (q *query) beginsWord(i int) bool {
	k := q.keys[i].token
	return k == 0 || q.tokens[k].kind != syllableToken || q.tokens[k-1].kind != syllableToken || q.tokens[k-1].to != q.tokens[k].from
}

// conceptNames returns the IDs of the concepts of a set.
func (t *conceptTrie) names(s conceptSet) []string {
	var names []string
	for i, c := range t.concepts {
		if s.has(uint8(i)) {
			names = append(names, c.ID)
		}
	}
	slices.Sort(names)
	return names
}
