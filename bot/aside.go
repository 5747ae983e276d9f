package bot

import "mabsbot/bot/locale"

// Questions in the same message as something else: "done, but why do I have to do that?" is done,
// and gets an answer.

// A statement is what a message says without its question.
type statement struct {
	text       string
	reading    locale.Reading
	understood Understood
}

// splitAside returns what a message says and what it asks, if it does both. u is
// what the message as a whole was taken for.
func (d decision) splitAside(w Walkthrough, m Message, r locale.Reading, u Understood, others Company) (said statement, question string, ok bool) {
	if !locale.IsQuestion(r, m.Text) || w.Entry == nil || findStep(w.Entry, w.At.Step) == nil || w.At.Slot != "" || w.question() != nil || w.Status != StatusWalking && w.Status != StatusSolved {
		return said, "", false
	}
	said.text, question, ok = d.rules.Locales.Aside(m.Text)
	if !ok {
		return said, "", false
	}
	r = d.rules.Locales.Read(said.text)
	said.reading = weigh(r, d.rules.Locales.Judge(r, d.scene(w, others)))
	said.understood = Understood{Intent: w.resolve(said.reading), Also: []Intent{IntentExplain}}
	if u.Intent != IntentExplain && u.Intent != said.understood.Intent {
		return said, "", false
	}
	switch said.understood.Intent {
	case IntentDone, IntentAlreadyDone, IntentNext, IntentSkip:
		ok = w.Status == StatusWalking
	case IntentFixed:
		ok = w.Status == StatusWalking || !w.unasked
	case IntentNotFixed, IntentPartial, IntentCameBack:
	default:
		ok = false
	}
	return said, question, ok
}

// asking returns a copy of d for a message that is the question alone.
func (d decision) asking(question string) decision {
	in := *d.input
	in.written = question
	d.input = &in
	return d
}

// withAside returns blocks after the answer to a question in the same message, if
// there is one. Only the first post has it.
func (d decision) withAside(blocks ...Block) []Block {
	all := append(d.turn.aside, blocks...)
	d.turn.aside = nil
	return all
}
