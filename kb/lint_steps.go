package kb

import (
	"slices"
	"strings"
)

// The linter checks the paths through an entry. A walkthrough begins at the
// first question with choices, else at the first step. A choice leads where it
// says, else to the next question, else to the first step. A step leads to its
// Next, else to the following step; a chain leads through its steps first. A
// question for a slot is asked when a step needs the value.

// parts checks each question, choice and step on its own.
func (l *linter) parts(at place) {
	taken := map[string]place{}
	for i := range l.e.Ask {
		l.question(at.key("ask").item(i), &l.e.Ask[i], taken)
	}
	order := l.e.Steps.Order
	if !slices.Contains([]string{"", Alternatives, Sequence}, order) {
		l.add(at.key("steps").key("order"), "unknown order %q%s", order, suggest(order, []string{Alternatives, Sequence}))
	}
	l.e.eachStep(at, func(at place, s *Step) { l.step(at, s, taken) })
}

// id checks an ID that must be unique among its kind.
func (l *linter) id(at place, what, id string, taken map[string]place) {
	at = at.key("id")
	switch first, ok := taken[id]; {
	case !partID.MatchString(id):
		l.add(at, notAPartID, id, what)
	case id == End:
		l.add(at, "a %s cannot have the id %q, which means that nothing is left to try", what, End)
	case ok && at.node != nil:
		l.add(at, "the id %q of the %s is already used on line %d", id, what, first.line)
	case ok:
		l.add(at, "the id %q of the %s is already used", id, what)
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
	case q.Slot != "" && q.If != nil:
		l.add(at.key(conditionKey), "the question %q has a condition and a slot; it is asked where a step needs the value", q.ID)
	case q.Slot != "" && !slotName.MatchString(q.Slot):
		l.add(at.key("slot"), "the slot %q is not valid; want letters and digits, such as ServerName", q.Slot)
	}
	choices := map[string]place{}
	for i, c := range q.Choices {
		choice := at.key("choices").item(i)
		l.id(choice, "choice", c.ID, choices)
		l.want(choice, "label", c.Label)
		l.strings(choice.key("when"), "word", c.When)
		l.strings(choice.key("words"), "word", c.Words)
		if c.Go != "" && c.Entry != "" {
			l.add(choice.key("entry"), "the choice %q leads to %q and to the entry %q; want one of them", c.ID, c.Go, c.Entry)
		}
	}
}

func (l *linter) step(at place, s *Step, taken map[string]place) {
	if len(s.Chain) > 0 {
		l.id(at, "chain", s.ID, taken)
		l.want(at, "title", s.Title)
	} else {
		l.id(at, "step", s.ID, taken)
		l.want(at, "do", s.Do)
	}
	if s.Link != nil {
		l.want(at.key("link"), "text", s.Link.Text)
	}
	if c := s.Command; c != nil {
		if c.Shell != ShellPowerShell && c.Shell != ShellCmd {
			l.add(at.key("command").key("shell"), "unknown shell %q%s", c.Shell, suggest(c.Shell, []string{ShellPowerShell, ShellCmd}))
		}
		if strings.TrimSpace(c.Run) == "" {
			l.add(at.key("command").key("run"), "the command is empty")
		}
	}
	if s.Ask != nil {
		l.question(at.key("ask"), s.Ask, taken)
		if s.Ask.If != nil {
			l.add(at.key("ask").key(conditionKey), "the question %q of a step has a condition; want it at the step", s.Ask.ID)
		}
	}
}

// A node is a question or step with the nodes it leads to.
type node struct {
	id, what string
	at       place
	to       []string
	next     string // of a step: the step after it, or End
	given    bool   // next is set in the file
	blame    place  // of the step or chain whose next that is
	asked    bool   // a question that is asked when its slot is needed
}

// graph checks that every reference exists and that every question and step is
// reachable.
func (l *linter) graph(at place) {
	nodes := l.nodes(at)
	if !l.targets(at, nodes) {
		return // further mistakes would only follow from these
	}
	reached := map[string]bool{End: true}
	if len(nodes) > 0 {
		reach(nodes, l.first(0), reached)
	}
	for _, n := range nodes {
		if !reached[n.id] && !n.asked && n.what != "chain" { // the steps of a chain count
			l.add(n.at.key("id"), "the %s %q is never reached: nothing leads to it", n.what, n.id)
		}
	}
	l.loop(nodes)
}

