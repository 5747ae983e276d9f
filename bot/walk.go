package bot

import (
	"slices"

	"mabsbot/bot/locale"
	"mabsbot/kb"
)

// How a walkthrough moves through its entry: questions first, then steps. All
// of it is arithmetic on the entry; nothing here speaks.

// begin returns a walkthrough of e that stands at its first question or step.
func begin(w Walkthrough, e *kb.Entry, slots map[string]string) Walkthrough {
	w.Status, w.Entry, w.Revision = StatusWalking, e, e.Revision
	w.Slots = slots
	w.Path, w.Tried = nil, nil
	w.At = w.settle(first(e))
	return w
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

// first is where an entry begins.
func first(e *kb.Entry) Position { return nextQuestion(e, -1) }

// nextQuestion is the first question with choices after the index, or the
// first step after the last question.
func nextQuestion(e *kb.Entry, after int) Position {
	for _, q := range e.Ask[after+1:] {
		if len(q.Choices) > 0 {
			return Position{Question: q.ID}
		}
	}
	if len(e.Steps.Items) == 0 {
		return Position{}
	}
	return Position{Step: e.Steps.Items[0].ID}
}

// stepAfter is the step after the one with the id, or the zero Position.
func stepAfter(e *kb.Entry, id string) Position {
	i := stepIndex(e, id)
	switch {
	case i < 0 || e.Steps.Items[i].Next == kb.End:
		return Position{}
	case e.Steps.Items[i].Next != "":
		return Position{Step: e.Steps.Items[i].Next}
	case i+1 < len(e.Steps.Items):
		return Position{Step: e.Steps.Items[i+1].ID}
	}
	return Position{}
}

// choiceLeads is where an answer to the question leads within the entry.
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
	for _, s := range e.Steps.Items {
		if s.Ask != nil && s.Ask.ID == question {
			return stepAfter(e, s.ID)
		}
	}
	return Position{}
}

// positionOf is the position of the question or step with the id.
func positionOf(e *kb.Entry, id string) Position {
	if stepIndex(e, id) >= 0 {
		return Position{Step: id}
	}
	if findQuestion(e, id) != nil {
		return Position{Question: id}
	}
	return Position{}
}

func stepIndex(e *kb.Entry, id string) int {
	return slices.IndexFunc(e.Steps.Items, func(s kb.Step) bool { return s.ID == id })
}

func findStep(e *kb.Entry, id string) *kb.Step {
	if i := stepIndex(e, id); i >= 0 {
		return &e.Steps.Items[i]
	}
	return nil
}

// findQuestion finds a question of the entry or of one of its steps.
func findQuestion(e *kb.Entry, id string) *kb.Question {
	for i := range e.Ask {
		if e.Ask[i].ID == id {
			return &e.Ask[i]
		}
	}
	for _, s := range e.Steps.Items {
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

// settle moves past questions that the paste answers, and stops before a step
// to ask for a value that it needs.
func (w *Walkthrough) settle(at Position) Position {
	for range len(w.Entry.Ask) + 1 { // each round passes one question; a circle of answers ends here
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

// answered is the one choice of q whose words stand in the paste, unless it leads
// out of the entry: such a step is left to people.
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

// moveTo moves to a position, and remembers the present one for «back» with
// what had been tried before it was passed.
func (w *Walkthrough) moveTo(at Position, passed ...Attempt) {
	w.Path = append(slices.Clip(w.Path), Visited{w.At, len(w.Tried)})
	w.Tried = append(slices.Clip(w.Tried), passed...)
	w.At = w.settle(at)
	w.Status = StatusWalking
}

// back returns to the position before, and reports whether there was one. A
// slot that was asked for is forgotten, so that it can be given anew.
func (w *Walkthrough) back() bool {
	if len(w.Path) == 0 {
		return false
	}
	last := w.Path[len(w.Path)-1]
	w.Path, w.At, w.Status = w.Path[:len(w.Path)-1], last.Position, StatusWalking
	w.Tried = w.Tried[:min(last.Tried, len(w.Tried))]
	if w.At.Slot != "" {
		w.Slots = withSlot(w.Slots, w.At.Slot, "")
		delete(w.Slots, w.At.Slot)
	}
	return true
}

// An outcome is what going on to the next step says of the present one.
type outcome int

const (
	outcomeAlternative outcome = iota // it did not help; another step may
	outcomeSequence                   // it is done
	outcomeLast                       // it did not help, and there is no other
)

// outcome returns what going on from the present step says of it.
func (w *Walkthrough) outcome() outcome {
	switch {
	case stepAfter(w.Entry, w.At.Step) == Position{}:
		return outcomeLast
	case w.Entry.Steps.Order == kb.Sequence:
		return outcomeSequence
	}
	return outcomeAlternative
}

// stepCount numbers the present step among those passed and still to come.
func (w *Walkthrough) stepCount() (number, of int) {
	for _, at := range w.Path {
		if at.Step != "" && at.Slot == "" {
			number++
		}
	}
	number++
	return number, number - 1 + len(w.remaining())
}

// remaining are the steps from the present one on, if no question turns them off.
func (w *Walkthrough) remaining() []kb.Step {
	var steps []kb.Step
	seen := map[string]bool{}
	for at := w.At; at.Step != "" && !seen[at.Step]; at = stepAfter(w.Entry, at.Step) {
		seen[at.Step] = true
		if s := findStep(w.Entry, at.Step); s != nil {
			steps = append(steps, *s)
		}
	}
	return steps
}

// buttonID names a position in a button, in at most 24 bytes.
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
