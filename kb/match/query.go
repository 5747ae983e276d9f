package match

import "slices"

// A query is a text on its way through the stages, and their scratch space. It
// is reused for the next text: nothing that one stage leaves here may outlive
// it.
type query struct {
	ix *Index
	analysis
	original string
	least    float64 // odds of a question, see accept.go
	codes    []codeRef
	trigrams trigramTable
	sums     []int32 // for each token, and for the end, the weight of the tokens before it

	// The terms of the text, by ID. An array that is as long as the vocabulary
	// is cleared by a new stamp.
	termIDs []termID
	stamp   uint32
	seen    []uint32 // by term: the stamp of the last query that has it
	head    []int32  // by term: its first occurrence in terms
	next    []int32  // by occurrence: the next one of the same term, or -1

	shared          []int32     // by target: the weight of the terms that it shares with the text
	touched         []uint32    // targets with a weight in shared
	nearest         []candidate // templates, best first
	nearestWhole    []candidate // documents, best first
	likeliest       []candidate // of the nearest
	counterexamples []candidate // of the nearest

	parts     []block
	blockOdds []blockOdds // of the best document of each block
	keys      []keyAt
	concepts  []conceptRef
	scopes    []conceptSet // of concepts that belong together
	key       []byte       // of a feature
	before    []byte       // the word before it
	features  []featureHash
	judgment  []int32  // by column of the model: the sum of the weights
	weighed   []uint32 // by row of the model: the stamp of the last query that has it

	similar     []uint32 // the documents whose vectors are most similar, best first
	similarity  []uint32 // by document
	sharing     []uint32 // documents with a similarity
	norm        float64  // of a similarity
	featureSeen []uint32 // by feature of vectors: the stamp of the last query that has it

	runs     []run // of the last alignment
	chain    []run // of the last alignment
	scores   []candidateScore
	proposed []candidateScore // see query.propose
	answer   candidateScore   // the certain one of the last text that had one
	answerAt block            // its part of the text
}

func newQuery(ix *Index) *query {
	return &query{ix: ix, seen: make([]uint32, len(ix.v.class)), head: make([]int32, len(ix.v.class)), shared: make([]int32, len(ix.targets)), key: make([]byte, 0, maxKey)}
}

// maxKey is more than the bytes of any key of a feature.
const maxKey = 512

// load analyzes a text.
func (q *query) load(text string) {
	q.original = text
	analyzer{v: q.ix.v, analysis: &q.analysis}.analyze(text)
	q.codes = scanCodes(q.codes[:0], q.plain.s, q.tokens)
	q.blockOdds = q.blockOdds[:0]
	q.index()
}

// index makes the terms of the text known by ID, and weighs its tokens.
func (q *query) index() {
	q.resetSeen()
	q.termIDs, q.next = q.termIDs[:0], slices.Grow(q.next[:0], len(q.terms))[:len(q.terms)]
	for i := len(q.terms) - 1; i >= 0; i-- {
		id := q.terms[i].id
		q.next[i] = -1
		if q.has(id) {
			q.next[i] = q.head[id]
		} else {
			q.seen[id] = q.stamp
			q.termIDs = append(q.termIDs, id)
		}
		q.head[id] = int32(i)
	}
	q.weighTokens()
}

// unload forgets the text: it may contain names that are none of our business.
func (q *query) unload() { q.original, q.plain = "", plainText{} }

// resetSeen forgets which terms were seen.
func (q *query) resetSeen() {
	if q.stamp++; q.stamp == 0 {
		clear(q.seen)
		clear(q.weighed)
		clear(q.featureSeen)
		q.stamp = 1
	}
}

// has reports whether the text has a term.
func (q *query) has(id termID) bool { return q.seen[id] == q.stamp }

func (q *query) hasAll(ids []termID) bool {
	for _, id := range ids {
		if !q.has(id) {
			return false
		}
	}
	return true
}

// firstOf returns the first occurrence of a term in the text, or -1.
func (q *query) firstOf(id termID) int32 {
	if !q.has(id) {
		return -1
	}
	return q.head[id]
}

// What a token weighs that no document has.
const (
	unknownWord     = 350 // about the average of known words
	unknownSyllable = 120 // a word has about three
)

// weighTokens weighs the tokens of the text.
func (q *query) weighTokens() {
	n := len(q.tokens)
	q.sums = slices.Grow(q.sums[:0], n+1)[:n+1]
	clear(q.sums)
	q.ix.v.weighTokens(q.sums, q.terms)
	for _, i := range q.unknown {
		switch q.tokens[i].kind {
		case wordToken:
			q.sums[i+1] = max(q.sums[i+1], unknownWord)
		case syllableToken:
			q.sums[i+1] = max(q.sums[i+1], unknownSyllable)
		}
	}
	accumulate(q.sums)
}
