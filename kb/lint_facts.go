package kb

import "slices"

// The linter checks that the facts of an entry are known and needed, and that
// its conditions leave a way for every answer.

// A user of a condition is what depends on it.
type conditionUser struct {
	at        place // of the condition
	what      string
	condition *Condition
	asks      bool // the fact is asked for it, as for everything but a statement
}

// conditions lists all conditions of the entry, in the order of the file.
func (e *Entry) conditions(at place) (all []conditionUser) {
	add := func(at place, what string, c *Condition, asks bool) {
		if c != nil {
			all = append(all, conditionUser{at.key(conditionKey), what, c, asks})
		}
	}
	question := func(at place, q *Question) {
		add(at, q.ID, q.If, true)
		for i, c := range q.Choices {
			add(at.key("choices").item(i), q.ID+"/"+c.ID, c.If, true)
		}
	}
	for i, s := range e.Cause {
		add(at.key("cause").item(i), "", s.If, false)
	}
	for i := range e.Ask {
		question(at.key("ask").item(i), &e.Ask[i])
	}
	e.eachStep(at, func(at place, s *Step) {
		add(at, s.ID, s.If, true)
		if s.Ask != nil {
			question(at.key("ask"), s.Ask)
		}
	})
	return all
}

// facts checks what the entry says of facts.
func (l *linter) facts(at place) {
	used := l.e.conditions(at)
	before := len(l.mistakes)
	for i, id := range l.e.Facts {
		l.fact(at.key("facts").item(i), id, used)
		if slices.Contains(l.e.Facts[:i], id) {
			l.add(at.key("facts").item(i), "the fact %q is repeated", id)
		}
	}
	for _, u := range used {
		l.factCondition(u)
	}
	if len(l.mistakes) == before && len(used) > 0 && !l.broken {
		l.ways(at, used)
	}
}

// fact checks a fact that the entry asks for.
func (l *linter) fact(at place, id string, used []conditionUser) {
	depends := func(u conditionUser) bool { return u.asks && u.condition.Fact == id }
	switch {
	case findFact(l.allFacts, id) == nil:
		l.add(at, "the fact %q does not exist%s", id, suggest(id, l.factIDs()))
	case !slices.ContainsFunc(used, depends):
		l.add(at, "the fact %q is asked and never used: no question, choice or step depends on it", id)
	}
	if slices.ContainsFunc(l.e.Ask, func(q Question) bool { return q.ID == id }) || l.hasStep(id) {
		l.add(at, "a question or step of the entry has the id %q of the fact; want another id for it", id)
	}
}

func (l *linter) hasStep(id string) (found bool) {
	l.e.eachStep(place{}, func(_ place, s *Step) { found = found || s.ID == id || s.Ask != nil && s.Ask.ID == id })
	return found
}

func (l *linter) factIDs() []string {
	ids := make([]string, len(l.allFacts))
	for i, f := range l.allFacts {
		ids[i] = f.ID
	}
	return ids
}

// factCondition checks a condition on a fact.
func (l *linter) factCondition(u conditionUser) {
	c := u.condition
	f := findFact(l.allFacts, c.Fact)
	switch {
	case c.Fact == "":
		return
	case f != nil && !slices.Contains(l.e.Facts, c.Fact):
		l.add(u.at.key("fact"), "the fact %q is used and never asked; want it in facts", c.Fact)
	case f == nil:
		if !slices.Contains(l.e.Facts, c.Fact) { // else reported there
			l.add(u.at.key("fact"), "the fact %q does not exist%s", c.Fact, suggest(c.Fact, l.factIDs()))
		}
		return
	}
	ids := l.answers(c.Fact)
	for i, id := range c.Is {
		at := u.at.key("is").item(i)
		switch {
		case id == Unsure:
			l.add(at, "who is %q about a fact may have any answer, so no condition needs it", Unsure)
		case !slices.Contains(ids, id):
			l.add(at, "the fact %q has no choice %q%s", c.Fact, id, suggest(id, ids))
		case slices.Contains(c.Is[:i], id):
			l.add(at, "the choice %q is repeated", id)
		}
	}
	switch {
	case len(c.Is) == 0:
		l.add(u.at, "the condition never holds; want is: the choices of %q for which it does", c.Fact)
	case !slices.ContainsFunc(ids, func(id string) bool { return !slices.Contains(c.Is, id) }):
		l.add(u.at, "the condition always holds: it names all choices of %q", c.Fact)
	}
}

