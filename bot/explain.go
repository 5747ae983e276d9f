package bot

import "mabsbot/bot/locale"

// Explanations of a step, in two to four lines from its own data.

// explainStep explains the current step: what it risks, how to open a prompt
// with the rights that it needs, or what it is for and where it is carried out.
func (d decision) explainStep(w Walkthrough, r locale.Reading) []Block {
	s := findStep(w.Entry, w.At.Step)
	var lines []Block
	add := func(text string) {
		if text != "" && len(lines) < 4 {
			lines = append(lines, paragraph(text))
		}
	}
	switch {
	case r.About(locale.SubjectElevated):
		add(d.text("explain_elevated"))
	case r.About(locale.SubjectRisk):
		risk := d.entryText(s.Risk, w)
		if risk == "" {
			risk = d.text("explain_no_risk")
		}
		add(risk)
	default:
		if text := d.entryText(s.Explain, w); text != "" {
			add(text)
		} else if text := d.entryText(w.Entry.Explain, w); text != "" {
			add(text)
		} else {
			add(d.cause(w))
		}
		add(d.entryText(s.Check, w))
		if s.Command != nil {
			add(d.text("explain_command"))
		}
	}
	if s.Link != nil {
		lines = append(lines, Block{Kind: BlockLink, Text: d.entryText(s.Link.Text, w), URL: s.Link.URL})
	}
	return append(lines, d.paragraph("explain_more"))
}

// howToSee says how to see whether the step helped.
func (d decision) howToSee(w Walkthrough) []Block {
	s := findStep(w.Entry, w.At.Step)
	if check := d.entryText(s.Check, w); check != "" {
		return []Block{paragraph(d.text("how_to_see", "check", check))}
	}
	return []Block{d.paragraph("how_to_see_retry")}
}

// cannot handles a step that the user is not able to do: a line of help if the
// reason is known, and the ways on.
func (d decision) cannot(w Walkthrough, r locale.Reading) {
	blocks := []Block{d.paragraph("cannot_other")}
	if r.About(locale.SubjectDenied) {
		blocks = []Block{d.paragraph("cannot_denied")}
	}
	if w.prompt() == promptDone {
		blocks = append(blocks, d.paragraph("cannot_sequence"))
	}
	d.postNote(w, append(blocks, choices(d.button(w, ActionCannot, "", d.text("cannot_next")), d.button(w, ActionPerson, "", d.text("person"))))...)
}
