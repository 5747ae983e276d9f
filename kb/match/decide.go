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
	mostHits = 3 // choices of one question
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
	likelyStrangeOdds = 3
	likelyCalmOdds    = 0.4
	// A code from this one on has five digits or more: no other product's
	// errors that were met have such numbers in this form.
	firstOwnCode = 10000
)

// remote reports whether the text has so little in common with any entry that
// nothing can come of it, as nearly all talk: half a telling word at most, and a
// quarter of its words. None of 5,000 pastes of the catalog is lost by it; at 0.8
// of a word and a third 14 are.
func (q *query) remote(s setting) bool {
	far := func(list []candidate) bool {
		return !slices.ContainsFunc(list, func(c candidate) bool { return c.shared >= one/2 || 4*c.shared >= s.content })
	}
	return s.product == 0 && len(q.codes) == 0 && far(q.near) && far(q.whole)
}

// mostJudged bounds the errors that are looked for in one text.
const mostJudged = 8

// oddsIn is the logarithm of the odds that the verdict is right.
func (v *verdict) oddsIn(s setting) float64 {
	var sum float64
	for i, x := range v.evidence(s) {
		sum += x * weights[i]
	}
	return sum
}

// margin is how far ahead verdict i is of the best other that could mean the
// same words.
func margin(vs []verdict, i int) float64 {
	v := &vs[i]
	rival := int32(math.MinInt32)
	for k := range vs[:min(len(vs), mostJudged)] {
		o := &vs[k]
		if k != i && o.rank > rival && !apart(v.message, o.message) {
			rival = o.rank
		}
	}
	return max(-1, min(1, (float64(v.rank)-float64(rival))/farAhead))
}

// decide finds the band of a paste.
func (q *query) decide(ix *Index, vs []verdict, s setting) Result {
	vs = lead(vs)
	r := Result{Band: Silent}
	least := likelyOdds
	switch {
	case s.others > 0:
		least = likelyStrangeOdds
	case s.product > 0 && s.trouble:
		least = likelyProductOdds
	case s.product > 0:
		least = likelyProductCalmOdds
	case !s.trouble && !vs[0].most():
		least = likelyCalmOdds
	}
	if vs[0].contrary >= mediumCode {
		least = max(least, likelyCalmOdds)
	}
	switch v := &vs[0]; {
	case v.vetoed(ix):
	case v.sure(s):
		r.Band = Sure
	case v.odds >= least && (s.product > 0 || v.telling()), v.code == strongCode && s.others == 0 && v.shared > 0:
		r.Band = Likely
	}
	if r.Band == Sure {
		vs = q.causeFirst(ix, vs, s, &r)
	}
	if r.Band == Silent {
		r.Hits = q.tellNearest(ix, vs)
	} else {
		r.Hits = q.tellBest(ix, vs)
	}
	return r
}

// telling reports whether more than one common word speaks for the verdict: as
// much of a message or phrase as one telling word, or three such words anywhere.
func (v *verdict) telling() bool {
	return max(v.message.matched, v.phrase.matched, v.shared/3) >= one
}

// tellBest tells the verdicts that are worth a choice: three at most, and none
// that is remote beside the first.
func (q *query) tellBest(ix *Index, vs []verdict) []Hit {
	const remote = 3 // a twentieth of the odds
	var hits []Hit
	for i := range vs[:min(mostHits, len(vs))] {
		if i == 0 || vs[i].odds >= vs[0].odds-remote {
			hits = append(hits, q.tell(ix, &vs[i]))
		}
	}
	return hits
}

// tellNearest tells the first verdicts, however remote: where nothing is said,
// they are what is nearest.
func (q *query) tellNearest(ix *Index, vs []verdict) []Hit {
	var hits []Hit
	for i := range vs[:min(mostHits, len(vs))] {
		hits = append(hits, q.tell(ix, &vs[i]))
	}
	return hits
}

