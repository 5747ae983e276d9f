package match

import "slices"

// One text may report several errors. Most follow from another one: the cause
// comes first.

// skipAnnouncement moves the root cause to the front: if the best score is of a
// message that only announces another ("… failed for the following reason:"),
// the best message or code after it in the text.
func (q *query) skipAnnouncement(scores []candidateScore) []candidateScore {
	best := &scores[0]
	end := int32(-1) // of the announcement
	if best.message.template != nil && best.message.template.announces {
		end = best.message.to
	} else if best.code == strongCode && q.ix.announces(best.doc) {
		end = q.lastCode(best) + 1
	}
	if end < 0 {
		return scores
	}
	for i := 1; i < min(len(scores), maxAligned); i++ {
		s := &scores[i]
		says := s.message.template != nil && s.message.from >= end && s.odds >= likelyOdds
		named := s.code == strongCode && q.lastCode(s) >= end
		if !says && !named {
			continue
		}
		moveToFront(scores, i)
		break
	}
	return scores
}

// moveToFront moves item i to the front.
func moveToFront[T any](list []T, i int) {
	item := list[i]
	copy(list[1:i+1], list[:i])
	list[0] = item
}

// announcesTo reports whether the code of a score is that of a message that only
// announces the error of another score, whose code comes after it.
func (q *query) announcesTo(s, cause *candidateScore) bool {
	return s.code == strongCode && cause.code == strongCode && q.ix.announces(s.doc) && q.lastCode(s) < q.lastCode(cause)
}

// announces reports whether a message of a document announces another one.
func (ix *Index) announces(doc uint32) bool {
	for i := ix.firstTemplate[doc]; i < ix.firstTemplate[doc+1]; i++ {
		if ix.templates[i].announces {
			return true
		}
	}
	return false
}

// lastCode returns the token of the last strong code of a score, or -1.
func (q *query) lastCode(s *candidateScore) int32 {
	last := int32(-1)
	for _, ref := range q.codes {
		if ref.strength == strongCode && q.ix.ownsCode(s.doc, ref.code) {
			last = max(last, ref.token)
		}
	}
	return last
}

// causeFirst moves the root cause of the certain errors in a text to the front
// and returns the others as also. The cause is the first one in the text, but
// an error comes before one that announces it. An announcement is not an error
// of its own.
func (q *query) causeFirst(scores []candidateScore, c textContext) (ordered []candidateScore, also []Hit) {
	certain := q.certain(scores, c)
	if len(certain) == 1 {
		return scores, nil
	}
	announces := func(i int) bool { return scores[i].message.template.announces }
	slices.SortStableFunc(certain, func(a, b int) int {
		if announces(a) != announces(b) {
			return int(indicator(announces(a))) - int(indicator(announces(b)))
		}
		return int(scores[a].message.from - scores[b].message.from)
	})
	for _, i := range certain[1:] {
		if !announces(i) {
			also = append(also, q.hit(&scores[i]))
		}
	}
	ordered = []candidateScore{scores[certain[0]]}
	for i, s := range scores {
		if !slices.Contains(certain, i) {
			ordered = append(ordered, s)
		}
	}
	return ordered, also
}

// certain returns the first score and those that are answers, too, in other
// parts of the text.
func (q *query) certain(scores []candidateScore, c textContext) []int {
	certain := []int{0}
	for i := 1; i < min(len(scores), maxAligned); i++ {
		s := scores[i]
		if s.coverage() >= nearlyAll {
			s.counterRank = 0 // the first error may be its counterexample
		}
		covered := func(k int) bool {
			return !disjoint(s.message, scores[k].message) || q.alsoExplains(scores[k].doc, s.message)
		}
		if s.message.template != nil && !q.vetoed(&s) && s.doubtNear(c).Kind == "" && !slices.ContainsFunc(certain, covered) {
			certain = append(certain, i)
		}
	}
	return certain
}

// alsoExplains reports whether another message or symbol of a document matches
// the same part of the text as well as an alignment does.
func (q *query) alsoExplains(doc uint32, a alignment) bool {
	for i := q.ix.firstTemplate[doc]; i < q.ix.firstTemplate[doc+1]; i++ {
		own := alignment{template: &q.ix.templates[i]}
		if own.template.kind == phraseTemplate {
			continue
		}
		q.align(&own)
		if own.template == nil || float64(own.matched) < half*float64(own.template.weight) {
			continue // a few words of it by chance
		}
		if !disjoint(own, a) && own.matched >= a.matched {
			return true
		}
	}
	return false
}
