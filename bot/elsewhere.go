package bot

// Continuing a conversation elsewhere: in a direct message or, from a private
// answer, in the channel.

// newRoot returns the provisional root of a thread that a post of this turn
// opens.
func (d decision) newRoot() string { return newRoot(d.head.ID) }

// newRoot is the same for the posts of an event.
func newRoot(event EventID) string { return "new-" + string(event) }

// DirectChannel followed by a user's ID is the provisional channel of the
// direct message with that user, until the adapter knows the real one.
const DirectChannel = "dm:"

// continueInDM continues in a direct message with the user who asked for it.
// The thread stays as it is for everyone else; a private answer ends.
func (d decision) continueInDM(w Walkthrough) {
	d.postElsewhere(w, d.directThread())
	if w.Private {
		d.endPrivate(w, "direct", "moved")
		return
	}
	d.postPrivate(d.paragraph("moved"))
}

// directThread returns the provisional thread of the direct message with the
// sender of the event.
func (d decision) directThread() Thread {
	t := d.head.Thread
	return Thread{Adapter: t.Adapter, Workspace: t.Workspace, Channel: DirectChannel + d.head.From.ID, Root: d.newRoot()}
}

// publish moves a private answer to the channel in which it was requested.
func (d decision) publish(w Walkthrough) {
	there := w.Thread
	there.Root = d.newRoot()
	d.postElsewhere(w, there)
	d.endPrivate(w, "publish", "published")
}

// postElsewhere continues a walkthrough in a thread that its post opens. It
// keeps the state there.
func (d decision) postElsewhere(w Walkthrough, there Thread) {
	w.Counted = w.Counted && w.Private // otherwise the conversation also goes on here
	w.Thread, w.Version, w.Posts, w.Private, w.Asker, w.Intro = there, 0, nil, false, d.head.From, true
	w.Live = d.post(Post{Thread: there, Opens: true, Reply: d.readIn(there).liveReply(w)})
	w.Posts = []PostID{w.Live}
	d.keep(w)
}

// endPrivate ends a private answer that continues elsewhere.
func (d decision) endPrivate(w Walkthrough, label, said string) {
	d.replaceLive(w, d.text(label))
	w.Status, w.Live = StatusEnded, ""
	d.postNote(w, d.paragraph(said))
}
