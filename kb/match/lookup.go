package match

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// A query is what a user types to find an error. A code, a symbol, a section of
// the sources or a title is an answer. Words alone lead to a question.

// What words need to lead to a question. Nobody types a query by accident, so it
// is less than a paste needs.
const (
	minQuery      = 200  // shared weight: a fifth of a word that a single document has; "vmware" is in many
	minLookupOdds = -2.5 // of a choice that has little of the query
	maxUnmatched  = 0.5  // share of the query that a choice may lack
)

// What a query needs to be a title, typed roughly.
const (
	nearlyMatched = 0.2  // share of the query that the title may lack
	roughTitle    = 0.75 // share of the title that the query has
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

// lookup is match for a query. A number in a query is a code, and a query is
// about the documents, so less is asked of it.
func (q *query) lookup(text string) Result {
	q.load(withoutMarks(text))
	q.original = text
	if !q.forgetGibberish() {
		return Result{}
	}
	q.readCodes()
	q.retrieve()
	c := q.context()
	c.trouble = true // who looks up an error may name only what it is about
	scores := q.rank()
	if len(scores) > 0 {
		q.assess(scores, c)
		scores = q.verbatimFirst(q.skipAnnouncement(scores))
	}
	return q.decideLookup(scores, c)
}

// withoutMarks replaces the marks before and around a code, as in #100050, by
// spaces.
func withoutMarks(text string) string {
	b := []byte(text)
	for i := range b {
		if b[i] == '#' && i+1 < len(b) && isDigit(b[i+1]) {
			b[i] = ' '
		}
	}
	return string(b)
}

// readCodes makes all codes of the query strong, and finds those in shapes that
// no product prints: in hexadecimal without a mark (29834 is 0x29834 if no error
// has the decimal number), as part of a word (mabs-100050), of any event.
func (q *query) readCodes() {
	for i, t := range q.tokens {
		if t.kind != numberToken {
			continue
		}
		k := slices.IndexFunc(q.codes, func(ref codeRef) bool { return int(ref.token) == i })
		own, ok := q.ownCodeAt(i)
		switch {
		case k >= 0 && ok:
			q.codes[k].code = own
		case k < 0 && ok && (own >= firstOwnCode || q.numbersEvent(i)):
			q.codes = append(q.codes, codeRef{code: own, token: int32(i)})
		}
	}
	for i := range q.codes {
		q.codes[i].strength = strongCode
	}
}

// ownCodeAt returns the code of a document that the number at token i, or the
// field that it begins, may be.
func (q *query) ownCodeAt(i int) (code, bool) {
	s, t := q.plain.s, q.tokens[i]
	digits := s[t.from:t.to]
	c, isNumber := number(digits)
	if isNumber && q.ix.isSibling(c) {
		return c, len(q.ix.codes[c]) > 0
	}
	if i+1 < len(q.tokens) && q.tokens[i+1].glued && !t.glued {
		digits = fieldAt(s, int(t.from))
	}
	c, ok := hexCode(digits)
	return c, ok && len(q.ix.codes[c]) > 0
}

// numbersEvent reports whether the number at token i is the ID of an event.
func (q *query) numbersEvent(i int) bool {
	return i > 0 && announcement(lastWord(q.plain.s, q.tokens, i-1)) > 0 && isEvent(q.plain.s, q.tokens, previous(q.plain.s, q.tokens, i-1))
}

// hexCode parses hexadecimal digits without a mark.
func hexCode(digits string) (code, bool) {
	n, err := strconv.ParseUint(digits, 16, 32)
	return code(n), err == nil && n >= minHexCode && n < firstResult
}

// verbatimFirst moves the document to the front that is the only one to have the
// query as it is typed, if it is no code.
func (q *query) verbatimFirst(scores []candidateScore) []candidateScore {
	text := fold(nil, strings.TrimSpace(q.plain.s))
	if scores[0].code > 0 || !bytes.ContainsRune(text, ' ') {
		return scores
	}
	only := -1
	for i := range scores {
		if !q.ix.hasText(scores[i].doc, text) {
			continue
		}
		if only >= 0 {
			return scores
		}
		only = i
	}
	if only > 0 {
		moveToFront(scores, only)
	}
	return scores
}

// hasText reports whether a template of a document has a folded text.
func (ix *Index) hasText(doc uint32, text []byte) bool {
	templates := ix.templates[ix.firstTemplate[doc]:ix.firstTemplate[doc+1]]
	return slices.ContainsFunc(templates, func(t template) bool { return bytes.Contains(t.folded, text) })
}

// decideLookup returns the band and the hits of a query. The first that says
// something decides: a code or a whole message, a symbol, a section, a title,
// and the words.
func (q *query) decideLookup(scores []candidateScore, c textContext) Result {
	if len(scores) == 0 {
		return q.lookupName(scores, c)
	}
	if a, b, ok := q.conflict(scores); ok {
		return Result{Band: Likely, Hits: []Hit{q.hit(&scores[a]), q.hit(&scores[b])}}
	}
	best := &scores[0]
	switch {
	case best.code > 0 && (best.margin >= minMargin || !slices.ContainsFunc(scores[1:], hasCode)):
		return Result{Band: Sure, Hits: q.bestHits(scores)}
	case q.vetoed(best):
		return q.lookupWords(scores, c)
	case best.sure(c):
		return q.settle(scores)
	}
	named := q.lookupName(scores, c)
	if len(named.Hits) <= 1 && named.Band != Sure && q.saysTitle(best, c) {
		return q.settle(scores)
	}
	if named.Band != Silent {
		return named
	}
	return q.lookupWords(scores, c)
}

// hasCode reports whether the text has a code of a document.
func hasCode(s candidateScore) bool { return s.code > 0 }

// lookupName returns the documents that a query names by a symbol or a section.
func (q *query) lookupName(scores []candidateScore, c textContext) Result {
	kind := EvidenceSymbol
	docs, whole := q.ix.lookupSymbol(q.original)
	if docs == nil {
		least := int32(0)
		if len(scores) > 0 {
			least = scores[0].shared
		}
		kind = EvidenceWords
		docs, whole = q.lookupSection(c, least)
	}
	if docs == nil {
		return Result{}
	}
	r := Result{Band: Likely, Hits: q.namedHits(scores, docs, whole, kind)}
	if whole && len(docs) == 1 {
		r.Band = Sure
	}
	return r
}

// settle returns the best score as the answer, or, if it is a heading, its
// members as a question.
func (q *query) settle(scores []candidateScore) Result {
	if members := q.ix.members[scores[0].doc]; scores[0].code == 0 && len(members) > 0 {
		return Result{Band: Likely, Hits: q.bestHits(scoresOf(scores, members))}
	}
	return Result{Band: Sure, Hits: q.bestHits(scores)}
}

// lookupWords returns the documents that share words with a query. Words alone
// are a question, even if a single document has them.
func (q *query) lookupWords(scores []candidateScore, c textContext) Result {
	best := &scores[0]
	enough := best.shared >= minQuery && best.unmatched(c) <= maxUnmatched || best.odds >= minLookupOdds
	if best.code == 0 && !(enough && q.sharesWord(best.doc, c)) {
		return Result{}
	}
	r := q.settle(scores)
	r.Band = Likely
	return r
}

// sharesWord reports whether the query and a document share a word that is no
// letter or two, which other languages and random letters are full of. A short
// word that is only spelled like one of the document is another word, and so is
// any among unknown ones.
func (q *query) sharesWord(doc uint32, c textContext) bool {
	const shortest, shortestTypo = 3, 5 // bytes; a syllable has three
	return slices.ContainsFunc(q.terms, func(t term) bool {
		length := q.tokens[t.at+int32(t.n)-1].to - q.tokens[t.at].from
		if length < shortest || t.misspelt && (c.unknown > 0 || length < shortestTypo) {
			return false
		}
		return q.ix.v.weight[t.id] > 0 && q.ix.hasTerm(doc, t.id)
	})
}

// unmatched returns the share of the query that a document lacks.
func (s *candidateScore) unmatched(c textContext) float64 {
	return ratio(max(0, c.content-s.shared), s.shared)
}

// saysTitle reports whether a query is the title of a document, or one of its
// messages, typed roughly.
func (q *query) saysTitle(s *candidateScore, c textContext) bool {
	if s.margin < minMargin || s.unmatched(c) > nearlyMatched {
		return false
	}
	for i := q.ix.firstTemplate[s.doc]; i < q.ix.firstTemplate[s.doc+1]; i++ {
		a := alignment{template: &q.ix.templates[i]}
		if a.template.kind == phraseTemplate && !a.template.title {
			continue
		}
		weight := a.template.weight
		q.align(&a)
		if a.template != nil && float64(a.matched) >= roughTitle*float64(weight) {
			return true
		}
	}
	return false
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
