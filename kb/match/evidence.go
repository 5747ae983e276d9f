package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The kinds of evidence.
const (
	EvidenceCode    = "code"    // an error code of the document
	EvidenceSymbol  = "symbol"  // a symbolic name of the document
	EvidenceMessage = "message" // a message of the document, or most of it
	EvidencePhrase  = "phrase"  // a way people say it
	EvidenceWords   = "words"   // words anywhere in the document
)

// Evidence is a span of a text, in bytes of the text as it was given.
type Evidence struct {
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

const (
	maxGap       = 3   // tokens between two runs from which they are separate spans
	maxWordSpans = 5   // spans of single words: enough to see why
	slotSlack    = 2   // tokens between a slot and a run that still belong to the slot's place, such as "is"
	maxSlotValue = 253 // bytes; the longest host name (RFC 1035)
)

// hit returns a score as a hit with its evidence: codes, and the message or
// phrase that matches best, or else single words.
func (q *query) hit(s *candidateScore) Hit {
	h := Hit{Doc: int(s.doc), Confidence: sigmoid(s.odds)}
	q.addCodes(&h, s.doc)
	a, kind := s.message, EvidenceMessage
	if a.template == nil || s.phrase.template != nil && s.phrase.matched*3/4 > a.matched {
		a, kind = s.phrase, EvidencePhrase
	}
	if a.template != nil && a.matched >= minShared {
		if a.template.kind == symbolTemplate {
			kind = EvidenceSymbol
		}
		t := a.template
		chain := q.align(&a)
		q.addSpans(&h, kind, chain)
		h.Slots = q.slots(t, chain)
	}
	if len(h.Evidence) == 0 {
		q.addWords(&h, s.doc)
	}
	slices.SortFunc(h.Evidence, func(a, b Evidence) int { return a.Start - b.Start })
	return h
}

// addCodes adds the codes of a document that the text has.
func (q *query) addCodes(h *Hit, doc uint32) {
	own := q.ix.ownCodes[doc]
	for _, ref := range q.codes {
		i := slices.IndexFunc(own, func(o ownCode) bool { return o.code == ref.code })
		if i < 0 {
			continue
		}
		h.Evidence = append(h.Evidence, q.span(EvidenceCode, ref.token, ref.token+1))
		if !slices.Contains(h.Codes, own[i].spelling) {
			h.Codes = append(h.Codes, own[i].spelling)
		}
	}
}

// addSpans adds the runs of an alignment, the last one first, as spans of the
// text.
func (q *query) addSpans(h *Hit, kind string, chain []run) {
	for i := len(chain) - 1; i >= 0; {
		from, to := chain[i].from, chain[i].to
		for i--; i >= 0 && chain[i].from < to+maxGap; i-- {
			to = max(to, chain[i].to)
		}
		h.Evidence = append(h.Evidence, q.span(kind, from, to))
	}
}

// addWords adds words that the text and a document share.
func (q *query) addWords(h *Hit, doc uint32) {
	for _, t := range q.terms {
		if len(h.Evidence) == maxWordSpans {
			return
		}
		if q.ix.v.weight[t.id] < minShared || !q.ix.hasTerm(doc, t.id) {
			continue
		}
		if n := len(h.Evidence); n > 0 && q.plain.at(int(q.tokens[t.at].from)) < h.Evidence[n-1].End {
			continue
		}
		h.Evidence = append(h.Evidence, q.span(EvidenceWords, t.at, t.at+int32(t.n)))
	}
}

// hasTerm reports whether a document has a term.
func (ix *Index) hasTerm(doc uint32, id termID) bool {
	_, ok := slices.BinarySearchFunc(ix.termsOf(ix.whole[doc]), id, func(p posting, id termID) int { return int(p.id()) - int(id) })
	return ok
}

// span returns some tokens of the text as evidence.
func (q *query) span(kind string, from, to int32) Evidence {
	start, end := q.plain.at(int(q.tokens[from].from)), q.plain.at(int(q.tokens[to-1].to))
	return Evidence{kind, q.original[start:end], start, end}
}

// slots returns the values of the slots of a template that was aligned with the
// text, or nil if it has none.
func (q *query) slots(t *template, chain []run) map[string]string {
	var values map[string]string
	for _, s := range t.slots {
		value := q.capture(t, chain, int32(s.at))
		if value == "" {
			continue
		}
		if values == nil {
			values = map[string]string{}
		}
		if _, ok := values[s.name]; !ok {
			values[s.name] = value
		}
	}
	return values
}

// capture returns the text in place of the slot before token at of a template:
// what is between the runs on both sides of it, or one word at an end of the
// template.
func (q *query) capture(t *template, chain []run, at int32) string {
	from, to := -1, -1 // bytes of the plain text
	for _, r := range chain {
		if r.tFrom < at && r.tTo > at {
			return "" // the slot is empty
		}
		if after := r.to + at - r.tTo; r.tTo <= at && r.tTo >= at-slotSlack && int(after) <= len(q.tokens) {
			from = max(from, int(q.tokens[after-1].to))
		}
		if before := r.from - (r.tFrom - at); r.tFrom >= at && r.tFrom <= at+slotSlack && before >= 0 && (r.tFrom == at || !q.withinWord(before)) {
			if start := int(q.tokens[before].from); to < 0 || start < to {
				to = start
			}
		}
	}
	from, to = q.separate(t, chain, at, from, to)
	s := q.plain.s
	switch {
	case from >= 0 && to > from:
	case from >= 0 && at == int32(t.numTokens):
		to = from + firstWordLen(s[from:])
	case to >= 0 && at == 0:
		from = to - lastWordLen(s[:to])
	default:
		return ""
	}
	if q.isStopWord(from, to) {
		return "" // "on the server" names no server
	}
	return trimSlot(q.original[q.plain.at(from):q.plain.at(to)])
}

// isStopWord reports whether a part of the plain text is one stop word.
func (q *query) isStopWord(from, to int) bool {
	word := int32(-1)
	for i, t := range q.tokens {
		if int(t.from) >= from && int(t.to) <= to {
			if word >= 0 {
				return false
			}
			word = int32(i)
		}
	}
	return word >= 0 && slices.ContainsFunc(q.terms, func(t term) bool {
		return t.at == word && t.n == 1 && q.ix.v.class[t.id]&stopWord != 0
	})
}

// separate narrows the text of a slot, in bytes, where another slot is between
// the same runs: the template's words between the two, such as "on" in "<Volume>
// on <Server>", are too common to be a run, but they separate the values. The
// last of them in the text counts, because names of servers come last and have
// no such words.
func (q *query) separate(t *template, chain []run, at int32, from, to int) (int, int) {
	for _, s := range t.slots {
		low, high := min(at, int32(s.at)), max(at, int32(s.at))
		first, last := int32(0), int32(len(q.tokens)) // the text between the runs
		for _, r := range chain {
			switch {
			case r.tTo <= low:
				first = max(first, r.to)
			case r.tFrom >= high:
				last = min(last, r.from)
			default:
				low = high // the words between the slots are in a run
			}
		}
		if low == high {
			continue
		}
		if int32(s.at) < at {
			if k := q.lastOf(t, high-1, first, last); k >= 0 {
				from = int(q.tokens[k].to)
			}
		} else if k := q.lastOf(t, low, first, last); k >= 0 && (to < 0 || int(q.tokens[k].from) < to || from >= to) {
			to = int(q.tokens[k].from)
		}
	}
	return from, to
}

// lastOf returns the last token of the text, among those from first up to before
// last, that is the same as a token of the template, or -1.
func (q *query) lastOf(t *template, at, first, last int32) int32 {
	found := int32(-1)
	for _, term := range q.ix.termsIn(t) {
		if term.at != at || term.n != 1 {
			continue
		}
		for i := q.firstOf(term.id); i >= 0; i = q.next[i] {
			if k := q.terms[i].at; k >= first && k < last {
				found = max(found, k)
			}
		}
	}
	return found
}

// withinWord reports whether token i is a syllable that continues a word. A
// value cannot end there unless the template's own words follow.
func (q *query) withinWord(i int32) bool {
	t := q.tokens[i]
	return i > 0 && t.kind == syllableToken && q.tokens[i-1].kind == syllableToken && q.tokens[i-1].to == t.from
}

const spaces = " \t\r\n"

// firstWordLen returns the length of the first word of s, and of the spaces
// before it.
func firstWordLen(s string) int {
	n := len(s) - len(strings.TrimLeft(s, spaces))
	if i := strings.IndexAny(s[n:], spaces); i >= 0 {
		return n + i
	}
	return len(s)
}

// lastWordLen returns the length of the last word of s, and of the spaces after
// it.
func lastWordLen(s string) int {
	trimmed := strings.TrimRight(s, spaces)
	return len(s) - (strings.LastIndexAny(trimmed, spaces) + 1)
}

// trimSlot trims quotes and punctuation from a captured value, but not the colon
// of a drive. It returns "" for one that cannot be a name.
func trimSlot(s string) string {
	colon := strings.HasSuffix(strings.TrimRight(s, spaces+"\"'`’”»*"), ":")
	s = strings.Trim(s, spaces+"\"'`‘’“”«»<>*,;:!?")
	if strings.HasPrefix(s, "(") || strings.HasPrefix(s, "[") {
		s = s[1:]
	}
	s = strings.TrimRight(s, spaces+"\"'`‘’“”«»*.,;:!?)]")
	if !utf8.ValidString(s) || len(s) > maxSlotValue || strings.Count(s, "\n") > 1 {
		return ""
	}
	s = strings.Join(strings.Fields(s), " ")
	if letter := s[strings.LastIndexByte(s, ' ')+1:]; colon && len(letter) == 1 && 'A' <= letter[0]&^0x20 && letter[0]&^0x20 <= 'Z' {
		s += ":"
	}
	return s
}
