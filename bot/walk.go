package bot

import (
	"cmp"
	"iter"
	"slices"
	"strings"

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
	w.At = w.settle(w.first())
	return w
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
	if q := w.stepAsks(findStep(w.Entry, at.Step)); q != nil && at.Slot == "" {
		at.Question = q.ID
	}
	return at
}

// stepAsks returns the question of a step with the choices that are possible, or
// nil.
func (w *Walkthrough) stepAsks(s *kb.Step) *kb.Question {
	if s == nil || s.Ask == nil {
		return nil
	}
	q := w.possible().Offers(s.Ask)
	if len(q.Choices) == 0 && q.Slot == "" {
		return nil
	}
	return q
}

// first returns the first position of the entry.
func (w *Walkthrough) first() Position { return positionOf(w.Entry, w.possible().First()) }

// stepAfter returns the step after the one with the id, or the zero Position.
func (w *Walkthrough) stepAfter(id string) Position {
	return positionOf(w.Entry, w.possible().AfterStep(id))
}

// itemAfter is the first step after a plain step or a whole chain, or the zero
// Position.
func (w *Walkthrough) itemAfter(item int) Position {
	return positionOf(w.Entry, w.possible().AfterItem(item))
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

func findStep(e *kb.Entry, id string) *kb.Step {
	if item, part := e.StepIndex(id); item >= 0 {
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

// findQuestion returns the question with the id, of the entry, of one of its
// steps, or about one of its facts.
func findQuestion(e *kb.Entry, id string) *kb.Question {
	if q := findFact(e, id); q != nil {
		return q
	}
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

// settle returns the position after what is left out, and after the questions
// that the paste answers. Before what depends on an unknown fact it returns the
// question about that fact, and before a step that needs a value the question
// for that value.
func (w *Walkthrough) settle(at Position) Position {
	for range len(w.Entry.Ask) + 1 { // each round passes one question; bounded because answers may form a cycle
		if at.Then != "" {
			return at
		}
		at = positionOf(w.Entry, w.possible().From(cmp.Or(at.Question, at.Step)))
		if fact := w.needs(at); fact != "" {
			return Position{Question: fact, Then: cmp.Or(at.Question, at.Step)}
		}
		all := findQuestion(w.Entry, at.Question)
		q := w.possible().Offers(all)
		if q == nil {
			break
		}
		c := w.answered(q)
		switch {
		case c != nil:
			if saidChoice(q, w.paste()) == nil { // it was read, and may be corrected
				w.Path = append(slices.Clip(w.Path), Visited{at, len(w.Tried)})
			}
			w.Tried = append(slices.Clip(w.Tried), Attempt{Step: q.ID, Choice: c.ID})
		case len(q.Choices) == 1 && len(all.Choices) > 1 && q.Choices[0].Entry == "":
			c = &q.Choices[0] // the facts leave nothing to ask
		default:
			return at
		}
		at = positionOf(w.Entry, w.possible().AfterChoice(q.ID, c))
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

// answered returns the only choice of q whose words the paste contains, or the one
// that the output of the collector gives. A choice that leads out of the entry is
// left to people.
func (w *Walkthrough) answered(q *kb.Question) *kb.Choice {
	if c := saidChoice(q, w.paste()); c != nil {
		if c.Entry == "" {
			return c
		}
		return nil
	}
	return w.readAnswer(q)
}

// paste returns what Text says about the error: an ID is the name of an entry, and its
// words are not those of the user.
func (w *Walkthrough) paste() string {
	if w.Named == "" {
		return w.Text
	}
	_, rest, _ := strings.Cut(strings.TrimSpace(w.Text), " ")
	return rest
}

// saidChoice returns the only choice of q whose words a text contains, or nil.
func saidChoice(q *kb.Question, text string) *kb.Choice {
	text = locale.Fold(text)
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
// value, fact or answer that was given there is removed, so that it can be given
// again.
func (w *Walkthrough) back() bool {
	if len(w.Path) == 0 {
		return false
	}
	last := w.Path[len(w.Path)-1]
	w.Path, w.At, w.Status = w.Path[:len(w.Path)-1], last.Position, StatusWalking
	w.Tried, w.Doubted = w.Tried[:min(last.Tried, len(w.Tried))], false
	if w.At.Slot != "" {
		w.Slots = withoutValue(w.Slots, w.At.Slot)
	}
	if findFact(w.Entry, w.At.Question) != nil {
		w.Known = withoutValue(w.Known, w.At.Question)
	}
	w.Answers = withoutValue(w.Answers, w.Entry.ID+"/"+w.At.Question)
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
	case w.stepAfter(w.At.Step) == Position{}:
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
	present, _ := w.Entry.StepIndex(w.At.Step)
	for _, at := range w.Path {
		item, _ := w.Entry.StepIndex(at.Step)
		if item < 0 || at.Slot != "" || len(passed) > 0 && passed[len(passed)-1] == item {
			continue
		}
		passed = append(passed, item)
	}
	if n := len(passed); n > 0 && passed[n-1] == present && w.inChain() {
		passed = passed[:n-1] // under way
	}
	for at := w.At; at.Step != ""; {
		item, _ := w.Entry.StepIndex(at.Step)
		if item < 0 || slices.Contains(rest, item) {
			break
		}
		rest = append(rest, item)
		at = w.itemAfter(item)
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
