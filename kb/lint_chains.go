package kb

// The linter checks that a chain holds plain steps, and nothing else.

func (l *linter) chains(at place) {
	items := l.e.Steps.Items
	sequence := l.e.Steps.Order == Sequence
	for i := range items {
		s := &items[i]
		step := at.key("steps").key("items").item(i)
		l.chain(step, s)
		if sequence && len(s.Chain) > 0 {
			l.add(step.key("chain"), "the chain %q is in a sequence, whose steps belong together already; want its steps in the list", s.ID)
		}
	}
}

// chain checks what a chain holds, and that its steps are plain ones.
func (l *linter) chain(at place, s *Step) {
	if len(s.Chain) == 0 {
		return
	}
	if len(s.Chain) == 1 {
		l.add(at.key("chain"), "the chain %q has one step; want two at least, or a plain step", s.ID)
	}
	own := []struct {
		field string
		set   bool
	}{
		{"do", len(s.Do) > 0}, {"table", len(s.Table) > 0}, {"path", s.Path != ""}, {"command", s.Command != nil}, {"check", len(s.Check) > 0},
		{"risk", len(s.Risk) > 0}, {"undo", len(s.Undo) > 0}, {"link", s.Link != nil}, {"ask", s.Ask != nil},
	}
	for _, f := range own {
		if f.set {
			l.add(at.key(f.field), "the chain %q has the field %q itself; want it at one of its steps", s.ID, f.field)
		}
	}
	for i, part := range s.Chain {
		where := at.key("chain").item(i)
		if len(part.Chain) > 0 {
			l.add(where.key("chain"), "the step %q of a chain is a chain itself; want a plain step", part.ID)
		}
		if part.Next != "" {
			l.add(where.key("next"), "the step %q of a chain has a next; the steps of a chain follow each other, and only the chain leads elsewhere", part.ID)
		}
	}
}
