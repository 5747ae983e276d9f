package match

// What the external tests see of the inside: they know entries, which this
// package does not.

// NumFeatures is the length of the evidence.
const NumFeatures = numFeatures

// Sigmoid and Indicator are how odds are made and read.
var (
	Sigmoid   = sigmoid
	Indicator = indicator
)

// Noises are what happens to a message on its way into a channel.
var Noises = noises

// Filled puts names into the slots of a message.
var Filled = filled

// FirstEvidence is the document of the first verdict on a text, and the evidence
// for it.
func (ix *Index) FirstEvidence(text string) (doc int, x [numFeatures]float64, ok bool) {
	q := newQuery(ix)
	q.load(ix, text)
	q.retrieve(ix)
	vs := q.score(ix)
	if len(vs) == 0 {
		return 0, x, false
	}
	v := &vs[0]
	v.contraryCode, v.margin = q.contraryCode(ix, v), margin(vs, 0)
	return int(v.doc), v.features(q.context(ix)), true
}

// HasCode reports whether a document has the code.
func (ix *Index) HasCode(number string) bool {
	c, ok := parseCode(number)
	return ok && len(ix.codes[c]) > 0
}

// A RankRow is what one template has in common with a text: weight, threes of
// letters, threes that the text lacks, points of the runs of letters; and
// whether the text was made of it.
type RankRow struct {
	X     [4]float64
	Right bool
}

// RankRows are the nearest templates of a text that was made of a document, and
// the likeliest of them.
func (ix *Index) RankRows(text string, made int) (near, likely []RankRow) {
	q := newQuery(ix)
	q.load(ix, text)
	q.retrieve(ix)
	q.trigrams.load(q.plain.s)
	row := func(c candidate, points int32) RankRow {
		t := &ix.templates[c.target]
		threes, missing := q.trigrams.count(t.trigrams)
		return RankRow{[4]float64{float64(c.shared) / 1000, float64(threes) / 100, float64(missing) / 100, float64(points) / 100}, int(t.doc) == made}
	}
	for _, c := range q.nearest {
		near = append(near, row(c, 0))
	}
	for _, c := range q.selectLikeliest(ix) {
		likely = append(likely, row(c, q.trigrams.points(ix.templates[c.target].folded)))
	}
	return near, likely
}
