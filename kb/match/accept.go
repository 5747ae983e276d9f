package match

import (
	"cmp"
	"math"
	"slices"
)

// A text in people's own words is worth a question if a document is likely
// enough to be meant. How likely is estimated from all that is known: the
// evidence of score.go, what the linear model makes of the text, and the
// concepts that the text shares with the document.

// The features of acceptance, after those of score.go.
const (
	aComplaint   = numFeatures + iota // the text is a complaint about these products
	aNamed                            // the linear model knows the document
	aDocument                         // it means this document rather than another one
	aSome                             // it means this document rather than none
	aBoth                             // the lesser of aComplaint and aSome
	aTalk                             // aComplaint if it is negative
	aFramed                           // aComplaint, if the text fills a frame of the document
	aFrame                            // the text fills a frame of the document
	aOtherFrame                       // it fills a larger frame of another one
	aResembles                        // the share of concepts in common with a phrase
	aSymptom                          // the text has a symptom
	aBlock                            // the best odds of a block of the text for the document
	aBlocked                          // there is such a block
	aNumber                           // a code of the document, of five digits
	aCosine                           // how similar the text is to all texts of the document
	aCosineLead                       // by how much more than to those of any other one
	aCosineShare                      // of the similarity of the first one
	aSimilar                          // the lesser of aComplaint and aCosine
	numAccept
)

type acceptVector [numAccept]float64

// Where a feature of acceptance reaches 1.
const (
	fullJudgment = 100 // steps of the linear model
	fullFrame    = 3   // concepts
	fullOdds     = 5
	fullCosine   = 0.3
	fullLead     = 0.1
)

// An offer is a document that a text may mean.
type offer struct {
	candidateScore
	features acceptVector
	accepted float64 // logarithm of the odds that the text means it
	pasted   bool    // half of the text is of a message of it, and nothing but messages is known of it
	framed   bool    // the text fills a frame of it, and the linear model does not know it
}

// The logarithms of odds that decide.
const (
	minAccepted      = 1.3 // of a question, 79 %; see TestFit
	minNear          = -2  // of an order that is worth more than that of the evidence alone
	minAcceptedAbout = 0   // of a question in a place that is about these products
	maxComplaint     = -60 // steps of the linear model: a text with less is no complaint, whatever its stance
	minFramed        = -1  // of a question about a document whose frame the text fills, but for that
	// Of a question about a document without a column in the linear model, whose
	// frame the text fills: the complaint and its odds without the frame, if the model
	// was fitted to the phrases of the document, or else either of the others.
	minFramedSeen      = 0
	minFramedOdds      = 0.3
	minFramedStance    = -40
	minFramedComplaint = -40
	leastOfTalk        = 0   // of an answer to a short text whose speaker talks about the error
	leastOfNear        = 2   // of an answer whose evidence is nearly enough: 88 %
	leastOfPart        = 4.6 // of an answer to a text that has only a part of the message: 99 %
)

// offer returns the answer that acceptance confirms for a text that the evidence is
// silent about, the question to ask, or silence.
func (q *query) offer(offers []offer, scores []candidateScore, c textContext, silent bool) Result {
	if len(offers) == 0 {
		return Result{}
	}
	q.preferPaste(offers, c)
	best, choices := &offers[0], choicesOf(offers)
	r := Result{Band: Likely}
	switch {
	case silent && q.confirms(best, c):
		r.Band = Sure
	case anyRight(choices) >= sigmoid(q.least), best.pasted && best.odds >= likelyOdds:
	case best.namesCode(c) && q.stance() >= calm: // nothing speaks for the others
		choices = slices.DeleteFunc(choices, func(o offer) bool { return o.code < min(best.code, mediumCode) })
	case best.accepted < minNear:
		return Result{Hits: q.nearestHits(scores)}
	default:
		r.Band, choices = Silent, offers[:min(maxHits, len(offers))]
	}
	for i := range choices {
		h := q.hit(&choices[i].candidateScore)
		h.Confidence = sigmoid(choices[i].accepted)
		r.Hits = append(r.Hits, h)
	}
	return r
}

// What a text needs of a message of which it has a part only, for an answer.
const (
	partOfMessage = 0.4 // of the weight of the message
	partOfText    = 0.4 // of the weight of the text
)

// confirms reports whether acceptance is so certain of an offer that it is the
// answer although the evidence alone is not: its odds are a little too low, or the
// text has only a part of the message, but a good share of both. Of 12,000 texts of
// authors whom the model did not know, 112 more get an answer, and none a wrong one.
func (q *query) confirms(o *offer, c textContext) bool {
	s := &o.candidateScore
	known := o.features[aNamed] != 0 || len(q.ix.sayings[o.doc].frames) > 0
	if !known || s.message.template == nil || s.contraryCode != 0 || c.otherProducts > 0 || q.stance() < calm {
		return false
	}
	switch s.doubtNear(c).Kind {
	case "":
		return o.accepted >= leastOfNear
	case DoubtPart:
		return o.accepted >= leastOfPart && s.message.matched >= fullWeight &&
			s.coverage() >= partOfMessage && float64(s.message.matched) >= partOfText*float64(c.content)
	}
	return false
}

