package bot

import (
	"cmp"
	"strings"
)

// What a button leads to. What people say in words comes here, too, as the
// button that they could have pressed.

func (d *decision) press(p Press) {
	w := d.now.Walkthrough
	d.pressed = p.Post
	if w.Status == StatusQuiet && w.Entry != nil && w.Entry.ID == p.Button.Entry {
		w.Status = StatusWalking // called back
	}
	switch {
	case p.Button.Action == ActionArea:
		d.list(p.Button.Choice)
	case w.Status == "" || w.Status == StatusEnded:
		d.revive(p.Button)
	case p.Button.Action == ActionStart:
		d.act(w, p.Button)
	case !d.holds(w, p.Button):
		d.overtaken(w)
	case p.Value != "" && w.At.Slot != "":
		if !d.given(w, p.Value) {
			d.retire(w, "")
			d.show(w, d.text("slot_bad"))
		}
	default:
		d.act(w, p.Button)
	}
}

// holds reports whether a button stands where the walkthrough stands.
func (d *decision) holds(w Walkthrough, b Button) bool {
	switch {
	case w.Status == StatusQuiet:
		return false
	case w.Status == StatusChoosing:
		return b.Action == ActionOther
	case w.Status == StatusSolved:
		return b.Entry == w.Entry.ID && (b.Action == ActionStillSolved || b.Action == ActionCameBack)
	case w.Entry == nil: // unmatched, or a person was asked for
		return b.Entry == "" && b.Action == ActionPerson
	}
	return b.Entry == w.Entry.ID && strings.HasPrefix(w.Revision, b.Revision) && b.Step == w.At.id() && b.Action != ActionStillSolved && b.Action != ActionCameBack
}

// overtaken tells somebody that a button has been overtaken, and shows them
// where the conversation stands.
func (d *decision) overtaken(w Walkthrough) {
	if w.Status == StatusQuiet {
		d.notice(d.text("unknown_button"))
		return
	}
	d.notice(append([]Block{d.text("overtaken")}, d.view(w)...)...)
}

// revive continues from a button whose thread is no longer known, or is over:
// the button itself says where it stood. The entry is today's, whatever its
// revision was then.
func (d *decision) revive(b Button) {
	d.l = d.locales.Get(d.language(""))
	w := Walkthrough{
		Thread: d.head.Thread, Version: d.now.Walkthrough.Version, Posts: d.now.Walkthrough.Posts,
		Lang: d.l.Lang, Asker: d.head.From, Private: d.privately(),
	}
	e := d.base.Entry(b.Entry)
	switch {
	case b.Action == ActionStillSolved:
		d.notice(d.text("held_thanks"))
	case e == nil && b.Action == ActionPerson:
		d.person(w)
	case e == nil:
		d.notice(d.text("unknown_button"))
	case b.Action == ActionStart || b.Action == ActionCameBack:
		d.start(w, e, Option{Entry: e.ID}, "")
	default:
		d.resume(begin(w, e, nil), b)
	}
}

// resume does what a button says at the position where it stood.
func (d *decision) resume(w Walkthrough, b Button) {
	if at := named(w.Entry, b.Step); at != (Position{}) {
		w.At = w.settle(at)
	}
	if w.At.id() != b.Step {
		d.show(w, d.text("overtaken"))
		return
	}
	d.act(w, b)
}

// act does what a button that holds says.
func (d *decision) act(w Walkthrough, b Button) {
	switch b.Action {
	case ActionStart:
		d.startOther(w, b.Entry)
	case ActionArea:
		d.list(b.Choice)
	case ActionAnswer:
		d.answerQuestion(w, b)
	case ActionNext:
		d.retire(w, d.l.Text(d.nextKey(w)))
		w.moveTo(stepAfter(w.Entry, w.At.Step), Attempt{Step: w.At.Step})
		d.show(w)
	case ActionSkip:
		d.retire(w, d.l.Text("skip"))
		w.Slots = withSlot(w.Slots, w.At.Slot, "")
		w.moveTo(Position{Step: w.At.Step})
		d.show(w)
	case ActionOther:
		d.chooseNone(w)
	case ActionBack:
		d.goBack(w)
	case ActionAll:
		d.say(&w, d.overview(w))
		d.keep(w)
	case ActionFixed:
		d.solved(w)
	case ActionPerson:
		d.person(w)
	case ActionDirect:
		d.direct(w)
	case ActionPublish:
		d.publish(w)
	case ActionStillSolved:
		d.held(w)
	case ActionCameBack:
		d.cameBack(w)
	default:
		d.overtaken(w)
	}
}

