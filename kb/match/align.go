package match

// How a text and a template are laid side by side.
//
//	template  the replica of <Name> is inconsistent with the protected data source
//	text      …10:02:11 Replica of D:\ is inconsistent with teh protected
//	runs          |----------|    |---------------------------------|
//
// Grams that both have are hits; hits that follow each other in both are runs;
// the best chain of runs, in the same order in both, is the alignment. What the
// chain leaves out of the template between its runs, and what stands in the
// text between them, counts against it; what the template has before the first
// and after the last run counts a little, for pastes are cut at both ends. A
// slot takes what stands in the text there at no cost.

// A run is a piece of a text that is a piece of a template, unit for unit.
type run struct {
	tFrom, tTo int32 // units of the template
	pFrom, pTo int32 // units of the text
	gain       int32 // weight of the template's units
	best       int32 // of the best chain that ends here
	prev       int32 // the run before in it, or -1
}

// An alignment is how well a template and a text go together. Weights are in units of
// one/1000 of a telling word.
type alignment struct {
	template        *template
	rank            int32 // what templates are ranked by
	sharedTrigrams  int32 // threes of letters of the template that the text has
	missingTrigrams int32 // threes that it lacks
	points          int32 // of the runs of letters that both have
	matched         int32 // weight of the template's units that stand in the text
	skipped         int32 // weight of the template's units between those
	unmatched       int32 // weight of the text's units between those, slots left out
	from, to        int32 // units of the text
	tFrom           int32 // units of the template
	tTo             int32
}

const (
	maxRuns        = 48 // beyond that a text repeats itself
	maxOccurrences = 12 // places of one feature in a text that are tried
	maxSlotTokens  = 12 // units that a slot may take: a path has that many words
)

// align lays the template of an alignment beside the text of the query. The
// alignment is empty where they have no telling word in common.
func (q *query) align(ix *Index, f *alignment) {
	t := f.template
	q.findRuns(ix, t)
	sums := ix.sums[t.firstSum : t.firstSum+uint32(t.numTokens)+1]
	last := int32(-1)
	var top int32
	for i := range q.runs {
		r := &q.runs[i]
		r.best, r.prev = r.gain, -1
		for k := range i {
			before := &q.runs[k]
			if before.tFrom >= r.tFrom || before.pFrom >= r.pFrom || before.tTo >= r.tTo || before.pTo > r.pFrom+1 {
				continue
			}
			if s := before.best + r.gain - q.gapCost(t, sums, before, r); s > r.best {
				r.best, r.prev = s, int32(k)
			}
		}
		if s := r.best - (t.weight-sums[r.tTo])/10; last < 0 || s > top {
			last, top = int32(i), s
		}
	}
	if last < 0 {
		*f = alignment{}
		return
	}
	q.traceBack(f, sums, last)
}

// gapCost is the cost of going on from one run with another.
func (q *query) gapCost(t *template, sums []int32, a, b *run) int32 {
	overlap := int32(0)
	if a.tTo > b.tFrom {
		overlap = sums[a.tTo] - sums[b.tFrom]
	}
	return overlap + (max(0, sums[b.tFrom]-sums[min(a.tTo, b.tFrom)])+q.unmatchedBetween(t, a, b))/2
}

// unmatchedBetween is the weight of the text between two runs.
func (q *query) unmatchedBetween(t *template, a, b *run) int32 {
	from := a.pTo
	for _, s := range t.slots {
		if int32(s.at) >= a.tTo && int32(s.at) <= b.tFrom {
			from += maxSlotTokens
		}
	}
	if from >= b.pFrom {
		return 0
	}
	return q.sums[b.pFrom] - q.sums[from]
}

// traceBack reads the chain that ends with a run back to its beginning, and leaves
// it in q.chain.
func (q *query) traceBack(f *alignment, sums []int32, last int32) {
	r := &q.runs[last]
	f.matched, f.skipped, f.unmatched, f.to, f.tTo = 0, 0, 0, r.pTo, r.tTo
	q.chain = q.chain[:0]
	for {
		q.chain = append(q.chain, *r)
		f.matched += r.gain
		f.from, f.tFrom = r.pFrom, r.tFrom
		if r.prev < 0 {
			break
		}
		before := &q.runs[r.prev]
		f.matched -= max(0, sums[max(before.tTo, r.tFrom)]-sums[r.tFrom])
		f.skipped += max(0, sums[r.tFrom]-sums[min(before.tTo, r.tFrom)])
		f.unmatched += q.unmatchedBetween(f.template, before, r)
		r = before
	}
}

// findRuns finds the pieces that the template and the text share.
func (q *query) findRuns(ix *Index, t *template) {
	q.runs = q.runs[:0]
	sums := ix.sums[t.firstSum : t.firstSum+uint32(t.numTokens)+1]
	for _, g := range ix.templateTerms(t) {
		n := 0
		for i := q.firstOf(g.id); i >= 0 && n < maxOccurrences; i = q.next[i] {
			q.extendRuns(ix, sums, g, q.terms[i])
			n++
		}
	}
}

// extendRuns adds a shared gram to the run that it goes on with, or begins a run.
func (q *query) extendRuns(ix *Index, sums []int32, t, p term) {
	tTo, pTo := t.at+int32(t.n), p.at+int32(p.n)
	for i := len(q.runs) - 1; i >= 0; i-- {
		r := &q.runs[i]
		if t.at > r.tTo || p.at > r.pTo || t.at < r.tFrom || p.at < r.pFrom {
			continue
		}
		if tTo <= r.tTo && pTo <= r.pTo {
			if t.at-r.tFrom == p.at-r.pFrom || tTo-r.tTo == pTo-r.pTo {
				return // stands in it already
			}
			continue
		}
		if r.tTo-t.at == r.pTo-p.at && tTo >= r.tTo && pTo >= r.pTo {
			r.gain += tokenWeight(sums, max(r.tTo, t.at), tTo, p.misspelt)
			r.tTo, r.pTo = tTo, pTo
			return
		}
	}
	if len(q.runs) < maxRuns && ix.v.class[t.id]&stopWord == 0 {
		q.runs = append(q.runs, run{tFrom: t.at, tTo: tTo, pFrom: p.at, pTo: pTo, gain: tokenWeight(sums, t.at, tTo, p.misspelt)})
	}
}

// tokenWeight is the weight of some units of a template; a slip costs a part of it.
func tokenWeight(sums []int32, from, to int32, slips bool) int32 {
	w := sums[to] - sums[from]
	if slips {
		w -= w / 8
	}
	return w
}
