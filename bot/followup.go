package bot

// What comes after "fixed": the question, once and later, whether the fix held.

// solved ends happily, and asks once, later, whether it held. Somebody's
// private answer is gone by then, so that nothing is asked there.
func (d decision) solved(w Walkthrough) {
	d.replaceLive(w, d.text("fixed"))
	w.Status, w.Live = StatusSolved, ""
	later := d.rules.Policy.FollowUp > 0 && !w.Asked && w.FollowUp == "" && !w.Private
	blocks := []Block{heading(d.text("solved"))}
	if later {
		blocks = append(blocks, d.paragraph("solved_later"))
	}
	if more := d.otherErrors(w); len(more) > 0 {
		blocks = append(blocks, d.paragraph("solved_more"), choices(more...))
	}
	d.postIn(&w, d.reply(blocks...))
	if later {
		w.FollowUp = d.post(Post{Thread: w.Thread, To: w.Asker, Delay: d.rules.Policy.FollowUp, Reply: d.reply(d.viewFollowUp(w)...)})
	}
	d.keep(w)
}

// stillSolved ends for good.
func (d decision) stillSolved(w Walkthrough) {
	w = d.closeFollowUp(w, d.text("held"))
	w.Status = StatusEnded
	d.postNote(w, d.paragraph("held_thanks"))
}

// cameBack goes on where the walkthrough stood.
func (d decision) cameBack(w Walkthrough) {
	w = d.closeFollowUp(w, d.text("again"))
	w.Status = StatusWalking
	d.postState(w)
}

// closeFollowUp takes the buttons off the question whether the fix held. Where the
// question was not put yet, it is called off.
func (d decision) closeFollowUp(w Walkthrough, picked string) Walkthrough {
	switch {
	case w.FollowUp == "":
	case d.pressed == w.FollowUp && d.rules.Can.Edits:
		d.post(Post{Thread: w.Thread, To: w.Asker, Replaces: w.FollowUp, Reply: d.reply(
			paragraph(d.text("follow_up", "title", d.title(w))),
			d.picked(w, picked))})
		w.Asked = true
	default:
		d.withdrawFollowUp(w)
	}
	w.FollowUp = ""
	return w
}

// withdrawFollowUp takes back the question whether the fix held.
func (d decision) withdrawFollowUp(w Walkthrough) {
	if w.FollowUp != "" {
		d.post(Post{Thread: w.Thread, To: w.Asker, Replaces: w.FollowUp, Withdraw: true})
	}
}

// otherErrors are buttons for the other errors of the same paste.
func (d decision) otherErrors(w Walkthrough) []LabeledButton {
	var row []LabeledButton
	for _, id := range w.Also {
		if e := d.rules.Base.Entry(id); e != nil {
			row = append(row, d.startButton(e, d.entryText(e.Title, Walkthrough{})))
		}
	}
	return row
}

// viewFollowUp asks whether a fix held.
func (v voice) viewFollowUp(w Walkthrough) []Block {
	return []Block{
		ask(v.text("follow_up", "title", v.title(w))),
		choices(primary(v.button(w, ActionStillSolved, "", v.text("held"))), v.button(w, ActionCameBack, "", v.text("again"))),
	}
}
