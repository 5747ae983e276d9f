package bot

import (
	"mabsbot/bot/locale"
	"mabsbot/kb"
)

// Answers to questions in the user's own words.

// A candidate is one of several things that a reply may name.
type candidate struct {
	id      string
	texts   []kb.Text
	phrases []string
}

// pick returns the ID of the only candidate that the text names, or "". locales
// are those of the rules.
func pick(locales locale.Locales, text string, all []candidate) (id string, certain bool) {
	answers := make([]locale.Answer, len(all))
	for i, c := range all {
		for _, t := range c.texts {
			for _, v := range t {
				answers[i].Labels = append(answers[i].Labels, v.Text)
			}
		}
		answers[i].Phrases = c.phrases
	}
	i, certain := locales.Pick(text, answers)
	if i < 0 {
		return "", false
	}
	return all[i].id, certain
}

// pickChoice returns the choice of a question that the text names, or nil.
// Choices that say "not sure" are left to who says so.
func (d decision) pickChoice(q *kb.Question, text string) (c *kb.Choice, certain bool) {
	var all []candidate
	for i := range q.Choices {
		c := &q.Choices[i]
		if len(c.Words) == 0 && d.says(c) == locale.IntentUnsure {
			continue
		}
		all = append(all, candidate{c.ID, []kb.Text{c.Label}, append(append([]string{}, c.When...), c.Words...)})
	}
	id, certain := pick(d.rules.Locales, text, all)
	if id == "" {
		return nil, false
	}
	return findChoice(q, id), certain
}

// says returns whether the label of a choice means yes, no or "not sure", or
// IntentUnclear. One language is enough.
func (d decision) says(c *kb.Choice) locale.Intent {
	for _, v := range c.Label {
		r := d.rules.Locales.Read(v.Text)
		switch {
		case r.Said(locale.IntentUnsure) && !r.Said(locale.IntentYes) && !r.Said(locale.IntentNo):
			return locale.IntentUnsure
		case r.Said(locale.IntentNo):
			return locale.IntentNo
		case r.Said(locale.IntentYes):
			return locale.IntentYes
		}
	}
	return locale.IntentUnclear
}

// only returns the only choice of a question whose label says yes, no or "not
// sure", or nil.
func (d decision) only(q *kb.Question, said locale.Intent) *kb.Choice {
	var found *kb.Choice
	for i := range q.Choices {
		if d.says(&q.Choices[i]) == said {
			if found != nil {
				return nil
			}
			found = &q.Choices[i]
		}
	}
	return found
}

// hearChoice returns what a message wants that may answer the current question.
func (d decision) hearChoice(w Walkthrough, r locale.Reading, text string) Understood {
	q := w.question()
	choose := func(c *kb.Choice) Understood { return Understood{Intent: IntentChoose, Choice: c.ID} }
	if n := ordinal(r, len(q.Choices)); n > 0 && (r.Main == locale.IntentUnclear || r.Main == locale.IntentChoose || r.Main == locale.IntentNod || r.Main == locale.IntentGoTo) {
		return choose(&q.Choices[n-1])
	}
	switch r.Main {
	case locale.IntentUnsure, locale.IntentQuiet, locale.IntentScreenshot, locale.IntentAll, locale.IntentRestart, locale.IntentDirect:
		return Understood{Intent: Intent(r.Main)}
	}
	c, certain := d.pickChoice(q, text)
	said := r.Main
	if r.Said(locale.IntentYes) {
		said = locale.IntentYes
	} else if r.Said(locale.IntentNo) {
		said = locale.IntentNo
	}
	asks := r.Question && (r.Main == locale.IntentExplain || r.Main == locale.IntentRepeat)
	if (said == locale.IntentYes || said == locale.IntentNo) && !asks {
		if only := d.only(q, said); only != nil && (c == nil || d.says(c) != said) {
			return choose(only)
		}
	}
	answers := said == locale.IntentChoose || said == locale.IntentYes || said == locale.IntentNo || said == locale.IntentUnclear && r.Unknown <= 3
	switch {
	case c != nil && !asks && (certain || answers):
		return choose(c)
	case said == locale.IntentWait && r.Said(locale.IntentNo) && d.only(q, locale.IntentNo) != nil:
		return choose(d.only(q, locale.IntentNo))
	}
	if said == locale.IntentChoose && r.Said(locale.IntentUnsure) {
		return Understood{Intent: IntentUnsure} // of what the reply names, nothing is an answer
	}
	if c := d.earlier(w, text, true); c != "" && !asks {
		return Understood{Intent: IntentChoose, Choice: c}
	}
	switch said {
	case locale.IntentPartial, locale.IntentCameBack, locale.IntentChoose, locale.IntentValue:
		return Understood{Intent: IntentUnclear}
	}
	return Understood{Intent: w.resolve(r)}
}

// reports reports whether words say what became of the error, which a word of a
// label among them does not change.
func reports(i locale.Intent) bool {
	return i == locale.IntentFixed || i == locale.IntentNotFixed || i == locale.IntentCameBack || i == locale.IntentPartial
}

// stepOf returns the step that asks the question, or nil.
func stepOf(e *kb.Entry, question string) *kb.Step {
	for s := range eachStep(e) {
		if s.Ask != nil && s.Ask.ID == question {
			return s
		}
	}
	return nil
}