// startOther begins another entry in the same thread: one of several that were
// to choose from, a further error of the same paste, the basic checks.
func (d *decision) startOther(w Walkthrough, id string) {
	e := d.base.Entry(id)
	if e == nil {
		d.notice(d.text("unknown_button"))
		return
	}
	o := Option{Entry: id}
	chosen := false
	for _, option := range w.Options {
		if option.Entry == id {
			o, chosen = option, true
		}
	}
	if w.Entry != nil && w.Status == StatusWalking && (chosen || w.Entry.ID == id) {
		d.overtaken(w) // somebody chose before
		return
	}
	d.retire(w, d.in(e.Title, Walkthrough{Slots: o.Slots}))
	var rest []string
	for _, also := range w.Also {
		if also != id {
			rest = append(rest, also)
		}
	}
	w.Also, w.Elsewhere = rest, Thread{}
	if !chosen {
		w.Options = nil
	}
	d.start(w, e, o, "")
}

func (d *decision) answerQuestion(w Walkthrough, b Button) {
	question := w.At.Question
	if s := findStep(w.Entry, w.At.Step); s != nil && s.Ask != nil {
		question = s.Ask.ID
	}
	q := findQuestion(w.Entry, question)
	if q == nil || findChoice(q, b.Choice) == nil {
		d.overtaken(w)
		return
	}
	c := findChoice(q, b.Choice)
	d.retire(w, d.in(c.Label, w))
	if other := d.base.Entry(c.Entry); other != nil {
		w.Options = nil
		d.start(w, other, Option{Entry: other.ID, Slots: w.Slots}, "")
		return
	}
	w.moveTo(choiceLeads(w.Entry, q.ID, *c), Attempt{Step: q.ID, Choice: c.ID})
	say := d.in(c.Say, w)
	if w.At == (Position{}) && say != "" {
		d.ended(w, say)
		return
	}
	d.show(w, text(say))
}

// ended tells what an answer says where it leads to no step.
func (d *decision) ended(w Walkthrough, say string) {
	w.Intro = false
	w.Live = d.say(&w, d.reply(text(say), d.text("ended_choice"), choices(d.navigation(w)...), d.source(w)))
	d.keep(w)
}

// chooseNone says what to send where none of the entries is it.
func (d *decision) chooseNone(w Walkthrough) {
	d.retire(w, d.l.Text("choose_none"))
	w.Status, w.Options = StatusUnmatched, nil
	d.put(w, "")
}

// goBack shows the position before; after a hand-over, the present one; before
// the first, the entries that were to choose from.
func (d *decision) goBack(w Walkthrough) {
	d.retire(w, d.l.Text("back"))
	switch {
	case w.Status == StatusEscalated:
		w.Status = StatusWalking
		d.show(w)
	case w.back():
		d.show(w)
	case len(w.Options) > 1:
		w.Status, w.Entry, w.Intro = StatusChoosing, nil, false
		d.put(w, "")
	default:
		d.show(w, d.text("first"))
	}
}

// solved ends happily, and asks once, later, whether it held. Somebody's
// private answer is gone by then, so that nothing is asked there.
func (d *decision) solved(w Walkthrough) {
	d.retire(w, d.l.Text("fixed"))
	w.Status, w.Live = StatusSolved, ""
	later := d.policy.FollowUp > 0 && !w.Asked && w.FollowUp == "" && !w.Private
	blocks := []Block{heading(d.l.Text("solved"))}
	if later {
		blocks = append(blocks, d.text("solved_later"))
	}
	if more := d.further(w); len(more) > 0 {
		blocks = append(blocks, d.text("solved_more"), choices(more...))
	}
	d.say(&w, d.reply(blocks...))
	if later {
		w.FollowUp = d.post(Post{Thread: w.Thread, To: w.Asker, Delay: d.policy.FollowUp, Reply: d.reply(d.viewFollowUp(w)...)})
	}
	d.keep(w)
}

// held ends for good.
func (d *decision) held(w Walkthrough) {
	w = d.answered(w, d.l.Text("held"))
	w.Status = StatusEnded
	d.say(&w, d.reply(d.text("held_thanks")))
	d.keep(w)
}

// cameBack goes on where the walkthrough stood.
func (d *decision) cameBack(w Walkthrough) {
	w = d.answered(w, d.l.Text("again"))
	w.Status = StatusWalking
	d.show(w)
}

// answered takes the buttons off the question whether the fix held. Where the
// question was not put yet, it is called off.
func (d *decision) answered(w Walkthrough, picked string) Walkthrough {
	switch {
	case w.FollowUp == "":
	case d.pressed == w.FollowUp && d.can.Edits:
		d.post(Post{Thread: w.Thread, To: w.Asker, Replaces: w.FollowUp, Reply: d.reply(
			text(d.l.Text("follow_up", "title", d.title(w))),
			small(d.l.Text("picked", "label", picked, "name", d.name(w))))})
		w.Asked = true
	default:
		d.callOff(w)
	}
	w.FollowUp = ""
	return w
}

