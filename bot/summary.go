package bot

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"mabsbot/kb"
)

// What a person who takes over is told.

// handOverChannel is where people are asked for, or "".
func (d *decision) handOverChannel() string {
	return d.policy.EscalationChannels[d.head.Thread.Adapter]
}

// viewPerson is shown once a person was asked for.
func (d *decision) viewPerson(w Walkthrough) []Block {
	said := "person_none"
	if d.handOverChannel() != "" {
		said = "person_sent"
	}
	blocks := []Block{heading(d.l.Text(said))}
	if w.Entry != nil {
		blocks = append(blocks, d.summary(w))
	}
	var row []LabeledButton
	if e := d.base.Entry(d.policy.Checks); e != nil && (w.Entry == nil || e.ID != w.Entry.ID) {
		blocks = append(blocks, d.text("person_meanwhile"))
		row = append(row, d.startButton(e, d.l.Text("checks")))
	}
	if w.Entry != nil {
		row = append(row, d.button(w, ActionFixed, "", d.l.Text("fixed")), d.button(w, ActionBack, "", d.l.Text("back")))
	}
	return append(blocks, choices(row...))
}

// summary tells what happened so far. Names of customers' things are shortened:
// the channel may be read by more people than the thread.
func (d *decision) summary(w Walkthrough) Block {
	b := Block{Kind: BlockTable}
	row := func(key, value string) {
		if value != "" {
			b.Rows = append(b.Rows, []string{d.l.Text(key), value})
		}
	}
	nameless := Walkthrough{Entry: w.Entry}
	row("summary_error", d.title(nameless))
	row("summary_code", strings.Join(mapped(w.Codes, showCode), ", "))
	row("summary_slots", strings.Join(maskedSlots(w.Slots), ", "))
	tried := mapped(w.Tried, func(a Attempt) string { return d.attempt(nameless, a) })
	row("summary_tried", cmp.Or(strings.Join(tried, " → "), d.l.Text("summary_nothing")))
	if s := findStep(w.Entry, w.At.Step); s != nil {
		row("summary_at", d.stepName(nameless, s.ID))
	}
	row("summary_entry", w.Entry.ID+" "+cutBytes(w.Revision, 4))
	return b
}

func mapped[A, B any](all []A, f func(A) B) []B {
	var out []B
	for _, a := range all {
		out = append(out, f(a))
	}
	return out
}

func maskedSlots(slots map[string]string) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(slots)) {
		if slots[name] != "" {
			all = append(all, name+" "+masked(slots[name]))
		}
	}
	return all
}

// masked keeps the beginning of a name, three letters and at most half of it:
// enough for those who know it.
func masked(name string) string {
	r := []rune(name)
	return string(r[:min(3, len(r)/2)]) + "…"
}

// attempt says what was tried, or answered.
func (d *decision) attempt(w Walkthrough, a Attempt) string {
	if q := findQuestion(w.Entry, a.Step); q != nil {
		if c := findChoice(q, a.Choice); c != nil {
			return d.in(c.Label, w)
		}
	}
	outcome := "outcome_alternatives"
	if w.Entry.Steps.Order == kb.Sequence {
		outcome = "outcome_sequence"
	}
	return d.stepName(w, a.Step) + ": " + d.l.Text(outcome)
}

func (d *decision) stepName(w Walkthrough, id string) string {
	if s := findStep(w.Entry, id); s != nil {
		return cmp.Or(d.in(s.Title, w), id)
	}
	return id
}