// choicesOf returns the choices of a question: the best offer, and those that are
// not far behind. Beside a piece of a message, words are no choice.
func choicesOf(offers []offer) []offer {
	best := offers[0]
	choices := make([]offer, 0, maxChoices)
	for _, o := range offers {
		if len(choices) < maxChoices && o.accepted >= best.accepted-maxOddsBehind && (o.pasted || !best.pasted) {
			choices = append(choices, o)
		}
	}
	return choices
}

// anyRight returns the probability that any of the choices is right. Entries that
// are near each other share that of a text that says little: "online backup
// fails, replica".
func anyRight(choices []offer) float64 {
	none := 1.0
	for i := range choices {
		none *= 1 - sigmoid(choices[i].accepted)
	}
	return 1 - none
}

// namesCode reports whether the text has a code of a document and is about these
// products, as a strong code says, or one of five digits that is announced or comes
// with half of the message.
func (o *offer) namesCode(c textContext) bool {
	switch {
	case c.otherProducts > 0 || o.code < bareCode:
		return false
	case o.number >= firstOwnCode:
		return o.code >= mediumCode || o.message.template != nil && o.coverage() >= half
	case o.code < mediumCode:
		return false
	}
	return o.shared > 0 && (o.code == strongCode || c.products > 0)
}

// preferPaste moves a document to the front whose announced code the text has, or
// that the text, or a block of it, says with such odds that they lead to a
// question, unless acceptance has a better one. The rest of a long post says
// little about a block.
func (q *query) preferPaste(offers []offer, c textContext) {
	if offers[0].accepted >= q.least || c.otherProducts > 0 {
		return
	}
	announced := func(o offer) bool { return o.code >= mediumCode }
	if i := slices.IndexFunc(offers, announced); i > 0 {
		moveToFront(offers, i)
		return
	}
	if i := slices.IndexFunc(offers, func(o offer) bool { return o.pasted && o.odds >= likelyOdds }); i >= 0 {
		moveToFront(offers, i)
		return
	}
	for _, b := range q.blockOdds {
		i := slices.IndexFunc(offers, func(o offer) bool { return o.doc == b.doc })
		if i >= 0 && b.odds >= sureOdds && c.products > 0 {
			offers[i].accepted = b.odds
			moveToFront(offers, i)
			return
		}
	}
}

// anyOdds are the odds that every document has, noOdds those that none has.
var anyOdds, noOdds = math.Inf(-1), math.Inf(1)

// doubted reports whether acceptance finds the answer less likely than some odds.
func (q *query) doubted(offers []offer, least float64) bool {
	i := slices.IndexFunc(offers, func(o offer) bool { return o.doc == q.answer.doc })
	return i >= 0 && offers[i].accepted < least
}

// maxJudged is how many documents the linear model proposes.
const maxJudged = 3

// offers returns the documents that a text may mean, the likeliest first.
func (q *query) offers(scores []candidateScore, c textContext) []offer {
	q.findConcepts()
	q.findScopes()
	q.judge()
	q.compareVectors()
	scores = q.propose(scores[:min(len(scores), maxAligned)], c)
	scores = slices.DeleteFunc(scores, func(s candidateScore) bool { return q.vetoed(&s) })
	frames, largest := make([]int, len(scores)), 0
	for i := range scores {
		frames[i] = q.fills(scores[i].doc)
		largest = max(largest, frames[i])
	}
	offers, least := make([]offer, len(scores)), math.Inf(1)
	for i := range scores {
		o := &offers[i]
		o.candidateScore = scores[i]
		o.features = q.acceptFeatures(&scores[i], c, frames[i], largest)
		o.accepted = q.ix.said.odds(&o.features)
		if o.features[aNamed] != 0 {
			continue
		}
		if len(q.ix.sayings[o.doc].frames) > 0 {
			o.framed = frames[i] > 0 && c.otherProducts == 0 && q.isFramedComplaint(o)
			if o.framed {
				o.accepted = max(o.accepted, minAccepted)
			}
			continue
		}
		// Of a document of which nothing but messages is known, acceptance says
		// whether it is meant. Ranks say better which of them is: with the
		// order of acceptance, 6 in 100 first hits are lost on the catalog.
		if o.pasted = scores[i].quotes(c); o.pasted {
			o.accepted = scores[i].odds
		}
		least = min(least, o.accepted)
		o.accepted = least
	}
	for i := range offers {
		if o := &offers[i]; q.isPhrase(o.phrase, c) || q.namesSymbol(o.doc) && q.stance() >= calm {
			o.accepted = max(o.accepted, minAccepted)
		}
	}
	slices.SortStableFunc(offers, func(a, b offer) int { return cmp.Compare(b.accepted, a.accepted) })
	return offers
}

