package bot

import (
	"slices"
	"strings"

	"mabsbot/bot/locale"
	"mabsbot/kb"
)

// Explanations of a step or a question, in two to four lines: from its own
// texts, and from the glossary.

// explainStep explains the current step: the terms that the message names, what
// the step risks, where it is carried out, or what it means.
func (d decision) explainStep(w Walkthrough, r locale.Reading) []Block {
	s := findStep(w.Entry, w.At.Step)
	lines := d.asked()
	switch {
	case lines != nil:
	case r.About(locale.SubjectRisk):
		risk := d.entryText(s.Risk, w)
		if risk == "" {
			risk = d.text("explain_no_risk")
		}
		lines = []Block{paragraph(risk)}
	case r.About(locale.SubjectPlace) && d.placeOf(s, w) != "":
		lines = []Block{paragraph(d.placeOf(s, w))}
	default:
		lines = d.meaning(s, w)
		if s.Link != nil {
			lines = append(lines, Block{Kind: BlockLink, Text: d.entryText(s.Link.Text, w), URL: s.Link.URL})
		}
	}
	return append(lines, d.paragraph("explain_more"))
}

// meaning says what a step means: in the words of its entry, and of the glossary
// for the terms that it uses.
func (d decision) meaning(s *kb.Step, w Walkthrough) []Block {
	var lines []Block
	add := func(text string) {
		if text != "" && len(lines) < maxExplained {
			lines = append(lines, paragraph(text))
		}
	}
	if text := d.entryText(s.Explain, w); text != "" {
		add(text)
	} else if terms := d.terms(s.Do.In(d.locale.Lang)); terms != nil {
		lines = terms
	} else if text := d.entryText(w.Entry.Explain, w); text != "" {
		add(text)
	} else {
		add(d.cause(w))
	}
	add(d.entryText(s.Check, w))
	if s.Command != nil {
		add(d.text("explain_command"))
	}
	return lines
}

// maxExplained is the most lines of an explanation. It answers one question,
// and a longer one would hide the step.
const maxExplained = 3

// explainQuestion explains the current question and its choices.
func (d decision) explainQuestion(w Walkthrough, r locale.Reading) []Block {
	if w.At.Step != "" && (r.About(locale.SubjectPlace) || r.About(locale.SubjectRisk)) {
		return d.explainStep(w, r)
	}
	lines := d.asked()
	if lines == nil {
		lines = d.terms(w.question().Text.In(d.locale.Lang))
	}
	return append(lines, paragraph(d.text("explain_question", "choices", d.labels(w))))
}

// asked explains the terms that the message names, or returns nil if it names
// none.
func (d decision) asked() []Block { return d.terms(d.written) }

// maxTerms is the most terms that an answer explains.
const maxTerms = 2

// terms explains the terms of the glossary that a text uses, in the order of the
// glossary, or returns nil. A term within a longer one does not count.
func (d decision) terms(text string) []Block {
	var lines []Block
	glossary := d.rules.Base.Glossary()
	used := make([]string, len(glossary))
	for i := range glossary {
		used[i] = locale.Fold(locale.Mentioned(text, glossary[i].Names()))
	}
	for i := range glossary {
		within := func(o string) bool { return len(o) > len(used[i]) && strings.Contains(o, used[i]) }
		if used[i] == "" || slices.ContainsFunc(used, within) || len(lines) == maxTerms {
			continue
		}
		lines = append(lines, paragraph(d.entryText(glossary[i].Text, Walkthrough{})))
	}
	return lines
}

// placeOf returns the sentences of a step that say where it is carried out: they
// name a server, or a place in the words of the language.
func (d decision) placeOf(s *kb.Step, w Walkthrough) string {
	var places []string
	for _, sentence := range sentencesOf(s.Do.In(d.locale.Lang)) {
		if strings.Contains(sentence, "{") || locale.Mentioned(sentence, d.locale.Places) != "" {
			places = append(places, strings.TrimSpace(fill(sentence, w.Slots)))
		}
	}
	return strings.Join(places, " ")
}

// howToSee says how to see whether the step helped.
func (d decision) howToSee(w Walkthrough) []Block {
	s := findStep(w.Entry, w.At.Step)
	if check := d.entryText(s.Check, w); check != "" {
		return []Block{paragraph(d.text("how_to_see", "check", check))}
	}
	return []Block{d.paragraph("how_to_see_retry")}
}

// cannot handles a step that the user is not able to do: a line of help if the
// reason is known, and the ways on.
func (d decision) cannot(w Walkthrough, r locale.Reading) {
	blocks := []Block{d.paragraph("cannot_other")}
	if r.About(locale.SubjectDenied) {
		blocks = []Block{d.paragraph("cannot_denied")}
	}
	if w.prompt() == promptDone {
		blocks = append(blocks, d.paragraph("cannot_sequence"))
	}
	d.postNote(w, append(blocks, choices(d.button(w, ActionCannot, "", d.text("cannot_next")), d.button(w, ActionPerson, "", d.text("person"))))...)
}
