package bot

import (
	"slices"
	"strings"

	"mabsbot/kb"
)

// Buttons. A message that means the same as a button is handled as its press.

// press decides about the press of a button.
func (d decision) press(p Press) {
	w := d.state.Walkthrough
	w.Offered = ""
	if w.Status == StatusQuiet && w.Entry != nil && w.Entry.ID == p.Button.Entry {
		w.Status = StatusWalking // the press ends the silence
	}
	switch {
	case slices.Contains(caseActions, p.Button.Action):
		d.pressCase(p)
	case p.Button.Action == ActionRecord:
		d.recordFix(p)
	case p.Button.Action == ActionApprove || p.Button.Action == ActionReject:
		d.pressProposal(p)
	case p.Button.Action == ActionArea:
		d.list(p.Button.Choice)
	case w.Status == "" && !d.state.Kept && d.isForgotten(p.Button):
		d.postForgotten(p.Button)
	case w.Status == "" || w.Status == StatusEnded:
		d.revive(p.Button)
	case p.Button.Action == ActionStart:
		d.act(w, p.Button)
	case p.Button.Action == ActionPerson && w.Case > 0:
		d.handOver(w)
	case !d.isCurrent(w, p.Button) && w.Status == StatusWalking && w.justLeft(p.Button):
		d.postPressedAlready()
	case !d.isCurrent(w, p.Button):
		d.postOutdated(w)
	case p.Value != "" && w.At.Slot != "":
		if value, _ := d.valueIn(d.slot(w), p.Value); !d.takeValue(w, value) {
			d.replaceLive(w, "")
			d.postState(w, d.want(w))
		}
	default:
		d.act(w, p.Button)
	}
}

// caseActions are the actions on cases, which do not depend on the position of a
// walkthrough.
var caseActions = []Action{ActionTake, ActionSolve, ActionReopen}

// isCurrent reports whether a button belongs to the current position of the
// walkthrough.
func (d decision) isCurrent(w Walkthrough, b Button) bool {
	switch {
	case w.Status == StatusQuiet:
		return false
	case w.Status == StatusProposed:
		return b.Action == ActionPerson
	case w.Status == StatusChoosing:
		return b.Action == ActionOther
	case w.Status == StatusSolved:
		return w.Entry != nil && b.Entry == w.Entry.ID && (b.Action == ActionStillSolved || b.Action == ActionCameBack)
	case w.Entry == nil: // unmatched, or handed over without an entry
		return b.Entry == "" && b.Action == ActionPerson
	}
	return b.Entry == w.Entry.ID && strings.HasPrefix(w.Revision, b.Revision) && b.Step == w.At.buttonID() && b.Action != ActionStillSolved && b.Action != ActionCameBack
}

// postOutdated says privately that a button is out of date, and shows the
// current position. It keeps no state.
func (d decision) postOutdated(w Walkthrough) {
	d.turn.outdated = true
	if w.Status == StatusQuiet {
		d.postPrivate(d.paragraph("unknown_button"))
		return
	}
	d.postPrivate(append([]Block{d.paragraph("overtaken")}, d.view(w)...)...)
}

// postPressedAlready says privately that a press came after another of the same
// button, or of one next to it. The position that follows is in the next message,
// so it is not shown again. It keeps no state.
func (d decision) postPressedAlready() {
	d.turn.outdated = true
	d.postPrivate(d.paragraph("pressed_already"))
}

// justLeft reports whether the button belongs to the position before this one.
func (w Walkthrough) justLeft(b Button) bool {
	last := len(w.Path) - 1
	return last >= 0 && b.Entry == w.Entry.ID && b.Step == w.Path[last].buttonID()
}

// isForgotten reports whether a button in a thread without a walkthrough belongs
// to one that was removed. Other buttons start something, or ask for a person.
func (d decision) isForgotten(b Button) bool {
	switch b.Action {
	case ActionStart, ActionPerson, ActionStillSolved, ActionCameBack:
		return false
	}
	return d.rules.Base.Entry(b.Entry) != nil
}

