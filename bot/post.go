package bot

import (
	"cmp"
	"slices"
)

// What a decision adds to its turn. The names say what a function posts:
// postState and postAnswer show the position of a walkthrough, postNote adds to
// its thread, and all three keep its state. postInfo and postPrivate keep no
// state. The replace and withdraw functions change earlier posts.

// post adds a post to the turn. The default recipient is the sender of the
// event.
func (d decision) post(p Post) PostID {
	if p.To.ID == "" {
		p.To = d.head.From
	}
	return d.turn.add(p)
}

// keep adds a state to the turn.
func (d decision) keep(w Walkthrough) {
	if w.Thread == d.state.Walkthrough.Thread {
		w.Tried, w.Said = d.timed(w.Tried), d.withRemark(w)
	}
	d.turn.States = append(d.turn.States, w)
}

// timed returns the attempts with the time of the event at those that are new.
func (d decision) timed(tried []Attempt) []Attempt {
	old := d.state.Walkthrough.Tried
	tried = slices.Clone(tried)
	for i := range tried {
		if isNew := i >= len(old) || tried[i] != old[i]; isNew && tried[i].At == 0 && !d.head.At.IsZero() {
			tried[i].At = d.head.At.Unix()
		}
	}
	return tried
}

// postIn posts in the thread of w and adds the post to w. The caller keeps w.
func (d decision) postIn(w *Walkthrough, r Reply) PostID {
	id := d.post(Post{Thread: w.Thread, Private: w.Private, To: w.Asker, Reply: r})
	w.Posts = append(slices.Clip(w.Posts), id)
	return id
}

// postState posts the position of the walkthrough, after further blocks, and
// keeps w.
func (d decision) postState(w Walkthrough, before ...Block) {
	w.Intro = false
	w.Live = d.postIn(&w, d.reply(append(d.withAside(before...), d.view(w)...)...))
	d.keep(w)
}

// postAnswer posts the position of the walkthrough, below its introduction if
// it has just started, and keeps w. If replaces is set, the post replaces that
// earlier one.
func (d decision) postAnswer(w Walkthrough, replaces PostID) {
	if d.supervises(w) {
		w = d.propose(w)
	}
	w.Live = d.post(Post{Thread: w.Thread, Private: w.Private, To: w.Asker, Replaces: replaces, Opens: w.Thread.Root == d.newRoot(), Reply: d.liveReply(w)})
	w.Posts = append(slices.Clip(w.Posts), w.Live)
	d.keep(w)
}

// postNote posts blocks in the thread of a walkthrough and keeps w as it is.
func (d decision) postNote(w Walkthrough, blocks ...Block) {
	d.postIn(&w, d.reply(d.withAside(blocks...)...))
	d.keep(w)
}

// postInfo replies with blocks that belong to no walkthrough. It keeps no
// state.
func (d decision) postInfo(blocks ...Block) {
	d.post(Post{Thread: d.head.Thread, Private: d.answersPrivately(), Reply: d.reply(blocks...)})
}

// postPrivate shows blocks to the sender of the event alone, if the platform
// can. It keeps no state.
func (d decision) postPrivate(blocks ...Block) PostID {
	return d.post(Post{Thread: d.head.Thread, Private: d.rules.Can.Private && !d.head.Direct, Reply: d.reply(blocks...)})
}

// replaceLive removes the question and its buttons from the post that has them,
// and notes the choice there, so that no dead button remains. It keeps no
// state.
func (d decision) replaceLive(w Walkthrough, picked string) {
	if !d.rules.Can.Edits || w.Live == "" {
		return
	}
	view := d.view(w)
	rest := slices.DeleteFunc(slices.Clone(view), func(b Block) bool { return b.Kind == BlockChoices || b.Kind == BlockQuestion })
	if picked == "" && len(rest) == len(view) {
		return // it has no question
	}
	if picked != "" {
		rest = append(rest, d.picked(w, picked))
	}
	if len(rest) == 0 && !w.Intro { // only an unanswered question; keep its text
		rest = slices.DeleteFunc(view, func(b Block) bool { return b.Kind == BlockChoices })
	}
	d.post(Post{Thread: w.Thread, Private: w.Private, To: w.Asker, Replaces: w.Live, Closes: true, Reply: d.introduced(w, rest...)})
}

// closeLive is replaceLive for a position that the walkthrough moves on from. A
// step is folded to a line with its outcome; done reports whether it was carried
// out.
func (d decision) closeLive(w Walkthrough, outcome string, done bool) {
	if !w.atStep() {
		d.replaceLive(w, outcome)
		return
	}
	if !d.rules.Can.Edits || w.Live == "" {
		return
	}
	key := "step_left"
	if done {
		key = "step_over"
	}
	line := d.text(key, "number", w.stepNumber(), "title", d.stepTitle(w, findStep(w.Entry, w.At.Step)))
	if outcome != "" {
		line += " · " + outcome + " · " + d.senderName(w)
	}
	d.post(Post{Thread: w.Thread, Private: w.Private, To: w.Asker, Replaces: w.Live, Closes: true, Reply: d.introduced(w, smallPrint(line))})
}

// atStep reports whether the walkthrough is at a step.
func (w *Walkthrough) atStep() bool {
	return w.Status == StatusWalking && w.Entry != nil && w.At.Slot == "" && findStep(w.Entry, w.At.Step) != nil
}

// picked returns the small print that says who chose what.
func (d decision) picked(w Walkthrough, label string) Block {
	return smallPrint(d.text("picked", "label", label, "name", d.senderName(w)))
}

// senderName returns the name of the sender that others see. On platforms that
// do not send names with every event, the name of the asker is known from the
// start of the walkthrough.
func (d decision) senderName(w Walkthrough) string {
	if d.head.From.ID == w.Asker.ID {
		return cmp.Or(d.head.From.Name, w.Asker.Name, d.head.From.ID)
	}
	return cmp.Or(d.head.From.Name, d.head.From.ID)
}

// withdrawPosts withdraws posts of a walkthrough. It keeps no state.
func (d decision) withdrawPosts(w Walkthrough, posts []PostID) {
	for _, id := range posts {
		d.post(Post{Thread: w.Thread, Private: w.Private, To: w.Asker, Replaces: id, Withdraw: true})
	}
}
