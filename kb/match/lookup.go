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
	for _, e := range list[:min(mostHits, len(list))] {
		r.Hits = append(r.Hits, Hit{
			Doc: int(e), Confidence: 1 / float64(len(list)),
			Evidence: []Evidence{{EvidenceWords, fragment, at, at + len(fragment)}},
		})
	}
	return r, true
}

// lookUp finds the band of a query: nobody types one by accident, so less is
// asked of it than of a paste.
func (q *query) lookUp(ix *Index, vs []verdict, s setting) Result {
	vs = lead(vs)
	r := Result{}
	v := &vs[0]
	strange := share(max(0, s.content-v.shared), v.shared)
	switch {
	case v.code > 0 && v.margin >= leastMargin, v.sure(s):
		r.Band = Sure
	case v.code > 0, v.shared >= leastQuery && strange <= 0.5, v.odds >= likelyProductOdds:
		r.Band = Likely
	default:
		return r
	}
	if members := ix.members[v.entry]; v.code == 0 && len(members) > 0 {
		r.Band, vs = Likely, verdictsOn(vs, members)
	}
	r.Hits = q.tellBest(ix, vs)
	if len(r.Hits) == 1 && strange <= 0.2 {
		r.Band = Sure // all of it is said of one entry alone
	}
	return r
}

// verdictsOn are the verdicts on some entries, in their order. Each is as good an
// answer as the next.
func verdictsOn(vs []verdict, documents []int) []verdict {
	var list []verdict
	for _, d := range documents {
		e := uint32(d)
		i := slices.IndexFunc(vs, func(v verdict) bool { return v.entry == e })
		if i < 0 {
			list = append(list, verdict{entry: e})
		} else {
			list = append(list, vs[i])
			list[len(list)-1].odds = 0
		}
	}
	return list
}

// leastQuery is what a query must share with an entry: a third of a telling
// word, for «vmware» stands in many.
const leastQuery = 300