// postForgotten says privately that the walkthrough of a button was removed, and
// offers to start over.
func (d decision) postForgotten(b Button) {
	start := d.startButton(d.rules.Base.Entry(b.Entry), d.text("restart"))
	d.postPrivate(d.paragraph("forgotten"), choices(primary(start)))
}

// revive continues from a button whose walkthrough has ended, or starts what the
// button names in a thread without one. The button itself holds the position. The
// entry is the current one, whatever its revision was then.
func (d decision) revive(b Button) {
	d = d.speaking(d.newLanguage(""))
	w := Walkthrough{
		Thread: d.head.Thread, Version: d.state.Walkthrough.Version, Posts: d.state.Walkthrough.Posts,
		Lang: d.locale.Lang, Asker: d.head.From, Private: d.answersPrivately(),
	}
	e := d.rules.Base.Entry(b.Entry)
	switch {
	case b.Action == ActionStillSolved:
		d.postPrivate(d.paragraph("held_thanks"))
	case e == nil && b.Action == ActionPerson:
		d.handOver(w)
	case e == nil:
		d.postPrivate(d.paragraph("unknown_button"))
	case b.Action == ActionStart || b.Action == ActionCameBack:
		d.start(w, e, Option{Entry: e.ID}, "")
	default:
		d.resume(begin(w, e, nil), b)
	}
}

// resume moves to the position of a button and performs its action.
func (d decision) resume(w Walkthrough, b Button) {
	if at := positionOf(w.Entry, b.Step); at != (Position{}) {
		w.At = w.settle(at)
	}
	if w.At.buttonID() != b.Step {
		d.postState(w, d.paragraph("overtaken"))
		return
	}
	d.act(w, b)
}

// act performs the action of a button that belongs to the current position.
func (d decision) act(w Walkthrough, b Button) {
	switch b.Action {
	case ActionStart:
		d.startOther(w, b.Entry)
	case ActionArea:
		d.list(b.Choice)
	case ActionAnswer:
		d.answerQuestion(w, b)
	case ActionNext:
		if w.prompt() == promptDone {
			d.pass(w, OutcomeDone)
		} else {
			d.pass(w, OutcomeNotHelped)
		}
	case ActionSkip:
		if w.At.Slot == "" {
			d.giveUp(w, OutcomeSkipped)
			return
		}
		d.replaceLive(w, d.text("skip"))
		w.Slots = withValue(w.Slots, w.At.Slot, "")
		w.moveTo(Position{Step: w.At.Step})
		d.postState(w)
	case ActionCannot:
		d.giveUp(w, OutcomeCannot)
	case ActionOther:
		d.chooseNone(w)
	case ActionBack:
		d.goBack(w)
	case ActionAll:
		d.postNote(w, d.overview(w)...)
	case ActionFixed:
		d.fixed(w)
	case ActionPerson:
		d.handOver(w)
	case ActionCollect:
		d.collector(w)
	case ActionDirect:
		d.continueInDM(w)
	case ActionPublish:
		if d.channel.Mode == ModeSupervised {
			d.postPrivate(d.paragraph("publish_supervised"))
			return
		}
		d.publish(w)
	case ActionStillSolved:
		d.stillSolved(w)
	case ActionCameBack:
		d.cameBack(w)
	default:
		d.postOutdated(w)
	}
}

// giveUp moves on without the current step.
func (d decision) giveUp(w Walkthrough, o Outcome) {
	if w.Entry == nil || findStep(w.Entry, w.At.Step) == nil || w.At.Slot != "" {
		d.postOutdated(w)
		return
	}
	d.pass(w, o)
}

