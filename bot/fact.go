package bot

import (
	"cmp"
	"maps"
	"slices"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// Facts of a conversation, such as the version of the backup server. They are
// taken from the paste or asked once, where something first depends on them, and
// hold for all entries of the conversation.

// possible returns the way through the entry of all that may concern the user. A
// fact that is unknown, or that the user does not know, may be anything.
func (w *Walkthrough) possible() kb.Way {
	return kb.Way{Entry: w.Entry, Order: w.order(), Holds: func(c *kb.Condition) bool {
		return c != nil && c.Fact != "" && isOpen(w.Known[c.Fact]) || w.shows(c)
	}}
}

// isOpen reports whether an answer to the question about a fact leaves it open.
func isOpen(answer string) bool { return answer == "" || answer == kb.Unsure }

// shows reports whether the paste or a fact meets a condition.
func (w *Walkthrough) shows(c *kb.Condition) bool {
	switch {
	case c == nil:
		return true
	case c.Code != "":
		return match.HasCode(w.paste(), c.Code)
	case c.Word != "":
		return locale.ContainsWords(locale.Fold(w.paste()), locale.Fold(c.Word))
	case c.Fact != "":
		return slices.Contains(c.Is, w.Known[c.Fact])
	}
	return w.Slots[c.Slot] != ""
}

// findFact returns the question about a fact of the entry, or nil.
func findFact(e *kb.Entry, id string) *kb.Question {
	if i := slices.IndexFunc(e.Triage, func(q kb.Question) bool { return q.ID == id }); i >= 0 {
		return &e.Triage[i]
	}
	return nil
}

// needs returns the first unknown fact on which a position depends, or "".
func (w *Walkthrough) needs(at Position) string {
	conditions := w.conditions(at)
	for _, q := range w.Entry.Triage {
		depends := func(c *kb.Condition) bool { return c != nil && c.Fact == q.ID }
		if w.Known[q.ID] == "" && slices.ContainsFunc(conditions, depends) {
			return q.ID
		}
	}
	return ""
}

// conditions returns the conditions of a position, and those of its choices
// unless the paste gives an answer that has none.
func (w *Walkthrough) conditions(at Position) (all []*kb.Condition) {
	q := findQuestion(w.Entry, at.Question)
	if item, _ := w.Entry.StepIndex(at.Step); item >= 0 {
		s := findStep(w.Entry, at.Step)
		all, q = append(all, w.Entry.Steps.Items[item].If, s.If), s.Ask
	}
	if q == nil {
		return all
	}
	all = append(all, q.If)
	if c := w.answered(q); c != nil && c.If == nil && at.Step == "" {
		return all
	}
	for _, c := range q.Choices {
		all = append(all, c.If)
	}
	return all
}

// afterFact returns the position that waits for the fact that was asked.
func (w *Walkthrough) afterFact() Position {
	if to := positionOf(w.Entry, w.At.Then); to != (Position{}) {
		return to
	}
	return w.first() // from the button of an old post, which has only the fact
}

// factsOf returns the facts that are known when a message starts a walkthrough,
// and the server that the conversation is about: those of the conversation so
// far, unless it is about another server, and those in the message.
func (d decision) factsOf(m Message) (known map[string]string, about string) {
	old := d.state.Walkthrough
	server := d.server()
	if d.goesOn(old, server) {
		known, about = old.Known, cmp.Or(server, old.About)
		if m.Change == ChangeEdited { // what the text said before does not count
			for fact := range d.factsIn(old.Text) {
				known = withoutValue(known, fact)
			}
		}
	} else {
		about = server
	}
	if d.rules.named(m) != "" {
		return known, about
	}
	for fact, answer := range d.factsIn(m.subject()) {
		known = withValue(known, fact, answer)
	}
	return known, about
}

// goesOn reports whether a message that names a server, or "", goes on with the
// conversation of a walkthrough. Another server is another case.
func (d decision) goesOn(old Walkthrough, server string) bool {
	if old.Status == StatusEnded || old.Entry == nil && old.Asker.ID != d.head.From.ID {
		return false
	}
	return server == "" || old.About == "" || sameName(server, old.About)
}

// server returns the server that the message names in its error, or "".
func (d decision) server() string {
	if len(d.found.Hits) == 0 {
		return ""
	}
	slots := usable(d.found.Hits[0].Slots)
	for _, name := range slices.Sorted(maps.Keys(slots)) {
		if d.rules.Base.Slot(name).Takes == kb.KindServer {
			return slots[name]
		}
	}
	return ""
}

// factsIn returns the facts that a text has.
func (d decision) factsIn(text string) map[string]string {
	var found map[string]string
	for _, f := range d.rules.Base.Facts() {
		q := f.Question()
		if c := saidChoice(&q, text); c != nil {
			found = withValue(found, f.ID, c.ID)
		}
	}
	return found
}

// earlierFact returns the ID of another answer that a text gives to the question
// about a known fact of the entry, or "".
func (d decision) earlierFact(w Walkthrough, text string) string {
	for i := range w.Entry.Triage {
		q := &w.Entry.Triage[i]
		if c, certain := d.pickChoice(q, text); c != nil && certain && w.Known[q.ID] != "" && w.Known[q.ID] != c.ID {
			return c.ID
		}
	}
	return ""
}

// changeFact corrects a fact: where it was asked, or, if the entry began with it,
// from the beginning.
func (d decision) changeFact(w Walkthrough, id string) bool {
	for i := range w.Entry.Triage {
		q := &w.Entry.Triage[i]
		c := findChoice(q, id)
		if c == nil || w.Known[q.ID] == "" || w.Known[q.ID] == id {
			continue
		}
		d.closeLive(w, "", false)
		said := append(d.remember(w, Position{}), paragraph(d.text("answer_changed", "answer", d.entryText(c.Label, w))))
		w.Live = ""
		if k := slices.IndexFunc(w.Path, func(v Visited) bool { return v.Question == q.ID }); k >= 0 {
			w.At, w.Tried, w.Path = w.Path[k].Position, w.Tried[:min(w.Path[k].Tried, len(w.Tried))], w.Path[:k]
			d.follow(w, q, c, said)
			return true
		}
		w.Known = withValue(w.Known, q.ID, id)
		again := begin(w, w.Entry, w.Slots)
		again.answerAgain(w.Tried)
		d.postState(again, append(said, d.causeOf(w, q.ID)...)...)
		return true
	}
	return false
}

// answers returns what is known before the first question is asked, or was
// answered since: facts, and answers to the questions of the entry.
func (w *Walkthrough) answers() (all []Attempt) {
	for _, q := range w.Entry.Triage {
		if known := w.Known[q.ID]; !isOpen(known) {
			all = append(all, Attempt{Step: q.ID, Choice: known})
		}
	}
	for _, a := range w.Tried {
		if findFact(w.Entry, a.Step) == nil {
			all = append(all, a)
		}
	}
	return all
}

// answerAgain answers the questions at the beginning of the entry as before.
func (w *Walkthrough) answerAgain(before []Attempt) {
	for range before {
		q := w.question()
		i := slices.IndexFunc(before, func(a Attempt) bool { return q != nil && a.Step == q.ID })
		if i < 0 || w.At.Question == "" || w.At.Then != "" {
			return
		}
		c := findChoice(q, before[i].Choice)
		if c == nil || c.Entry != "" {
			return
		}
		w.moveTo(positionOf(w.Entry, w.possible().AfterChoice(q.ID, c)), before[i])
	}
}

// causeOf returns the sentences of the cause that a fact has just met.
func (v voice) causeOf(w Walkthrough, fact string) []Block {
	var said []Block
	for _, s := range w.Entry.Cause {
		if s.If != nil && s.If.Fact == fact && w.shows(s.If) {
			said = append(said, paragraph(v.entryText(s.Text, w)))
		}
	}
	return said
}

// factRows returns a row for the summary for each known fact: its name and the
// answer.
func (v voice) factRows(w Walkthrough) (rows [][]string) {
	for _, id := range slices.Sorted(maps.Keys(w.Known)) {
		name, label := id, ""
		q := findFact(w.Entry, id)
		if f := v.rules.Base.Fact(id); f != nil {
			name = v.entryText(f.Name, w)
			if q == nil {
				q = new(f.Question())
			}
		}
		if q != nil {
			if c := findChoice(q, w.Known[id]); c != nil {
				label = v.entryText(c.Label, w)
			}
		}
		if label != "" {
			rows = append(rows, []string{cmp.Or(name, id), label})
		}
	}
	return rows
}
