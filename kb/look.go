package kb

import (
	"slices"
	"strings"
)

// lookUp finds the band of a query: nobody types one by accident, so less is
// asked of it than of a paste.
func (q *query) lookUp(ix *index, vs []verdict, s setting) Result {
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
	if members := ix.members(v); v.code == 0 && len(members) > 0 {
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
func verdictsOn(vs []verdict, entries []uint32) []verdict {
	var list []verdict
	for _, e := range entries {
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

// members are the entries that an entry's first question leads to, where most
// of its answers lead to one: the entry is a heading that they share, and who looks it
// up means one of them.
func (ix *index) members(v *verdict) []uint32 {
	e := ix.entries[v.entry]
	var list []uint32
	if len(e.Ask) == 0 {
		return nil
	}
	for _, c := range e.Ask[0].Choices {
		i, ok := slices.BinarySearchFunc(ix.entries, c.Entry, func(e *Entry, id string) int { return strings.Compare(e.ID, id) })
		if ok && c.Entry != "" {
			list = append(list, uint32(i))
		}
	}
	if len(list) < 2 || 2*len(list) < len(e.Ask[0].Choices) {
		return nil
	}
	return list
}

// leastQuery is what a query must share with an entry: a third of a telling
// word, for «vmware» stands in many.
const leastQuery = 300
