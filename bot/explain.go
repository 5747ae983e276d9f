package bot

import (
	"cmp"
	"slices"
	"strings"

	"mabsbot/bot/locale"
	"mabsbot/kb"
)

// Explanations of a step or a question, in two to four lines: from its own
// texts, and from the glossary. Each answers what was asked: how long, whether
// anything is restarted, the risk, where, how, why, or what it means.

// explainStep explains the current step, or the one that the message names.
func (d decision) explainStep(w Walkthrough, r locale.Reading) []Block {
	return append(d.explanation(w, r), d.paragraph("explain_more"))
}

// explanation explains what the message asks of the current step, the terms that
// it names, or the other step that it names.
func (d decision) explanation(w Walkthrough, r locale.Reading) []Block {
	if s := d.otherStep(w, r); s != nil {
		w.At = Position{Step: s.ID}
		about := paragraph(d.text("explain_step", "title", d.stepTitle(w, s)))
		return append([]Block{about}, d.asking("").explanation(w, r)...)
	}
	s := findStep(w.Entry, w.At.Step)
	var lines []Block
	switch asked := d.asked(); {
	case r.About(locale.SubjectDuration):
		lines = d.saying(s, w, d.askedText(), d.locale.Durations, "explain_no_duration")
	case r.About(locale.SubjectRestart):
		lines = d.saying(s, w, nil, d.locale.Effects, "explain_no_restart")
	case r.About(locale.SubjectRisk) && s.Risk != nil:
		lines = []Block{paragraph(d.entryText(s.Risk, w))}
	case r.About(locale.SubjectRisk):
		lines = d.saying(s, w, nil, d.locale.Effects, "explain_no_risk")
	case r.About(locale.SubjectPlace) && locale.Mentioned(d.written, d.locale.Places) != "":
		lines = d.place(s, w) // "on the backup server or on the file server?"
	case r.About(locale.SubjectPlace) && (asked == nil || d.uses(s, d.written)):
		lines = append(d.place(s, w), asked...)
	case asked != nil && !r.About(locale.SubjectReason):
		lines = asked
	}
	if lines == nil {
		lines = d.meaning(s, w, r)
	}
	return lines
}

// otherStep returns the step that a question is about if it is not the current
// one: its title has words of the question that the current position has not. A
// single word is enough for a step that was passed.
func (d decision) otherStep(w Walkthrough, r locale.Reading) *kb.Step {
	present := shown(w)
	here := func(word string) bool {
		return slices.ContainsFunc(present, func(text string) bool { return locale.Mentioned(text, []string{word}) != "" })
	}
	effects := r.About(locale.SubjectRisk) || r.About(locale.SubjectRestart) || r.About(locale.SubjectDuration)
	var found *kb.Step
	most := 0
	for s := range eachStep(w.Entry) {
		if s.ID == w.At.Step {
			continue
		}
		passed := slices.ContainsFunc(w.Tried, func(a Attempt) bool { return a.Step == s.ID })
		words := slices.DeleteFunc(d.rules.Locales.Shared(d.written, labelsOf(s.Title)), here)
		switch n := len(words); {
		case n < 2 && (!passed || effects || d.used(d.written) != nil && !r.About(locale.SubjectReason) && !r.About(locale.SubjectEarlier)):
		case n > most:
			found, most = s, n
		case n == most:
			found = nil
		}
	}
	return found
}

// shown returns the texts of the current position, in all languages.
func shown(w Walkthrough) (all []string) {
	if s := findStep(w.Entry, w.At.Step); s != nil {
		for _, t := range []kb.Text{s.Title, s.Do, s.Check, s.Explain, s.Risk} {
			all = append(all, labelsOf(t)...)
		}
	}
	if q := w.question(); q != nil {
		all = append(all, labelsOf(q.Text)...)
		for _, c := range q.Choices {
			all = append(all, labelsOf(c.Label)...)
		}
	}
	return all
}

// labelsOf returns a text in all its languages.
func labelsOf(t kb.Text) (all []string) {
	for _, v := range t {
		all = append(all, v.Text)
	}
	return all
}