// isPhrase reports whether a text is a phrase of a document, with nothing around it that
// says that all is well. Whoever wrote the phrase wants it to lead to a question, although
// the models were fitted without it.
func (q *query) isPhrase(p alignment, c textContext) bool {
	if p.template == nil || float64(p.matched) < nearlyAll*float64(max(p.template.weight, c.content)) {
		return false
	}
	for _, side := range []block{{0, p.from}, {p.to, int32(len(q.tokens))}} {
		if side.from < side.to && q.remarkOf(side).stance < calm {
			return false
		}
	}
	return true
}

// isFramedComplaint reports whether a text that fills the frame of an offer is a
// complaint.
func (q *query) isFramedComplaint(o *offer) bool {
	if q.ix.seen[o.doc] {
		return q.judgment[complaint] >= minFramedSeen && o.accepted >= minFramedOdds
	}
	return q.stance() >= minFramedStance || q.judgment[complaint] >= minFramedComplaint
}

// propose adds the documents that the linear model finds likeliest, those whose
// frames the text fills, and those of blocks, to a copy of some scores.
func (q *query) propose(scores []candidateScore, c textContext) []candidateScore {
	q.proposed = append(q.proposed[:0], scores...)
	has := func(doc uint32) bool {
		return slices.ContainsFunc(q.proposed, func(s candidateScore) bool { return s.doc == doc })
	}
	for range maxJudged {
		best := -1
		for _, doc := range q.ix.namedDocuments {
			if (best < 0 || q.judgment[q.ix.named[doc]] > q.judgment[q.ix.named[best]]) && !has(doc) {
				best = int(doc)
			}
		}
		if best >= 0 {
			q.addScore(uint32(best), c)
		}
	}
	for _, doc := range q.ix.framed {
		if q.ix.named[doc] == 0 && !has(doc) && q.fills(doc) > 0 {
			q.addScore(doc, c)
		}
	}
	for _, doc := range q.similar {
		if !has(doc) {
			q.addScore(doc, c)
		}
	}
	for _, b := range q.blockOdds {
		if !has(b.doc) {
			q.addScore(b.doc, c)
		}
	}
	return q.proposed
}

// addScore adds a document that was not among the candidates.
func (q *query) addScore(doc uint32, c textContext) {
	s := candidateScore{doc: doc, shared: q.sharedWeight(q.ix.whole[doc]), margin: -1}
	s.odds = s.logOdds(c)
	q.proposed = append(q.proposed, s)
}

// acceptFeatures returns the features of a document whose largest frame that the
// text fills has a size, as has the largest of any.
func (q *query) acceptFeatures(s *candidateScore, c textContext, frame, largest int) acceptVector {
	var x acceptVector
	f := s.features(c)
	copy(x[:], f[:])
	x[aComplaint] = judged(q.judgment[complaint])
	if column := q.ix.named[s.doc]; column > 0 {
		x[aNamed] = 1
		own, other := q.judgment[column], int32(-1<<30)
		for _, doc := range q.ix.namedDocuments {
			if k := q.ix.named[doc]; k != column {
				other = max(other, q.judgment[k])
			}
		}
		x[aDocument], x[aSome] = judged(own-other), judged(own-q.judgment[noDocument])
	}
	x[aBoth], x[aTalk] = min(x[aComplaint], x[aSome]), min(0, x[aComplaint])
	if frame > 0 {
		x[aFramed] = x[aComplaint]
	}
	x[aFrame] = min(1, float64(frame)/fullFrame)
	x[aOtherFrame] = indicator(frame < largest)
	x[aResembles] = q.resembles(s.doc)
	x[aNumber] = indicator(s.code >= bareCode && s.number >= firstOwnCode)
	if cosine := q.cosine(s.doc); cosine > 0 {
		x[aCosine], x[aCosineShare] = min(1, cosine/fullCosine), cosine/q.cosine(q.similar[0])
		x[aCosineLead] = max(-1, min(1, q.cosineLead(s.doc)/fullLead))
		x[aSimilar] = min(x[aComplaint], x[aCosine])
	}
	x[aSymptom] = indicator(slices.ContainsFunc(q.concepts, q.isSymptom))
	for _, b := range q.blockOdds {
		if b.doc == s.doc {
			x[aBlock], x[aBlocked] = max(-1, min(1, b.odds/fullOdds)), 1
		}
	}
	return x
}

func (q *query) isSymptom(c conceptRef) bool {
	return q.ix.concepts.concepts[c.id].Kind == Symptom
}

// judged returns a sum of the linear model as a feature.
func judged(sum int32) float64 {
	return max(-2, min(2, float64(sum)/fullJudgment))
}

// odds returns the logarithm of the odds of a document. The conversion keeps
// processors from fusing the operations, which would round differently.
func (m *linear) odds(x *acceptVector) float64 {
	w := &m.named // the coefficients of a logistic regression
	if x[aNamed] == 0 {
		w = &m.unnamed
	}
	var sum float64
	for i := range x {
		sum += float64(x[i] * w[i])
	}
	return sum
}
