package bot

import (
	"slices"
	"strings"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// Codes that a user finds while carrying out a step, such as the inner code in the
// log of an installer, and that belong to no other entry.

// maxCodeWords is the most words around a code that only say where it was seen:
// "it failed with 0x80070643 in the setup log".
const maxCodeWords = 9

// hearCode returns what a message wants that gives the code that a step or
// question asks for: a choice that names it, or else a value.
func (d decision) hearCode(w Walkthrough, r locale.Reading, text string) (Understood, bool) {
	if w.Status != StatusWalking || w.At.Slot != "" || !d.asksForCode(w) || r.Words > maxCodeWords || r.Question {
		return Understood{}, false
	}
	code, named := match.NamedCode(text, true)
	if !named || len(code) < shortestCode || d.stepShows(w, text) || len(d.found.Hits) > 0 && (d.found.Band == match.Sure || len(d.found.Hits[0].Codes) > 0) {
		return Understood{}, false // none, or it belongs to an entry
	}
	switch r.Main {
	case locale.IntentUnclear, locale.IntentInfo, locale.IntentChoose, locale.IntentValue, locale.IntentCannot, locale.IntentNotFixed, locale.IntentOtherError:
	default:
		return Understood{}, false
	}
	if q := w.question(); q != nil {
		for _, c := range q.Choices {
			if namesCode(&c, text) {
				return Understood{Intent: IntentChoose, Choice: c.ID}, true
			}
		}
	}
	return Understood{Intent: IntentValue, Value: code}, true
}

// namesCode reports whether a choice names a code of the text.
func namesCode(c *kb.Choice, text string) bool {
	return slices.ContainsFunc(codesOf(c), func(code string) bool { return match.HasCode(text, code) })
}

// codesOf returns the codes that a choice names.
func codesOf(c *kb.Choice) []string {
	words := slices.Concat(c.When, c.Words)
	for _, v := range c.Label {
		words = append(words, v.Text)
	}
	var codes []string
	for _, s := range words {
		if code, named := match.NamedCode(s, true); named {
			codes = append(codes, code)
		}
	}
	return codes
}

// asksForCode reports whether the current question is about codes, or the current
// step asks for the message of a failure: "If it fails, paste its message here".
func (d decision) asksForCode(w Walkthrough) bool {
	if w.Entry == nil {
		return false
	}
	if q := w.question(); q != nil && slices.ContainsFunc(q.Choices, func(c kb.Choice) bool { return len(codesOf(&c)) > 0 }) {
		return true
	}
	s := findStep(w.Entry, w.At.Step)
	return s != nil && locale.Mentioned(s.Do.In(d.locale.Lang)+"\n"+s.Check.In(d.locale.Lang), d.locale.Pastes) != ""
}

// takeCode keeps a code for the summary. A step that asked for it has failed, and
// the walkthrough goes on.
func (d decision) takeCode(w Walkthrough, code string) {
	d.passOn(w)
	if said := strings.TrimSpace(d.quote(d.said)); len(w.Facts) < maxFacts && !slices.Contains(w.Facts, said) {
		w = d.addFact(w, said)
	}
	switch {
	case w.question() != nil:
		d.postNote(w, paragraph(d.text("code_noted", "code", code)), paragraph(d.text("explain_question", "choices", d.labels(w))))
	case w.prompt() == promptDone:
		d.pass(w, OutcomeCannot, paragraph(d.text("code_next", "code", code)), d.windowsResults(code, ""))
	default:
		d.pass(w, OutcomeNotHelped, paragraph(d.text("code_next", "code", code)), d.windowsResults(code, ""))
	}
}
