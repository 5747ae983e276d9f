package locale

import (
	"slices"
	"strings"
)

// Aside splits a reply that says how something went and asks something, too, such
// as "done, but why?", into the two. ok is false for all other replies.
func (all Locales) Aside(text string) (said, question string, ok bool) {
	words := strings.Fields(unquoteLines(text))
	if len(words) > maxAside {
		return "", "", false
	}
	ends := all.clauseEnds(strings.Join(words, " "))
	for i := 1; i < len(words); i++ {
		if !slices.Contains(ends, spell(strings.Join(words[:i], " ")).tokens) {
			continue
		}
		before, after := strings.Join(words[:i], " "), strings.Join(words[i:], " ")
		switch first, second := all.Read(before), all.Read(after); {
		case first.movesOn() && !IsQuestion(first, before) && second.Main == IntentExplain && IsQuestion(second, after):
			return before, after, true
		case second.movesOn() && !IsQuestion(second, after) && first.Main == IntentExplain && IsQuestion(first, before):
			return after, before, true
		}
	}
	return "", "", false
}

// maxAside is the number of words up to which a reply is split. Each end of a
// clause is tried, and longer messages are for people.
const maxAside = 40

// clauseEnds returns the numbers of words before which the clauses of a text end.
func (all Locales) clauseEnds(text string) (ends []int32) {
	s := spell(text)
	p := all[all.byScript(s)[0]].replies
	items := p.scan(s)
	for _, c := range p.split(s, items, p.coverage(s, items)) {
		ends = append(ends, c.to)
	}
	return ends
}

// movesOn reports whether a reply says how something went, or wants to go on, and
// nothing else.
func (r Reading) movesOn() bool {
	if r.Said(IntentExplain) {
		return false
	}
	switch r.Main {
	case IntentDone, IntentAlreadyDone, IntentNext, IntentSkip, IntentNo:
		return true
	}
	return outcome(r.Main)
}

// IsQuestion reports whether a text that was read as r asks something.
func IsQuestion(r Reading, text string) bool {
	return r.Question || strings.ContainsAny(text, QuestionMarks)
}
