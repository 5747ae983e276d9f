package match

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A query may name errors without their words: by a piece of a symbol, or by the
// title of the section that they are in.

// longestName bounds the queries that are compared with symbols and sections, in
// bytes. What is longer is a paste.
const longestName = 120

// A symbol is a symbolic name of a document.
type symbol struct {
	doc   uint32
	name  string // its letters and digits, in lower case
	words []int  // where a word begins within the name: FileFaultFault has two
}

const minPiece = 6 // letters; shorter pieces are in too many words

// addSymbols makes a document known under its symbols.
func (b *builder) addSymbols(i uint32, d *Document) {
	for _, s := range d.Symbols {
		sym := symbol{doc: i, name: letters(s)}
		n := 0
		for k := range len(s) {
			if !isAlnum(s[k]) {
				continue
			}
			if k > 0 && (!isAlnum(s[k-1]) || isUpper(s[k]) && !isUpper(s[k-1])) {
				sym.words = append(sym.words, n)
			}
			n++
		}
		b.symbols = append(b.symbols, sym)
	}
}

// letters returns the ASCII letters and digits of a text in lower case.
func letters(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if isAlnum(s[i]) {
			b.WriteByte(s[i])
		}
	}
	return strings.ToLower(b.String())
}

// lookupSymbol returns the documents that have a piece of a symbol that is the
// text, or is similar to it, and whether the piece is nearly all of the symbol.
func (ix *Index) lookupSymbol(text string) (docs []uint32, whole bool) {
	piece := letters(text)
	if len(text) > longestName || len(piece) < minPiece {
		return nil, false
	}
	for _, s := range ix.symbols {
		if s.hasPiece(piece) && !slices.Contains(docs, s.doc) {
			docs = append(docs, s.doc)
			whole = s.isNearly(piece)
		}
	}
	if docs == nil && len(strings.Fields(text)) == 1 {
		return ix.similarSymbol(piece)
	}
	return docs, whole
}

// longSymbol is the length, in bytes, of a symbol that is no word of a language.
const longSymbol = 20

// namesSymbol reports whether a word of the text is a symbol of a document. A log may
// have it in lower case, without the words that it consists of.
func (q *query) namesSymbol(doc uint32) bool {
	for _, t := range q.tokens {
		if t.kind != wordToken || t.to-t.from < longSymbol {
			continue
		}
		word := q.plain.s[t.from:t.to]
		if slices.ContainsFunc(q.ix.symbols, func(s symbol) bool { return s.doc == doc && strings.EqualFold(s.name, word) }) {
			return true
		}
	}
	return false
}

// isNearly reports whether a piece is nearly as long as a symbol.
func (s *symbol) isNearly(piece string) bool {
	const nearly = 0.8
	return float64(len(piece)) >= nearly*float64(len(s.name))
}

// hasPiece reports whether a piece is in a symbol and has more than one of its
// words, or parts of them. A single word is not a name.
func (s *symbol) hasPiece(piece string) bool {
	at := strings.Index(s.name, piece)
	return at >= 0 && slices.ContainsFunc(s.words, func(w int) bool { return w > at && w < at+len(piece) })
}

// What a piece must have in common with a symbol if it is not in it.
const (
	minSimilar     = 16 // letters
	maxDifferences = 5  // one letter in so many
)

// similarSymbol returns the document with the symbol that is most similar to a
// piece, or none, and whether the piece is nearly all of the symbol.
func (ix *Index) similarSymbol(piece string) (docs []uint32, whole bool) {
	if len(piece) < minSimilar {
		return nil, false
	}
	least := len(piece) / maxDifferences
	for _, s := range ix.symbols {
		switch d := differences(piece, s.name); {
		case d < least || d == least && docs == nil:
			least, docs, whole = d, []uint32{s.doc}, s.isNearly(piece)
		case d == least && !slices.Contains(docs, s.doc):
			docs = append(docs, s.doc)
		}
	}
	return docs, whole
}

