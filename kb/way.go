package kb

import "slices"

// A Way is an entry with those of its questions, choices and steps whose
// conditions hold. It says how they follow each other.
type Way struct {
	Entry *Entry
	Holds func(*Condition) bool // for nil, too
	Order []string              // IDs of all steps and chains of Entry, if their order is another one
}

// at returns the item in a place of the order. Where an item leads belongs to its
// place: what takes the last place of some alternatives leads on from them.
func (w Way) at(place int) int {
	if len(w.Order) != len(w.Entry.Steps.Items) {
		return place
	}
	return slices.IndexFunc(w.Entry.Steps.Items, func(s Step) bool { return s.ID == w.Order[place] })
}

// placeOf returns the place of an item.
func (w Way) placeOf(item int) int {
	if item < 0 || len(w.Order) != len(w.Entry.Steps.Items) {
		return item
	}
	return slices.Index(w.Order, w.Entry.Steps.Items[item].ID)
}

// Items returns the indexes of all steps and chains, in their order.
func (w Way) Items() []int {
	all := make([]int, len(w.Entry.Steps.Items))
	for place := range all {
		all[place] = w.at(place)
	}
	return all
}

// First returns the ID of the first question, or of the first step if there is
// none, or "".
func (w Way) First() string { return w.questionFrom(0) }

// questionFrom returns the ID of the first question with choices from the index
// on, or of the first step.
func (w Way) questionFrom(i int) string {
	for ; i < len(w.Entry.Ask); i++ {
		if q := &w.Entry.Ask[i]; w.asks(q) {
			return q.ID
		}
	}
	return w.itemFrom(0)
}

// asks reports whether a question has choices to offer.
func (w Way) asks(q *Question) bool {
	return w.Holds(q.If) && slices.ContainsFunc(q.Choices, func(c Choice) bool { return w.Holds(c.If) })
}

// Offers returns a question with those of its choices that are offered.
func (w Way) Offers(q *Question) *Question {
	if q == nil || !slices.ContainsFunc(q.Choices, func(c Choice) bool { return !w.Holds(c.If) }) {
		return q
	}
	offers := *q
	offers.Choices = slices.DeleteFunc(slices.Clone(q.Choices), func(c Choice) bool { return !w.Holds(c.If) })
	return &offers
}

// Parts returns the steps to carry out at an item of the entry: none, those of a
// chain, or the step itself.
func (w Way) Parts(item int) []*Step {
	s := &w.Entry.Steps.Items[item]
	if !w.Holds(s.If) {
		return nil
	}
	return slices.DeleteFunc(s.Parts(), func(part *Step) bool { return !w.Holds(part.If) })
}

// itemFrom returns the ID of the first step from a place on, or "".
func (w Way) itemFrom(place int) string {
	for range w.Entry.Steps.Items { // bounded, although the linter finds loops
		if place < 0 || place >= len(w.Entry.Steps.Items) {
			return ""
		}
		if parts := w.Parts(w.at(place)); len(parts) > 0 {
			return parts[0].ID
		}
		place = w.placeAfter(place)
	}
	return ""
}

// placeAfter returns the place after another one, or -1.
func (w Way) placeAfter(place int) int {
	switch next := w.Entry.Steps.Items[place].Next; next {
	case "":
		return place + 1
	case End:
		return -1
	default:
		return w.placeOf(slices.IndexFunc(w.Entry.Steps.Items, func(s Step) bool { return s.ID == next }))
	}
}

// AfterItem returns the ID of the first step after a plain step or a whole
// chain, or "".
func (w Way) AfterItem(item int) string { return w.itemFrom(w.placeAfter(w.placeOf(item))) }

// AfterStep returns the ID of the step after the one with the ID, or "".
func (w Way) AfterStep(id string) string {
	item, part := w.Entry.StepIndex(id)
	if item < 0 {
		return ""
	}
	all := w.Entry.Steps.Items[item].Parts()
	for _, s := range all[min(part+1, len(all)):] {
		if w.Holds(s.If) && w.Holds(w.Entry.Steps.Items[item].If) {
			return s.ID
		}
	}
	return w.AfterItem(item)
}

// AfterChoice returns the ID of the question or step that a choice of a question
// leads to within the entry, or "".
func (w Way) AfterChoice(question string, c *Choice) string {
	switch i := slices.IndexFunc(w.Entry.Ask, func(q Question) bool { return q.ID == question }); {
	case c.Go == End:
		return ""
	case c.Go != "":
		return w.From(c.Go)
	case i >= 0:
		return w.questionFrom(i + 1)
	}
	for i := range w.Entry.Steps.Items {
		for _, s := range w.Entry.Steps.Items[i].Parts() {
			if s.Ask != nil && s.Ask.ID == question {
				return w.AfterStep(s.ID)
			}
		}
	}
	return ""
}

// From returns the ID of a question or step, or of the first step of a chain, if
// its condition holds, else that of what follows, or "".
func (w Way) From(id string) string {
	if i := slices.IndexFunc(w.Entry.Ask, func(q Question) bool { return q.ID == id }); i >= 0 {
		if w.asks(&w.Entry.Ask[i]) {
			return id
		}
		return w.questionFrom(i + 1)
	}
	switch item, part := w.Entry.StepIndex(id); {
	case item < 0:
		return id // of the question at a step, or none
	case w.Entry.Steps.Items[item].ID == id:
		return w.itemFrom(w.placeOf(item))
	case w.Holds(w.Entry.Steps.Items[item].If) && w.Holds(w.Entry.Steps.Items[item].Chain[part].If):
		return id
	default:
		return w.AfterStep(id)
	}
}

// StepIndex finds the step with the ID: the index among the items of the entry,
// and among the steps of a chain. The ID of a chain finds its first step. item
// is -1 if there is none.
func (e *Entry) StepIndex(id string) (item, part int) {
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
