package bot

import (
	"slices"
	"strconv"

	"mabsbot/bot/locale"
)

// What follows from what a message wants. Where a button means the same, its
// action is performed. A step is shown only when it begins and when a user asks
// to see it; everything else gets a line or two.

// respond does what a message wants.
func (d decision) respond(w Walkthrough, m Message, r locale.Reading, u Understood) {
	nothing := w.Status == StatusUnmatched || w.Entry == nil && w.Status != StatusChoosing
	switch u.Intent {
	case IntentPerson, IntentQuiet, IntentThanks, IntentWait, IntentScreenshot, IntentInfo, IntentGreeting, IntentHelp:
	default:
		if nothing && d.addressed(m) {
			d.replaceLive(w, "")
			d.open(m)
			return
		}
	}
	switch u.Intent {
	case IntentOtherError:
		d.otherError(w, m, u)
	case IntentPerson:
		d.handOver(w)
	case IntentQuiet:
		d.quiet(w)
	case IntentThanks:
		d.courtesy(w, "thanks")
	case IntentWait:
		d.wait(w)
	case IntentScreenshot:
		d.postNote(w, d.paragraph("screenshot"))
	case IntentInfo:
		d.note(w, m.Text)
	case IntentGreeting, IntentHelp:
		d.greet(w, m)
	case IntentSummary:
		d.soFar(w)
	case IntentUnclear:
		d.puzzled(w, m, r)
	default:
		d.steer(w, r, u)
	}
}

// steer does what a message wants of the walkthrough.
func (d decision) steer(w Walkthrough, r locale.Reading, u Understood) {
	switch {
	case w.Status == StatusUnmatched || w.Entry == nil && w.Status != StatusChoosing:
		d.steerNothing(w, u)
	case w.Status == StatusChoosing:
		d.steerChoosing(w, u)
	case w.Status == StatusSolved:
		d.steerSolved(w, r, u)
	case w.Status == StatusEscalated:
		d.steerEscalated(w, r, u)
	case w.At.Slot != "":
		d.steerValue(w, r, u)
	case w.question() != nil:
		d.steerQuestion(w, r, u)
	case findStep(w.Entry, w.At.Step) == nil:
		d.steerEnd(w, r, u)
	default:
		d.steerStep(w, r, u)
	}
}

// pressButton performs the action of a button at the current position.
func (d decision) pressButton(w Walkthrough, a Action) {
	d.act(w, d.button(w, a, "", "").Button)
}

// steerStep handles what a message wants at a step.
func (d decision) steerStep(w Walkthrough, r locale.Reading, u Understood) {
	last := w.prompt() == promptLast
	switch u.Intent {
	case IntentFixed:
		d.pressButton(w, ActionFixed)
	case IntentNotFixed:
		if w.prompt() == promptDone && !w.inMidChain() {
			d.pass(w, OutcomeDone, d.paragraph("not_fixed_yet"))
			return
		}
		if w.inMidChain() {
			d.pass(w, OutcomeNotHelped)
			return
		}
		d.pressButton(w, ActionNext)
	case IntentNext:
		d.pressButton(w, ActionNext)
	case IntentDone:
		if w.prompt() == promptDone {
			d.pressButton(w, ActionNext)
			return
		}
		d.askGone(w)
	case IntentAlreadyDone:
		switch {
		case last:
			d.askGone(w)
		case w.prompt() == promptDone:
			d.pass(w, OutcomeAlready)
		default:
			d.pass(w, OutcomeTried)
		}
	case IntentCannot:
		d.cannot(w, r)
	case IntentValue:
		d.takeCode(w, u.Value)
	case IntentSkip:
		d.pressButton(w, ActionSkip)
	case IntentPartial:
		w = d.withFact(w, d.written)
		w.Offered = ActionNext
		d.postNote(w, ask(d.text("partial")), choices(d.button(w, ActionNext, "", d.text("partial_next")), d.button(w, ActionFixed, "", d.text("fixed"))))
	case IntentUnsure:
		d.postNote(w, d.howToSee(w)...)
	case IntentExplain:
		d.postNote(w, d.explainStep(w, r)...)
	case IntentChoose:
		if !d.changeAnswer(w, u.Choice) {
			d.repeatState(w)
		}
	default:
		d.steerAnywhere(w, r, u)
	}
}

// steerAnywhere handles what means the same at each position of an entry.
func (d decision) steerAnywhere(w Walkthrough, r locale.Reading, u Understood) {
	switch u.Intent {
	case IntentBack:
		d.pressButton(w, ActionBack)
	case IntentAllSteps:
		d.pressButton(w, ActionAll)
	case IntentDirect:
		if d.head.Direct || !d.rules.Can.DirectMessages {
			d.postNote(w, d.paragraph("already_here"))
			return
		}
		d.pressButton(w, ActionDirect)
	case IntentCollect:
		d.pressButton(w, ActionCollect)
	case IntentRestart:
		d.restart(w)
	case IntentGoTo:
		d.goTo(w, r.Number)
	case IntentFixed:
		d.solved(w)
	case IntentRepeat:
		d.repeatState(w)
	default:
		d.unclear(w)
	}
}

