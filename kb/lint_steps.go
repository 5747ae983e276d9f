package kb

import (
	"slices"
	"strings"
)

// The ways through an entry, as the linter sees them: a walkthrough begins at
// the first question with choices, else at the first step; a choice leads where
// it says, else to the next question, else to the first step; a step leads to
// its Next, else to the step below it. A question for a slot is put when a step
// needs the value.

// parts checks questions, choices and steps, each on its own.
func (l *linter) parts(at place) {
	taken := map[string]place{}
	for i := range l.e.Ask {
		l.question(at.key("ask").item(i), &l.e.Ask[i], taken)
	}
	order := l.e.Steps.Order
	if !slices.Contains([]string{"", Alternatives, Sequence}, order) {
		l.add(at.key("steps").key("order"), "the order %q is not known%s", order, meant(order, []string{Alternatives, Sequence}))
	}
	for i := range l.e.Steps.Items {
		l.step(at.key("steps").key("items").item(i), &l.e.Steps.Items[i], taken)
	}
}

// id checks an id that must be the only one of its kind.
func (l *linter) id(at place, what, id string, taken map[string]place) {
	at = at.key("id")
	switch first, ok := taken[id]; {
	case !partID.MatchString(id):
		l.add(at, "the id %q of the %s is not valid; want a-z, 0-9 and hyphens, at most 24 characters", id, what)
	case id == End:
		l.add(at, "a %s cannot have the id %q, which means that nothing is left to try", what, End)
	case ok && at.node != nil:
		l.add(at, "the id %q of the %s is taken in line %d", id, what, first.line)
	case ok:
		l.add(at, "the id %q of the %s is taken", id, what)
	}
	taken[id] = at
}

func (l *linter) question(at place, q *Question, taken map[string]place) {
	l.id(at, "question", q.ID, taken)
	l.want(at, "text", q.Text)
	switch {
	case q.Slot == "" && len(q.Choices) == 0:
		l.add(at, "the question %q has no answers; want choices, or a slot whose value it asks for", q.ID)
	case q.Slot != "" && len(q.Choices) > 0:
		l.add(at.key("slot"), "the question %q has a slot and choices; want one of them", q.ID)
	case q.Slot != "" && !slotName.MatchString(q.Slot):
		l.add(at.key("slot"), "the slot %q is not valid; want letters and digits, such as ServerName", q.Slot)
	}
	choices := map[string]place{}
	for i, c := range q.Choices {
		choice := at.key("choices").item(i)
		l.id(choice, "choice", c.ID, choices)
		l.want(choice, "label", c.Label)
		l.strings(choice.key("when"), "word", c.When)
		if c.Go != "" && c.Entry != "" {
			l.add(choice.key("entry"), "the choice %q leads to %q and to the entry %q; want one of them", c.ID, c.Go, c.Entry)
		}
	}
}

func (l *linter) step(at place, s *Step, taken map[string]place) {
	l.id(at, "step", s.ID, taken)
	l.want(at, "do", s.Do)
	if s.Link != nil {
		l.want(at.key("link"), "text", s.Link.Text)
	}
	if c := s.Command; c != nil {
		if c.Shell != ShellPowerShell && c.Shell != ShellCmd {
			l.add(at.key("command").key("shell"), "the shell %q is not known%s", c.Shell, meant(c.Shell, []string{ShellPowerShell, ShellCmd}))
		}
		if strings.TrimSpace(c.Run) == "" {
			l.add(at.key("command").key("run"), "the command is empty")
		}
	}
	if s.Ask != nil {
		l.question(at.key("ask"), s.Ask, taken)
	}
}

// A way is a question or step and where it leads.
type way struct {
	id, what string
	at       place
	to       []string
	next     string // of a step: the step after it, or End
	given    bool   // next stands in the file
	asked    bool   // a question that is put when its slot is needed
}

