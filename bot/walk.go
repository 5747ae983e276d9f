package bot

import (
	"iter"
	"slices"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// How a walkthrough moves through its entry: first the questions, then the
// steps. Nothing here renders text.

// begin returns a walkthrough at the first question or step of e.
func begin(w Walkthrough, e *kb.Entry, slots map[string]string) Walkthrough {
	w.Status, w.Entry, w.Revision = StatusWalking, e, e.Revision
	w.Slots = slots
	w.Path, w.Tried = nil, nil
	w.At = w.settle(first(e))
	return w
}

// shows reports whether the paste meets a condition.
func (w *Walkthrough) shows(c *kb.Condition) bool {
	switch {
	case c == nil:
		return true
	case c.Code != "":
		return match.HasCode(w.Text, c.Code)
	case c.Word != "":
		return locale.ContainsWords(locale.Fold(w.Text), locale.Fold(c.Word))
	}
	return w.Slots[c.Slot] != ""
}

// leftOpen returns the entries that are still unsolved when the walkthrough
// goes on with another one: its own, and those that were left before.
func (w *Walkthrough) leftOpen(next string) []string {
	open := slices.Clone(w.Open)
	if w.Status != StatusSolved && !slices.Contains(open, w.Entry.ID) {
		open = append(open, w.Entry.ID)
	}
	return slices.DeleteFunc(open, func(id string) bool { return id == next })
}

// Current returns the position of the walkthrough, and with a step the question
// that it asks. It is zero where no entry is under way.
func (w *Walkthrough) Current() Position {
	if w.Entry == nil {
		return Position{}
	}
	at := w.At
	if s := findStep(w.Entry, at.Step); s != nil && s.Ask != nil && at.Slot == "" {
		at.Question = s.Ask.ID
	}
	return at
}

// first returns the first position of an entry.
func first(e *kb.Entry) Position { return nextQuestion(e, -1) }

// nextQuestion returns the first question with choices after the index, or the
// first step if there is none.
func nextQuestion(e *kb.Entry, after int) Position {
	for _, q := range e.Ask[after+1:] {
		if len(q.Choices) > 0 {
			return Position{Question: q.ID}
		}
	}
	if len(e.Steps.Items) == 0 {
		return Position{}
	}
	return positionOf(e, e.Steps.Items[0].ID)
}

// stepAfter returns the step after the one with the id, or the zero Position.
func stepAfter(e *kb.Entry, id string) Position {
	item, part := stepIndex(e, id)
	if item < 0 {
		return Position{}
	}
	if parts := e.Steps.Items[item].Parts(); part+1 < len(parts) {
		return Position{Step: parts[part+1].ID}
	}
	return itemAfter(e, item)
}

// itemAfter is the first step after a plain step or a whole chain, or the zero
// Position.
func itemAfter(e *kb.Entry, item int) Position {
	switch next := e.Steps.Items[item].Next; {
	case next == kb.End:
		return Position{}
	case next != "":
		return positionOf(e, next)
	case item+1 < len(e.Steps.Items):
		return positionOf(e, e.Steps.Items[item+1].ID)
	}
	return Position{}
}

// choiceLeads returns the position within the entry that an answer leads to.
func choiceLeads(e *kb.Entry, question string, c kb.Choice) Position {
	if c.Go == kb.End {
		return Position{}
	}
	if c.Go != "" {
		return positionOf(e, c.Go)
	}
	if i := slices.IndexFunc(e.Ask, func(q kb.Question) bool { return q.ID == question }); i >= 0 {
		return nextQuestion(e, i)
	}
	for s := range eachStep(e) {
		if s.Ask != nil && s.Ask.ID == question {
			return stepAfter(e, s.ID)
		}
	}
	return Position{}
}

// positionOf returns the position of the question or step with the id, or of
// the first step of the chain with the id.
func positionOf(e *kb.Entry, id string) Position {
	if s := findStep(e, id); s != nil {
		return Position{Step: s.ID}
	}
	if findQuestion(e, id) != nil {
		return Position{Question: id}
	}
	return Position{}
}

// stepIndex finds the step with the id: the index among the items of the entry,
// and among the steps of a chain. The id of a chain finds its first step. item
// is -1 if there is none.
func stepIndex(e *kb.Entry, id string) (item, part int) {
	for i := range e.Steps.Items {
		s := &e.Steps.Items[i]
		if s.ID == id {
			return i, 0
		}
		for j := range s.Chain {
			if s.Chain[j].ID == id {
				return i, j
			}
		}
	}
	return -1, 0
}

func findStep(e *kb.Entry, id string) *kb.Step {
	if item, part := stepIndex(e, id); item >= 0 {
		return e.Steps.Items[item].Parts()[part]
	}
	return nil
}

// eachStep yields all steps, with those of a chain in its place.
func eachStep(e *kb.Entry) iter.Seq[*kb.Step] {
	return func(yield func(*kb.Step) bool) {
		for i := range e.Steps.Items {
			for _, s := range e.Steps.Items[i].Parts() {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// findQuestion returns the question with the id, of the entry or of one of its
// steps.
func findQuestion(e *kb.Entry, id string) *kb.Question {
	for i := range e.Ask {
		if e.Ask[i].ID == id {
			return &e.Ask[i]
		}
	}
	for s := range eachStep(e) {
		if s.Ask != nil && s.Ask.ID == id {
			return s.Ask
		}
	}
	return nil
}

func findChoice(q *kb.Question, id string) *kb.Choice {
	for i := range q.Choices {
		if q.Choices[i].ID == id {
			return &q.Choices[i]
		}
	}
	return nil
}

// settle returns the position after the questions that the paste answers.
// Before a step that needs a value it returns the question for that value.
func (w *Walkthrough) settle(at Position) Position {
	for range len(w.Entry.Ask) + 1 { // each round passes one question; bounded because answers may form a cycle
		q := findQuestion(w.Entry, at.Question)
		if q == nil {
			break
		}
		c := w.answered(q)
		if c == nil {
			break
		}
		w.Tried = append(slices.Clip(w.Tried), Attempt{Step: q.ID, Choice: c.ID})
		at = choiceLeads(w.Entry, q.ID, *c)
	}
	if step := findStep(w.Entry, at.Step); step != nil {
		for _, slot := range requiredSlots(step) {
			if _, known := w.Slots[slot]; !known {
				return Position{Slot: slot, Step: at.Step}
			}
		}
	}
	return at
}

// answered returns the only choice of q whose words the paste contains. A
// choice that leads out of the entry is left to people.
func (w *Walkthrough) answered(q *kb.Question) *kb.Choice {
	text := locale.Fold(w.Text)
	var found *kb.Choice
	for i := range q.Choices {
		c := &q.Choices[i]
		if !slices.ContainsFunc(c.When, func(s string) bool { return locale.ContainsWords(text, locale.Fold(s)) }) {
			continue
		}
		if found != nil {
			return nil
		}
		found = c
	}
	if found != nil && found.Entry != "" {
		return nil
	}
	return found
}

// moveTo moves to a position. It saves the current one, and what had been tried
// by then, for back.
func (w *Walkthrough) moveTo(at Position, passed ...Attempt) {
	w.Path = append(slices.Clip(w.Path), Visited{w.At, len(w.Tried)})
	w.Tried = append(slices.Clip(w.Tried), passed...)
	w.At = w.settle(at)
	w.Status, w.Doubted = StatusWalking, false
}

// back returns to the previous position, and reports whether there was one. A
// value that was asked for there is removed, so that it can be entered again.
func (w *Walkthrough) back() bool {
	if len(w.Path) == 0 {
		return false
	}
	last := w.Path[len(w.Path)-1]
	w.Path, w.At, w.Status = w.Path[:len(w.Path)-1], last.Position, StatusWalking
	w.Tried, w.Doubted = w.Tried[:min(last.Tried, len(w.Tried))], false
	if w.At.Slot != "" {
		w.Slots = withSlot(w.Slots, w.At.Slot, "")
		delete(w.Slots, w.At.Slot)
	}
	return true
}

// A prompt is the question at the end of a step.
type prompt int

const (
	promptFixed prompt = iota // did it fix the error? Other steps are left
	promptDone                // is it done? The error cannot be gone yet
	promptLast                // is the error gone? No step is left
)

// prompt returns the question at the end of the current step.
func (w *Walkthrough) prompt() prompt {
	switch {
	case stepAfter(w.Entry, w.At.Step) == Position{}:
		return promptLast
	case w.Entry.Steps.Order == kb.Sequence || w.inMidChain():
		return promptDone
	}
	return promptFixed
}

// stepCount returns the number of the current step, and how many there are on
// this path. A chain counts as one.
func (w *Walkthrough) stepCount() (number, of int) {
	passed, rest := w.way()
	return len(passed) + 1, len(passed) + len(rest)
}

// way returns the items of the entry, steps and chains, that were passed, and
// those from the current one on, unless a later answer changes them.
func (w *Walkthrough) way() (passed, rest []int) {
	present, _ := stepIndex(w.Entry, w.At.Step)
	for _, at := range w.Path {
		item, _ := stepIndex(w.Entry, at.Step)
		if item < 0 || at.Slot != "" || len(passed) > 0 && passed[len(passed)-1] == item {
			continue
		}
		passed = append(passed, item)
	}
	if n := len(passed); n > 0 && passed[n-1] == present && w.inChain() {
		passed = passed[:n-1] // under way
	}
	for at := w.At; at.Step != ""; {
		item, _ := stepIndex(w.Entry, at.Step)
		if item < 0 || slices.Contains(rest, item) {
			break
		}
		rest = append(rest, item)
		at = itemAfter(w.Entry, item)
	}
	return passed, rest
}

// buttonID returns the ID of a position in a button, at most 24 bytes long.
func (at Position) buttonID() string {
	switch {
	case at.Question != "":
		return at.Question
	case at.Slot != "":
		return "?" + cutBytes(at.Slot, 23)
	}
	return at.Step
}

func cutBytes(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
