package match

import "math"

// A candidateScore is the evidence that a text means a document.
type candidateScore struct {
	doc          uint32
	rank         int32        // what scores are ordered by
	shared       int32        // weight of the terms that the text shares with all words of the document
	message      alignment    // the best of its messages and symbols
	sentence     sentence     // the best sentence of that message
	phrase       alignment    // the best of its phrases
	counterRank  int32        // rank of the best of its counterexamples
	code         codeStrength // of its codes in the text, the strongest
	number       code         // that code
	contraryCode codeStrength // of the codes of other errors in place of its own, the strongest
	veto         bool         // by such a code
	sentenceRest int32        // see query.sentenceRest, of the message
	lineRest     int32        // see query.lineRest, of the message
	margin       float64      // how far the next document is behind that could mean the same words
	odds         float64      // logarithm of the odds that the text means the document
}

// maxAligned bounds the documents that are looked at closely, and so the errors
// that are found in one text.
const maxAligned = 8

// assess aligns the best scores with the text and computes their odds.
func (q *query) assess(scores []candidateScore, c textContext) {
	best := scores[:min(len(scores), maxAligned)]
	for i := range best {
		q.alignBest(&best[i])
	}
	for i := range best {
		s := &best[i]
		s.contraryCode, s.veto = q.contraryCode(s)
		s.margin = q.margin(best, i)
		s.odds = s.logOdds(c)
	}
}

// alignBest aligns the best message and the best phrase of a document.
func (q *query) alignBest(s *candidateScore) {
	if s.phrase.template != nil {
		q.align(&s.phrase)
	}
	if s.message.template == nil {
		return
	}
	q.align(&s.message)
	s.sentence = q.bestSentence(s.message.template)
	if s.message.template == nil {
		return
	}
	s.sentenceRest, s.lineRest = q.sentenceRest(s.message, 0, int32(s.message.template.numTokens)), q.lineRest(s.message)
	if s.sentence.weight > 0 {
		s.sentence.rest = q.sentenceRest(s.sentence.alignment, s.sentence.start, s.sentence.end)
	}
}

// rankScale is the difference of ranks that makes a margin of 1. Ranks are
// thousandths of log odds, so it is 3,000 to 1: as good as certain.
const rankScale = 8000

// margin returns how far score i is ahead of the best other one that could mean
// the same words, between -1 and 1. What only announces the error is no rival.
func (q *query) margin(scores []candidateScore, i int) float64 {
	rival := int32(math.MinInt32)
	for k := range scores {
		if k != i && scores[k].rank > rival && !disjoint(scores[i].message, scores[k].message) && !q.announcesTo(&scores[k], &scores[i]) {
			rival = scores[k].rank
		}
	}
	return max(-1, min(1, (float64(scores[i].rank)-float64(rival))/rankScale))
}

// disjoint reports whether two messages are in different parts of the text.
func disjoint(a, b alignment) bool {
	return a.template != nil && b.template != nil && (a.to <= b.from || b.to <= a.from)
}

// The features that the odds are computed from, each between 0 and 1 or so.
const (
	fBias             = iota
	fMessage          // weight of the message in the text, times its coverage
	fCovered          // the square of the coverage
	fWhole            // the message is complete, or nearly
	fSkipped          // weight of the message that is missing between matched tokens
	fUnmatched        // share of the text between matched tokens that is not the message's
	fContinued        // weight of the sentence around an incomplete message
	fPhrase           // weight of the phrase in the text, times its coverage
	fRatio            // share of the text that the document has
	fShared           // weight that text and document share
	fStrong           // a code of the document: strong,
	fMedium           // medium,
	fBare             // or bare
	fContraryStrong   // a code of another error: strong,
	fContrary         // or medium
	fProduct          // the text names these products
	fUnknown          // words that neither documents nor word lists have
	fOtherProducts    // names of other products
	fMargin           // candidateScore.margin
	fTrigrams         // share of the message's trigrams that the text has
	fSubstrings       // share of the message's bytes in common substrings
	fPhraseSubstrings // the same of the phrase
	fTrouble          // something goes wrong
	fLong             // length of the text
	numFeatures
)

type featureVector [numFeatures]float64