// ways checks that every name leads somewhere and that something leads to every
// question and step.
func (l *linter) ways(at place) {
	ways := l.allWays(at)
	if !l.names(at, ways) {
		return // more would only follow from what is told already
	}
	reached := map[string]bool{End: true}
	if len(ways) > 0 {
		reach(ways, l.first(0), reached)
	}
	for _, w := range ways {
		if !reached[w.id] && !w.asked {
			l.add(w.at.key("id"), "the %s %q is never reached: nothing leads to it", w.what, w.id)
		}
	}
	l.circle(ways)
}

// allWays lists the questions and steps in the order of the file.
func (l *linter) allWays(at place) []way {
	var ways []way
	for i := range l.e.Ask {
		ways = append(ways, questionWay(at.key("ask").item(i), &l.e.Ask[i], l.first(i+1)))
	}
	items := l.e.Steps.Items
	for i, s := range items {
		next := s.Next
		if next == "" && i+1 < len(items) {
			next = items[i+1].ID
		}
		if next == "" {
			next = End
		}
		step := at.key("steps").key("items").item(i)
		w := way{id: s.ID, what: "step", at: step, to: []string{next}, next: next, given: s.Next != ""}
		if s.Ask != nil {
			ways = append(ways, questionWay(step.key("ask"), s.Ask, next))
			w.to = append(w.to, s.Ask.ID)
		}
		ways = append(ways, w)
	}
	return ways
}

// questionWay is where the answers to a question lead; those that do not say
// lead to next.
func questionWay(at place, q *Question, next string) way {
	w := way{id: q.ID, what: "question", at: at, asked: len(q.Choices) == 0}
	for _, c := range q.Choices {
		switch {
		case c.Go != "":
			w.to = append(w.to, c.Go)
		case c.Entry == "":
			w.to = append(w.to, next)
		}
	}
	return w
}

// first is the first question with choices from the index on, else the first
// step, else End.
func (l *linter) first(from int) string {
	for _, q := range l.e.Ask[from:] {
		if len(q.Choices) > 0 {
			return q.ID
		}
	}
	if len(l.e.Steps.Items) > 0 {
		return l.e.Steps.Items[0].ID
	}
	return End
}

// names checks that each way has a name of its own and that all that go and
// next name exists. next names a step, go a step or question.
func (l *linter) names(at place, ways []way) bool {
	before := len(l.mistakes)
	var all, steps []string
	for _, w := range ways {
		all = append(all, w.id)
		if w.what == "step" {
			steps = append(steps, w.id)
		}
	}
	leads := func(at place, field, id string, names []string) {
		if id != "" && id != End && !slices.Contains(names, id) {
			l.add(at.key(field), "the step %q that %q names does not exist%s", id, field, meant(id, names))
		}
	}
	choices := func(at place, q *Question) {
		for i, c := range q.Choices {
			leads(at.key("choices").item(i), "go", c.Go, all)
		}
	}
	for i := range l.e.Ask {
		choices(at.key("ask").item(i), &l.e.Ask[i])
	}
	for i, s := range l.e.Steps.Items {
		step := at.key("steps").key("items").item(i)
		leads(step, "next", s.Next, steps)
		if s.Ask != nil {
			choices(step.key("ask"), s.Ask)
		}
	}
	slices.Sort(all)
	return len(l.mistakes) == before && len(slices.Compact(all)) == len(ways)
}

// reach marks all that can be reached from the id.
func reach(ways []way, id string, reached map[string]bool) {
	if reached[id] {
		return
	}
	reached[id] = true
	for _, w := range ways {
		if w.id == id {
			for _, to := range w.to {
				reach(ways, to, reached)
			}
		}
	}
}

// circle finds steps that follow each other for ever. The one to blame is the
// one that says where it goes on: without that, steps follow in the order of
// the file.
func (l *linter) circle(ways []way) {
	next := map[string]string{}
	for _, w := range ways {
		next[w.id] = w.next
	}
	for _, w := range ways {
		id := w.next
		for range ways {
			if w.given && id == w.id {
				l.add(w.at.key("next"), "the steps from %q on lead back to it", w.id)
				return
			}
			id = next[id]
		}
	}
}
