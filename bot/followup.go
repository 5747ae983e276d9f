package bot

import (
	"slices"
	"strconv"
	"time"
)

// After "fixed": once, a day later, the bot asks whether the fix held.

// solved ends the walkthrough and schedules the follow-up question. A private
// answer gets none because it is gone by then.
func (d decision) solved(w Walkthrough) {
	label := d.text("fixed")
	if w.atStep() {
		label = d.text(outcomeText[OutcomeHelped])
	}
	d.closeLive(w, label, true)
	d.closeCase(&w, false)
	said := d.remember(w, Position{})
	if findStep(w.Entry, w.At.Step) != nil && w.At.Slot == "" {
		w.Tried = append(slices.Clip(w.Tried), Attempt{Step: w.At.Step, Outcome: OutcomeHelped})
		if !w.inMidChain() { // there, the step may not be carried out
			said = d.remember(w, Position{})
		}
	}
	w.Status, w.Live = StatusSolved, ""
	later := d.followsUp(w)
	blocks := append([]Block{heading(d.text("solved"))}, d.withAside(said...)...)
	if later {
		blocks = append(blocks, paragraph(d.text("solved_later", "when", d.when())))
	}
	if more := d.otherButtons(w); len(more) > 0 {
		blocks = append(blocks, d.paragraph("solved_more"), choices(more...))
	}
	d.postIn(&w, d.reply(blocks...))
	if later {
		d.planFollowUp(&w)
	}
	d.keep(w)
}

// solvedBy ends the walkthrough that a case is about, because a person of the
// team says that it is solved. The asker can say that it is not.
func (d decision) solvedBy(w Walkthrough, c Case) {
	d = d.speaking(w.Lang)
	d.voice = d.readIn(w.Thread)
	blocks := []Block{heading(d.text("person_solved", "name", c.Closed.By.name(), "case", strconv.Itoa(c.Number)))}
	if c.Done != "" {
		blocks = append(blocks, Block{Kind: BlockQuote, Text: shorten(d.quote(c.Done), maxQuote)})
	}
	if w.Case != c.Number || w.Status == StatusSolved || w.Status == StatusEnded {
		d.tellAsker(w, func(decision) []Block { return blocks })
		return
	}
	d.replaceLive(w, d.text("fixed"))
	blocks = append(blocks, d.remember(w, Position{})...)
	w.Status, w.Live = StatusSolved, ""
	later := d.followsUp(w)
	if w.Entry == nil {
		w.Status = StatusEnded
	}
	if later {
		blocks = append(blocks, paragraph(d.text("solved_later", "when", d.when())))
	}
	d.postIn(&w, d.reply(append(blocks, choices(d.caseButton(c, ActionReopen, "not_solved")))...))
	if later {
		d.planFollowUp(&w)
	}
	d.keep(w)
}

// followsUp reports whether the bot asks later whether the fix held.
func (d decision) followsUp(w Walkthrough) bool {
	return d.rules.Policy.FollowUp > 0 && !w.Asked && w.FollowUp == "" && !w.Private && w.Entry != nil
}

// planFollowUp plans the question whether the fix held.
func (d decision) planFollowUp(w *Walkthrough) {
	w.FollowUp = d.post(Post{Thread: w.Thread, To: w.Asker, Delay: d.rules.Policy.FollowUp, Reply: d.reply(d.viewFollowUp(*w)...)})
}

// when says when the bot asks whether the fix held.
func (d decision) when() string {
	later := d.rules.Policy.FollowUp
	if (later - 24*time.Hour).Abs() <= time.Hour {
		return d.text("tomorrow")
	}
	return d.text("at", "time", timeMark(d.now()+int64(later.Seconds())))
}

// stillSolved ends the conversation for good.
func (d decision) stillSolved(w Walkthrough) {
	w = d.closeFollowUp(w, d.text("held"))
	w.Status, w.Held = StatusEnded, true
	d.postNote(w, d.paragraph("held_thanks"))
}

// cameBack continues with the step after the one that seemed to have fixed the
// error, or where the walkthrough was if no step did.
func (d decision) cameBack(w Walkthrough) {
	if w.Case > 0 { // a person said that it is solved
		if c := d.cases(CaseQuery{Number: w.Case}); c == nil || c.Case.Status == StatusCaseClosed {
			d.handOverAgain(w)
			return
		}
	}
	w = d.closeFollowUp(w, d.text("again"))
	w.Status, w.Doubted = StatusWalking, false
	n := len(w.Tried)
	if n == 0 || w.Tried[n-1].Outcome != OutcomeHelped || findStep(w.Entry, w.At.Step) == nil {
		d.postState(w)
		return
	}
	w.Tried = w.Tried[: n-1 : n-1]
	w.moveTo(w.stepAfter(w.At.Step), Attempt{Step: w.At.Step, Outcome: OutcomeRelapsed})
	d.postState(w)
}

// takeBackFixed returns to the step that was wrongly said to have fixed the
// error.
func (d decision) takeBackFixed(w Walkthrough) {
	w = d.closeFollowUp(w, d.text("back"))
	w.Status = StatusWalking
	if n := len(w.Tried); n > 0 && w.Tried[n-1].Outcome == OutcomeHelped {
		w.Tried = w.Tried[: n-1 : n-1]
	}
	d.postState(w)
}

// closeFollowUp removes the buttons from the follow-up question, or withdraws
// the question if it has not been asked yet.
func (d decision) closeFollowUp(w Walkthrough, picked string) Walkthrough {
	switch {
	case w.FollowUp == "":
	case d.pressed == w.FollowUp && d.rules.Can.Edits:
		d.post(Post{Thread: w.Thread, To: w.Asker, Replaces: w.FollowUp, Closes: true, Reply: d.reply(
			paragraph(d.text("follow_up", "title", d.title(w))),
			d.picked(w, picked))})
		w.Asked = true
	default:
		d.withdrawFollowUp(w)
	}
	w.FollowUp = ""
	return w
}

// withdrawFollowUp withdraws the follow-up question.
func (d decision) withdrawFollowUp(w Walkthrough) {
	if w.FollowUp != "" {
		d.post(Post{Thread: w.Thread, To: w.Asker, Replaces: w.FollowUp, Withdraw: true})
	}
}

// otherButtons returns buttons for the other errors of the paste, and for those
// that were left before they were solved.
func (v voice) otherButtons(w Walkthrough) []LabeledButton {
	var row []LabeledButton
	for _, id := range slices.Concat(w.Also, w.Open) {
		if e := v.rules.Base.Entry(id); e != nil {
			row = append(row, v.startButton(e, v.entryText(e.Title, Walkthrough{})))
		}
	}
	return row
}

// viewFollowUp asks whether the fix held.
func (v voice) viewFollowUp(w Walkthrough) []Block {
	return []Block{
		ask(v.text("follow_up", "title", v.title(w))),
		choices(primary(v.button(w, ActionStillSolved, "", v.text("held"))), v.button(w, ActionCameBack, "", v.text("again"))),
	}
}