// weights are the coefficients of a logistic regression (ridge 0.5, Newton's
// method) on texts with known answers. TestCalibrate fits them again.
//
// With weight 2, the texts are the dev questions, the examples of the entries
// and _shared/negative.txt; with weight 0.3, the messages of the entries under
// all noises of noise_test.go, and the messages of the products' catalog and
// articles that no entry has. The label is whether the first score is right, so
// the logistic function of the odds is the share of such scores that are right.
// TestBands reports how well that holds. The weights do not depend on the
// documents: a new document takes no new fit.
var weights = featureVector{
	fBias:             -7.17,
	fMessage:          0.56,
	fCovered:          -0.07,
	fWhole:            -0.70,
	fSkipped:          0.85,
	fUnmatched:        -0.44,
	fContinued:        -1.29,
	fPhrase:           2.73,
	fRatio:            2.67,
	fShared:           0.39,
	fStrong:           6.29,
	fMedium:           3.25,
	fBare:             1.88,
	fContraryStrong:   -6.12,
	fContrary:         -0.18,
	fProduct:          0.51,
	fUnknown:          0.70,
	fOtherProducts:    -5.53,
	fMargin:           2.98,
	fTrigrams:         -0.40,
	fSubstrings:       6.89,
	fPhraseSubstrings: 0.09,
	fTrouble:          -0.37,
	fLong:             2.17,
}

// Where a feature reaches 1. The fit makes up for their exact values.
const (
	fullMessage = 4    // words that a single document has
	fullPhrase  = 3    // such words
	fullShared  = 4    // such words
	nearlyWhole = 0.92 // coverage
	fullUnknown = 5    // words
	fullOthers  = 2    // names
	fullLength  = 60   // tokens: a paste with some talk around it
	maxRatio    = 1.2
	minContent  = 700 // keeps a text of one word from being all the document's
)

// features returns the features of a score.
func (s *candidateScore) features(c textContext) featureVector {
	x := featureVector{fBias: 1}
	if a := s.message; a.template != nil && a.template.weight > 0 {
		covered := s.coverage()
		x[fMessage] = words(a.matched, fullMessage) * covered
		x[fCovered] = covered * covered
		x[fWhole] = indicator(covered > nearlyWhole)
		x[fSkipped] = words(a.skipped, 1)
		x[fUnmatched] = ratio(a.unmatched, a.matched)
		x[fContinued] = words(s.sentenceRest, 1) * (1 - covered)
		x[fSubstrings] = float64(a.points) / float64(2*len(a.template.folded))
		x[fTrigrams] = ratio(a.sharedTrigrams, a.missingTrigrams)
	}
	if a := s.phrase; a.template != nil && a.template.weight > 0 {
		x[fPhrase] = words(a.matched, fullPhrase) * float64(a.matched) / float64(a.template.weight) * (1 - ratio(a.skipped+a.unmatched, a.matched))
	}
	if a := s.phrase; a.template != nil {
		x[fPhraseSubstrings] = float64(a.points) / float64(2*len(a.template.folded))
	}
	x[fRatio] = min(maxRatio, float64(s.shared)/float64(max(minContent, c.content)))
	x[fShared] = words(s.shared, fullShared)
	x[fStrong], x[fMedium], x[fBare] = indicator(s.code == strongCode), indicator(s.code == mediumCode), indicator(s.code == bareCode)
	x[fContraryStrong], x[fContrary] = indicator(s.contraryCode == strongCode), indicator(s.contraryCode == mediumCode)
	x[fProduct] = indicator(c.products > 0)
	x[fUnknown] = min(float64(c.unknown), fullUnknown) / fullUnknown
	x[fOtherProducts] = min(float64(c.otherProducts), fullOthers) / fullOthers
	x[fMargin] = s.margin
	x[fTrouble] = indicator(c.trouble)
	x[fLong] = min(1, float64(c.tokens)/fullLength)
	return x
}

// logOdds returns the logarithm of the odds that the text means the document.
func (s *candidateScore) logOdds(c textContext) float64 {
	var sum float64
	for i, x := range s.features(c) {
		sum += x * weights[i]
	}
	return sum
}

// coverage returns the share of the message that the text has, by weight.
func (s *candidateScore) coverage() float64 {
	if s.message.template == nil {
		return 0
	}
	return float64(s.message.matched) / float64(s.message.template.weight)
}

// words returns a weight as a share of that of n words that a single document
// has, at most 1.
func words(weight int32, n float64) float64 { return min(float64(weight)/fullWeight, n) / n }

// ratio returns part of part and rest together.
func ratio(part, rest int32) float64 { return float64(part) / float64(max(1, part+rest)) }

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// sigmoid returns the probability of the logarithm of odds.
func sigmoid(x float64) float64 {
	if x < 0 {
		return 1 - sigmoid(-x)
	}
	return 1 / (1 + exp(-x))
}

// exp is math.Exp for negative numbers, which some processors compute with
// instructions of their own: e^x = (e^(x/1024))^1024, the inner one by its
// series. A band must not depend on the machine.
func exp(x float64) float64 {
	if x < -40 {
		return 0
	}
	x /= 1024
	y := 1 + float64(x*(1+float64(x*(0.5+float64(x*(1.0/6+float64(x/24)))))))
	for range 10 {
		y = float64(y * y)
	}
	return y
}
