package match

import (
	"math/bits"
	"slices"
)

// What a text says in people's own words: the frames of documents that its
// concepts fill, and how much its concepts are those of their phrases.

// shortText is the length, in tokens, up to which all concepts of a text belong
// together. In a longer one, those of two neighboring sentences do.
const shortText = 40

// findScopes collects the concepts that belong together.
func (q *query) findScopes() {
	q.scopes = q.scopes[:0]
	var before, all conceptSet
	start := int32(0)
	n := int32(len(q.tokens))
	for i := int32(1); i <= n; i++ {
		if i < n && !q.tokens[i].newSentence && !q.tokens[i].newLine {
			continue
		}
		s := q.conceptsIn(start, i)
		start = i
		all.addAll(s)
		both := s
		both.addAll(before)
		if both != (conceptSet{}) {
			q.scopes = append(q.scopes, both)
		}
		before = s
	}
	if len(q.tokens) <= shortText {
		q.scopes = append(q.scopes[:0], all)
	}
}

// conceptsIn returns the set of the concepts in some tokens.
func (q *query) conceptsIn(from, to int32) conceptSet {
	var s conceptSet
	for _, c := range q.concepts {
		if c.from >= from && c.from < to {
			s.add(c.id)
		}
	}
	return s
}

// A saying is what a document knows of how people say it.
type saying struct {
	frames  []conceptSet
	phrases []conceptSet // the concepts of its phrases and messages, without stances
}

// fills returns the size of the largest frame of a document that the text fills.
func (q *query) fills(doc uint32) int {
	size := 0
	for _, f := range q.ix.sayings[doc].frames {
		if n := f.size(); n > size && slices.ContainsFunc(q.scopes, func(s conceptSet) bool { return s.hasAll(f) }) {
			size = n
		}
	}
	return size
}

// resembles returns the best share of concepts that the text and a phrase of a
// document have both, of those that either has. Stances do not count.
func (q *query) resembles(doc uint32) float64 {
	best := 0.0
	for _, scope := range q.scopes {
		scope = scope.without(q.ix.stances)
		for _, p := range q.ix.sayings[doc].phrases {
			both, either := 0, 0
			for i := range p {
				both += bits.OnesCount64(p[i] & scope[i])
				either += bits.OnesCount64(p[i] | scope[i])
			}
			if either > 0 {
				best = max(best, float64(both)/float64(either))
			}
		}
	}
	return best
}

// addSayings finds the concepts of the phrases and messages of all documents, and
// their vectors.
func (b *builder) addSayings(documents []Document) {
	number := map[string]uint8{}
	for i, c := range b.concepts.concepts {
		number[c.ID] = uint8(i)
		if c.Kind == Stance {
			b.stances.add(uint8(i))
		}
	}
	b.sayings, b.vectors = make([]saying, len(documents)), &vectors{}
	if len(number) == 0 {
		return
	}
	q := newQuery(b.Index)
	var vectors vectorsBuilder
	for i := range documents {
		s := &b.sayings[i]
		compared := len(documents[i].Phrases) > 0
		if compared {
			vectors.documents++
		}
		for _, frame := range documents[i].Frames {
			var set conceptSet
			for _, id := range frame {
				if n, ok := number[id]; ok {
					set.add(n)
				}
			}
			s.frames = append(s.frames, set)
		}
		if len(s.frames) > 0 {
			b.framed = append(b.framed, uint32(i))
		}
		for k, text := range slices.Concat(documents[i].Phrases, documents[i].Titles, documents[i].Messages, documents[i].Symbols) {
			q.load(Fill(text, func(string) string { return " " }))
			q.findConcepts()
			if compared {
				vectors.add(q, uint32(i), k)
			}
			set := q.conceptsIn(0, int32(len(q.tokens))).without(b.stances)
			if set.size() >= minSaying && !slices.Contains(s.phrases, set) {
				s.phrases = append(s.phrases, set)
			}
		}
	}
	b.vectors = vectors.vectors()
}

// minSaying is the number of concepts that say something.
const minSaying = 2
