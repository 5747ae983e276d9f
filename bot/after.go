package bot

import (
	"mabsbot/bot/locale"
	"mabsbot/kb/match"
)

// What a message wants where neither a step nor a question waits for an answer:
// after the fix, while a person is on the way, where nothing is left to try, and
// where no error is under way.

// afterEnd handles what the asker wants of a walkthrough that has ended: a
// person, or to go on because the error is back. It reports false for everything
// else, which is a message like any other.
func (d decision) afterEnd(w Walkthrough, m Message, r locale.Reading) bool {
	if w.Entry == nil || d.head.From.ID != w.Asker.ID || r.Others || d.found.Band == match.Sure {
		return false
	}
	w.Status = StatusSolved
	j := d.rules.Locales.Judge(r, d.scene(w, w.Company))
	r = weigh(r, j)
	u := Understood{Intent: w.resolve(r)}
	switch u.Intent {
	case IntentPerson, IntentCameBack, IntentPartial:
	default:
		return false
	}
	if !d.meant(w, m, r, u, j, w.Company) {
		return false
	}
	d.turn.Understood = u
	d.respond(w, m, r, u)
	return true
}

// steerSolved handles what a message wants after "fixed".
func (d decision) steerSolved(w Walkthrough, r locale.Reading, u Understood) {
	if w.unasked {
		d.steerUnasked(w, r, u)
		return
	}
	switch u.Intent {
	case IntentFixed:
		d.pressButton(w, ActionStillSolved)
	case IntentPartial:
		d.pressButton(d.withFact(w, d.written), ActionCameBack)
	case IntentNotFixed, IntentCameBack, IntentBack:
		d.pressButton(w, ActionCameBack)
	case IntentUnsure:
		d.wait(w)
	case IntentAllSteps, IntentRestart, IntentGoTo, IntentDirect, IntentRepeat:
		d.steerAnywhere(w, r, u)
	case IntentExplain:
		if terms := d.asked(); terms != nil {
			d.postNote(w, terms...)
			return
		}
		d.courtesy(w, "noted")
	case IntentDone, IntentNext, IntentSkip, IntentAlreadyDone, IntentCannot:
		d.courtesy(w, "noted")
	default:
		d.unclear(w)
	}
}

// steerUnasked handles what a message wants after "fixed", before the bot has
// asked whether it held: that question stays planned, or the walkthrough goes
// on.
func (d decision) steerUnasked(w Walkthrough, r locale.Reading, u Understood) {
	switch u.Intent {
	case IntentFixed, IntentUnsure:
		d.courtesy(w, "still_fixed")
	case IntentDone, IntentSkip, IntentAlreadyDone, IntentCannot:
		d.courtesy(w, "noted")
	case IntentExplain:
		d.explainSolved(w, r)
	case IntentPartial:
		d.pressButton(d.withFact(w, d.written), ActionCameBack)
	case IntentNotFixed, IntentCameBack, IntentNext:
		d.pressButton(w, ActionCameBack)
	case IntentBack, IntentRepeat:
		d.takeBackFixed(w)
	case IntentAllSteps, IntentRestart, IntentGoTo, IntentDirect:
		d.steerAnywhere(w, r, u)
	default:
		d.unclear(w)
	}
}

// explainSolved explains the step that fixed the error.
func (d decision) explainSolved(w Walkthrough, r locale.Reading) {
	if findStep(w.Entry, w.At.Step) == nil {
		d.courtesy(w, "noted")
		return
	}
	d.postNote(w, d.explainStep(w, r)...)
}

// steerEscalated handles what a message wants while a person is on the way.
func (d decision) steerEscalated(w Walkthrough, r locale.Reading, u Understood) {
	switch u.Intent {
	case IntentFixed:
		d.solved(w)
	case IntentNext, IntentSkip, IntentBack:
		w.Status = StatusWalking
		if w.At == (Position{}) {
			d.courtesy(w, "noted")
			return
		}
		d.replaceLive(w, "")
		d.postState(w)
	case IntentExplain:
		if terms := d.asked(); terms != nil {
			d.postNote(w, terms...)
			return
		}
		d.postNote(w, d.paragraph("person_again"))
	case IntentNotFixed, IntentCameBack, IntentPartial, IntentDone, IntentAlreadyDone, IntentCannot, IntentUnsure:
		d.passOn(w)
		d.courtesy(w, "noted_for_person")
	case IntentChoose:
		w.Status = StatusWalking
		if !d.changeAnswer(w, u.Choice) {
			d.unclear(w)
		}
	default:
		d.steerAnywhere(w, r, u)
	}
}

// steerEnd handles what a message wants where nothing is left to try.
func (d decision) steerEnd(w Walkthrough, r locale.Reading, u Understood) {
	switch u.Intent {
	case IntentFixed:
		d.solved(w)
	case IntentNotFixed, IntentCameBack, IntentPartial, IntentNext, IntentDone, IntentAlreadyDone, IntentCannot, IntentSkip, IntentUnsure, IntentExplain:
		d.offerPerson(w, append(d.asked(), d.paragraph("end_person"))...)
	case IntentChoose:
		if !d.changeAnswer(w, u.Choice) {
			d.unclear(w)
		}
	default:
		d.steerAnywhere(w, r, u)
	}
}

// steerNothing handles what a message wants where no error is under way.
func (d decision) steerNothing(w Walkthrough, u Understood) {
	if u.Intent == IntentNotFixed || u.Intent == IntentRepeat {
		d.repeatState(w)
		return
	}
	d.turn.Understood.Intent = IntentUnclear
	d.unclear(w)
}