// nodes lists the questions and steps in the order of the file.
func (l *linter) nodes(at place) []node {
	var nodes []node
	for i := range l.e.Ask {
		nodes = append(nodes, questionNode(at.key("ask").item(i), &l.e.Ask[i], l.first(i+1)))
	}
	items := l.e.Steps.Items
	for i := range items {
		s := &items[i]
		next := s.Next
		if next == "" && i+1 < len(items) {
			next = items[i+1].ID
		}
		if next == "" {
			next = End
		}
		step := at.key("steps").key("items").item(i)
		if len(s.Chain) == 0 {
			nodes = append(nodes, stepNodes(step, s, next, s.Next != "")...)
			continue
		}
		nodes = append(nodes, node{id: s.ID, what: "chain", at: step, to: []string{s.Chain[0].ID}, next: s.Chain[0].ID})
		for j := range s.Chain {
			if after := step.key("chain").item(j); j+1 < len(s.Chain) {
				nodes = append(nodes, stepNodes(after, &s.Chain[j], s.Chain[j+1].ID, false)...)
			} else {
				last := stepNodes(after, &s.Chain[j], next, s.Next != "")
				last[len(last)-1].blame = step
				nodes = append(nodes, last...)
			}
		}
	}
	return nodes
}

// stepNodes returns the node of a step after that of its question. given means
// that next is set in the file.
func stepNodes(at place, s *Step, next string, given bool) []node {
	n := node{id: s.ID, what: "step", at: at, blame: at, to: []string{next}, next: next, given: given}
	if s.Ask == nil {
		return []node{n}
	}
	n.to = append(n.to, s.Ask.ID)
	return []node{questionNode(at.key("ask"), s.Ask, next), n}
}

// questionNode returns the node of a question. Answers without a target lead to
// next.
func questionNode(at place, q *Question, next string) node {
	n := node{id: q.ID, what: "question", at: at, asked: len(q.Choices) == 0}
	for _, c := range q.Choices {
		switch {
		case c.Go != "":
			n.to = append(n.to, c.Go)
		case c.Entry == "":
			n.to = append(n.to, next)
		}
	}
	return n
}

// first returns the first question with choices from the index on, else the
// first step, else End.
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

// targets checks that IDs are unique and that every "go" and "next" refers to an
// existing one. "next" names a step or chain, "go" one of these, a step of a
// chain, or a question.
func (l *linter) targets(at place, nodes []node) bool {
	before := len(l.mistakes)
	var all, steps []string
	for _, n := range nodes {
		all = append(all, n.id)
	}
	for _, s := range l.e.Steps.Items {
		steps = append(steps, s.ID)
	}
	leads := func(at place, field, id string, names []string) {
		if id != "" && id != End && !slices.Contains(names, id) {
			l.add(at.key(field), "the step %q that %q names does not exist%s", id, field, suggest(id, names))
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
		leads(at.key("steps").key("items").item(i), "next", s.Next, steps)
	}
	l.e.eachStep(at, func(at place, s *Step) {
		if s.Ask != nil {
			choices(at.key("ask"), s.Ask)
		}
	})
	slices.Sort(all)
	return len(l.mistakes) == before && len(slices.Compact(all)) == len(nodes)
}

// reach marks everything reachable from the ID.
func reach(nodes []node, id string, reached map[string]bool) {
	if reached[id] {
		return
	}
	reached[id] = true
	for _, n := range nodes {
		if n.id == id {
			for _, to := range n.to {
				reach(nodes, to, reached)
			}
		}
	}
}

// loop finds steps that follow each other in a loop. It blames a step with an
// explicit "next": by default steps follow in the order of the file.
func (l *linter) loop(nodes []node) {
	next := map[string]string{}
	for _, n := range nodes {
		next[n.id] = n.next
	}
	for _, n := range nodes {
		id := n.next
		for range nodes {
			if n.given && id == n.id {
				l.add(n.blame.key("next"), "the steps from %q on lead back to it", n.id)
				return
			}
			id = next[id]
		}
	}
}
