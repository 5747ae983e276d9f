package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A text in people's own words has few words of any message. What such a text
// means is learned from labeled texts, by its features: its words, pairs of
// words, pieces of words, pairs and triples of syllables, the edges of its
// sentences, its concepts and the pairs of concepts that are near each other.

const (
	minPieces   = 6   // letters of a word that has pieces: endings and parts of compounds
	pieceLength = 5   // letters of a piece
	maxKeys     = 600 // words and syllables of a text whose features count
)

// A featureSink receives the key of each feature of a text: a letter, a space,
// and the words or concepts. Keys may come more than once, and are valid until
// the next one.
type featureSink func(key []byte)

// eachFeature calls do with the features of the text. Its concepts must have
// been found.
func (q *query) eachFeature(do featureSink) {
	q.termFeatures(do)
	q.wordFeatures(do)
	q.syllableFeatures(do)
	q.edgeFeatures(do)
	q.conceptFeatures(do)
	q.codeFeatures(do)
	q.shapeFeatures(do)
}

// termFeatures are the terms of documents: "t replica", also for 복제본.
func (q *query) termFeatures(do featureSink) {
	for _, t := range q.terms[:min(len(q.terms), maxKeys)] {
		do(append(append(q.key[:0], "t "...), q.ix.v.names[t.id]...))
	}
}

// wordFeatures are stems, pairs of stems, and pieces of stems.
func (q *query) wordFeatures(do featureSink) {
	before := q.before[:0]
	for i, t := range q.tokens[:min(len(q.tokens), maxKeys)] {
		switch t.kind {
		case numberToken:
			before = append(before[:0], '#')
			continue
		case syllableToken:
			before = append(before[:0], q.plain.s[t.from:t.to]...)
			continue
		}
		w := q.stemOf(t)
		do(append(append(q.key[:0], "w "...), w...))
		if i > 0 && !t.newSentence && len(before) > 0 {
			key := append(append(q.key[:0], "b "...), before...)
			do(append(append(key, ' '), w...))
		}
		if len(w) >= minPieces {
			for k := 0; k+pieceLength <= len(w); k++ {
				if w[k] >= utf8.RuneSelf || w[k+pieceLength-1] >= utf8.RuneSelf {
					continue // it may begin or end within a character
				}
				do(append(append(q.key[:0], "c "...), w[k:k+pieceLength]...))
			}
		}
		before = append(before[:0], w...)
	}
	q.before = before
}

// stemOf returns the stem of a word, or its synonym. It is valid until the next
// one.
func (q *query) stemOf(t token) []byte {
	q.word = appendLower(q.word[:0], q.plain.s[t.from:t.to])
	w := stem(q.word)
	if name, ok := q.ix.v.lex.synonym[string(w)]; ok {
		w = append(w[:0], name...)
	}
	return w
}

// syllableFeatures are pairs and triples of syllables, without the spaces
// between them.
func (q *query) syllableFeatures(do featureSink) {
	run := 0 // syllables up to this one
	tokens := q.tokens[:min(len(q.tokens), maxKeys)]
	for i, t := range tokens {
		if t.kind != syllableToken {
			run = 0
			continue
		}
		run++
		for n := 2; n <= 3 && n <= run; n++ {
			key := append(q.key[:0], "s "...)
			for _, s := range tokens[i-n+1 : i+1] {
				key = append(key, q.plain.s[s.from:s.to]...)
			}
			do(key)
		}
	}
}

// edgeFeatures are how a sentence or line begins and ends: an order, a question,
// hearsay, a plan, a report.
func (q *query) edgeFeatures(do featureSink) {
	tokens := q.tokens[:min(len(q.tokens), maxKeys)]
	begins := func(i int) bool { return i == 0 || tokens[i].newSentence || tokens[i].newLine }
	for i, t := range tokens {
		if begins(i) && t.kind == wordToken {
			key := append(append(q.key[:0], "f "...), q.stemOf(t)...)
			do(key)
			if i+1 < len(tokens) && tokens[i+1].kind == wordToken {
				do(append(append(key, ' '), q.stemOf(tokens[i+1])...))
			}
		}
		if i+1 < len(tokens) && !begins(i+1) {
			continue
		}
		switch {
		case t.kind == wordToken:
			do(append(append(q.key[:0], "e "...), q.stemOf(t)...))
		case t.kind == syllableToken && i > 0 && tokens[i-1].kind == syllableToken:
			key := append(append(q.key[:0], "e "...), q.plain.s[tokens[i-1].from:tokens[i-1].to]...)
			do(append(key, q.plain.s[t.from:t.to]...))
		}
	}
}

// maxPairs is how many of the concepts after a concept it has pairs with. A sentence
// that a person writes has fewer; in a megabyte without a full stop all pairs would
// take seconds.
const maxPairs = 64

// conceptFeatures are the concepts, and the pairs of concepts in the same or
// the next sentence.
func (q *query) conceptFeatures(do featureSink) {
	list := q.ix.concepts.concepts
	for i, c := range q.concepts {
		do(append(append(q.key[:0], "k "...), list[c.id].ID...))
		at, sentences := c.from, 0
		for _, d := range q.concepts[i+1 : min(len(q.concepts), i+1+maxPairs)] {
			for ; at < d.from; at++ {
				if q.tokens[at+1].newSentence || q.tokens[at+1].newLine {
					sentences++
				}
			}
			if sentences > 1 {
				break
			}
			if c.id == d.id {
				continue
			}
			key := append(append(q.key[:0], "kk "...), list[min(c.id, d.id)].ID...)
			do(append(append(key, ' '), list[max(c.id, d.id)].ID...))
		}
	}
}

// codeFeatures are how certain it is that the text has a code, and whether it is
// one of a document.
func (q *query) codeFeatures(do featureSink) {
	for _, ref := range q.codes {
		name := "other "
		if q.ix.isOwn(ref) {
			name = "own "
		}
		key := append(append(q.key[:0], "code "...), name...)
		do(append(key, '0'+byte(ref.strength)))
	}
}

// The lengths, in tokens, from which a text counts as longer.
var lengths = [...]int{6, 12, 25, 60}

// Punctuation that says something about a text: a question, a quotation, a list.
var marks = [...]string{"?", "\"", "!", "..", ",", "(", ":"}

// shapeFeatures are which kinds of concepts a text has, its punctuation and its
// length.
func (q *query) shapeFeatures(do featureSink) {
	var n [numKinds]int
	for _, c := range q.concepts {
		n[q.ix.concepts.concepts[c.id].Kind]++
	}
	for kind, n := range n {
		switch name := ConceptKinds[kind]; {
		case n == 0:
			do(append(append(q.key[:0], "no "...), name...))
		case n > 1:
			do(append(append(q.key[:0], "many "...), name...))
		}
	}
	for _, mark := range marks {
		if strings.Contains(q.plain.s, mark) {
			do(append(append(q.key[:0], "m "...), mark...))
		}
	}
	k, _ := slices.BinarySearch(lengths[:], len(q.tokens)+1)
	do(append(q.key[:0], 'l', ' ', '0'+byte(k)))
	do(append(q.key[:0], "bias"...))
}
