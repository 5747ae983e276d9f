package bot

import (
	"cmp"
	"slices"
)

// What a decision adds to its turn. The name of each function says what it
// posts: postState and postAnswer show where a walkthrough stands, postNote adds
// something to its thread, and all three keep its state. postInfo and
// postPrivate keep nothing, replace… and withdraw… change earlier posts.

// post adds a post to the turn, for the sender of the event if it is for nobody else.
func (d decision) post(p Post) PostID {
	if p.To.ID == "" {
		p.To = d.head.From
	}
	return d.turn.add(p)
}

// keep adds a state to the turn.
func (d decision) keep(w Walkthrough) { d.turn.States = append(d.turn.States, w) }

// postIn posts in the thread of w and notes the post in w. The caller keeps w.
func (d decision) postIn(w *Walkthrough, r Reply) PostID {
	id := d.post(Post{Thread: w.Thread, Private: w.Private, To: w.Asker, Reply: r})
	w.Posts = append(slices.Clip(w.Posts), id)
	return id
}

// postState posts where the walkthrough stands, after further blocks, and keeps
// it.
func (d decision) postState(w Walkthrough, before ...Block) {
	w.Intro = false
	w.Live = d.postIn(&w, d.reply(append(before, d.view(w)...)...))
	d.keep(w)
}

// postAnswer posts where the walkthrough stands, below its introduction if it
// begins there, and keeps it. With replaces, the post takes the place of an
// earlier one.
func (d decision) postAnswer(w Walkthrough, replaces PostID) {
	w.Live = d.post(Post{Thread: w.Thread, Private: w.Private, To: w.Asker, Replaces: replaces, Reply: d.liveReply(w)})
	w.Posts = append(slices.Clip(w.Posts), w.Live)
	d.keep(w)
}

// postNote posts something in the thread of a walkthrough, and keeps it as it is.
func (d decision) postNote(w Walkthrough, blocks ...Block) {
	d.postIn(&w, d.reply(blocks...))
	d.keep(w)
}

// postInfo answers with something that is no walkthrough. It keeps nothing.
func (d decision) postInfo(blocks ...Block) {
	d.post(Post{Thread: d.head.Thread, Private: d.answersPrivately(), Reply: d.reply(blocks...)})
}

// postPrivate tells the person of the event alone something that changes
// nothing. It keeps nothing.
func (d decision) postPrivate(blocks ...Block) {
	d.post(Post{Thread: d.head.Thread, Private: d.rules.Can.Private && !d.head.Direct, Reply: d.reply(blocks...)})
}

// replaceLive takes the question and its buttons off the post that holds them
// and leaves what was chosen there, so that nobody finds a dead button. It keeps
// nothing.
func (d decision) replaceLive(w Walkthrough, picked string) {
	if !d.rules.Can.Edits || w.Live == "" {
		return
	}
	r := d.liveReply(w)
	rest := slices.DeleteFunc(slices.Clone(r.Blocks), func(b Block) bool { return b.Kind == BlockChoices || b.Kind == BlockQuestion })
	if picked != "" {
		rest = append(rest, d.picked(w, picked))
	}
	if len(rest) == 0 { // nothing but a question, and nobody answered it
		rest = slices.DeleteFunc(r.Blocks, func(b Block) bool { return b.Kind == BlockChoices })
	}
	r.Blocks = rest
	d.post(Post{Thread: w.Thread, Private: w.Private, To: w.Asker, Replaces: w.Live, Reply: r})
}

// picked is the small print that says who chose what.
func (d decision) picked(w Walkthrough, label string) Block {
	return smallPrint(d.text("picked", "label", label, "name", d.senderName(w)))
}

// senderName is how the person of the event is shown to others. A platform that does
// not tell names with every event told the asker's when the walkthrough began.
func (d decision) senderName(w Walkthrough) string {
	if d.head.From.ID == w.Asker.ID {
		return cmp.Or(d.head.From.Name, w.Asker.Name, d.head.From.ID)
	}
	return cmp.Or(d.head.From.Name, d.head.From.ID)
}

// withdrawPosts takes back posts of a walkthrough. It keeps nothing.
func (d decision) withdrawPosts(w Walkthrough, posts []PostID) {
	for _, id := range posts {
		d.post(Post{Thread: w.Thread, Private: w.Private, To: w.Asker, Replaces: id, Withdraw: true})
	}
}
