package bot

import (
	"slices"

	"mabsbot/bot/locale"
	"mabsbot/kb"
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
	return Position{Step: e.Steps.Items[0].ID}
}

// stepAfter returns the step after the one with the id, or the zero Position.
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
	for _, s := range e.Steps.Items {
		if s.Ask != nil && s.Ask.ID == question {
			return stepAfter(e, s.ID)
		}
	}
	return Position{}
}

// positionOf returns the position of the question or step with the id.
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

// findQuestion returns the question with the id, of the entry or of one of its
// steps.
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
	w.Status = StatusWalking
}

// back returns to the previous position, and reports whether there was one. A
// value that was asked for there is removed, so that it can be entered again.
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

// An outcome says what moving on means for the current step.
type outcome int

const (
	outcomeAlternative outcome = iota // it did not help, but another step may
	outcomeSequence                   // it is done
	outcomeLast                       // it did not help, and no step is left
)

// outcome returns what moving on means for the current step.
func (w *Walkthrough) outcome() outcome {
	switch {
	case stepAfter(w.Entry, w.At.Step) == Position{}:
		return outcomeLast
	case w.Entry.Steps.Order == kb.Sequence:
		return outcomeSequence
	}
	return outcomeAlternative
}

// stepCount returns the number of the current step, and how many there are on
// this path.
func (w *Walkthrough) stepCount() (number, of int) {
	for _, at := range w.Path {
		if at.Step != "" && at.Slot == "" {
			number++
		}
	}
	number++
	return number, number - 1 + len(w.remaining())
}

// remaining returns the steps from the current one on, unless a later answer
// changes them.
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