// meaning says what a step means: in the words of its entry, and of the glossary
// for the terms that it uses.
func (d decision) meaning(s *kb.Step, w Walkthrough, r locale.Reading) []Block {
	var lines []Block
	add := func(text string) {
		if text != "" && len(lines) < maxExplained {
			lines = append(lines, paragraph(text))
		}
	}
	terms := d.used(s.Do.In(d.locale.Lang))
	switch {
	case s.Explain != nil:
		add(d.entryText(s.Explain, w))
		if r.About(locale.SubjectHow) {
			add(d.howToOpen(s))
		}
		if r.About(locale.SubjectReason) {
			add(d.cause(w))
		}
	case terms != nil:
		for i := range terms {
			add(d.define(&terms[i]))
		}
		add(d.entryText(s.Check, w))
	case w.Entry.Explain != nil:
		add(d.entryText(w.Entry.Explain, w))
	default:
		add(d.cause(w))
	}
	if s.Command != nil && s.Explain == nil {
		add(d.text("explain_command"))
	}
	if s.Link != nil {
		lines = append(lines, Block{Kind: BlockLink, Text: d.entryText(s.Link.Text, w), URL: s.Link.URL})
	}
	return lines
}

// howToOpen says how to open the first tool that a step names, such as the
// console, or where to run its command.
func (d decision) howToOpen(s *kb.Step) string {
	for _, t := range d.used(s.Do.In(d.locale.Lang)) {
		if t.Open != nil {
			return d.entryText(t.Open, Walkthrough{})
		}
	}
	if s.Command != nil {
		return d.text("explain_command")
	}
	return ""
}

// maxExplained is the most lines of an explanation. It answers one question,
// and a longer one would hide the step.
const maxExplained = 3

// explainQuestion explains the current question and its choices.
func (d decision) explainQuestion(w Walkthrough, r locale.Reading) []Block {
	if d.otherStep(w, r) != nil {
		return append(d.explanation(w, r), paragraph(d.text("explain_question", "choices", d.labels(w))))
	}
	effects := r.About(locale.SubjectRisk) || r.About(locale.SubjectRestart) || r.About(locale.SubjectDuration)
	step := findStep(w.Entry, w.At.Step)
	if step != nil && (r.About(locale.SubjectPlace) || effects) {
		return d.explainStep(w, r)
	}
	lines := d.asked()
	switch place := d.sentences(w.question().Text, w, d.locale.Places); {
	case lines != nil:
	case step != nil:
		lines = d.meaning(step, w, r)
	case effects || r.About(locale.SubjectReason):
		lines = []Block{d.paragraph("explain_answer")}
	case r.About(locale.SubjectPlace) && place != "":
		lines = []Block{paragraph(place)}
	case w.question().Explain != nil:
		lines = []Block{paragraph(d.entryText(w.question().Explain, w))}
	default:
		lines = d.questionMeaning(w)
	}
	if d.offersCollector(w) {
		lines = append(lines, paragraph(d.text("collect_offer", "label", d.text("collect"))))
	}
	return append(lines, paragraph(d.text("explain_question", "choices", d.labels(w))))
}

// questionMeaning says what the error means, and the first term that the current
// question uses.
func (d decision) questionMeaning(w Walkthrough) []Block {
	terms := d.terms(w.question().Text.In(d.locale.Lang))
	if text := d.entryText(w.Entry.Explain, w); text != "" {
		return append([]Block{paragraph(text)}, terms[:min(1, len(terms))]...)
	}
	return terms
}

// asked explains the terms that the message names, or says how to open them if
// it asks how. It returns nil if the message names none.
func (d decision) asked() []Block {
	terms := d.used(d.written)
	if len(terms) > 0 && terms[0].Open != nil && d.rules.Locales.Read(d.written).About(locale.SubjectHow) {
		return []Block{paragraph(d.entryText(terms[0].Open, Walkthrough{}))}
	}
	return d.terms(d.written)
}

// maxTerms is the most terms that an answer explains.
const maxTerms = 2

// terms explains the terms of the glossary that a text uses, or returns nil.
func (d decision) terms(text string) []Block {
	var lines []Block
	for _, t := range d.used(text) {
		lines = append(lines, paragraph(d.define(&t)))
	}
	return lines
}