// steerQuestion handles what a message wants at a question with choices.
func (d decision) steerQuestion(w Walkthrough, r locale.Reading, u Understood) {
	q := w.question()
	switch u.Intent {
	case IntentChoose:
		if findChoice(q, u.Choice) == nil {
			if !d.changeAnswer(w, u.Choice) {
				d.unclear(w)
			}
			return
		}
		d.act(w, d.button(w, ActionAnswer, u.Choice, "").Button)
	case IntentUnsure, IntentNext, IntentSkip, IntentCannot:
		if u.Intent == IntentCannot && w.At.Step != "" && r.About(locale.SubjectDenied) {
			d.cannot(w, r)
			return
		}
		if c := d.only(q, locale.IntentUnsure); c != nil {
			if d.turn.Understood.Intent == IntentUnsure {
				d.turn.Understood = Understood{Intent: IntentChoose, Choice: c.ID}
			}
			d.act(w, d.button(w, ActionAnswer, c.ID, "").Button)
			return
		}
		if w.At.Step != "" && u.Intent != IntentUnsure {
			d.pressButton(w, ActionSkip)
			return
		}
		d.postNote(w, d.paragraph("question_unsure"))
	case IntentValue:
		d.takeCode(w, u.Value)
	case IntentExplain:
		d.postNote(w, d.explainQuestion(w, r)...)
	case IntentPartial, IntentAlreadyDone:
		d.postNote(w, paragraph(d.text("explain_question", "choices", d.labels(w))))
	case IntentNotFixed, IntentDone, IntentCameBack:
		d.unclear(w)
	default:
		d.steerAnywhere(w, r, u)
	}
}

// steerValue handles what a message wants where a value is asked for.
func (d decision) steerValue(w Walkthrough, r locale.Reading, u Understood) {
	switch u.Intent {
	case IntentValue:
		if !d.takeValue(w, u.Value) {
			d.postNote(w, d.want(w))
		}
	case IntentUnsure, IntentNext, IntentSkip, IntentCannot:
		d.pressButton(w, ActionSkip)
	case IntentExplain:
		d.postNote(w, append(d.asked(), d.paragraph("explain_value"))...)
	case IntentChoose:
		if !d.changeAnswer(w, u.Choice) {
			d.unclear(w)
		}
	case IntentNotFixed, IntentDone, IntentPartial, IntentAlreadyDone:
		d.unclear(w)
	default:
		d.steerAnywhere(w, r, u)
	}
}

// steerChoosing handles what a message wants where several errors are offered.
func (d decision) steerChoosing(w Walkthrough, u Understood) {
	switch u.Intent {
	case IntentChoose:
		if u.Choice == ChoiceNone {
			d.act(w, Button{Action: ActionOther})
			return
		}
		d.act(w, Button{Action: ActionStart, Entry: u.Choice})
	case IntentUnsure, IntentExplain, IntentNext, IntentSkip, IntentCannot:
		d.postNote(w, append(d.asked(), d.paragraph("explain_which"))...)
	case IntentRepeat:
		d.repeatState(w)
	case IntentFixed:
		d.replaceLive(w, d.text("fixed"))
		w.Status = StatusEnded
		d.postNote(w, d.paragraph("held_thanks"))
	default:
		d.turn.Understood.Intent = IntentUnclear
		d.unclear(w)
	}
}

// repeatState shows the position of the walkthrough again.
func (d decision) repeatState(w Walkthrough) {
	d.closeLive(w, "", false)
	d.postState(w)
}

// restart goes back to the first question or step of the entry.
func (d decision) restart(w Walkthrough) {
	d.closeLive(w, d.text("restart"), false)
	said := d.remember(w, Position{})
	if w.FollowUp != "" {
		w = d.closeFollowUp(w, d.text("restart"))
	}
	again := begin(w, w.Entry, w.Slots)
	d.postState(again, said...)
}

// goTo shows the step of a number on the present way through the entry. -1 is
// the last.
func (d decision) goTo(w Walkthrough, number int) {
	passed, rest := w.way()
	all := append(passed, rest...)
	if number == -1 {
		number = len(all)
	}
	if len(all) == 0 {
		d.postNote(w, d.paragraph("no_steps_yet"))
		return
	}
	if number < 1 || number > len(all) {
		d.postNote(w, paragraph(d.text("no_step", "of", strconv.Itoa(len(all)))))
		return
	}
	to := positionOf(w.Entry, w.Entry.Steps.Items[all[number-1]].ID)
	d.closeLive(w, "", false)
	said := d.remember(w, to)
	if k := slices.IndexFunc(w.Path, func(v Visited) bool { return v.Position == to }); k >= 0 {
		w.Tried, w.Path = w.Tried[:min(w.Path[k].Tried, len(w.Tried))], w.Path[:k]
	} else if to != w.At {
		for _, item := range all[len(passed):max(len(passed), number-1)] { // so that the numbers stay
			w.Path = append(slices.Clip(w.Path), Visited{positionOf(w.Entry, w.Entry.Steps.Items[item].ID), len(w.Tried)})
		}
	}
	w.At, w.Status, w.Doubted = w.settle(to), StatusWalking, false
	d.postState(w, said...)
}