// differences returns how many letters must be inserted, deleted or replaced to
// make a piece a part of a name (Sellers, "The theory and computation of
// evolutionary distances", 1980).
func differences(piece, name string) int {
	row := make([]int, len(name)+1) // by end in the name; it may begin anywhere
	for i := range len(piece) {
		diagonal := row[0]
		row[0] = i + 1
		for k := range len(name) {
			cost := diagonal
			if piece[i] != name[k] {
				cost++
			}
			diagonal = row[k+1]
			row[k+1] = min(cost, diagonal+1, row[k]+1)
		}
	}
	return slices.Min(row)
}

// A section is a title of a section of the sources.
type section struct {
	terms  []termID
	weight int32
	docs   []uint32
}

// addSections makes documents known under the titles of their sections. Their
// words have been read with the rest of the documents.
func (b *builder) addSections(documents []Document) {
	b.analyzer.known = true
	byTitle := map[string]int{}
	for i := range documents {
		for _, title := range documents[i].Sections {
			key := strings.ToLower(title)
			k, ok := byTitle[key]
			if !ok {
				k = len(b.sections)
				byTitle[key] = k
				b.analyzer.analyze(title)
				b.sections = append(b.sections, section{terms: termsOnce(b.analyzer.terms)})
			}
			if s := &b.sections[k]; !slices.Contains(s.docs, uint32(i)) {
				s.docs = append(s.docs, uint32(i))
			}
		}
	}
	b.analyzer.known = false
}

func termsOnce(terms []term) []termID {
	var ids []termID
	for _, t := range terms {
		ids = append(ids, t.id)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// weighSections weighs the terms of all sections.
func (ix *Index) weighSections() {
	for i := range ix.sections {
		for _, id := range ix.sections[i].terms {
			ix.sections[i].weight += ix.v.weight[id]
		}
	}
}

// What a query needs to be the title of a section.
const (
	minSection   = 400 // weight of the title: a single common word is none
	sameSection  = 0.75
	wholeSection = 0.95
)

// lookupSection returns the documents of the section whose title is most like
// the text, and whether it is that title. It shares at least a weight with the
// text, which is what the best document shares with it.
func (q *query) lookupSection(c textContext, least int32) (docs []uint32, whole bool) {
	if len(q.original) > longestName {
		return nil, false
	}
	var own int32
	for _, id := range q.termIDs {
		own += q.ix.v.weight[id]
	}
	best := 0.0
	for i := range q.ix.sections {
		s := &q.ix.sections[i]
		if s.weight < minSection {
			continue
		}
		var shared int32
		for _, id := range s.terms {
			if q.has(id) {
				shared += q.ix.v.weight[id]
			}
		}
		if shared < least {
			continue
		}
		of := max(own, c.content)
		share := math.Min(float64(shared)/float64(s.weight), float64(shared)/float64(max(1, of)))
		if share > best {
			best, docs = share, s.docs
		}
	}
	if best < sameSection {
		return nil, false
	}
	return docs, best >= wholeSection
}

// namedHits returns the hits of documents that a query names, with the whole
// query as evidence. If it names them incompletely, the likeliest comes first.
func (q *query) namedHits(scores []candidateScore, docs []uint32, whole bool, kind string) []Hit {
	place := func(doc uint32) int {
		if k := slices.IndexFunc(scores, func(s candidateScore) bool { return s.doc == doc }); k >= 0 {
			return k
		}
		return len(scores)
	}
	if !whole {
		docs = slices.Clone(docs)
		slices.SortStableFunc(docs, func(a, b uint32) int { return cmp.Compare(place(a), place(b)) })
	}
	text := strings.TrimSpace(q.original)
	start := strings.Index(q.original, text)
	var hits []Hit
	for _, doc := range docs[:min(maxHits, len(docs))] {
		hits = append(hits, Hit{
			Doc: int(doc), Confidence: 1 / float64(len(docs)),
			Evidence: []Evidence{{kind, text, start, start + len(text)}},
		})
	}
	return hits
}
