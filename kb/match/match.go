package match

// A Result is what the matcher makes of one text.
type Result struct {
	Band Band
	Hits []Hit // competing explanations, best first, three at most; also where the band is Silent
	Also []Hit // other errors recognised with certainty elsewhere in the same text; Hits[0] is nearest the cause
}

// A Hit is one document that explains the text, or part of it.
type Hit struct {
	Doc        int               // its place among the documents that New was given
	Confidence float64           // calibrated: the share of such hits that are right
	Codes      []string          // canonical codes of the document that stand in the text
	Slots      map[string]string // what stood in the places of a template's slots
	Evidence   []Evidence        // why, in the order of the text
}

// Match names the documents that explain a text as somebody pasted it.
func (ix *Index) Match(text string) Result {
	q := ix.pool.Get().(*query)
	defer ix.release(q)
	if len(text) <= windowBytes {
		return q.match(ix, text, false)
	}
	return q.matchLong(ix, text)
}

// Lookup names the documents that a query after /mabs means: a code, a symbol,
// a section of the sources, a few words, or a paste.
func (ix *Index) Lookup(text string) Result {
	q := ix.pool.Get().(*query)
	defer ix.release(q)
	text = text[:min(len(text), windowBytes)]
	if r, ok := ix.lookupAnchor(text); ok {
		return r
	}
	return q.match(ix, text, true)
}

// release puts a query back for the next text, and forgets this one: a paste
// holds names that are nobody else's business.
func (ix *Index) release(q *query) {
	q.original, q.plain = "", plainText{}
	ix.pool.Put(q)
}

func (q *query) match(ix *Index, text string, lookup bool) Result {
	q.load(ix, text)
	if lookup {
		for i := range q.codes {
			q.codes[i].strength = strongCode
		}
	}
	q.retrieve(ix)
	s := q.context(ix)
	if !lookup && q.unrelated(s) {
		return Result{}
	}
	vs := q.score(ix)
	if len(vs) == 0 {
		return Result{}
	}
	for i := range min(len(vs), maxAligned) {
		v := &vs[i]
		v.contraryCode, v.margin = q.contraryCode(ix, v), margin(vs, i)
		v.odds = v.logOdds(s)
	}
	if lookup {
		return q.decideLookup(ix, vs, s)
	}
	return q.decide(ix, vs, s)
}
