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

const (
	maxHits    = 3 // explanations that are returned, if there is no question
	maxChoices = 4 // of a question: a fifth is more than people read
)

// The odds, as natural logarithms, that a score needs. They were chosen on dev,
// where 2 in 141 texts that should be left alone lead to a question, and 6 in 7
// paraphrases are offered. TestCalibrate prints how many texts of each kind
// reach which odds.
const (
	// An answer, of 85 %. With 1, two texts in a thousand of the catalog lead to a
	// wrong one, with 1.75 one; of 287 noisy pastes on dev none is lost. Other
	// errors of the same products reach it, too: sure asks for more than odds.
	sureOdds = 1.75
	// An answer that is certain for other reasons, too.
	nearlySureOdds = 1

	// An answer from part of a message, where the text names none of the
	// products. This is 50 to 1.
	sureForeignOdds = 4

	// A question about a piece of a message, whose other part would tell it from
	// the next.
	likelyOdds = -1

	// A choice of a question beside a better one, which is 20 times as likely.
	maxOddsBehind = 3
)

// What an answer needs beyond odds. Each was set where a counterexample of an
// entry or a line of _shared/negative.txt got an answer without it. Weights
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

// decide returns the answer to a paste if it is certain, the question which of
// two is meant if they contradict each other, or silence.
func (q *query) decide(scores []candidateScore, c textContext) Result {
	if len(scores) == 0 {
		return Result{}
	}
	if a, b, ok := q.conflict(scores); ok {
		return Result{Band: Likely, Hits: []Hit{q.hit(&scores[a]), q.hit(&scores[b])}}
	}
	scores = q.skipAnnouncement(scores)
	best := &scores[0]
	if q.vetoed(best) || !best.sure(c) {
		return Result{}
	}
	q.answer, q.answerAt = *best, q.placeOf(best)
	scores, also := q.causeFirst(scores, c)
	return Result{Band: Sure, Hits: q.bestHits(scores), Also: also}
}

// placeOf returns the part of the text that is of an answer: its message and its
// codes.
func (q *query) placeOf(s *candidateScore) block {
	b := block{int32(len(q.tokens)), 0}
	if s.message.template != nil {
		b = block{s.message.from, s.message.to}
	}
	for _, ref := range q.codes {
		if q.ix.ownsCode(s.doc, ref.code) {
			b = block{min(b.from, ref.token), max(b.to, ref.token+1)}
		}
	}
	if b.from >= b.to {
		return block{0, int32(len(q.tokens))}
	}
	return b
}

// vetoed reports whether a document cannot be the answer, whatever its odds.
func (q *query) vetoed(s *candidateScore) bool { return q.veto(s).Kind != "" }

// veto returns why a document cannot be the answer, whatever its odds: the text
// has the code of another error in place of its own, or fits a counterexample
// better.
func (q *query) veto(s *candidateScore) Doubt {
	switch {
	case s.veto && len(q.ix.ownCodes[s.doc]) > 0:
		return Doubt{Kind: DoubtCode}
	case s.code < strongCode && s.counterMargin() > minMargin:
		return Doubt{Kind: DoubtCounterexample}
	}
	return Doubt{}
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
func (s *candidateScore) sure(c textContext) bool { return s.doubt(c).Kind == "" }

// doubt returns why a score is not an answer. Its kind is "" if it is one.
func (s *candidateScore) doubt(c textContext) Doubt {
	switch {
	case s.message.template == nil && s.code < mediumCode:
		return Doubt{Kind: DoubtWords}
	case s.margin < minMargin:
		return Doubt{Kind: DoubtRival}
	case s.code == strongCode && s.number >= firstOwnCode && c.otherProducts == 0:
		return Doubt{}
	case s.code < strongCode && s.counterMargin() > -minMargin:
		return Doubt{Kind: DoubtCounterexample}
	case s.odds >= likelyOdds && s.saysSentence(c):
		return Doubt{}
	case s.odds >= nearlySureOdds && s.code >= mediumCode && c.products > 0 && c.otherProducts == 0 && s.contraryCode == 0:
		return Doubt{} // "DPM, alert 3106"
	case s.odds < sureOdds:
		return Doubt{Kind: DoubtOdds, Has: sigmoid(s.odds), Needs: sigmoid(sureOdds)}
	case s.contraryCode == strongCode && s.message.template == nil:
		return Doubt{Kind: DoubtCode}
	case s.code >= mediumCode && c.otherProducts == 0 && s.contraryCode == 0:
		return Doubt{}
	}
	return s.doubtMessage(c)
}

// doubtNear is doubt for a score that is certain for other reasons, too: another
// error of the text is certain, or acceptance is. It needs lower odds.
func (s *candidateScore) doubtNear(c textContext) Doubt {
	d := s.doubt(c)
	if d.Kind == DoubtOdds && s.odds >= nearlySureOdds {
		return s.doubtMessage(c)
	}
	return d
}

// doubtMessage returns why the text does not say a message: too little of it is
// there, or the text around it makes another message of it.
func (s *candidateScore) doubtMessage(c textContext) Doubt {
	covered := s.coverage()
	part := func(needed float64) Doubt { return Doubt{Kind: DoubtPart, Has: covered, Needs: needed} }
	m, around := s.message, Doubt{Kind: DoubtAround}
	switch {
	case covered < half:
		return part(half)
	case s.lacksTrouble(c):
		return part(1)
	case covered < nearlyAll && c.products == 0 && (c.unknown > 0 || s.sentenceRest >= minRest) && s.odds < sureForeignOdds:
		return part(nearlyAll) // about something else
	case covered < mostOfIt && (s.sentenceRest >= minRest || s.lineRest >= minRest):
		return part(mostOfIt) // in a sentence that goes on differently
	case m.template.weight < shortMessage:
		if s.sentenceRest >= minRest+unknownWord {
			return around
		}
	case m.skipped >= fullWeight/2 && m.skipped*4 >= m.matched && s.sentenceRest >= minRest:
		return around
	}
	return Doubt{}
}

// lacksTrouble reports whether the text has the things that a short message names,
// but not what is wrong with them, however little its word for that weighs: "online
// recovery point creation took 40 minutes". Of a long message, they are a paste that
// was cut.
func (s *candidateScore) lacksTrouble(c textContext) bool {
	t := s.message.template
	return t != nil && t.trouble && !c.trouble && t.weight < longQuote
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
