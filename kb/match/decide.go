package match

import (
	"math"
	"slices"
)

// A Band says what a match is good for.
type Band int

// The bands, from least to most certain.
const (
	Silent Band = iota // in a channel: say nothing
	Likely             // one of Hits, but which is not clear: ask
	Sure               // Hits[0] is the answer
)

func (b Band) String() string { return [...]string{"silent", "likely", "sure"}[b] }

// MarshalText gives the name of the band, as in JSON output.
func (b Band) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

const (
	maxHits = 3 // choices of one question
	// Above sureOdds a verdict is an answer. Of the texts on dev that are to be left
	// alone two come so high, of 5,740 messages of other errors of the same
	// products 51; sure asks more of them than odds. TestCalibrate prints the table.
	sureOdds = 1.0
	// Above these odds it is worth a question: lower where the text names the
	// products, for there talk about something else is rare, and lowest where
	// something goes wrong besides. Chosen on dev: with them 2 in 141 texts that are
	// to be left alone are asked about, and 6 in 7 paraphrases are offered.
	likelyOdds            = -0.6
	likelyProductOdds     = -2.5
	likelyProductCalmOdds = -0.5
	// Where it names another product, or where nothing goes wrong.
	likelyOtherOdds = 3
	likelyCalmOdds  = 0.4
	// A code from this one on has five digits or more: no other product's
	// errors that were met have such numbers in this form.
	firstOwnCode = 10000
)

// unrelated reports whether the text has so little in common with any entry that
// nothing can come of it, as nearly all talk: half a telling word at most, and a
// quarter of its words. None of 5,000 pastes of the catalog is lost by it; at 0.8
// of a word and a third 14 are.
func (q *query) unrelated(s textContext) bool {
	far := func(list []candidate) bool {
		return !slices.ContainsFunc(list, func(c candidate) bool { return c.shared >= fullWeight/2 || 4*c.shared >= s.content })
	}
	return s.products == 0 && len(q.codes) == 0 && far(q.nearest) && far(q.nearestWhole)
}

// maxAligned bounds the errors that are looked for in one text.
const maxAligned = 8

// logOdds is the logarithm of the odds that the verdict is right.
func (v *candidateScore) logOdds(s textContext) float64 {
	var sum float64
	for i, x := range v.features(s) {
		sum += x * weights[i]
	}
	return sum
}

// margin is how far ahead verdict i is of the best other that could mean the
// same words.
func margin(vs []candidateScore, i int) float64 {
	v := &vs[i]
	rival := int32(math.MinInt32)
	for k := range vs[:min(len(vs), maxAligned)] {
		o := &vs[k]
		if k != i && o.rank > rival && !disjoint(v.message, o.message) {
			rival = o.rank
		}
	}
	return max(-1, min(1, (float64(v.rank)-float64(rival))/rankScale))
}

// decide finds the band of a paste.
func (q *query) decide(ix *Index, vs []candidateScore, s textContext) Result {
	vs = skipAnnouncement(vs)
	r := Result{Band: Silent}
	least := likelyOdds
	switch {
	case s.otherProducts > 0:
		least = likelyOtherOdds
	case s.products > 0 && s.trouble:
		least = likelyProductOdds
	case s.products > 0:
		least = likelyProductCalmOdds
	case !s.trouble && !vs[0].most():
		least = likelyCalmOdds
	}
	if vs[0].contraryCode >= mediumCode {
		least = max(least, likelyCalmOdds)
	}
	switch v := &vs[0]; {
	case v.vetoed(ix):
	case v.sure(s):
		r.Band = Sure
	case v.odds >= least && (s.products > 0 || v.substantial()), v.code == strongCode && s.otherProducts == 0 && v.shared > 0:
		r.Band = Likely
	}
	if r.Band == Sure {
		vs = q.causeFirst(ix, vs, s, &r)
	}
	if r.Band == Silent {
		r.Hits = q.nearestHits(ix, vs)
	} else {
		r.Hits = q.bestHits(ix, vs)
	}
	return r
}

// substantial reports whether more than one common word speaks for the verdict: as
// much of a message or phrase as one telling word, or three such words anywhere.
func (v *candidateScore) substantial() bool {
	return max(v.message.matched, v.phrase.matched, v.shared/3) >= fullWeight
}

// bestHits tells the verdicts that are worth a choice: three at most, and none
// that is remote beside the first.
func (q *query) bestHits(ix *Index, vs []candidateScore) []Hit {
	const remote = 3 // a twentieth of the odds
	var hits []Hit
	for i := range vs[:min(maxHits, len(vs))] {
		if i == 0 || vs[i].odds >= vs[0].odds-remote {
			hits = append(hits, q.hit(ix, &vs[i]))
		}
	}
	return hits
}

// nearestHits tells the first verdicts, however remote: where nothing is said,
// they are what is nearest.
func (q *query) nearestHits(ix *Index, vs []candidateScore) []Hit {
	var hits []Hit
	for i := range vs[:min(maxHits, len(vs))] {
		hits = append(hits, q.hit(ix, &vs[i]))
	}
	return hits
}

