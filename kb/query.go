package kb

import (
	"cmp"
	"slices"
)

// A query is one text on its way through the index, and space to use again.
type query struct {
	reading
	original string
	codes    []codeRef
	letters  letterSet
	sums     []int32 // by unit: weight of the units before it
	features []feature
	stamp    uint32
	seen     []uint32 // by feature: the stamp of the query that has it
	head     []int32  // by feature: its first gram
	next     []int32  // by gram: the next of the same feature
	score    []int32  // by entry
	touched  []uint32
	found    []candidate
	runs     []run
	chain    []run
	verdicts []verdict
}

// A candidate is an entry that shares features with the text.
type candidate struct {
	entry  uint32
	shared int32 // weight of the features that they share
}

const (
	mostCandidates = 48  // 24 lose 4 in 1000 of the first three on catalog seeds 1 to 3
	leastShared    = 250 // less than one telling word is nothing to go on
	asideDivisor   = 3   // what a word in a cause or step is worth beside one in a message
)

func newQuery(ix *index) *query {
	return &query{seen: make([]uint32, len(ix.v.class)), head: make([]int32, len(ix.v.class)), score: make([]int32, len(ix.entries))}
}

// load reads a text and files its grams by feature.
func (q *query) load(ix *index, text string) {
	q.original = text
	reader{v: ix.v, reading: &q.reading}.read(text)
	q.codes = scanCodes(q.codes[:0], q.plain.s, q.units)
	q.forget()
	q.features, q.next = q.features[:0], slices.Grow(q.next[:0], len(q.grams))[:len(q.grams)]
	for i := len(q.grams) - 1; i >= 0; i-- {
		f := q.grams[i].f
		q.next[i] = -1
		if q.seen[f] == q.stamp {
			q.next[i] = q.head[f]
		} else {
			q.seen[f] = q.stamp
			q.features = append(q.features, f)
		}
		q.head[f] = int32(i)
	}
	q.letters.fill(q.plain.s)
	q.weigh(ix)
}

// forget makes every feature one that was not seen.
func (q *query) forget() {
	if q.stamp++; q.stamp == 0 {
		clear(q.seen)
		q.stamp = 1
	}
}

func (q *query) has(f feature) bool { return q.seen[f] == q.stamp }

// firstOf gives the first gram of a feature, or -1.
func (q *query) firstOf(f feature) int32 {
	if q.seen[f] != q.stamp {
		return -1
	}
	return q.head[f]
}

// What a unit of the text weighs that no entry has.
const (
	strangeWord     = 350 // about what a known word weighs on average
	strangeSyllable = 120 // words have three or so
)

// weigh sums the weights of the units of the text.
func (q *query) weigh(ix *index) {
	n := len(q.units)
	q.sums = slices.Grow(q.sums[:0], n+1)[:n+1]
	clear(q.sums)
	for _, g := range q.grams {
		if g.n > 2 {
			continue
		}
		w := ix.v.weight[g.f] / int32(g.n)
		for u := g.at; u < g.at+int32(g.n); u++ {
			q.sums[u+1] = max(q.sums[u+1], w)
		}
	}
	for _, u := range q.unknown {
		switch q.units[u].kind {
		case wordUnit:
			q.sums[u+1] = max(q.sums[u+1], strangeWord)
		case syllableUnit:
			q.sums[u+1] = max(q.sums[u+1], strangeSyllable)
		}
	}
	for u := range n {
		q.sums[u+1] += q.sums[u]
	}
}

// retrieve finds the entries that share most with the text: mostCandidates of
// them, those with the lower number first among equals.
//
// The rarest features come first. Once the features that are left weigh less
// than what the last of the best candidates has, they cannot bring in a new
// entry, and only complete those that may still be among the best.
func (q *query) retrieve(ix *index) {
	q.found = q.found[:0]
	var rest int32
	q.features = slices.DeleteFunc(q.features, func(f feature) bool { return ix.v.weight[f] == 0 })
	for _, f := range q.features {
		rest += ix.v.weight[f]
	}
	if rest < leastShared {
		return
	}
	slices.SortFunc(q.features, func(a, b feature) int {
		return cmp.Or(cmp.Compare(ix.v.df[a], ix.v.df[b]), cmp.Compare(a, b))
	})
	done := len(q.features)
	for i, f := range q.features {
		if ix.v.df[f] > longList && rest < q.threshold() {
			done = i
			break
		}
		q.add(ix, f)
		rest -= ix.v.weight[f]
	}
	q.pick(ix, rest, done)
}

// longList is the number of entries from which on it pays to ask whether a
// feature is still needed.
const longList = 512

func (q *query) add(ix *index, f feature) {
	w := ix.v.weight[f]
	for _, p := range ix.postings[ix.postBegin[f]:ix.postBegin[f+1]] {
		e := p.entry()
		if q.score[e] == 0 {
			q.touched = append(q.touched, e)
		}
		if p.aside() {
			q.score[e] += max(1, w/asideDivisor)
		} else {
			q.score[e] += w
		}
	}
}

// threshold is what the last of the best candidates has so far.
func (q *query) threshold() int32 {
	if len(q.touched) < mostCandidates {
		return leastShared
	}
	var best [mostCandidates]int32
	for _, e := range q.touched {
		s := q.score[e]
		if s <= best[mostCandidates-1] {
			continue
		}
		i := mostCandidates - 1
		for i > 0 && best[i-1] < s {
			best[i] = best[i-1]
			i--
		}
		best[i] = s
	}
	return max(leastShared, best[mostCandidates-1])
}

// pick completes the candidates that may be among the best, and clears the
// scores.
func (q *query) pick(ix *index, rest int32, done int) {
	least := q.threshold()
	for _, e := range q.touched {
		s := q.score[e]
		q.score[e] = 0
		if s+rest < least {
			continue
		}
		if done < len(q.features) {
			s = q.shared(ix, e)
		}
		q.keep(candidate{e, s})
	}
	q.touched = q.touched[:0]
}

// shared is the weight of all features that the text shares with an entry.
func (q *query) shared(ix *index, e uint32) int32 {
	var s int32
	for _, p := range ix.list[ix.listBegin[e]:ix.listBegin[e+1]] {
		f := feature(p.entry())
		if w := ix.v.weight[f]; w > 0 && q.has(f) {
			if p.aside() {
				w = max(1, w/asideDivisor)
			}
			s += w
		}
	}
	return s
}

func (a candidate) compare(b candidate) int {
	return cmp.Or(cmp.Compare(b.shared, a.shared), cmp.Compare(a.entry, b.entry))
}

// keep puts a candidate among the best, in order.
func (q *query) keep(c candidate) {
	if c.shared < leastShared {
		return
	}
	n := len(q.found)
	if n == mostCandidates {
		if q.found[n-1].compare(c) < 0 {
			return
		}
		n--
	} else {
		q.found = append(q.found, c)
	}
	for n > 0 && c.compare(q.found[n-1]) < 0 {
		q.found[n] = q.found[n-1]
		n--
	}
	q.found[n] = c
}
