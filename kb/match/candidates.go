package match

import "slices"

// A query is one text on its way through the index, and space to use again.
type query struct {
	analysis
	original        string
	codes           []codeRef
	trigrams        trigramTable
	sums            []int32 // by unit: weight of the units before it
	termIDs         []termID
	stamp           uint32
	seen            []uint32 // by feature: the stamp of the query that has it
	head            []int32  // by feature: its first gram
	next            []int32  // by gram: the next of the same feature
	shared          []int32  // by document
	touched         []uint32
	nearest         []candidate // templates, the best in order
	nearestWhole    []candidate // the words of entries, the best in order
	likeliest       []candidate // of the near ones, the best in order
	counterexamples []candidate // of the near ones that are neighbours of entries
	runs            []run
	chain           []run
	scores          []candidateScore
}

// A candidate is a document that shares features with the text.
type candidate struct {
	target uint32
	shared int32 // weight of the features that they share
	rank   int32 // what candidates are ranked by
}

const (
	maxNearest      = 64  // templates of which the letters are looked at; 48 lose 1 in 1000 first hits on catalog seeds 1 to 5
	maxNearestWhole = 16  // entries of which the words are looked at, wherever they stand
	minShared       = 250 // less than one telling word is nothing to go on
	proseDivisor    = 3   // what a word in a cause or step is worth beside one in a message
)

func newQuery(ix *Index) *query {
	return &query{seen: make([]uint32, len(ix.v.class)), head: make([]int32, len(ix.v.class)), shared: make([]int32, len(ix.targets))}
}

// load reads a text and files its grams by feature.
func (q *query) load(ix *Index, text string) {
	q.original = text
	analyzer{v: ix.v, analysis: &q.analysis}.analyze(text)
	q.codes = scanCodes(q.codes[:0], q.plain.s, q.tokens)
	q.resetSeen()
	q.termIDs, q.next = q.termIDs[:0], slices.Grow(q.next[:0], len(q.terms))[:len(q.terms)]
	for i := len(q.terms) - 1; i >= 0; i-- {
		f := q.terms[i].id
		q.next[i] = -1
		if q.seen[f] == q.stamp {
			q.next[i] = q.head[f]
		} else {
			q.seen[f] = q.stamp
			q.termIDs = append(q.termIDs, f)
		}
		q.head[f] = int32(i)
	}
	q.weighTokens(ix)
}

// resetSeen makes every feature one that was not seen.
func (q *query) resetSeen() {
	if q.stamp++; q.stamp == 0 {
		clear(q.seen)
		q.stamp = 1
	}
}

func (q *query) has(f termID) bool { return q.seen[f] == q.stamp }

// firstOf gives the first gram of a feature, or -1.
func (q *query) firstOf(f termID) int32 {
	if q.seen[f] != q.stamp {
		return -1
	}
	return q.head[f]
}

// What a unit of the text weighs that no entry has.
const (
	unknownWord     = 350 // about what a known word weighs on average
	unknownSyllable = 120 // words have three or so
)

// weighTokens sums the weights of the units of the text.
func (q *query) weighTokens(ix *Index) {
	n := len(q.tokens)
	q.sums = slices.Grow(q.sums[:0], n+1)[:n+1]
	clear(q.sums)
	for _, g := range q.terms {
		if g.n > 2 {
			continue
		}
		w := ix.v.weight[g.id] / int32(g.n)
		for u := g.at; u < g.at+int32(g.n); u++ {
			q.sums[u+1] = max(q.sums[u+1], w)
		}
	}
	for _, u := range q.unknown {
		switch q.tokens[u].kind {
		case wordToken:
			q.sums[u+1] = max(q.sums[u+1], unknownWord)
		case syllableToken:
			q.sums[u+1] = max(q.sums[u+1], unknownSyllable)
		}
	}
	for u := range n {
		q.sums[u+1] += q.sums[u]
	}
}

// retrieve finds the documents that share most with the text, mostNear
// templates and mostWhole entries, those with the lower number first among
// equals.
//
// The rarest features come first, those that tell nothing last. Once what is
// left weighs less than what the last of the best candidates has, it cannot
// bring in a new document: it only completes those that may still be among the
// best.
func (q *query) retrieve(ix *Index) {
	q.nearest, q.nearestWhole = q.nearest[:0], q.nearestWhole[:0]
	var rest int32
	q.termIDs = slices.DeleteFunc(q.termIDs, func(f termID) bool { return ix.v.weight[f] == 0 })
	for _, f := range q.termIDs {
		rest += ix.v.weight[f]
	}
	if rest < minShared {
		return
	}
	slices.SortFunc(q.termIDs, ix.rarer)
	for _, f := range q.termIDs {
		if q.costly(ix, f) && rest < max(minShared, q.threshold(ix)) {
			break
		}
		q.addPostings(ix, f)
		rest -= ix.v.weight[f]
	}
	q.complete(ix, rest)
}

