package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The kinds of evidence.
const (
	EvidenceCode    = "code"    // an error code of the entry
	EvidenceSymbol  = "symbol"  // a symbolic name of the entry
	EvidenceMessage = "message" // a message of the entry, or most of it
	EvidencePhrase  = "phrase"  // a way people say it
	EvidenceWords   = "words"   // words of its title, cause and steps
)

// Evidence is one span of the text, in bytes of the text as it was given.
type Evidence struct {
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// hit tells a verdict with its evidence.
func (q *query) hit(ix *Index, v *candidateScore) Hit {
	h := Hit{Doc: int(v.doc), Confidence: sigmoid(v.odds)}
	q.codeEvidence(ix, v, &h)
	a, kind := v.message, EvidenceMessage
	if a.template == nil || v.phrase.template != nil && v.phrase.matched*3/4 > a.matched {
		a, kind = v.phrase, EvidencePhrase
	}
	if a.template != nil && a.matched >= minShared {
		if a.template.kind == symbolTemplate {
			kind = EvidenceSymbol
		}
		q.align(ix, &a)
		q.spans(&h, kind)
		h.Slots = q.slots(a.template)
	}
	if len(h.Evidence) == 0 {
		q.wordEvidence(ix, v, &h)
	}
	slices.SortFunc(h.Evidence, func(a, b Evidence) int { return a.Start - b.Start })
	return h
}

func (q *query) codeEvidence(ix *Index, v *candidateScore, h *Hit) {
	for _, ref := range q.codes {
		for _, own := range ix.ownCodes[v.doc] {
			if own.code != ref.code {
				continue
			}
			h.Evidence = append(h.Evidence, q.span(EvidenceCode, ref.token, ref.token+1))
			if !slices.Contains(h.Codes, own.spelling) {
				h.Codes = append(h.Codes, own.spelling)
			}
			break
		}
	}
}

// span is the evidence of some units.
func (q *query) span(kind string, from, to int32) Evidence {
	start, end := q.plain.at(int(q.tokens[from].from)), q.plain.at(int(q.tokens[to-1].to))
	return Evidence{kind, q.original[start:end], start, end}
}

// spans tells the chain of the alignment that was made last. Pieces with less
// than three units between them are one.
func (q *query) spans(h *Hit, kind string) {
	const near = 3
	for i := len(q.chain) - 1; i >= 0; {
		from, to := q.chain[i].pFrom, q.chain[i].pTo
		for i--; i >= 0 && q.chain[i].pFrom < to+near; i-- {
			to = max(to, q.chain[i].pTo)
		}
		h.Evidence = append(h.Evidence, q.span(kind, from, to))
	}
}

// wordEvidence tells the words that the text and the entry share.
func (q *query) wordEvidence(ix *Index, v *candidateScore, h *Hit) {
	const most = 5
	for _, g := range q.terms {
		if len(h.Evidence) == most {
			return
		}
		if ix.v.weight[g.id] < minShared || !ix.hasTerm(v.doc, g.id) {
			continue
		}
		if n := len(h.Evidence); n > 0 && q.plain.at(int(q.tokens[g.at].from)) < h.Evidence[n-1].End {
			continue
		}
		h.Evidence = append(h.Evidence, q.span(EvidenceWords, g.at, g.at+int32(g.n)))
	}
}

func (ix *Index) hasTerm(e uint32, f termID) bool {
	_, ok := slices.BinarySearchFunc(ix.termsOf(ix.whole[e]), uint32(f), func(p posting, f uint32) int { return int(p.id()) - int(f) })
	return ok
}

// maxSlotValue is the longest host name (RFC 1035).
const maxSlotValue = 253

// slots captures what stands in the text where the template that was aligned
// last has its slots: between the units that stand next to them in both.
func (q *query) slots(t *template) map[string]string {
	var out map[string]string
	for _, s := range t.slots {
		if value := q.capture(t, int32(s.at)); value != "" {
			if out == nil {
				out = map[string]string{}
			}
			if _, ok := out[s.name]; !ok {
				out[s.name] = value
			}
		}
	}
	return out
}

// capture reads the text of a slot that stands before unit at of a template.
func (q *query) capture(t *template, at int32) string {
	const slack = 2 // units, such as «is», that may stand between a slot and a run
	s := q.plain.s
	from, to := -1, -1
	for _, r := range q.chain {
		if i := r.pTo + at - r.tTo; r.tTo <= at && r.tTo >= at-slack && int(i) <= len(q.tokens) {
			from = max(from, int(q.tokens[i-1].to))
		}
		if i := r.pFrom - (r.tFrom - at); r.tFrom >= at && r.tFrom <= at+slack && i >= 0 && (to < 0 || int(q.tokens[i].from) < to) && (r.tFrom == at || !q.withinWord(i)) {
			to = int(q.tokens[i].from)
		}
		if r.tFrom < at && r.tTo > at { // the slot is empty
			return ""
		}
	}
	switch {
	case from >= 0 && to > from:
	case from >= 0 && at == int32(t.numTokens):
		to = from + firstWord(s[from:])
	case to >= 0 && at == 0:
		from = to - lastWordLen(s[:to])
	default:
		return ""
	}
	start, end := q.plain.at(from), q.plain.at(to)
	return trimSlot(q.original[start:end])
}

// withinWord reports whether unit i goes on with a word of syllables. Where the
// words beside a slot are not those of the template, no value ends there.
func (q *query) withinWord(i int32) bool {
	u := q.tokens[i]
	return i > 0 && u.kind == syllableToken && q.tokens[i-1].kind == syllableToken && q.tokens[i-1].to == u.from
}

func firstWord(s string) int {
	n := len(s) - len(strings.TrimLeft(s, " \t\r\n"))
	if i := strings.IndexAny(s[n:], " \t\r\n"); i >= 0 {
		return n + i
	}
	return len(s)
}

func lastWordLen(s string) int {
	trimmed := strings.TrimRight(s, " \t\r\n")
	return len(s) - (strings.LastIndexAny(trimmed, " \t\r\n") + 1)
}

// trimSlot cuts quotes and punctuation off a captured value.
func trimSlot(s string) string {
	s = strings.Trim(s, " \t\r\n\"'`‘’“”«»<>*,;:!?")
	if strings.HasPrefix(s, "(") || strings.HasPrefix(s, "[") {
		s = s[1:]
	}
	s = strings.TrimRight(s, " \t\r\n\"'`‘’“”«»*.,;:!?)]")
	if !utf8.ValidString(s) || len(s) > maxSlotValue || strings.Count(s, "\n") > 1 {
		return ""
	}
	return strings.Join(strings.Fields(s), " ")
}
