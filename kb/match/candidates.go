package match

import "slices"

// A query is one text on its way through the index, and space to use again.
type query struct {
	reading
	original string
	codes    []codeRef
	letters  letterTable
	sums     []int32 // by unit: weight of the units before it
	features []feature
	stamp    uint32
	seen     []uint32 // by feature: the stamp of the query that has it
	head     []int32  // by feature: its first gram
	next     []int32  // by gram: the next of the same feature
	score    []int32  // by document
	touched  []uint32
	near     []candidate // templates, the best in order
	whole    []candidate // the words of entries, the best in order
	likely   []candidate // of the near ones, the best in order
	beside   []candidate // of the near ones that are neighbours of entries
	runs     []run
	chain    []run
	verdicts []verdict
}

// A candidate is a document that shares features with the text.
type candidate struct {
	doc    uint32
	shared int32 // weight of the features that they share
	near   int32 // what candidates are ranked by
}

const (
	mostNear     = 64  // templates of which the letters are looked at; 48 lose 1 in 1000 first hits on catalog seeds 1 to 5
	mostWhole    = 16  // entries of which the words are looked at, wherever they stand
	leastShared  = 250 // less than one telling word is nothing to go on
	asideDivisor = 3   // what a word in a cause or step is worth beside one in a message
)

func newQuery(ix *Index) *query {
	return &query{seen: make([]uint32, len(ix.v.class)), head: make([]int32, len(ix.v.class)), score: make([]int32, len(ix.docs))}
}

// load reads a text and files its grams by feature.
func (q *query) load(ix *Index, text string) {
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
func (q *query) weigh(ix *Index) {
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

// retrieve finds the documents that share most with the text, mostNear
// templates and mostWhole entries, those with the lower number first among
// equals.
//
// The rarest features come first, those that tell nothing last. Once what is
// left weighs less than what the last of the best candidates has, it cannot
// bring in a new document: it only completes those that may still be among the
// best.
func (q *query) retrieve(ix *Index) {
	q.near, q.whole = q.near[:0], q.whole[:0]
	var rest int32
	q.features = slices.DeleteFunc(q.features, func(f feature) bool { return ix.v.weight[f] == 0 })
	for _, f := range q.features {
		rest += ix.v.weight[f]
	}
	if rest < leastShared {
		return
	}
	slices.SortFunc(q.features, ix.rarer)
	for _, f := range q.features {
		if q.longer(ix, f) && rest < max(leastShared, q.threshold(ix)) {
			break
		}
		q.add(ix, f)
		rest -= ix.v.weight[f]
	}
	q.pick(ix, rest)
}

// rarer orders features by what is to be looked up first.
func (ix *Index) rarer(a, b feature) int {
	if x, y := ix.v.class[a]&stopWord, ix.v.class[b]&stopWord; x != y {
		return int(x) - int(y)
	}
	if x, y := ix.v.df[a], ix.v.df[b]; x != y {
		return int(x) - int(y)
	}
	return int(a) - int(b)
}

// longer reports whether it takes longer to add a feature than to find out
// whether that is still needed.
func (q *query) longer(ix *Index, f feature) bool {
	return int(ix.postBegin[f+1]-ix.postBegin[f]) > 2*max(mostNear, len(q.touched))
}

func (q *query) add(ix *Index, f feature) {
	w := ix.v.weight[f]
	aside := posting(1).worth(w)
	for _, p := range ix.postings[ix.postBegin[f]:ix.postBegin[f+1]] {
		d := p.number()
		s := q.score[d]
		if s == 0 {
			q.touched = append(q.touched, d)
		}
		if p.aside() {
			q.score[d] = s + aside
		} else {
			q.score[d] = s + w
		}
	}
}

// threshold is what the last of the best candidates of each kind has so far, 0
// where there is still room.
func (q *query) threshold(ix *Index) int32 {
	q.best(ix)
	least := int32(0)
	if len(q.near) == mostNear && (len(ix.docs) == len(ix.templates) || len(q.whole) == mostWhole) {
		least = q.near[mostNear-1].near
		if len(q.whole) == mostWhole {
			least = min(least, q.whole[mostWhole-1].near)
		}
	}
	q.near, q.whole = q.near[:0], q.whole[:0]
	return least
}

// pick completes the candidates that may be among the best if they have all of
// the rest, keeps the best, and clears the scores.
func (q *query) pick(ix *Index, rest int32) {
	if rest > 0 {
		least := q.threshold(ix)
		n := 0
		for _, d := range q.touched {
			if s := q.score[d] + rest; ix.nearness(d, s) < least {
				q.score[d] = 0
				continue
			}
			q.score[d] = q.shared(ix, d)
			q.touched[n] = d
			n++
		}
		q.touched = q.touched[:n]
	}
	q.best(ix)
	for _, d := range q.touched {
		q.score[d] = 0
	}
	q.touched = q.touched[:0]
}

// shared is the weight of all features that the text shares with a document.
func (q *query) shared(ix *Index, doc uint32) int32 {
	var s int32
	for _, p := range ix.featuresIn(doc) {
		if f := feature(p.number()); q.has(f) {
			s += p.worth(ix.v.weight[f])
		}
	}
	return s
}

// best keeps the best of the documents that were touched.
func (q *query) best(ix *Index) {
	for _, d := range q.touched {
		s := q.score[d]
		switch {
		case s < leastShared:
		case int(d) >= len(ix.templates):
			q.whole = keep(q.whole, candidate{d, s, s}, mostWhole)
		case len(q.near) == mostNear && int64(s)*int64(s) < int64(q.near[mostNear-1].near)*int64(ix.docs[d].total):
			// too far: spares the division
		default:
			q.near = keep(q.near, candidate{d, s, nearness(s, ix.docs[d].total)}, mostNear)
		}
	}
}

// nearness is what a document comes to that shares a weight with the text.
func (ix *Index) nearness(doc uint32, shared int32) int32 {
	if int(doc) < len(ix.templates) {
		return nearness(min(shared, ix.docs[doc].total), ix.docs[doc].total)
	}
	return shared
}

// nearness ranks a template that shares a weight with the text, of its total:
// a template of which all is there comes before a longer one that has the same
// words among others.
func nearness(shared, total int32) int32 {
	return int32(int64(shared) * int64(shared) / int64(total))
}

// compare orders candidates, the nearest first.
func (a candidate) compare(b candidate) int {
	if a.near != b.near {
		return int(b.near) - int(a.near)
	}
	return int(a.doc) - int(b.doc)
}

// keep puts a candidate among the best, in order.
func keep(best []candidate, c candidate, most int) []candidate {
	n := len(best)
	if n == most {
		if best[n-1].near > c.near || best[n-1].compare(c) < 0 {
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
