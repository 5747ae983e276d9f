package bot

import "strconv"

// Handing over to a person: what the asker sees. brief.go has what the team gets,
// and cases.go what the team does with it.

// handOverChannel returns the channel to which walkthroughs are handed over, or
// "".
func (v voice) handOverChannel(w Walkthrough) string {
	return v.rules.Policy.escalation(w.Thread)
}

// handOver asks the team for a person, once per walkthrough, and offers the
// basic checks to the people who wait. Without a hand-over channel it gives a
// summary.
func (d decision) handOver(w Walkthrough) {
	if w.Status == StatusProposed {
		w = w.withoutAnswer() // no one has published it
	}
	number := 1
	switch channel := d.handOverChannel(w); {
	case w.Case > 0:
		d.handOverAgain(w)
		return
	case w.HandedOver && channel == "":
		d.postPrivate(d.paragraph("person_none_again"))
		return
	case w.HandedOver:
		d.postPrivate(d.paragraph("person_again"))
		return
	case channel != "":
		c := d.cases(CaseQuery{New: true})
		if c == nil {
			return
		}
		if c.Recent >= maxHandOvers {
			d.postPrivate(d.overLimit(w, c.Recent)...)
			return
		}
		number = c.Last + 1
	}
	d.replaceLive(w, d.text("person"))
	w.Said = d.withRemark(w)
	w.Status, w.HandedOver, w.AskedAt = StatusEscalated, true, d.now()
	if d.handOverChannel(w) != "" {
		w.Case = number
	}
	d.postState(w)
	if w.Case > 0 {
		d.openCase(w)
	}
}

// overLimit says that the team is not asked again, after the given number of
// requests.
func (v voice) overLimit(w Walkthrough, requests int) []Block {
	blocks := []Block{paragraph(v.text("person_limit", "count", strconv.Itoa(requests)))}
	if w.Entry != nil {
		blocks = append(append(blocks, v.paragraph("person_pass_on")), v.summary(w)...)
	}
	return blocks
}

// handOverAgain says what became of the request for a person. If a person said
// that it is solved, the case is opened again.
func (d decision) handOverAgain(w Walkthrough) {
	c := d.cases(CaseQuery{Number: w.Case})
	switch {
	case c == nil:
	case c.Case.Handover == nil:
		d.postPrivate(d.paragraph("person_again"))
	case c.Case.Status == StatusCaseClosed:
		d.reopenCase(w, *c)
	default:
		d.notice(c.Case, d.waitingFor(*c.Case.Handover))
	}
}

// waitingFor says who was asked when, and who helps.
func (v voice) waitingFor(c Case) string {
	since := v.text("person_since", "time", timeMark(c.Opened), "case", strconv.Itoa(c.Number))
	if !c.Taken.done() {
		return since + " " + v.text("person_not_taken")
	}
	return since + " " + v.text("person_taken", "name", c.Taken.By.name(), "time", timeMark(c.Taken.At))
}

// viewHandedOver is shown after a person was requested.
func (v voice) viewHandedOver(w Walkthrough) []Block {
	said := heading(v.text("person_none"))
	switch {
	case w.Case > 0:
		said = heading(v.text("person_sent", "case", strconv.Itoa(w.Case)))
	case v.handOverChannel(w) != "":
		said = heading(v.text("person_again")) // asked by an earlier version, which had no cases
	}
	blocks := []Block{said}
	if w.Entry != nil {
		blocks = append(blocks, v.remember(w, Position{})...)
		if w.Case > 0 {
			blocks = append(blocks, v.paragraph("person_summary"))
		}
		blocks = append(blocks, v.summary(w)...)
	}
	var row []LabeledButton
	if e := v.rules.Base.Entry(v.rules.Policy.Checks); e != nil && (w.Entry == nil || e.ID != w.Entry.ID) {
		blocks = append(blocks, v.paragraph("person_meanwhile"))
		row = append(row, v.startButton(e, v.text("checks")))
	}
	if w.Entry != nil {
		row = append(row, v.button(w, ActionFixed, "", v.text("fixed")), more(v.button(w, ActionBack, "", v.text("back"))))
	}
	return append(blocks, choices(row...))
}

// passOn posts to the team what the asker adds while they wait.
func (d decision) passOn(w Walkthrough) {
	if w.Case == 0 || d.said == "" {
		return
	}
	c := d.cases(CaseQuery{Number: w.Case})
	if c == nil || c.Case.Status != StatusCase || c.Case.Handover.Remarks >= maxPassedOn {
		return
	}
	d.changeCase(c.Case, func(t *Case) { t.Remarks++ })
	d.tellTeam(c.Case, func(team decision) string {
		return team.text("case_remark", "name", d.senderName(w), "text", shorten(team.quote(d.said), maxQuote))
	})
}

// maxPassedOn limits the remarks that the team gets about one case. Who needs
// more has taken the case, and reads the thread.
const maxPassedOn = 10

// now returns the time of the event as a Unix time in seconds.
func (d decision) now() int64 {
	if d.head.At.IsZero() {
		return 0
	}
	return d.head.At.Unix()
}

// name returns what others see of a user.
func (u User) name() string {
	if u.Name != "" {
		return u.Name
	}
	return u.ID
}
