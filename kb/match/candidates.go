package match

import "slices"

// Candidates are the targets that share the most weight with a text: the 64
// nearest templates and the 16 nearest documents.
//
// Terms are looked up one after the other, the rarest first. As soon as the
// remaining terms together weigh less than the worst of the best candidates, no
// new target can become one. The postings of common terms, which are the
// longest, are then skipped, and only the candidates so far are completed from
// their own terms. This is the MaxScore algorithm, term at a time (Turtle and
// Flood, "Query evaluation: strategies and optimizations", 1995).

// A candidate is a target that shares terms with the text.
type candidate struct {
	target uint32
	shared int32 // the weight of the terms that they share
	rank   int32 // what candidates are ordered by
}

const (
	maxNearest      = 64  // with 48, 1 in 1,000 first hits is lost on catalog seeds 1 to 5
	maxNearestWhole = 16  // documents, for words anywhere in them
	minShared       = 250 // a quarter of a word that a single document has
)

// retrieve finds the candidates. Of equals the first in the index comes first.
func (q *query) retrieve() {
	q.nearest, q.nearestWhole = q.nearest[:0], q.nearestWhole[:0]
	weight := q.ix.v.weight
	q.termIDs = slices.DeleteFunc(q.termIDs, func(id termID) bool { return weight[id] == 0 })
	var rest int32
	for _, id := range q.termIDs {
		rest += weight[id]
	}
	if rest < minShared {
		return
	}
	slices.SortFunc(q.termIDs, q.ix.v.rarer)
	for _, id := range q.termIDs {
		if q.costly(id) && rest < max(minShared, q.threshold()) {
			break
		}
		q.addPostings(id)
		rest -= weight[id]
	}
	q.complete(rest)
}

// rarer orders terms for lookup: rare ones first, stop words last.
func (v *vocabulary) rarer(a, b termID) int {
	if x, y := v.class[a]&stopWord, v.class[b]&stopWord; x != y {
		return int(x) - int(y)
	}
	if x, y := v.df[a], v.df[b]; x != y {
		return int(x) - int(y)
	}
	return int(a) - int(b)
}

// costly reports whether it takes longer to add the postings of a term than to
// find out whether that is still needed.
func (q *query) costly(id termID) bool {
	return len(q.ix.postingsOf(id)) > 2*max(maxNearest, len(q.touched))
}

// addPostings adds the weight of a term to the targets that have it. It writes
// every target to touched, and keeps the new ones: with a branch instead, which
// processors guess wrong, a text takes half as long again among 98,000 documents.
func (q *query) addPostings(id termID) {
	full := q.ix.v.weight[id]
	prose := newPosting(0, true).weigh(full)
	postings := q.ix.postingsOf(id)
	shared, n := q.shared, len(q.touched)
	touched := slices.Grow(q.touched, len(postings))[:n+len(postings)]
	for _, p := range postings {
		target, weight := p.id(), full
		if p.prose() {
			weight = prose
		}
		sum := shared[target]
		touched[n] = target
		if sum == 0 {
			n++
		}
		shared[target] = sum + weight
	}
	q.touched = touched[:n]
}

// threshold returns the rank that a target needs to become a candidate, given
// the terms so far. It is 0 while there is room.
func (q *query) threshold() int32 {
	q.selectNearest()
	least := int32(0)
	if len(q.nearest) == maxNearest && (len(q.ix.targets) == len(q.ix.templates) || len(q.nearestWhole) == maxNearestWhole) {
		least = q.nearest[maxNearest-1].rank
		if len(q.nearestWhole) == maxNearestWhole {
			least = min(least, q.nearestWhole[maxNearestWhole-1].rank)
		}
	}
	q.nearest, q.nearestWhole = q.nearest[:0], q.nearestWhole[:0]
	return least
}

// complete adds the terms that were not looked up, which weigh rest, to the
// targets that can still become candidates, selects the candidates, and clears
// the sums.
func (q *query) complete(rest int32) {
	if rest > 0 {
		least := q.threshold()
		n := 0
		for _, target := range q.touched {
			if q.ix.rank(target, q.shared[target]+rest) < least {
				q.shared[target] = 0
				continue
			}
			q.shared[target] = q.sharedWeight(target)
			q.touched[n] = target
			n++
		}
		q.touched = q.touched[:n]
	}
	q.selectNearest()
	for _, target := range q.touched {
		q.shared[target] = 0
	}
	q.touched = q.touched[:0]
}

// sharedWeight returns the weight of all terms that the text shares with a
// target.
func (q *query) sharedWeight(target uint32) int32 {
	var sum int32
	for _, p := range q.ix.termsOf(target) {
		if id := termID(p.id()); q.has(id) {
			sum += p.weigh(q.ix.v.weight[id])
		}
	}
	return sum
}

// selectNearest adds the best of the touched targets to the candidates.
func (q *query) selectNearest() {
	ix := q.ix
	for _, target := range q.touched {
		shared := q.shared[target]
		switch {
		case shared < minShared:
		case int(target) >= len(ix.templates):
			q.nearestWhole = insertTop(q.nearestWhole, candidate{target, shared, shared}, maxNearestWhole)
		case len(q.nearest) == maxNearest && int64(shared)*int64(shared) < int64(q.nearest[maxNearest-1].rank)*int64(ix.targets[target].weight):
			// not near enough; this spares the division
		default:
			q.nearest = insertTop(q.nearest, candidate{target, shared, coverageRank(shared, ix.targets[target].weight)}, maxNearest)
		}
	}
}

// rank returns the rank of a target that shares a weight with the text.
func (ix *Index) rank(target uint32, shared int32) int32 {
	if int(target) < len(ix.templates) {
		return coverageRank(min(shared, ix.targets[target].weight), ix.targets[target].weight)
	}
	return shared
}

// coverageRank returns the rank of a template: the weight that it shares times
// the share of its weight that this is. So a template that the text covers
// comes before a longer one that has the same words among others.
func coverageRank(shared, weight int32) int32 {
	return int32(int64(shared) * int64(shared) / int64(weight))
}

// compare orders candidates by rank, the best first.
func (c candidate) compare(d candidate) int {
	if c.rank != d.rank {
		return int(d.rank) - int(c.rank)
	}
	return int(c.target) - int(d.target)
}

// insertTop inserts a candidate into the best ones, which are sorted and at
// most limit.
func insertTop(best []candidate, c candidate, limit int) []candidate {
	n := len(best)
	if n == limit {
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
