package bot

import (
	"slices"
	"strconv"
)

// What the team does with a case: take it, solve it, record what was done. The
// asker sees each of these in their thread, and can say that it is not solved.

// openCase posts a case to the team, and plans a reminder.
func (d decision) openCase(w Walkthrough) {
	team := d.speaking(d.teamLanguage(w))
	there := Thread{Adapter: w.Thread.Adapter, Workspace: w.Thread.Workspace, Channel: d.handOverChannel(w), Root: d.newRoot()}
	t := Walkthrough{Thread: there, Status: StatusCase, Lang: team.locale.Lang, Asker: d.head.From}
	c := &Case{Number: w.Case, Of: w.Thread, For: w.Asker, Opened: d.now(), Title: team.text("summary_unknown")}
	if w.Entry != nil {
		c.Title = team.title(Walkthrough{Entry: w.Entry, Codes: w.Codes})
	}
	c.For.Name = d.senderName(w)
	c.Brief = team.brief(w, w.Case, d.senderName(w))
	t.Handover = c
	c.Post = team.post(Post{Thread: there, Opens: true, Team: true, Reply: team.caseReply(t)})
	t.Posts = []PostID{c.Post}
	c.Reminder = team.remind(there, *c)
	d.keep(t)
}

// teamLanguage returns the language of the hand-over channel.
func (d decision) teamLanguage(w Walkthrough) string {
	team := Thread{Adapter: w.Thread.Adapter, Workspace: w.Thread.Workspace, Channel: d.handOverChannel(w)}
	if lang := d.rules.Policy.channel(Head{Thread: team}).Language; d.rules.Locales[lang] != nil {
		return lang
	}
	return d.rules.Policy.Language
}

// remind plans the reminder of a case that is not taken, in the channel of
// there. The reminder is a message of its own, because a reply in a thread is
// easily missed.
func (d decision) remind(there Thread, c Case) PostID {
	if d.rules.Policy.Reminder == 0 {
		return ""
	}
	there.Root = d.newRoot() + "-reminder"
	said := d.text("case_reminder", "case", strconv.Itoa(c.Number), "name", c.For.name(), "title", c.Title, "time", timeMark(c.Opened))
	return d.post(Post{Thread: there, Opens: true, Team: true, Delay: d.rules.Policy.Reminder, Reply: d.reply(
		paragraph(said),
		Block{Kind: BlockThread, Text: d.text("handover_thread"), Thread: c.Of},
		choices(primary(d.caseButton(c, ActionTake, "case_take"))),
	)})
}

// caseButton returns a button of a case. It carries the number alone, so that it
// works in any thread.
func (v voice) caseButton(c Case, a Action, key string) LabeledButton {
	return LabeledButton{Label: v.text(key), Button: Button{Action: a, Choice: strconv.Itoa(c.Number)}}
}

// caseReply returns the team's post: the brief, the state of the case, and its
// buttons.
func (v voice) caseReply(t Walkthrough) Reply {
	c := *t.Handover
	blocks := slices.Clone(c.Brief)
	hint := smallPrint(v.text("case_hint", "case", strconv.Itoa(c.Number)))
	switch {
	case t.Status == StatusCaseClosed:
		blocks = append(blocks, smallPrint(v.closedCase(c)))
		if c.Done == "" && !c.Withdrawn {
			blocks = append(blocks, hint)
		}
	case c.Taken.done():
		blocks = append(blocks, ask(v.text("case_taken", "name", c.Taken.By.name(), "time", timeMark(c.Taken.At))),
			choices(primary(v.caseButton(c, ActionSolve, "case_solved"))), hint)
	default:
		blocks = append(blocks, choices(primary(v.caseButton(c, ActionTake, "case_take")), v.caseButton(c, ActionSolve, "case_solved")), hint)
	}
	return v.reply(blocks...)
}

// closedCase says who closed a case, and how.
func (v voice) closedCase(c Case) string {
	pairs := []string{"name", c.Closed.By.name(), "time", timeMark(c.Closed.At)}
	switch {
	case c.Withdrawn:
		return v.text("case_withdrawn", pairs...)
	case c.Closed.By.ID == c.For.ID:
		return v.text("case_fixed", pairs...)
	case c.Done != "":
		return v.text("case_solved_how", append(pairs, "done", shorten(v.quote(c.Done), maxQuote))...)
	}
	return v.text("case_solved_by", pairs...)
}