// define says what a term means, and how to open it.
func (d decision) define(t *kb.Term) string {
	return strings.TrimSpace(d.entryText(t.Text, Walkthrough{}) + " " + d.entryText(t.Open, Walkthrough{}))
}

// used returns the terms of the glossary that a text uses, at most maxTerms, in
// the order of the glossary. A term within a longer one does not count.
func (d decision) used(text string) []kb.Term {
	var found []kb.Term
	glossary := d.rules.Base.Glossary()
	used := make([]string, len(glossary))
	for i := range glossary {
		used[i] = locale.Fold(locale.Mentioned(text, glossary[i].Names()))
	}
	for i := range glossary {
		within := func(o string) bool { return len(o) > len(used[i]) && strings.Contains(o, used[i]) }
		if used[i] != "" && !slices.ContainsFunc(used, within) && len(found) < maxTerms {
			found = append(found, glossary[i])
		}
	}
	return found
}

// uses reports whether a step uses one of the terms that a text uses.
func (d decision) uses(s *kb.Step, text string) bool {
	return slices.ContainsFunc(d.used(text), func(t kb.Term) bool {
		return locale.Mentioned(s.Do.In(d.locale.Lang), t.Names()) != ""
	})
}

// askedText returns the explanation of the first term that the message names.
func (d decision) askedText() kb.Text {
	if terms := d.used(d.written); len(terms) > 0 {
		return terms[0].Text
	}
	return nil
}

// saying answers with the sentences of a step in which one of the words occurs,
// or of first, or else with the text of the key. A risk is said as a whole.
func (d decision) saying(s *kb.Step, w Walkthrough, first kb.Text, words []string, otherwise string) []Block {
	for _, t := range []kb.Text{first, s.Risk, s.Explain, s.Do} {
		said := d.sentences(t, w, words)
		if said == "" {
			continue
		}
		if d.sentences(s.Risk, w, words) == said {
			said = d.entryText(s.Risk, w)
		}
		return []Block{paragraph(said)}
	}
	return []Block{d.paragraph(otherwise)}
}

// place says where a step is carried out, and where to find that place, such as
// the console.
func (d decision) place(s *kb.Step, w Walkthrough) []Block {
	said := cmp.Or(d.sentences(s.Do, w, d.locale.Places), d.sentences(s.Explain, w, d.locale.Places))
	if said == "" {
		return nil
	}
	lines := []Block{paragraph(said)}
	for _, t := range d.used(said) {
		more := cmp.Or(d.sentences(t.Open, w, d.locale.Places), d.sentences(t.Text, w, d.locale.Places))
		if place := locale.Mentioned(more, d.locale.Places); place != "" && locale.Mentioned(said, []string{place}) == "" {
			return append(lines, paragraph(more))
		}
	}
	return lines
}

// sentences returns the first sentences of a text in which one of the words
// occurs. The words may be the ones that the text has for an unknown value.
func (d decision) sentences(t kb.Text, w Walkthrough, words []string) string {
	var found []string
	sentence := ""
	for _, part := range sentencesOf(t.In(d.locale.Lang)) {
		sentence += part
		if strings.HasSuffix(sentence, ":") || strings.HasSuffix(sentence, ";") {
			continue
		}
		if len(found) < maxSentences && locale.Mentioned(fill(sentence, nil), words) != "" {
			found = append(found, strings.TrimSpace(fill(sentence, w.Slots)))
		}
		sentence = ""
	}
	return strings.Join(found, " ")
}

// maxSentences is the most sentences of a text that answer a question.
const maxSentences = 2

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
	var blocks []Block
	if w.prompt() == promptDone {
		blocks = append(blocks, d.paragraph("cannot_sequence"))
	}
	if r.About(locale.SubjectDenied) {
		blocks = append(blocks, d.paragraph("cannot_denied"))
	} else {
		blocks = append(blocks, d.paragraph("cannot_other"))
	}
	d.postNote(w, append(blocks, choices(d.button(w, ActionCannot, "", d.text("cannot_next")), d.button(w, ActionPerson, "", d.text("person"))))...)
}