// startOther starts another entry in the same thread: one of the offered
// entries, another error of the same paste, or the basic checks.
func (d decision) startOther(w Walkthrough, id string) {
	e := d.rules.Base.Entry(id)
	if e == nil {
		d.postPrivate(d.paragraph("unknown_button"))
		return
	}
	o := Option{Entry: id}
	chosen := false
	for _, option := range w.Options {
		if option.Entry == id {
			o, chosen = option, true
		}
	}
	if w.Entry != nil && w.Status == StatusWalking && (chosen || w.Entry.ID == id) {
		d.postOutdated(w) // it was chosen before
		return
	}
	d.replaceLive(w, d.entryText(e.Title, Walkthrough{Slots: o.Slots}))
	d.leave(&w, "leave")
	if w.Entry != nil && id != d.rules.Policy.Checks {
		w.Open = w.leftOpen(id)
	}
	w.Also = slices.DeleteFunc(slices.Clone(w.Also), func(other string) bool { return other == id })
	w.Elsewhere, w.Led = Thread{}, Led{}
	if !chosen {
		w.Options = nil
	}
	d.start(w, e, o, "")
}

func (d decision) answerQuestion(w Walkthrough, b Button) {
	q := w.question()
	if q == nil || findChoice(q, b.Choice) == nil {
		d.postOutdated(w)
		return
	}
	c := findChoice(q, b.Choice)
	d.closeLive(w, d.entryText(c.Label, w), true)
	d.follow(w, q, c, nil)
}

// follow goes on where a choice leads, after further blocks.
func (d decision) follow(w Walkthrough, q *kb.Question, c *kb.Choice, before []Block) {
	if other := d.rules.Base.Entry(c.Entry); other != nil {
		d.leave(&w, "leave")
		w.Options, w.Led = nil, Led{w.Entry.ID, q.ID}
		d.start(w, other, Option{Entry: other.ID, Slots: w.Slots}, "")
		return
	}
	to := positionOf(w.Entry, w.possible().AfterChoice(q.ID, c))
	if findFact(w.Entry, q.ID) != nil {
		w.Known = withValue(w.Known, q.ID, c.ID)
		to = w.afterFact()
		before = append(before, d.causeOf(w, q.ID)...)
	}
	if w.Answers[w.Entry.ID+"/"+q.ID] != c.ID {
		w.Answers = withoutValue(w.Answers, w.Entry.ID+"/"+q.ID)
	}
	said := append(before, d.remember(w, to)...)
	w.moveTo(to, Attempt{Step: q.ID, Choice: c.ID})
	say := d.entryText(c.Say, w)
	if w.At == (Position{}) && say != "" {
		d.postEnded(w, say, said)
		return
	}
	d.postState(w, append(said, paragraph(say))...)
}

// postEnded posts the text of an answer that leads to no step, after further
// blocks, and keeps w.
func (d decision) postEnded(w Walkthrough, say string, before []Block) {
	w.Intro = false
	w.Live = d.postIn(&w, d.reply(append(before, paragraph(say), d.paragraph("ended_choice"), choices(d.navigation(w)...))...))
	d.keep(w)
}

// chooseNone says what to send if none of the offered entries is the right one.
func (d decision) chooseNone(w Walkthrough) {
	label := "choose_none"
	if _, one := d.onlyOption(w); one {
		label = "is_not"
	}
	d.replaceLive(w, d.text(label))
	d.record(w, MissNone)
	w.Status, w.Options = StatusUnmatched, nil
	d.postState(w)
}

// goBack shows the previous position; after a hand-over, the current one; at
// the first position, the question or the choice of entries that led here, or the
// errors that were left for this one.
func (d decision) goBack(w Walkthrough) {
	d.closeLive(w, d.text("back"), false)
	before := w
	switch {
	case w.Status == StatusEscalated:
		w.Status = StatusWalking
		d.postState(w)
	case w.back():
		d.postState(w, d.remember(before, w.At)...)
	case d.ledBy(w) != nil:
		d.postState(d.atLed(w))
	case len(w.Options) > 1:
		w.Status, w.Entry = StatusChoosing, nil
		d.postState(w)
	case len(w.Open) > 0:
		d.postState(w, paragraph(d.text("left_open", "titles", d.titles(w.Open))), choices(d.otherButtons(w)...))
	default:
		d.postState(w, d.paragraph("first"))
	}
}
