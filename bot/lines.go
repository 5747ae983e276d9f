package bot

import (
	"slices"
	"strings"

	"mabsbot/bot/locale"
)

// What the bot answers in a line or two where nothing moves.

// askGone asks in one line whether the error is gone.
func (d decision) askGone(w Walkthrough) {
	d.postNote(w, ask(d.text("ask_gone")))
}

// wait acknowledges that the user goes on later. In a thread, silence does.
// After the fix, the bot asks once more.
func (d decision) wait(w Walkthrough) {
	if w.Status == StatusSolved && !w.unasked && d.rules.Policy.FollowUp > 0 && !w.Private {
		w = d.closeFollowUp(w, d.text("wait_button"))
		d.planFollowUp(&w)
		d.postNote(w, paragraph(d.text("wait_follow_up", "when", d.when())))
		return
	}
	if w.Status != StatusEscalated {
		d.courtesy(w, "wait")
	}
}

// courtesy says a line in a direct message, and nothing in a thread.
func (d decision) courtesy(w Walkthrough, key string) {
	if d.head.Direct {
		d.postNote(w, d.paragraph(key))
		return
	}
	d.keep(w)
}

// note keeps a fact for the summary.
func (d decision) note(w Walkthrough, text string) {
	noted := w.Noted
	w.Noted = true
	d.passOn(w)
	w = d.withFact(w, text)
	if d.head.Direct && !noted {
		d.postNote(w, d.paragraph("noted"))
		return
	}
	d.keep(w)
}

// withFact returns the walkthrough with a fact for the summary.
func (d decision) withFact(w Walkthrough, text string) Walkthrough {
	if len(w.Facts) < maxFacts && w.Company == CompanyNone { // otherwise it may be for a colleague
		w = d.addFact(w, d.quote(text))
	}
	return w
}

// addFact adds a fact that the message of the event has.
func (d decision) addFact(w Walkthrough, text string) Walkthrough {
	of := make([]EventID, len(w.Facts), len(w.Facts)+1) // "" for what an earlier version stored
	copy(of, w.FactsOf)
	w.Facts, w.FactsOf = append(slices.Clip(w.Facts), shorten(text, maxQuote)), append(of, d.head.ID)
	return w
}

// maxFacts limits the facts of a summary. Who reads it has the conversation,
// too.
const maxFacts = 5

// greet answers a greeting, or the question what the bot can do.
func (d decision) greet(w Walkthrough, m Message) {
	if w.Entry == nil && w.Status != StatusChoosing {
		d.unrecognized(m)
		return
	}
	d.postNote(w, d.paragraph("help_thread"))
}

// puzzled handles a message that is for the bot but not understood.
func (d decision) puzzled(w Walkthrough, m Message, r locale.Reading) {
	switch {
	case (r.Said(locale.IntentAnger) || r.Main == locale.IntentHurry) && w.Status == StatusEscalated:
		d.postNote(w, d.paragraph("person_again"))
	case r.Said(locale.IntentAnger):
		d.offerPerson(w, d.paragraph("anger"))
	case r.Main == locale.IntentHurry:
		d.offerPerson(w, d.paragraph("hurry"))
	case len(m.Unread) > 0 && (!w.Puzzled || d.head.Direct):
		w.Puzzled = true
		d.postNote(w, d.paragraph(unreadTexts[m.unread()]))
	default:
		d.unclear(w)
	}
}

// soFar says what was done so far, as a person who takes over gets it, and where
// the walkthrough is now.
func (d decision) soFar(w Walkthrough) {
	if w.Entry == nil {
		d.unclear(w)
		return
	}
	blocks := append([]Block{d.paragraph("so_far")}, d.summary(w)...)
	if q := w.question(); q != nil && w.Status == StatusWalking {
		blocks = append(blocks, ask(d.entryText(q.Text, w)))
	}
	d.postNote(w, blocks...)
}

// unclear says once, in a line, what the bot understands at this position. Until
// it understands something, it is then silent in a thread, and offers a person
// in a direct message.
func (d decision) unclear(w Walkthrough) {
	d.turn.Understood = Understood{Intent: IntentUnclear}
	waits := w.Status == StatusEscalated && w.Case > 0
	if waits && !isFewerThan(d.said, minRemark) {
		d.passOn(w)
	}
	if w.Puzzled {
		if d.head.Direct {
			d.offerPerson(w, d.paragraph("unclear_again"))
		}
		return
	}
	w.Puzzled = true
	key, pairs := "unclear_step", []string(nil)
	switch {
	case w.Status == StatusSolved && w.unasked:
		key = "unclear_fixed"
	case w.Status == StatusSolved:
		key = "unclear_solved"
	case w.Status == StatusChoosing:
		key = "unclear_which"
	case waits:
		key = "noted_for_person"
	case w.Status == StatusEscalated:
		key = "unclear_waiting"
	case w.Status == StatusUnmatched || w.Entry == nil:
		key = "unclear_person"
	case w.At.Slot != "":
		key = wantTexts[d.slot(w).Takes]
	case w.question() != nil:
		key, pairs = "unclear_question", []string{"choices", d.labels(w)}
	case w.prompt() == promptDone:
		key = "unclear_sequence"
	}
	d.postNote(w, paragraph(d.text(key, pairs...)))
}

// offerPerson posts a line that offers a person. Where no error is under way,
// there is no button for it, but a yes.
func (d decision) offerPerson(w Walkthrough, said ...Block) {
	w.Offered = ActionPerson
	if w.Entry == nil {
		d.postNote(w, said...)
		return
	}
	d.postNote(w, append(said, choices(d.button(w, ActionPerson, "", d.text("person"))))...)
}

// labels lists the choices of the current question.
func (d decision) labels(w Walkthrough) string {
	var all []string
	for _, c := range w.question().Choices {
		all = append(all, d.text("quoted", "title", d.entryText(c.Label, w)))
	}
	return strings.Join(all, ", ")
}
