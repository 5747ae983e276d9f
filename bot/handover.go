package bot

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Handing over to a person, with a summary of the walkthrough.

// handOverChannel returns the channel to which walkthroughs are handed over, or
// "".
func (v voice) handOverChannel(w Walkthrough) string {
	return v.rules.Policy.EscalationChannels[w.Thread.Adapter]
}

// handOver posts a summary to the hand-over channel and offers the basic checks
// to the people who wait. It does so once per walkthrough.
func (d decision) handOver(w Walkthrough) {
	if w.HandedOver {
		d.postPrivate(d.paragraph("person_again"))
		return
	}
	d.replaceLive(w, d.text("person"))
	w.Status, w.HandedOver = StatusEscalated, true
	d.postState(w)
	if d.handOverChannel(w) != "" {
		d.postHandOver(w)
	}
}

// postHandOver posts the summary in the hand-over channel, in the default
// language. It keeps no state.
func (d decision) postHandOver(w Walkthrough) {
	d = d.speaking(d.rules.Policy.Language)
	there := Thread{Adapter: w.Thread.Adapter, Workspace: w.Thread.Workspace, Channel: d.handOverChannel(w), Root: d.newRoot()}
	title := d.text("summary_unknown")
	if w.Entry != nil {
		title = d.title(Walkthrough{Entry: w.Entry, Codes: w.Codes})
	}
	blocks := []Block{heading(d.text("handover", "name", d.senderName(w), "title", title))}
	if w.Entry != nil {
		blocks = append(blocks, d.summary(w))
	}
	if w.Private || d.head.Direct {
		blocks = append(blocks, d.paragraph("handover_direct"))
	} else {
		blocks = append(blocks, Block{Kind: BlockThread, Text: d.text("handover_thread"), Thread: w.Thread})
	}
	d.post(Post{Thread: there, Opens: true, Reply: d.reply(blocks...)})
}

// viewHandedOver is shown after a person was requested.
func (v voice) viewHandedOver(w Walkthrough) []Block {
	said := "person_none"
	if v.handOverChannel(w) != "" {
		said = "person_sent"
	}
	blocks := []Block{heading(v.text(said))}
	if w.Entry != nil {
		blocks = append(blocks, v.remember(w, Position{})...)
		blocks = append(blocks, v.summary(w))
	}
	var row []LabeledButton
	if e := v.rules.Base.Entry(v.rules.Policy.Checks); e != nil && (w.Entry == nil || e.ID != w.Entry.ID) {
		blocks = append(blocks, v.paragraph("person_meanwhile"))
		row = append(row, v.startButton(e, v.text("checks")))
	}
	if w.Entry != nil {
		row = append(row, v.button(w, ActionFixed, "", v.text("fixed")), v.button(w, ActionBack, "", v.text("back")))
	}
	return append(blocks, choices(row...))
}

// summary lists what happened so far. Values of slots, such as server names,
// are masked because more people may read the channel than the thread.
func (v voice) summary(w Walkthrough) Block {
	b := Block{Kind: BlockTable}
	row := func(key, value string) {
		if value != "" {
			b.Rows = append(b.Rows, []string{v.text(key), value})
		}
	}
	nameless := Walkthrough{Entry: w.Entry}
	row("summary_error", v.title(nameless))
	row("summary_code", strings.Join(mapped(w.Codes, codeLabel), ", "))
	row("summary_slots", strings.Join(maskedSlots(w.Slots), ", "))
	tried := mapped(w.Tried, func(a Attempt) string { return v.attempt(nameless, a) })
	row("summary_tried", cmp.Or(strings.Join(tried, " → "), v.text("summary_nothing")))
	if s := findStep(w.Entry, w.At.Step); s != nil {
		row("summary_at", v.stepName(nameless, s.ID))
	}
	row("summary_undo", v.summaryUndo(nameless, w))
	row("summary_facts", strings.Join(w.Facts, " / "))
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

// masked returns the start of a name: at most three letters and at most half of
// it. Those who know the name recognize it.
func masked(name string) string {
	r := []rune(name)
	return string(r[:min(3, len(r)/2)]) + "…"
}

// attempt describes a step that was tried or a question that was answered.
func (v voice) attempt(w Walkthrough, a Attempt) string {
	if q := findQuestion(w.Entry, a.Step); q != nil {
		if c := findChoice(q, a.Choice); c != nil {
			return v.entryText(c.Label, w)
		}
	}
	return v.stepName(w, a.Step) + ": " + v.text(outcomeText[w.outcome(a)])
}

// The texts of the outcomes.
var outcomeText = map[Outcome]string{
	OutcomeDone: "outcome_done", OutcomeHelped: "outcome_helped", OutcomeRelapsed: "outcome_relapsed", OutcomeNotHelped: "outcome_not_helped",
	OutcomeSkipped: "outcome_skipped", OutcomeCannot: "outcome_cannot",
}

// summaryUndo lists all that is switched off, without names.
func (v voice) summaryUndo(nameless, w Walkthrough) string {
	var all []string
	for _, u := range w.undos() {
		said := v.entryText(u.step.Undo, nameless)
		if u.begun {
			said = v.text("summary_begun", "title", v.stepName(nameless, u.step.ID), "undo", said)
		}
		if !slices.Contains(all, said) {
			all = append(all, said)
		}
	}
	return strings.Join(all, " ")
}

func (v voice) stepName(w Walkthrough, id string) string {
	if s := findStep(w.Entry, id); s != nil {
		return cmp.Or(v.entryText(s.Title, w), id)
	}
	return id
}