// changeCase changes a case and keeps it.
func (d decision) changeCase(t Walkthrough, change func(*Case)) Walkthrough {
	c := *t.Handover
	change(&c)
	t.Handover = &c
	d.turn.States = slices.DeleteFunc(d.turn.States, func(w Walkthrough) bool { return w.Thread == t.Thread })
	d.keep(t)
	return t
}

// updateCase changes a case, and the team's post with it. It withdraws the
// reminder of a case that is now taken or closed.
func (d decision) updateCase(t Walkthrough, change func(*Case)) Walkthrough {
	reminder := t.Handover.Reminder
	t = d.changeCase(t, func(c *Case) {
		change(c)
		c.Noticed = nil
		if c.Taken.done() || t.Status == StatusCaseClosed {
			c.Reminder = ""
		}
	})
	if d.rules.Can.Edits {
		team := d.speaking(t.Lang)
		team.post(Post{Thread: t.Thread, Replaces: t.Handover.Post, Reply: team.caseReply(t)})
	}
	if reminder != "" && t.Handover.Reminder == "" {
		d.post(Post{Thread: t.Thread, Replaces: reminder, Withdraw: true})
	}
	return t
}

// tellTeam writes in the thread of a case.
func (d decision) tellTeam(t Walkthrough, say func(team decision) string) {
	team := d.speaking(t.Lang)
	team.post(Post{Thread: t.Thread, Reply: team.reply(paragraph(say(team)))})
}

// notice posts to the sender alone about a case that they cannot change, and
// only once for their presses until the case changes: people press several
// times.
func (d decision) notice(t Walkthrough, text string) {
	switch noticed := slices.Contains(t.Handover.Noticed, d.head.From.ID); {
	case !d.isPress:
	case noticed:
		d.keep(t) // so that the press counts as handled if it is redelivered
		return
	default:
		d.changeCase(t, func(c *Case) { c.Noticed = append(slices.Clip(c.Noticed), d.head.From.ID) })
	}
	d.postPrivate(paragraph(text))
}

// pressCase handles a button of a case.
func (d decision) pressCase(p Press) {
	number, _ := strconv.Atoi(p.Button.Choice)
	if number == 0 {
		d.postPrivate(d.paragraph("case_none"))
		return
	}
	c := d.cases(CaseQuery{Number: number})
	switch {
	case c == nil:
	case c.Case.Handover == nil, c.Case.isProposal():
		d.postPrivate(d.paragraph("case_none"))
	case p.Button.Action == ActionTake:
		d.takeCase(*c)
	case p.Button.Action == ActionReopen:
		d.reopenCase(c.About, *c)
	default:
		d.solveCase(*c, "")
	}
}

// caseNumber returns the number of the case that a walkthrough has or is about,
// or 0.
func (w *Walkthrough) caseNumber() int {
	if w.Handover != nil && !w.isProposal() {
		return w.Handover.Number
	}
	return w.Case
}

// takeCase records who helps, and notifies the asker.
func (d decision) takeCase(c Cases) {
	old := *c.Case.Handover
	switch {
	case c.Case.Status == StatusCaseClosed:
		d.notice(c.Case, d.closedCase(old))
		return
	case old.Taken.By.ID == d.head.From.ID:
		d.notice(c.Case, d.text("case_yours"))
		return
	case old.Taken.done():
		d.notice(c.Case, d.text("case_taken", "name", old.Taken.By.name(), "time", timeMark(old.Taken.At)))
		return
	}
	d.updateCase(c.Case, func(c *Case) { c.Taken = d.sender() })
	d.tellAsker(c.About, func(asker decision) []Block {
		return []Block{paragraph(asker.text("person_took", "name", d.head.From.name(), "time", timeMark(d.now())))}
	})
}

// sender returns the sender, with the time of the event.
func (d decision) sender() Act { return Act{User{ID: d.head.From.ID, Name: d.head.From.Name}, d.now()} }