// rarer orders features by what is to be looked up first.
func (ix *Index) rarer(a, b termID) int {
	if x, y := ix.v.class[a]&stopWord, ix.v.class[b]&stopWord; x != y {
		return int(x) - int(y)
	}
	if x, y := ix.v.df[a], ix.v.df[b]; x != y {
		return int(x) - int(y)
	}
	return int(a) - int(b)
}

// costly reports whether it takes longer to add a feature than to find out
// whether that is still needed.
func (q *query) costly(ix *Index, f termID) bool {
	return int(ix.postingsBegin[f+1]-ix.postingsBegin[f]) > 2*max(maxNearest, len(q.touched))
}

func (q *query) addPostings(ix *Index, f termID) {
	w := ix.v.weight[f]
	aside := posting(1).weigh(w)
	for _, p := range ix.postings[ix.postingsBegin[f]:ix.postingsBegin[f+1]] {
		d := p.id()
		s := q.shared[d]
		if s == 0 {
			q.touched = append(q.touched, d)
		}
		if p.prose() {
			q.shared[d] = s + aside
		} else {
			q.shared[d] = s + w
		}
	}
}

// threshold is what the last of the best candidates of each kind has so far, 0
// where there is still room.
func (q *query) threshold(ix *Index) int32 {
	q.selectBest(ix)
	least := int32(0)
	if len(q.nearest) == maxNearest && (len(ix.targets) == len(ix.templates) || len(q.nearestWhole) == maxNearestWhole) {
		least = q.nearest[maxNearest-1].rank
		if len(q.nearestWhole) == maxNearestWhole {
			least = min(least, q.nearestWhole[maxNearestWhole-1].rank)
		}
	}
	q.nearest, q.nearestWhole = q.nearest[:0], q.nearestWhole[:0]
	return least
}

// complete completes the candidates that may be among the best if they have all of
// the rest, keeps the best, and clears the scores.
func (q *query) complete(ix *Index, rest int32) {
	if rest > 0 {
		least := q.threshold(ix)
		n := 0
		for _, d := range q.touched {
			if s := q.shared[d] + rest; ix.rank(d, s) < least {
				q.shared[d] = 0
				continue
			}
			q.shared[d] = q.sharedWeight(ix, d)
			q.touched[n] = d
			n++
		}
		q.touched = q.touched[:n]
	}
	q.selectBest(ix)
	for _, d := range q.touched {
		q.shared[d] = 0
	}
	q.touched = q.touched[:0]
}

// sharedWeight is the weight of all features that the text shares with a document.
func (q *query) sharedWeight(ix *Index, doc uint32) int32 {
	var s int32
	for _, p := range ix.termsOf(doc) {
		if f := termID(p.id()); q.has(f) {
			s += p.weigh(ix.v.weight[f])
		}
	}
	return s
}

// selectBest keeps the best of the documents that were touched.
func (q *query) selectBest(ix *Index) {
	for _, d := range q.touched {
		s := q.shared[d]
		switch {
		case s < minShared:
		case int(d) >= len(ix.templates):
			q.nearestWhole = insertTop(q.nearestWhole, candidate{d, s, s}, maxNearestWhole)
		case len(q.nearest) == maxNearest && int64(s)*int64(s) < int64(q.nearest[maxNearest-1].rank)*int64(ix.targets[d].weight):
			// too far: spares the division
		default:
			q.nearest = insertTop(q.nearest, candidate{d, s, coverageRank(s, ix.targets[d].weight)}, maxNearest)
		}
	}
}

// rank is what a document comes to that shares a weight with the text.
func (ix *Index) rank(doc uint32, shared int32) int32 {
	if int(doc) < len(ix.templates) {
		return coverageRank(min(shared, ix.targets[doc].weight), ix.targets[doc].weight)
	}
	return shared
}

// coverageRank ranks a template that shares a weight with the text, of its total:
// a template of which all is there comes before a longer one that has the same
// words among others.
func coverageRank(shared, total int32) int32 {
	return int32(int64(shared) * int64(shared) / int64(total))
}

// compare orders candidates, the nearest first.
func (a candidate) compare(b candidate) int {
	if a.rank != b.rank {
		return int(b.rank) - int(a.rank)
	}
	return int(a.target) - int(b.target)
}

// insertTop puts a candidate among the best, in order.
func insertTop(best []candidate, c candidate, most int) []candidate {
	n := len(best)
	if n == most {
		if best[n-1].rank > c.rank || best[n-1].compare(c) < 0 {
			return best
		}
		n--
	} else {
		best = append(best, c)
	}
	for n > 0 && c.compare(best[n-1]) < 0 {
		best[n] = best[n-1]
		n--
	}
	best[n] = c
	return best
}
