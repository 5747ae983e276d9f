package match

import (
	"cmp"
	"slices"
)

// Ranks are thousandths of log odds: how likely a template is, compared with
// others, to be the one in the text. TestCalibrateRanks fits their weights.

// The weights that select the likeliest templates among the nearest.
const (
	selectShared  = 54 // tenths, per unit of shared term weight
	selectTrigram = 112
	selectMissing = -159 // per trigram of the template that the text lacks
)

// The weights that rank the likeliest.
const (
	rankShared  = 38 // tenths
	rankTrigram = 18
	rankMissing = -87
	rankPoint   = 132 // per point of common substrings
)

const (
	maxLikeliest       = 12 // with 16, the first hits on catalog seeds 1 to 5 are the same
	maxCounterexamples = 4  // one for each of the first few documents
)

// rankWhole is the weight, compared with the rank of the best template, of
// words that the text shares with a document, wherever they are. Of 1.5 to 4,
// with 4 most paraphrases on dev are offered.
const rankWhole = 4

// rankCode is the weight of a code: a strong one outweighs a good sentence, a
// bare one about a word that a single document has.
var rankCode = [...]int32{0, bareCode: 5000, mediumCode: 15000, strongCode: 24000}

// rank scores the documents of the likeliest templates, the documents with the
// nearest words, and those that have a code of the text. It returns them
// ranked, the best first.
func (q *query) rank() []candidateScore {
	q.scores = q.scores[:0]
	q.trigrams.load(q.plain.s)
	q.selectLikeliest()
	for _, c := range q.likeliest {
		q.scoreTemplate(c)
	}
	for _, c := range q.counterexamples {
		q.scoreCounterexample(c)
	}
	for _, c := range q.nearestWhole {
		q.scoreOf(q.ix.targets[c.target].doc).shared = c.shared
	}
	for _, ref := range q.codes {
		for _, doc := range q.ix.codes[ref.code] {
			q.scoreCode(ref, doc)
		}
	}
	for i := range q.scores {
		s := &q.scores[i]
		s.rank = max(0, s.message.rank, s.phrase.rank) + rankWhole*s.shared + rankCode[s.code]
	}
	slices.SortFunc(q.scores, func(a, b candidateScore) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.doc, b.doc))
	})
	return q.scores
}

// selectLikeliest selects the likeliest templates and counterexamples of the
// nearest.
func (q *query) selectLikeliest() {
	q.likeliest, q.counterexamples = q.likeliest[:0], q.counterexamples[:0]
	for _, c := range q.nearest {
		t := &q.ix.templates[c.target]
		shared, missing := q.trigrams.count(t.trigrams)
		c.rank = selectShared*c.shared/10 + selectTrigram*shared + selectMissing*missing
		if t.kind == counterexampleTemplate {
			q.counterexamples = insertTop(q.counterexamples, c, maxCounterexamples)
		} else {
			q.likeliest = insertTop(q.likeliest, c, maxLikeliest)
		}
	}
}

// rankTemplate compares a template with the text byte by byte and ranks it.
func (q *query) rankTemplate(c candidate) alignment {
	t := &q.ix.templates[c.target]
	a := alignment{template: t}
	a.sharedTrigrams, a.missingTrigrams = q.trigrams.count(t.trigrams)
	a.points = q.trigrams.points(t.folded)
	a.rank = rankShared*c.shared/10 + rankTrigram*a.sharedTrigrams + rankMissing*a.missingTrigrams + rankPoint*a.points
	return a
}

// scoreTemplate ranks a template, and keeps it if it is the best of its kind of
// its document.
func (q *query) scoreTemplate(c candidate) {
	a := q.rankTemplate(c)
	s := q.scoreOf(a.template.doc)
	s.shared = max(s.shared, c.shared)
	best := &s.message
	if a.template.kind == phraseTemplate {
		best = &s.phrase
	}
	if best.template == nil || a.rank > best.rank {
		*best = a
	}
}

// scoreCounterexample ranks a counterexample of a document that has a score.
// Less than half of a counterexample counts for nothing.
func (q *query) scoreCounterexample(c candidate) {
	a := q.rankTemplate(c)
	i := slices.IndexFunc(q.scores, func(s candidateScore) bool { return s.doc == a.template.doc })
	if i >= 0 && int(a.points) >= len(a.template.folded) {
		q.scores[i].counterRank = max(q.scores[i].counterRank, a.rank)
	}
}

// scoreCode adds a code of a document. A document that is here only for its
// code has not been compared with the text yet.
func (q *query) scoreCode(ref codeRef, doc uint32) {
	s := q.scoreOf(doc)
	if s.code == 0 {
		for target := q.ix.firstTemplate[doc]; target < q.ix.firstTemplate[doc+1]; target++ {
			if shared := q.sharedWeight(target); shared > 0 {
				q.scoreTemplate(candidate{target: target, shared: shared})
			}
		}
	}
	if ref.strength > s.code {
		s.code, s.number = ref.strength, ref.code
	}
}

// scoreOf returns the score of a document, a new one if it has none. It is
// valid until the next one is added.
func (q *query) scoreOf(doc uint32) *candidateScore {
	i := slices.IndexFunc(q.scores, func(s candidateScore) bool { return s.doc == doc })
	if i < 0 {
		i = len(q.scores)
		q.scores = append(q.scores, candidateScore{doc: doc})
	}
	return &q.scores[i]
}