// tellAsker writes in the thread that a case is about, in its language.
func (d decision) tellAsker(w Walkthrough, say func(asker decision) []Block) {
	asker := d.speaking(w.Lang)
	asker.voice = asker.readIn(w.Thread)
	asker.postIn(&w, asker.reply(say(asker)...))
	if w.Status != "" {
		d.keep(w)
	}
}

// solveCase closes a case as solved by the sender, or records what they did if
// it is closed. It reports whether it did. The asker can say that it is not
// solved.
func (d decision) solveCase(c Cases, done string) (recorded bool) {
	t, old := c.Case, *c.Case.Handover
	closed := t.Status == StatusCaseClosed
	if closed && (done == "" || done == old.Done || old.Withdrawn) {
		d.notice(t, d.closedCase(old))
		return false
	}
	t.Status = StatusCaseClosed
	t = d.updateCase(t, func(c *Case) {
		c.Done = done
		if !closed {
			c.Closed = d.sender()
		}
	})
	if !closed {
		d.solvedBy(c.About, *t.Handover)
	}
	return true
}

// closeCase closes the case of a walkthrough whose asker no longer needs a
// person, and notifies the team.
func (d decision) closeCase(w *Walkthrough, withdrawn bool) {
	if w.Case == 0 {
		return
	}
	c := d.cases(CaseQuery{Number: w.Case})
	if c == nil {
		return
	}
	w.Case, w.HandedOver = 0, false
	t := c.Case
	withdraw := func(c *Case) { c.Brief, c.Done = d.speaking(t.Lang).withdrawnBrief(*c), "" }
	if t.Status == StatusCaseClosed && withdrawn {
		d.updateCase(t, withdraw)
	}
	if t.Status != StatusCase {
		return
	}
	t.Status = StatusCaseClosed
	t = d.updateCase(t, func(c *Case) {
		c.Closed, c.Withdrawn = d.sender(), withdrawn
		if withdrawn {
			c.Closed.By = c.For // a platform may not say who deleted a message
			withdraw(c)
		}
	})
	d.tellTeam(t, func(team decision) string { return team.closedCase(*t.Handover) })
}

// withdrawnBrief returns what is left of the brief when the question was deleted.
func (v voice) withdrawnBrief(c Case) []Block {
	return []Block{heading(v.text("handover", "case", strconv.Itoa(c.Number), "name", c.For.name(), "title", c.Title))}
}

// reopenCase opens a case again that a person said is solved. w is the
// walkthrough that it is about.
func (d decision) reopenCase(w Walkthrough, c Cases) {
	switch closed := c.Case.Status == StatusCaseClosed; {
	case !closed:
		d.notice(c.Case, d.waitingFor(*c.Case.Handover))
		return
	case c.Case.Handover.Withdrawn || w.Case != c.Case.Handover.Number:
		d.notice(c.Case, d.closedCase(*c.Case.Handover))
		return
	}
	t := c.Case
	t.Status = StatusCase
	t = d.updateCase(t, func(c *Case) {
		c.Closed, c.Done = Act{}, ""
		if !c.Taken.done() {
			c.Reminder = d.speaking(t.Lang).remind(t.Thread, *c)
		}
	})
	d.tellTeam(t, func(team decision) string { return team.text("case_reopened", "name", d.senderName(w)) })
	w = d.closeFollowUp(w, d.text("again"))
	w.Status = StatusEscalated
	d.postNote(w, paragraph(d.text("person_reopened", "case", strconv.Itoa(t.Handover.Number))))
}

// inTeamThread handles a message in the team's thread. People talk there; only
// who addresses the bot wants something of it.
func (d decision) inTeamThread(w Walkthrough, m Message) {
	r := d.rules.Locales.Read(m.Text)
	if !m.Addressed && !r.Named {
		return
	}
	if w.isProposal() {
		d.inProposalThread(w)
		return
	}
	c := d.cases(CaseQuery{Number: w.Handover.Number})
	if c == nil {
		return
	}
	if intent := Intent(r.Main); intent == IntentFixed || intent == IntentDone {
		d.solveCase(*c, m.Text)
		return
	}
	d.postInfo(paragraph(d.text("case_hint", "case", strconv.Itoa(w.Handover.Number))))
}