// causeFirst finds the errors beside the first that are certain too and stand
// elsewhere in the text, and tells them as Also, but for an announcement, which
// is no error of its own. The one nearest the cause
// leads: the one that an announcing message leads to, else the first in the
// text, for what follows mostly follows from it.
func (q *query) causeFirst(ix *Index, vs []verdict, s setting, r *Result) []verdict {
	certain := []int{0}
	for i := 1; i < min(len(vs), mostJudged); i++ {
		free := func(k int) bool {
			return apart(vs[i].message, vs[k].message) && !q.says(ix, vs[k].entry, vs[i].message)
		}
		if vs[i].message.template != nil && !vs[i].vetoed(ix) && vs[i].sure(s) && all(certain, free) {
			certain = append(certain, i)
		}
	}
	if len(certain) == 1 {
		return vs
	}
	slices.SortStableFunc(certain, func(a, b int) int {
		if x, y := vs[a].message.template.opens, vs[b].message.template.opens; x != y {
			return int(asideBit(x)) - int(asideBit(y))
		}
		return int(vs[a].message.from - vs[b].message.from)
	})
	for _, i := range certain[1:] {
		if !vs[i].message.template.opens {
			r.Also = append(r.Also, q.tell(ix, &vs[i]))
		}
	}
	rest := []verdict{vs[certain[0]]}
	for i, v := range vs {
		if !slices.Contains(certain, i) {
			rest = append(rest, v)
		}
	}
	return rest
}

// says reports whether another message or symbol of an entry goes as well with
// the words of an alignment.
func (q *query) says(ix *Index, e uint32, a alignment) bool {
	for d := ix.first[e]; d < ix.first[e+1]; d++ {
		own := alignment{template: &ix.templates[d]}
		if own.template.kind == phraseTemplate {
			continue
		}
		q.align(ix, &own)
		if own.template != nil && !apart(own, a) && own.matched >= a.matched {
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
func (v *verdict) vetoed(ix *Index) bool {
	return v.contrary == strongCode && len(ix.own[v.entry]) > 0 || v.code < strongCode && v.besides() > leastMargin
}

// besides is how much better the text goes with a neighbour of the entry than
// with what the entry says itself.
func (v *verdict) besides() float64 {
	if v.neighbour == 0 {
		return -1
	}
	return float64(v.neighbour-max(0, v.message.rank, v.phrase.rank)) / farAhead
}

// sure reports whether a verdict is an answer by itself. Beside the odds it
// takes words of a message, or a code among words of the entry; what the text
// says before and after must not make another message of it; and no other
// entry may have the same words.
func (v *verdict) sure(s setting) bool {
	if v.margin < leastMargin {
		return false
	}
	if v.code == strongCode && v.number >= firstOwnCode && s.others == 0 {
		return true
	}
	if v.code < strongCode && v.besides() > -leastMargin {
		return false
	}
	if v.odds < sureOdds || v.contrary == strongCode && v.message.template == nil {
		return false
	}
	if v.code >= mediumCode && s.others == 0 && v.contrary == 0 {
		return true
	}
	a := v.message
	if !v.half() {
		return false
	}
	if v.covers() < nearlyAll && s.product == 0 && (s.foreign > 0 || v.beyond >= leastBeyond) && v.odds < sureStrangeOdds {
		return false // part of a message, about something else
	}
	if v.covers() < mostOfIt && (v.beyond >= leastBeyond || v.diverted >= leastBeyond) {
		return false // part of a message, in a sentence that goes on otherwise
	}
	if a.template.total < shortMessage {
		return v.beyond < strangeWord+leastBeyond
	}
	return a.skipped < one/2 || a.skipped*4 < a.matched || v.beyond < leastBeyond
}

// half reports whether at least half of a message stands in the text.
func (v *verdict) half() bool {
	t := v.message.template
	return t != nil && v.message.matched*2 >= t.total
}

// most reports whether four fifths of a message stand in the text.
func (v *verdict) most() bool {
	t := v.message.template
	return t != nil && v.message.matched*5 >= t.total*4
}

// covers is the share of a message that stands in the text.
func (v *verdict) covers() float64 {
	return float64(v.message.matched) / float64(v.message.template.total)
}

// What an answer takes beside odds. Each was set where a neighbour of an entry,
// or a line of testdata/negative.txt, was answered without it.
const (
	farAhead        = 8000 // ranks are thousandths of the logarithm of odds: 3,000 to 1 is as good as certain
	leastMargin     = 0.15 // of that: 3 to 1 against the next entry; below, two have nearly the same words
	shortMessage    = 1600 // a message of one or two telling words can be part of another
	sureStrangeOdds = 4    // 50 to 1, where the text names no product of ours
	leastBeyond     = 300  // a telling word, nearly
	nearlyAll       = 0.9  // of a message
	mostOfIt        = 0.75
)

// lead puts the cause first: where the best verdict is of a message that only
// announces another («… failed for the following reason:»), the best one that
// follows it in the text.
func lead(vs []verdict) []verdict {
	v := &vs[0]
	if v.message.template == nil || !v.message.template.opens {
		return vs
	}
	for i := 1; i < min(len(vs), mostJudged); i++ {
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
