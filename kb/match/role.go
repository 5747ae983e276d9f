package match

import (
	"slices"
	"strconv"
	"strings"
)

// A code of a text has a role for each document:
//
//   - its own: evidence for it
//   - a companion, which appears with the error: a wrapper's, or a detail's
//   - a sibling: the code of another error of these products
//   - an identifier of something else
//
// Only a sibling counts against a document, and only in the place where the
// message has its own code. An HRESULT is never a code, so it has no role.

// catalog are the codes of these products, sorted: most of them are those of
// errors that no document explains. TestCodes makes the list.
var catalog = readCatalog()

func readCatalog() []code {
	var list []code
	for line := range strings.Lines(string(mustRead("codes.txt"))) {
		n, err := strconv.ParseUint(strings.TrimSpace(line), 10, 32)
		if err != nil {
			panic(err) // a mistake in an embedded file
		}
		list = append(list, code(n))
	}
	return list
}

// isSibling reports whether a code is one of these products, or of a document.
func (ix *Index) isSibling(c code) bool {
	if len(ix.codes[c]) > 0 {
		return true
	}
	_, ok := slices.BinarySearch(catalog, c)
	return ok
}

// lastSystemError is the highest number that Windows commonly gives an error of
// its own: "error 1326", "(1069)". These products have codes below, too, but
// print them with ID.
const lastSystemError = 1999

// contraryCode returns the strength of the strongest code that counts against a
// document, and whether it is a veto, whatever the odds.
func (q *query) contraryCode(s *candidateScore) (strongest codeStrength, veto bool) {
	if s.code == strongCode {
		return 0, false
	}
	for _, ref := range q.codes {
		if ref.strength < mediumCode || ref.strength <= s.code || !q.contradicts(s, ref) {
			continue
		}
		strongest = max(strongest, ref.strength)
		veto = veto || ref.strength == strongCode || ref.code > lastSystemError && q.ix.isSibling(ref.code)
	}
	return strongest, veto
}

// contradicts reports whether a code counts against a document: a sibling in
// place of the code of its message, or anywhere if the text has no message. An
// unknown code counts if it is where the message has its own, at its very end.
func (q *query) contradicts(s *candidateScore, ref codeRef) bool {
	sibling := q.ix.isSibling(ref.code)
	switch {
	case q.ix.companions[mentionedCode{s.doc, ref.code}], q.ix.ownsCode(s.doc, ref.code):
		return false
	case s.message.template == nil:
		return sibling
	case ref.token < s.message.from:
		return sibling && q.leads(ref, s.message)
	}
	return q.follows(ref, s, sibling)
}

// leads reports whether a code begins the line of a message: "Error 34506: …".
// Anywhere else before a message it is that of an alert around it.
func (q *query) leads(ref codeRef, a alignment) bool {
	const between = 16 // tokens: a few words that say that it is an error, and a damaged beginning
	if a.from-ref.token > between {
		return false
	}
	start := q.announcementStart(ref.token)
	for i := start + 1; i <= a.from; i++ {
		if q.tokens[i].newLine {
			return false
		}
	}
	return start == 0 || q.tokens[start].newLine
}

// follows reports whether a code is at the end of a message or in its last
// sentence. The code of a sibling may also follow a title in the same line:
// "Replica is inconsistent. Verification in progress (3104)". A code in another
// line is that of another error.
func (q *query) follows(ref codeRef, s *candidateScore, sibling bool) bool {
	start := q.announcementStart(ref.token)
	sameLine, sameSentence := true, true
	for i := s.message.to; i < start; i++ {
		sameLine = sameLine && !q.tokens[i].newLine
		sameSentence = sameSentence && !q.endsSentence(i)
	}
	title := s.message.template.weight < shortMessage || s.coverage() < nearlyAll
	return sameLine && (sameSentence || sibling && title)
}

// announcementStart returns the first token of the announcement of a code: "ID"
// in "(ID: 3106)".
func (q *query) announcementStart(at int32) int32 {
	i := int(at)
	for i > 0 && announcement(lastWord(q.plain.s, q.tokens, i-1)) > 0 {
		i = firstToken(q.tokens, i-1)
	}
	return int32(i)
}

// endsSentence reports whether a sentence ends before token i. A dot within a
// host name or a version ends none.
func (q *query) endsSentence(i int32) bool {
	if !q.tokens[i].newSentence {
		return false
	}
	gap := q.gapBefore(i)
	k := strings.LastIndexAny(gap, ".!?;。…")
	return k >= 0 && k+1 < len(gap)
}

// ownsCode reports whether a code is one of a document's own.
func (ix *Index) ownsCode(doc uint32, c code) bool {
	return slices.ContainsFunc(ix.ownCodes[doc], func(o ownCode) bool { return o.code == c })
}
