package match

import (
	"slices"
	"strings"
)

// lookupAnchor answers #common-issues, or an address that ends so.
func (ix *Index) lookupAnchor(text string) (Result, bool) {
	_, fragment, ok := strings.Cut(strings.TrimSpace(text), "#")
	if !ok {
		return Result{}, false
	}
	list := ix.anchors[strings.ToLower(fragment)]
	if len(list) == 0 {
		return Result{}, false
	}
	at := strings.LastIndex(text, fragment)
	r := Result{Band: Likely}
	if len(list) == 1 {
		r.Band = Sure
	}
	for _, e := range list[:min(maxHits, len(list))] {
		r.Hits = append(r.Hits, Hit{
			Doc: int(e), Confidence: 1 / float64(len(list)),
			Evidence: []Evidence{{EvidenceWords, fragment, at, at + len(fragment)}},
		})
	}
	return r, true
}

// decideLookup finds the band of a query: nobody types one by accident, so less is
// asked of it than of a paste.
func (q *query) decideLookup(ix *Index, vs []candidateScore, s textContext) Result {
	vs = skipAnnouncement(vs)
	r := Result{}
	v := &vs[0]
	strange := ratio(max(0, s.content-v.shared), v.shared)
	switch {
	case v.code > 0 && v.margin >= minMargin, v.sure(s):
		r.Band = Sure
	case v.code > 0, v.shared >= minQuery && strange <= 0.5, v.odds >= likelyProductOdds:
		r.Band = Likely
	default:
		return r
	}
	if members := ix.members[v.doc]; v.code == 0 && len(members) > 0 {
		r.Band, vs = Likely, scoresOf(vs, members)
	}
	r.Hits = q.bestHits(ix, vs)
	if len(r.Hits) == 1 && strange <= 0.2 {
		r.Band = Sure // all of it is said of one entry alone
	}
	return r
}

// scoresOf are the verdicts on some entries, in their order. Each is as good an
// answer as the next.
func scoresOf(vs []candidateScore, documents []int) []candidateScore {
	var list []candidateScore
	for _, d := range documents {
		e := uint32(d)
		i := slices.IndexFunc(vs, func(v candidateScore) bool { return v.doc == e })
		if i < 0 {
			list = append(list, candidateScore{doc: e})
		} else {
			list = append(list, vs[i])
			list[len(list)-1].odds = 0
		}
	}
	return list
}

// minQuery is what a query must share with an entry: a third of a telling
// word, for «vmware» stands in many.
const minQuery = 300
