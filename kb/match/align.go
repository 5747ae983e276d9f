package match

// How the tokens of a template and a text are aligned:
//
//	template  the replica of <Name> is inconsistent with the protected data source
//	text      …10:02:11 Replica of D:\ is inconsistent with teh protected
//	runs          |----------|    |---------------------------------|
//
// Terms that both have and that follow each other in both are a run. The best
// chain of runs, in the same order in both, is the alignment. Tokens between
// the runs of a chain count against it, those of the template as well as those
// of the text. Tokens of the template before the first run and after the last
// one count little, because pastes are cut at both ends. A slot takes some
// tokens of the text for free.

// A run is a piece of a template that is a piece of the text.
type run struct {
	tFrom, tTo int32 // tokens of the template
	from, to   int32 // tokens of the text
	gain       int32 // weight of the template's tokens
	best       int32 // score of the best chain that ends here
	prev       int32 // the run before it in that chain, or -1
}

// An alignment is how well a template matches a text, by trigrams and
// substrings (score.go) and by words. The fields of kinds of weight are in
// thousandths of the weight of a word that a single document has.
type alignment struct {
	template        *template
	rank            int32 // what templates are ordered by
	sharedTrigrams  int32 // trigrams of the template that the text has
	missingTrigrams int32 // trigrams of the template that the text lacks
	points          int32 // of their common substrings
	matched         int32 // weight of the template's tokens that the text has
	skipped         int32 // weight of the template's tokens between those
	unmatched       int32 // weight of the text's tokens between those, but for slots
	tFrom, tTo      int32 // the part of the template, in tokens
	from, to        int32 // the part of the text, in tokens
}

const (
	maxRuns        = 48 // a text with more repeats itself
	maxOccurrences = 12 // of one term in a text
	maxSlotTokens  = 12 // that a slot takes for free: a path has that many words
)

// A tail is the part of a template after its last run. It costs this share of
// its weight: pastes are cut.
const tailDivisor = 10

// align aligns the template of an alignment with the text. It returns the runs,
// the last one first, which are valid until the next call. If the text has no
// word of the template but stop words, the alignment becomes empty.
func (q *query) align(a *alignment) []run {
	t := a.template
	sums := q.ix.sumsOf(t)
	q.findRuns(t, sums)
	last := int32(-1)
	var top int32
	for i := range q.runs {
		r := &q.runs[i]
		r.best, r.prev = r.gain, -1
		for k := range i {
			before := &q.runs[k]
			if before.tFrom >= r.tFrom || before.from >= r.from || before.tTo >= r.tTo || before.to > r.from+1 {
				continue
			}
			if s := before.best + r.gain - q.gapCost(t, sums, before, r); s > r.best {
				r.best, r.prev = s, int32(k)
			}
		}
		if s := r.best - (t.weight-sums[r.tTo])/tailDivisor; last < 0 || s > top {
			last, top = int32(i), s
		}
	}
	if last < 0 {
		*a = alignment{}
		return nil
	}
	return q.traceBack(a, sums, last)
}

// gapCost returns the cost of continuing run a with run b: the weight of what
// they both cover, and half of the weight of what is between them.
func (q *query) gapCost(t *template, sums []int32, a, b *run) int32 {
	overlap := int32(0)
	if a.tTo > b.tFrom {
		overlap = sums[a.tTo] - sums[b.tFrom]
	}
	return overlap + (max(0, sums[b.tFrom]-sums[min(a.tTo, b.tFrom)])+q.unmatchedBetween(t, a, b))/2
}

// unmatchedBetween returns the weight of the text between two runs, except what
// the slots between them take.
func (q *query) unmatchedBetween(t *template, a, b *run) int32 {
	from := a.to
	for _, s := range t.slots {
		if int32(s.at) >= a.tTo && int32(s.at) <= b.tFrom {
			from += maxSlotTokens
		}
	}
	if from >= b.from {
		return 0
	}
	return q.sums[b.from] - q.sums[from]
}

// traceBack follows the chain that ends with the last run, returns its runs and
// sums them up in the alignment.
func (q *query) traceBack(a *alignment, sums []int32, last int32) []run {
	r := &q.runs[last]
	a.matched, a.skipped, a.unmatched, a.to, a.tTo = 0, 0, 0, r.to, r.tTo
	q.chain = q.chain[:0]
	for {
		q.chain = append(q.chain, *r)
		a.matched += r.gain
		a.from, a.tFrom = r.from, r.tFrom
		if r.prev < 0 {
			return q.chain
		}
		before := &q.runs[r.prev]
		a.matched -= max(0, sums[max(before.tTo, r.tFrom)]-sums[r.tFrom])
		a.skipped += max(0, sums[r.tFrom]-sums[min(before.tTo, r.tFrom)])
		a.unmatched += q.unmatchedBetween(a.template, before, r)
		r = before
	}
}

// findRuns finds the runs of a template, in the order of the template.
func (q *query) findRuns(t *template, sums []int32) {
	q.runs = q.runs[:0]
	for _, term := range q.ix.termsIn(t) {
		n := 0
		for i := q.firstOf(term.id); i >= 0 && n < maxOccurrences; i = q.next[i] {
			q.extendRuns(sums, term, q.terms[i])
			n++
		}
	}
}

// extendRuns adds a term of the template and the same term of the text to the
// run that they continue, or begins a run with them.
func (q *query) extendRuns(sums []int32, inTemplate, inText term) {
	tFrom, tTo := inTemplate.at, inTemplate.at+int32(inTemplate.n)
	from, to := inText.at, inText.at+int32(inText.n)
	for i := len(q.runs) - 1; i >= 0; i-- {
		r := &q.runs[i]
		if tFrom > r.tTo || from > r.to || tFrom < r.tFrom || from < r.from {
			continue
		}
		if tTo <= r.tTo && to <= r.to {
			if tFrom-r.tFrom == from-r.from || tTo-r.tTo == to-r.to {
				return // the run covers it
			}
			continue
		}
		if r.tTo-tFrom == r.to-from && tTo >= r.tTo && to >= r.to {
			r.gain += gainOf(sums, max(r.tTo, tFrom), tTo, inText.misspelt)
			r.tTo, r.to = tTo, to
			return
		}
	}
	if len(q.runs) < maxRuns && q.ix.v.class[inTemplate.id]&stopWord == 0 {
		q.runs = append(q.runs, run{tFrom: tFrom, tTo: tTo, from: from, to: to, gain: gainOf(sums, tFrom, tTo, inText.misspelt)})
	}
}

// gainOf returns the weight of some tokens of a template; a misspelled word
// loses an eighth of it.
func gainOf(sums []int32, from, to int32, misspelt bool) int32 {
	w := sums[to] - sums[from]
	if misspelt {
		w -= w / 8
	}
	return w
}