// callOff takes back the question whether the fix held.
func (d *decision) callOff(w Walkthrough) {
	if w.FollowUp != "" {
		d.post(Post{Thread: w.Thread, To: w.Asker, Replaces: w.FollowUp, Withdraw: true})
	}
}

// further are buttons for the other errors of the same paste.
func (d *decision) further(w Walkthrough) []LabeledButton {
	var row []LabeledButton
	for _, id := range w.Also {
		if e := d.base.Entry(id); e != nil {
			row = append(row, d.startButton(e, d.in(e.Title, Walkthrough{})))
		}
	}
	return row
}

// person hands over, once: a summary to the hand-over channel, the basic checks
// to the people who wait.
func (d *decision) person(w Walkthrough) {
	if w.HandedOver {
		d.notice(d.text("person_again"))
		return
	}
	d.retire(w, d.l.Text("person"))
	w.Status, w.Intro, w.HandedOver = StatusEscalated, false, true
	d.put(w, "")
	if d.handOverChannel() != "" {
		d.handOver(w)
	}
}

func (d *decision) handOver(w Walkthrough) {
	mine := d.l
	d.l = d.locales.Get(d.policy.Language) // of those who read there
	there := Thread{Adapter: w.Thread.Adapter, Workspace: w.Thread.Workspace, Channel: d.handOverChannel(), Root: d.newRoot()}
	title := d.l.Text("summary_unknown")
	if w.Entry != nil {
		title = d.title(Walkthrough{Entry: w.Entry, Codes: w.Codes})
	}
	blocks := []Block{heading(d.l.Text("handover", "name", d.name(w), "title", title))}
	if w.Entry != nil {
		blocks = append(blocks, d.summary(w))
	}
	if w.Private || d.head.Direct {
		blocks = append(blocks, d.text("handover_direct"))
	} else {
		blocks = append(blocks, Block{Kind: BlockThread, Text: d.l.Text("handover_thread"), Thread: w.Thread})
	}
	d.post(Post{Thread: there, Opens: true, Reply: d.reply(blocks...)})
	d.l = mine
}

// name is how the person of the event is shown to others. A platform that does
// not tell names with every event told the asker's when the walkthrough began.
func (d *decision) name(w Walkthrough) string {
	if d.head.From.ID == w.Asker.ID {
		return cmp.Or(d.head.From.Name, w.Asker.Name, d.head.From.ID)
	}
	return cmp.Or(d.head.From.Name, d.head.From.ID)
}

// newRoot is the provisional root of a thread that a post of this turn opens.
func (d *decision) newRoot() string { return "new-" + string(d.head.ID) }

// DirectChannel, with a user's ID, stands for the direct message with that
// user until the adapter knows its channel.
const DirectChannel = "dm:"

// direct continues in a direct message with whoever asked for it. The thread
// stays as it is for the others; a private answer ends with it.
func (d *decision) direct(w Walkthrough) {
	d.carry(w, Thread{Adapter: w.Thread.Adapter, Workspace: w.Thread.Workspace, Channel: DirectChannel + d.head.From.ID, Root: d.newRoot()})
	if w.Private {
		d.leave(w, "direct", "moved")
		return
	}
	d.notice(d.text("moved"))
}

// publish shows a private answer in the channel where it was asked for.
func (d *decision) publish(w Walkthrough) {
	there := w.Thread
	there.Root = d.newRoot()
	d.carry(w, there)
	d.leave(w, "publish", "published")
}

// carry continues a walkthrough in a thread that the post opens.
func (d *decision) carry(w Walkthrough, there Thread) {
	w.Thread, w.Version, w.Posts, w.Private, w.Asker, w.Intro = there, 0, nil, false, d.head.From, true
	direct := d.head.Direct
	d.head.Direct = strings.HasPrefix(there.Channel, DirectChannel) // as the reply is read there
	reply := d.live(w)
	d.head.Direct = direct
	w.Live = d.post(Post{Thread: there, Opens: true, Reply: reply})
	w.Posts = []PostID{w.Live}
	d.keep(w)
}

// leave ends a private answer that goes on elsewhere.
func (d *decision) leave(w Walkthrough, label, said string) {
	d.retire(w, d.l.Text(label))
	w.Status, w.Live = StatusEnded, ""
	d.say(&w, d.reply(d.text(said)))
	d.keep(w)
}
