package match

// A Result is what the matcher makes of a text.
type Result struct {
	Band Band
	Hits []Hit // competing explanations, at most three, or four choices of a question, the best first; also if the band is Silent
	Also []Hit // other errors that are certain in the same text; Hits[0] is the root cause
}

// A Hit is a document that explains a text, or part of it.
type Hit struct {
	Doc        int               // its index in the documents that New received
	Confidence float64           // calibrated: the share of such hits that are right
	Codes      []string          // codes of the document in the text, as the document spells them
	Slots      map[string]string // what the text has in place of slots
	Evidence   []Evidence        // why, in the order of the text
}

// Match returns the documents that explain a text that a user pasted.
func (ix *Index) Match(text string) Result { return ix.match(text, minAccepted) }

// MatchAbout is Match for a place where people talk of these products and little
// else. A question needs less there.
func (ix *Index) MatchAbout(text string) Result { return ix.match(text, minAcceptedAbout) }

// match matches a text of any length. A question needs some odds.
func (ix *Index) match(text string, least float64) Result {
	q := ix.query()
	defer ix.release(q)
	q.least = least
	if len(text) > windowBytes {
		return q.matchLong(text)
	}
	return q.match(text)
}

// Lookup returns the documents that a user means who types a query: a code, a
// symbol, an anchor, a few words, or a paste.
func (ix *Index) Lookup(text string) Result {
	text = text[:min(len(text), windowBytes)]
	if r, ok := ix.lookupAnchor(text); ok {
		return r
	}
	q := ix.query()
	defer ix.release(q)
	return q.lookup(text)
}

func (ix *Index) query() *query { return ix.pool.Get().(*query) }

func (ix *Index) release(q *query) {
	q.unload()
	ix.pool.Put(q)
}

// match is the whole matcher: it takes a text of one window through all stages.
func (q *query) match(text string) Result {
	q.load(text) // normalize, tokenize, find terms and codes
	q.retrieve() // 64 candidates by shared terms
	c := q.context()
	if q.unrelated(c) {
		return Result{}
	}
	scores := q.rank()       // 12 by trigrams, ranked by substrings
	q.assess(scores, c)      // 8 aligned word by word, with odds
	r := q.decide(scores, c) // an answer, with root cause, evidence and slots
	if r.Band == Silent {
		r = q.matchBlocks(c) // an answer from a part of the text
	}
	least := anyOdds
	if r.Band == Sure {
		least = q.leastOfAnswer(c)
	}
	if r.Band != Silent && least == anyOdds {
		return r
	}
	offers := q.offers(scores, c)
	if r.Band == Sure && !q.doubted(offers, least) {
		return r
	}
	return q.offer(offers, scores, c, r.Band == Silent) // an answer after all, a question, or silence
}