// ways checks the way of each answer to each fact, and of a paste that meets none
// of the other conditions, and that each condition on a fact holds on some way.
func (l *linter) ways(at place, used []conditionUser) {
	all := Way{Entry: l.e, Holds: func(*Condition) bool { return true }}
	for i, id := range l.e.Facts {
		for _, a := range l.answers(id) {
			l.hidden(at.key("facts").item(i), at, "with the answer \""+a+"\" to \""+id+"\"", all, l.way(map[string]string{id: a}))
		}
	}
	l.hidden(at, at, "for a paste that meets no condition", all, Way{Entry: l.e, Holds: func(c *Condition) bool { return c == nil || c.Fact != "" }})
	met := map[*Condition]bool{}
	complete := l.eachAnswers(l.e.Facts, map[string]string{}, func(facts map[string]string) {
		reached := l.way(facts).reached()
		for _, u := range used {
			met[u.condition] = met[u.condition] || reached[u.what]
		}
	})
	for _, u := range used {
		if complete && u.asks && u.condition.Fact != "" && !met[u.condition] {
			l.add(u.at, "the condition never holds: what leads here is only for other answers to %q", u.condition.Fact)
		}
	}
}

// way returns the way of a user with the given answers to facts.
func (l *linter) way(facts map[string]string) Way {
	return Way{Entry: l.e, Holds: func(c *Condition) bool {
		return c == nil || facts[c.Fact] == "" || slices.Contains(c.Is, facts[c.Fact])
	}}
}

// answers returns the IDs of the answers to a fact, without Unsure.
func (l *linter) answers(fact string) (ids []string) {
	for _, a := range findFact(l.allFacts, fact).Choices {
		if a.ID != Unsure {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// maxAnswers is the most combinations of answers that are walked: four facts of
// the size of the built-in ones, in a few milliseconds.
const maxAnswers = 1000

// eachAnswers calls f for every combination of answers to the facts. It does
// nothing and reports false if they are too many.
func (l *linter) eachAnswers(facts []string, given map[string]string, f func(map[string]string)) bool {
	n := 1
	for _, id := range facts {
		n *= len(l.answers(id))
	}
	if n > maxAnswers {
		return false
	}
	if len(facts) == 0 {
		f(given)
		return true
	}
	for _, a := range l.answers(facts[0]) {
		given[facts[0]] = a
		l.eachAnswers(facts[1:], given, f)
	}
	return true
}

// hidden reports where a way ends at once and all does not: at the start of the
// entry, which is blamed on start, or after a choice.
func (l *linter) hidden(start, at place, when string, all, way Way) {
	if len(l.e.Steps.Items) == 0 {
		return
	}
	if way.First() == "" && all.First() != "" {
		l.add(start, "%s, all steps are hidden", when)
		return
	}
	reached := way.reached()
	question := func(at place, q *Question) {
		for i := range q.Choices {
			c := &q.Choices[i]
			if !reached[q.ID+"/"+c.ID] {
				continue
			}
			if c.Entry == "" && way.AfterChoice(q.ID, c) == "" && all.AfterChoice(q.ID, c) != "" {
				l.add(at.key("choices").item(i), "%s, all steps after the choice %q are hidden", when, c.ID)
			}
		}
		if len(q.Choices) > 0 && reached[q.ID] && len(way.Offers(q).Choices) == 0 {
			l.add(at.key("choices"), "%s, the question %q has no choice", when, q.ID)
		}
	}
	for i := range l.e.Ask {
		question(at.key("ask").item(i), &l.e.Ask[i])
	}
	l.e.eachStep(at, func(at place, s *Step) {
		if s.Ask != nil {
			question(at.key("ask"), s.Ask)
		}
	})
}

// reached returns the IDs of the questions, steps and chains on the way, and of
// the choices after that of their question: question/choice.
func (w Way) reached() map[string]bool {
	reached := map[string]bool{}
	var visit func(id string)
	choices := func(q *Question) {
		for i := range q.Choices {
			if c := &q.Choices[i]; w.Holds(c.If) {
				reached[q.ID+"/"+c.ID] = true
				if c.Entry == "" {
					visit(w.AfterChoice(q.ID, c))
				}
			}
		}
	}
	visit = func(id string) {
		if id == "" || reached[id] {
			return
		}
		reached[id] = true
		if i := slices.IndexFunc(w.Entry.Ask, func(q Question) bool { return q.ID == id }); i >= 0 {
			choices(&w.Entry.Ask[i])
			return
		}
		item, part := w.Entry.StepIndex(id)
		if item < 0 {
			return
		}
		s := &w.Entry.Steps.Items[item]
		if len(s.Chain) > 0 {
			reached[s.ID] = true
			s = &s.Chain[part]
		}
		if s.Ask != nil {
			reached[s.Ask.ID] = true
			choices(s.Ask)
		}
		visit(w.AfterStep(id))
	}
	visit(w.First())
	return reached
}
