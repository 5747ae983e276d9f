package bot

// Going on elsewhere: in a direct message, or from a private answer in the
// channel.

// newRoot is the provisional root of a thread that a post of this turn opens.
func (d decision) newRoot() string { return "new-" + string(d.head.ID) }

// DirectChannel, with a user's ID, stands for the direct message with that
// user until the adapter knows its channel.
const DirectChannel = "dm:"

// continueInDM continues in a direct message with whoever asked for it. The thread
// stays as it is for the others; a private answer ends with it.
func (d decision) continueInDM(w Walkthrough) {
	d.postElsewhere(w, Thread{Adapter: w.Thread.Adapter, Workspace: w.Thread.Workspace, Channel: DirectChannel + d.head.From.ID, Root: d.newRoot()})
	if w.Private {
		d.endPrivate(w, "direct", "moved")
		return
	}
	d.postPrivate(d.paragraph("moved"))
}

// publish shows a private answer in the channel where it was asked for.
func (d decision) publish(w Walkthrough) {
	there := w.Thread
	there.Root = d.newRoot()
	d.postElsewhere(w, there)
	d.endPrivate(w, "publish", "published")
}

// postElsewhere continues a walkthrough in a thread that its post opens, and keeps it
// there.
func (d decision) postElsewhere(w Walkthrough, there Thread) {
	w.Thread, w.Version, w.Posts, w.Private, w.Asker, w.Intro = there, 0, nil, false, d.head.From, true
	w.Live = d.post(Post{Thread: there, Opens: true, Reply: d.readIn(there).liveReply(w)})
	w.Posts = []PostID{w.Live}
	d.keep(w)
}

// endPrivate ends a private answer that goes on elsewhere.
func (d decision) endPrivate(w Walkthrough, label, said string) {
	d.replaceLive(w, d.text(label))
	w.Status, w.Live = StatusEnded, ""
	d.postNote(w, d.paragraph(said))
}
