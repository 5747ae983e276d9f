package match

import (
	"slices"
	"strings"
)

// What a query needs. Nobody types one by accident, so it is less than a paste
// needs.
const (
	minQuery      = 300 // shared weight: a third of a word that a single document has; "vmware" is in many
	maxUnmatched  = 0.5 // share of the query that a choice may lack
	nearlyMatched = 0.2 // share of the query that an answer may lack, if it is the only choice
)

// lookupAnchor looks up #common-issues, or a URL that ends so.
func (ix *Index) lookupAnchor(text string) (Result, bool) {
	_, fragment, ok := strings.Cut(strings.TrimSpace(text), "#")
	if !ok {
		return Result{}, false
	}
	docs := ix.anchors[strings.ToLower(fragment)]
	if len(docs) == 0 {
		return Result{}, false
	}
	at := strings.LastIndex(text, fragment)
	r := Result{Band: Likely}
	if len(docs) == 1 {
		r.Band = Sure
	}
	for _, doc := range docs[:min(maxHits, len(docs))] {
		r.Hits = append(r.Hits, Hit{
			Doc: int(doc), Confidence: 1 / float64(len(docs)),
			Evidence: []Evidence{{EvidenceWords, fragment, at, at + len(fragment)}},
		})
	}
	return r, true
}

// decideLookup returns the band and the hits of a query.
func (q *query) decideLookup(scores []candidateScore, c textContext) Result {
	scores = skipAnnouncement(scores)
	var r Result
	best := &scores[0]
	unmatched := ratio(max(0, c.content-best.shared), best.shared)
	switch {
	case best.code > 0 && best.margin >= minMargin, best.sure(c):
		r.Band = Sure
	case best.code > 0, best.shared >= minQuery && unmatched <= maxUnmatched, best.odds >= likelyProductOdds:
		r.Band = Likely
	default:
		return r
	}
	if members := q.ix.members[best.doc]; best.code == 0 && len(members) > 0 {
		r.Band, scores = Likely, scoresOf(scores, members)
	}
	r.Hits = q.bestHits(scores)
	if len(r.Hits) == 1 && unmatched <= nearlyMatched {
		r.Band = Sure
	}
	return r
}

// scoresOf returns the scores of some documents, in their order and all with
// the same odds.
func scoresOf(scores []candidateScore, docs []int) []candidateScore {
	list := make([]candidateScore, len(docs))
	for i, doc := range docs {
		list[i].doc = uint32(doc)
		if k := slices.IndexFunc(scores, func(s candidateScore) bool { return s.doc == uint32(doc) }); k >= 0 {
			list[i] = scores[k]
			list[i].odds = 0
		}
	}
	return list
}