// causeFirst finds the errors beside the first that are certain too and stand
// elsewhere in the text, and tells them as Also, but for an announcement, which
// is no error of its own. The one nearest the cause
// leads: the one that an announcing message leads to, else the first in the
// text, for what follows mostly follows from it.
func (q *query) causeFirst(ix *Index, vs []candidateScore, s textContext, r *Result) []candidateScore {
	certain := []int{0}
	for i := 1; i < min(len(vs), maxAligned); i++ {
		free := func(k int) bool {
			return disjoint(vs[i].message, vs[k].message) && !q.alsoExplains(ix, vs[k].doc, vs[i].message)
		}
		if vs[i].message.template != nil && !vs[i].vetoed(ix) && vs[i].sure(s) && all(certain, free) {
			certain = append(certain, i)
		}
	}
	if len(certain) == 1 {
		return vs
	}
	slices.SortStableFunc(certain, func(a, b int) int {
		if x, y := vs[a].message.template.announces, vs[b].message.template.announces; x != y {
			return int(proseBit(x)) - int(proseBit(y))
		}
		return int(vs[a].message.from - vs[b].message.from)
	})
	for _, i := range certain[1:] {
		if !vs[i].message.template.announces {
			r.Also = append(r.Also, q.hit(ix, &vs[i]))
		}
	}
	rest := []candidateScore{vs[certain[0]]}
	for i, v := range vs {
		if !slices.Contains(certain, i) {
			rest = append(rest, v)
		}
	}
	return rest
}

// alsoExplains reports whether another message or symbol of an entry goes as well with
// the words of an alignment.
func (q *query) alsoExplains(ix *Index, e uint32, a alignment) bool {
	for d := ix.firstTemplate[e]; d < ix.firstTemplate[e+1]; d++ {
		own := alignment{template: &ix.templates[d]}
		if own.template.kind == phraseTemplate {
			continue
		}
		q.align(ix, &own)
		if own.template != nil && !disjoint(own, a) && own.matched >= a.matched {
			return true
		}
	}
	return false
}

func all(list []int, ok func(int) bool) bool {
	return !slices.ContainsFunc(list, func(i int) bool { return !ok(i) })
}

// vetoed reports whether the text has the code of another error where the
// entry's own would stand.
func (v *candidateScore) vetoed(ix *Index) bool {
	return v.contraryCode == strongCode && len(ix.ownCodes[v.doc]) > 0 || v.code < strongCode && v.counterMargin() > minMargin
}

// counterMargin is how much better the text goes with a neighbour of the entry than
// with what the entry says itself.
func (v *candidateScore) counterMargin() float64 {
	if v.counterRank == 0 {
		return -1
	}
	return float64(v.counterRank-max(0, v.message.rank, v.phrase.rank)) / rankScale
}

// sure reports whether a verdict is an answer by itself. Beside the odds it
// takes words of a message, or a code among words of the entry; what the text
// says before and after must not make another message of it; and no other
// entry may have the same words.
func (v *candidateScore) sure(s textContext) bool {
	if v.margin < minMargin {
		return false
	}
	if v.code == strongCode && v.number >= firstOwnCode && s.otherProducts == 0 {
		return true
	}
	if v.code < strongCode && v.counterMargin() > -minMargin {
		return false
	}
	if v.odds < sureOdds || v.contraryCode == strongCode && v.message.template == nil {
		return false
	}
	if v.code >= mediumCode && s.otherProducts == 0 && v.contraryCode == 0 {
		return true
	}
	a := v.message
	if !v.half() {
		return false
	}
	if v.covers() < nearlyAll && s.products == 0 && (s.unknown > 0 || v.sentenceRest >= minRest) && v.odds < sureForeignOdds {
		return false // part of a message, about something else
	}
	if v.covers() < mostOfIt && (v.sentenceRest >= minRest || v.lineRest >= minRest) {
		return false // part of a message, in a sentence that goes on otherwise
	}
	if a.template.weight < shortMessage {
		return v.sentenceRest < unknownWord+minRest
	}
	return a.skipped < fullWeight/2 || a.skipped*4 < a.matched || v.sentenceRest < minRest
}

// half reports whether at least half of a message stands in the text.
func (v *candidateScore) half() bool {
	t := v.message.template
	return t != nil && v.message.matched*2 >= t.weight
}

// most reports whether four fifths of a message stand in the text.
func (v *candidateScore) most() bool {
	t := v.message.template
	return t != nil && v.message.matched*5 >= t.weight*4
}

// covers is the share of a message that stands in the text.
func (v *candidateScore) covers() float64 {
	return float64(v.message.matched) / float64(v.message.template.weight)
}

// What an answer takes beside odds. Each was set where a neighbour of an entry,
// or a line of testdata/negative.txt, was answered without it.
const (
	rankScale       = 8000 // ranks are thousandths of the logarithm of odds: 3,000 to 1 is as good as certain
	minMargin       = 0.15 // of that: 3 to 1 against the next entry; below, two have nearly the same words
	shortMessage    = 1600 // a message of one or two telling words can be part of another
	sureForeignOdds = 4    // 50 to 1, where the text names no product of ours
	minRest         = 300  // a telling word, nearly
	nearlyAll       = 0.9  // of a message
	mostOfIt        = 0.75
)

// skipAnnouncement puts the cause first: where the best verdict is of a message that only
// announces another («… failed for the following reason:»), the best one that
// follows it in the text.
func skipAnnouncement(vs []candidateScore) []candidateScore {
	v := &vs[0]
	if v.message.template == nil || !v.message.template.announces {
		return vs
	}
	for i := 1; i < min(len(vs), maxAligned); i++ {
		o := &vs[i]
		if o.message.template != nil && o.message.from >= v.message.to && o.odds >= likelyOdds {
			inner := *o
			copy(vs[1:i+1], vs[:i])
			vs[0] = inner
			break
		}
	}
	return vs
}
