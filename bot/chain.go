package bot

import (
	"slices"

	"mabsbot/kb"
)

// Steps that belong together, and what must be undone if a user leaves them
// halfway. A run is such a group of steps: a chain, a plain step of an entry of
// alternatives, or a whole sequence.

// An Outcome is the result of a step.
type Outcome string

// The outcomes. Walkthroughs stored by earlier versions have none; see outcome.
const (
	OutcomeDone      Outcome = "done"       // carried out; the error was not expected to be gone yet
	OutcomeHelped    Outcome = "helped"     // the error is gone
	OutcomeRelapsed  Outcome = "relapsed"   // the error was gone, and came back later
	OutcomeNotHelped Outcome = "not_helped" // carried out, and the error is still there
	OutcomeAlready   Outcome = "already"    // was so before; the error was not expected to be gone yet
	OutcomeTried     Outcome = "tried"      // had been carried out before, and the error was still there
	OutcomeSkipped   Outcome = "skipped"    // the user did not want to do it
	OutcomeCannot    Outcome = "cannot"     // the user was not able to do it
)

// outcome returns the result of a step that was passed.
func (w *Walkthrough) outcome(a Attempt) Outcome {
	switch {
	case a.Outcome != "":
		return a.Outcome
	case w.Entry.Steps.Order == kb.Sequence:
		return OutcomeDone
	}
	return OutcomeNotHelped
}

// carriedOut reports whether the step with the id was carried out.
func (w *Walkthrough) carriedOut(id string) bool {
	return slices.ContainsFunc(w.Tried, func(a Attempt) bool {
		o := w.outcome(a)
		return a.Step == id && o != OutcomeSkipped && o != OutcomeCannot
	})
}

// chain returns the chain that contains the current step, or nil, the index of
// the step in it, and how many steps it has that are possible.
func (w *Walkthrough) chain() (chain *kb.Step, part, of int) {
	if w.Entry == nil {
		return nil, 0, 0
	}
	item, _ := w.Entry.StepIndex(w.At.Step)
	if item < 0 || len(w.Entry.Steps.Items[item].Chain) == 0 {
		return nil, 0, 0
	}
	parts := w.possible().Parts(item)
	part = slices.IndexFunc(parts, func(s *kb.Step) bool { return s.ID == w.At.Step })
	return &w.Entry.Steps.Items[item], max(part, 0), len(parts)
}

func (w *Walkthrough) inChain() bool {
	chain, _, _ := w.chain()
	return chain != nil
}

// inMidChain reports whether more steps of a chain follow the current one.
func (w *Walkthrough) inMidChain() bool {
	_, part, of := w.chain()
	return part+1 < of
}

// sameRun reports whether two steps are in the same run.
func sameRun(e *kb.Entry, a, b string) bool {
	if e.Steps.Order == kb.Sequence {
		return true
	}
	i, _ := e.StepIndex(a)
	j, _ := e.StepIndex(b)
	return i == j
}

// An undo is a step whose effect must be undone.
type undo struct {
	step  *kb.Step
	begun bool // it is the current step, and may or may not have been carried out
}

// undos returns the steps whose effect must be undone: those that were carried
// out while the next step of their run was not.
func (w *Walkthrough) undos() []undo {
	if w.Entry == nil {
		return nil
	}
	var all []undo
	for s := range eachStep(w.Entry) {
		passed := slices.ContainsFunc(w.Tried, func(a Attempt) bool { return a.Step == s.ID })
		after := w.stepAfter(s.ID).Step
		undone := after != "" && sameRun(w.Entry, s.ID, after) && w.carriedOut(after)
		switch {
		case len(s.Undo) == 0:
		case s.ID == w.At.Step && w.At.Slot == "" && !passed:
			all = append(all, undo{s, true})
		case w.carriedOut(s.ID) && !undone:
			all = append(all, undo{s, false})
		}
	}
	return all
}

// undosLeft returns the undos of the current run if moving to the position
// leaves the run.
func (w *Walkthrough) undosLeft(to Position) []undo {
	if w.Entry == nil || w.At == (Position{}) || to != (Position{}) && sameRun(w.Entry, w.At.Step, to.Step) {
		return nil
	}
	return slices.DeleteFunc(w.undos(), func(u undo) bool { return !sameRun(w.Entry, u.step.ID, w.At.Step) })
}

// remember renders what must be undone if moving to the position leaves the
// current run. The zero Position leaves the entry.
func (v voice) remember(w Walkthrough, to Position) []Block {
	var blocks []Block
	for _, u := range w.undosLeft(to) {
		said := v.text("undo", "undo", v.entryText(u.step.Undo, w))
		if u.begun {
			said = v.text("undo_begun", "title", v.stepName(w, u.step.ID), "undo", v.entryText(u.step.Undo, w))
		}
		b := Block{Kind: BlockWarning, Text: said}
		if !slices.ContainsFunc(blocks, func(other Block) bool { return other.Text == b.Text }) {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// leave posts what must be undone, if anything, before the walkthrough is
// replaced by that of another error, or withdrawn. key is the text that says
// which.
func (d decision) leave(w *Walkthrough, key string) {
	if blocks := d.remember(*w, Position{}); w.Status == StatusWalking && len(blocks) > 0 {
		d.postIn(w, d.reply(append([]Block{paragraph(d.text(key, "title", d.title(*w)))}, blocks...)...))
	}
}

// pass folds the current step with its outcome, and moves on from it.
func (d decision) pass(w Walkthrough, o Outcome, before ...Block) {
	d.closeLive(w, d.text(outcomeText[o]), o != OutcomeSkipped && o != OutcomeCannot)
	d.moveOn(w, o, before...)
}

// moveOn moves on from the current step. A chain has no effect without one of its
// steps, so if the step was not carried out, or did not help the user, the rest
// of the chain is left out.
func (d decision) moveOn(w Walkthrough, o Outcome, before ...Block) {
	next := w.stepAfter(w.At.Step)
	var said []Block
	if o == OutcomeSkipped || o == OutcomeCannot || o == OutcomeNotHelped && w.inMidChain() {
		chain, _, _ := w.chain()
		switch {
		case chain != nil:
			item, _ := w.Entry.StepIndex(w.At.Step)
			next = w.itemAfter(item)
			said = append(said, paragraph(d.text("chain_left", "title", d.entryText(chain.Title, w))))
		case w.Entry.Steps.Order == kb.Sequence && next != (Position{}):
			said = append(said, d.paragraph("sequence_skipped"))
		}
	}
	passed := Attempt{Step: w.At.Step, Outcome: o}
	left := w
	if o != OutcomeSkipped && o != OutcomeCannot { // otherwise part of it may have been carried out, or all of it before "back"
		left.Tried = append(slices.Clip(w.Tried), passed)
	}
	said = append(append(before, d.remember(left, next)...), said...)
	w.moveTo(next, passed)
	d.postState(w, said...)
}

// fixed ends the walkthrough as solved. In the middle of a chain it asks first,
// because "fixed" may mean that the step is done.
func (d decision) fixed(w Walkthrough) {
	if !w.inMidChain() || w.Doubted || w.Status != StatusWalking {
		d.solved(w)
		return
	}
	w.Doubted = true
	d.postNote(w, ask(d.text("chain_fixed")), choices(
		d.button(w, ActionFixed, "", d.text("chain_fixed_yes")),
		primary(d.button(w, ActionNext, "", d.text("chain_fixed_no"))),
	))
}
