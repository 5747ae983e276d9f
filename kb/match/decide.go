package match

import "slices"

// A Band is what a match is good for.
type Band int

// The bands, from least to most certain.
const (
	Silent Band = iota // say nothing in a channel
	Likely             // one of Hits is right, but it is not clear which: ask
	Sure               // Hits[0] is the answer
)

func (b Band) String() string { return [...]string{"silent", "likely", "sure"}[b] }

// MarshalText returns the name of the band, as in JSON output.
func (b Band) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// maxHits is how many choices a question has.
const maxHits = 3

// The odds, as natural logarithms, that a score needs. They were chosen on dev,
// where 2 in 141 texts that should be left alone lead to a question, and 6 in 7
// paraphrases are offered. TestCalibrate prints how many texts of each kind
// reach which odds.
const (
	// An answer. Of the texts on dev that should be left alone two reach it,
	// and 51 of 5,740 messages of other errors of the same products. So sure
	// asks for more than odds.
	sureOdds = 1.0
	// An answer from part of a message, where the text names none of the
	// products. This is 50 to 1.
	sureForeignOdds = 4

	// A question.
	likelyOdds            = -0.6
	likelyCalmOdds        = 0.4  // nothing goes wrong
	likelyProductOdds     = -2.5 // the text names the products; then it is rarely about something else
	likelyProductCalmOdds = -0.5 // the same, and nothing goes wrong
	likelyOtherOdds       = 3    // the text names another product

	// A choice of a question beside a better one, which is 20 times as likely.
	maxOddsBehind = 3
)

// What an answer needs beyond odds. Each was set where a counterexample of an
// entry or a line of testdata/negative.txt got an answer without it. Weights
// are in thousandths of a word that a single document has.
const (
	minMargin    = 0.15 // of rankScale: 3 to 1 against the next document, or against a counterexample
	minRest      = 300  // weight of text around a message that makes another message of it
	shortMessage = 1600 // one or two words, which can be part of another message
	half         = 0.5  // coverage of a message
	mostOfIt     = 0.75
	nearlyAll    = 0.9
	// A code from here on has five digits. No other product that we met prints
	// such codes in the form of a strong one.
	firstOwnCode = 10000
)

// calmCoverage is the coverage of a message from which it asks for no word of
// trouble around it.
const calmCoverage = 0.8

// Below both, a text has too little in common with every document to be looked
// at. None of 5,000 catalog pastes is lost; with 0.8 of a word and a third, 14
// are.
const (
	minRelated   = fullWeight / 2 // shared weight
	relatedShare = 4              // one part in so many of the text's weight
)

// unrelated reports whether the text shares too little with every document to
// be worth scoring, as most chat does.
func (q *query) unrelated(c textContext) bool {
	related := func(x candidate) bool { return x.shared >= minRelated || relatedShare*x.shared >= c.content }
	return c.products == 0 && len(q.codes) == 0 && !slices.ContainsFunc(q.nearest, related) && !slices.ContainsFunc(q.nearestWhole, related)
}

// decide returns the band and the hits of a paste.
func (q *query) decide(scores []candidateScore, c textContext) Result {
	scores = skipAnnouncement(scores)
	best := &scores[0]
	switch {
	case q.vetoed(best):
	case best.sure(c):
		scores, also := q.causeFirst(scores, c)
		return Result{Band: Sure, Hits: q.bestHits(scores), Also: also}
	case best.likely(c):
		return Result{Band: Likely, Hits: q.bestHits(scores)}
	}
	return Result{Band: Silent, Hits: q.nearestHits(scores)}
}

// vetoed reports whether a document cannot be the answer, whatever its odds:
// the text has the code of another error in place of its own, or fits a
// counterexample better.
func (q *query) vetoed(s *candidateScore) bool {
	return s.contraryCode == strongCode && len(q.ix.ownCodes[s.doc]) > 0 || s.code < strongCode && s.counterMargin() > minMargin
}

// counterMargin returns how much better the text fits a counterexample of a
// document than the document itself.
func (s *candidateScore) counterMargin() float64 {
	if s.counterRank == 0 {
		return -1
	}
	return float64(s.counterRank-max(0, s.message.rank, s.phrase.rank)) / rankScale
}

// sure reports whether a score is an answer.
func (s *candidateScore) sure(c textContext) bool {
	switch {
	case s.margin < minMargin:
		return false // another document has nearly the same words
	case s.code == strongCode && s.number >= firstOwnCode && c.otherProducts == 0:
		return true
	case s.code < strongCode && s.counterMargin() > -minMargin:
		return false // a counterexample has nearly the same words
	case s.odds < sureOdds:
		return false
	case s.contraryCode == strongCode && s.message.template == nil:
		return false
	case s.code >= mediumCode && c.otherProducts == 0 && s.contraryCode == 0:
		return true
	}
	return s.saysMessage(c)
}

// saysMessage reports whether enough of a message is in the text, and the text
// around it does not make it another message.
func (s *candidateScore) saysMessage(c textContext) bool {
	covered := s.coverage()
	switch {
	case covered < half:
		return false
	case covered < nearlyAll && c.products == 0 && (c.unknown > 0 || s.sentenceRest >= minRest) && s.odds < sureForeignOdds:
		return false // part of a message, about something else
	case covered < mostOfIt && (s.sentenceRest >= minRest || s.lineRest >= minRest):
		return false // part of a message, in a sentence that goes on differently
	case s.message.template.weight < shortMessage:
		return s.sentenceRest < minRest+unknownWord
	}
	m := s.message
	return m.skipped < fullWeight/2 || m.skipped*4 < m.matched || s.sentenceRest < minRest
}

// likely reports whether a score is worth a question.
func (s *candidateScore) likely(c textContext) bool {
	if s.code == strongCode && c.otherProducts == 0 && s.shared > 0 {
		return true
	}
	return s.odds >= s.likelyOdds(c) && (c.products > 0 || s.substantial())
}

// likelyOdds returns the odds that make a score worth a question in a context.
func (s *candidateScore) likelyOdds(c textContext) float64 {
	least := likelyOdds
	switch {
	case c.otherProducts > 0:
		least = likelyOtherOdds
	case c.products > 0 && c.trouble:
		least = likelyProductOdds
	case c.products > 0:
		least = likelyProductCalmOdds
	case !c.trouble && s.coverage() < calmCoverage:
		least = likelyCalmOdds
	}
	if s.contraryCode >= mediumCode {
		least = max(least, likelyCalmOdds)
	}
	return least
}

// substantial reports whether more than a common word speaks for a score: the
// weight of a word that a single document has, in a message or phrase, or three
// times as much anywhere in the document.
func (s *candidateScore) substantial() bool {
	return max(s.message.matched, s.phrase.matched, s.shared/3) >= fullWeight
}

// bestHits returns the hits that are worth a choice.
func (q *query) bestHits(scores []candidateScore) []Hit {
	var hits []Hit
	for i := range scores[:min(maxHits, len(scores))] {
		if i == 0 || scores[i].odds >= scores[0].odds-maxOddsBehind {
			hits = append(hits, q.hit(&scores[i]))
		}
	}
	return hits
}

// nearestHits returns the first hits, however unlikely.
func (q *query) nearestHits(scores []candidateScore) []Hit {
	var hits []Hit
	for i := range scores[:min(maxHits, len(scores))] {
		hits = append(hits, q.hit(&scores[i]))
	}
	return hits
}
