package bot

import (
	"slices"
	"strings"

	"mabsbot/bot/locale"
	"mabsbot/kb/match"
)

// Messages. Those in a thread with a walkthrough are handled in thread.go.

// message decides about a message that was posted, edited or deleted.
func (d decision) message(m Message) {
	w := d.state.Walkthrough
	switch {
	case m.From.Bot && m.Change != ChangeDeleted && d.rules.Locales.Echo(m.Text):
		// A copy of one of our answers, perhaps from another channel or
		// platform.
	case w.Handover != nil && !m.Command:
		if m.Change == ChangePosted {
			d.inTeamThread(w, m)
		}
	case m.Collected != nil && m.Change == ChangePosted:
		d.collected(w, m)
	case d.asksForCases(m):
		d.listCases()
	case m.Change == ChangeDeleted && w.Source == m.Original:
		d.withdrawAnswer(w, m)
	case m.Change == ChangeDeleted:
		d.forgetReply(w, m.Original)
	case m.Change == ChangePosted && w.Source == m.ID && m.ID != "":
		d.keep(w) // the message that continues it was handled first
	case m.Continues != "":
		d.continued(w, m)
	case m.Quoted != nil && m.Quoted.Hidden && !d.head.Direct:
		d.understand(IntentOtherError)
		d.answerDirectly(m)
	case m.Change == ChangeEdited:
		d.edited(w, m)
	case m.Command:
		d.command(m)
	case w.Status != "" && (m.InThread || d.head.Direct):
		d.inThread(w, m)
	default:
		d.open(m)
	}
}

// open handles a message that may start a conversation.
func (d decision) open(m Message) {
	if d.channel.Unanswered && !m.Addressed && isNear(d.found) {
		d.record(d.newWalkthrough(m), MissNear)
	}
	if d.channel.Mode == ModeMention && !m.Addressed {
		return
	}
	if !m.Addressed {
		d = d.unmuted()
	}
	earlier, repeated := d.sameCase()
	switch {
	case repeated && m.From.Bot:
		// A link contains the title of the error, too: a bot that copies the
		// channel would loop.
		d.reportAgain(m)
	case repeated && (!m.Addressed || m.Quoted != nil):
		d.understand(IntentOtherError)
		d.linkEarlier(m, earlier)
	case d.found.Band != match.Silent:
		d.understand(IntentOtherError)
		d.answer(d.newWalkthrough(m), "")
	case m.Addressed:
		d.unrecognized(m)
	case len(m.Unread) > 0 && d.callsForHelp(m):
		d.understand(IntentScreenshot)
		d.noMatch(d.newWalkthrough(m), "")
	}
}

// sameCase returns the thread with the latest walkthrough of the case that the
// message is about. The same error on another server is another case.
func (d decision) sameCase() (thread Thread, ok bool) {
	if d.found.Band != match.Sure {
		return Thread{}, false
	}
	for _, w := range d.state.Recent {
		if sameValues(usable(d.found.Hits[0].Slots), w.Slots) {
			return w.Thread, true
		}
	}
	return Thread{}, false
}

// sameValues reports whether an earlier case has all values of a message. A
// message that names no server may be about the one of the earlier case.
func sameValues(values, earlier map[string]string) bool {
	for name, value := range values {
		if !sameName(value, earlier[name]) {
			return false
		}
	}
	return true
}

// sameName reports whether two names are of the same thing: FS-11 is
// fs-11.corp.example.
func sameName(a, b string) bool {
	hostA, domainA, _ := strings.Cut(a, ".")
	hostB, domainB, _ := strings.Cut(b, ".")
	return strings.EqualFold(a, b) || strings.EqualFold(hostA, hostB) && (domainA == "" || domainB == "")
}

// linkEarlier links to the earlier answer instead of repeating it.
func (d decision) linkEarlier(m Message, earlier Thread) {
	d.turn.link = earlier
	w := d.newWalkthrough(m)
	w.Elsewhere = earlier
	d.choose(w, d.found.Hits[:1], "")
}

// unrecognized replies to a user who addressed the bot with a text it cannot
// match.
func (d decision) unrecognized(m Message) {
	r := d.rules.Locales.Read(m.Text)
	intent := r.Main
	d.understand(resolveAlone(r))
	switch {
	case intent == locale.IntentThanks:
		if d.state.Walkthrough.Status == "" {
			d.help()
		}
	case intent == locale.IntentList:
		d.list("")
	case intent == locale.IntentPerson:
		d.handOver(d.newWalkthrough(m))
	case m.pointed(), len(m.Unread) > 0 && visible(m.Text) == "":
		d.noMatch(d.newWalkthrough(m), "")
	case visible(m.Text) == "":
		d.understand(IntentHelp)
		d.help()
	case intent == locale.IntentGreeting || intent == locale.IntentHelp:
		d.help()
	case intent == locale.IntentExplain && len(m.Text) <= maxTermQuestion && d.asked() != nil:
		d.understand(IntentExplain)
		d.postInfo(d.asked()...)
	default:
		d.noMatch(d.newWalkthrough(m), "")
	}
}

// maxTermQuestion is the length in bytes up to which a question about a term is
// about nothing else: "what is a Recovery Services vault, and where is it?"
const maxTermQuestion = 100

// noMatch says that nothing was recognized. replaces is as for answer.
func (d decision) noMatch(w Walkthrough, replaces PostID) {
	w.Status, w.Entry, w.Options = StatusUnmatched, nil, nil
	code, unknown := d.unknownCode(visible(w.Text))
	for _, h := range d.found.Hits {
		if h.Confidence >= minTopicConfidence && !(unknown && d.isElsewhere(code, h.Entry)) {
			w.Options = append(w.Options, option(h))
		}
	}
	if unknown {
		for _, e := range d.carrying(code) {
			if !slices.ContainsFunc(w.Options, func(o Option) bool { return o.Entry == e.ID }) {
				w.Options = append(w.Options, Option{Entry: e.ID})
			}
		}
	}
	if w.Unread == "" { // otherwise the error is in the picture
		d.record(w, MissUnmatched)
	}
	d.postAnswer(w, replaces)
}

// minTopicConfidence is the confidence from which an entry is offered as a
// topic to a user whose text was not recognized. Below it, a text shares no more
// with an entry than words such as "ID".
const minTopicConfidence = 0.001

// edited updates the answer to a message that was edited, unless the
// conversation has gone on since.
func (d decision) edited(w Walkthrough, m Message) {
	withdrawn := w.Status == StatusEnded && w.Entry == nil
	same := w.Entry != nil && d.found.Band == match.Sure && d.found.Hits[0].Entry.ID == w.Entry.ID
	if !m.Addressed && !same { // an answer from before the maintenance stays
		d = d.unmuted()
	}
	switch {
	case w.Source != m.Original:
		switch {
		case w.Status == "":
			d.open(m) // it had no answer; it may be an error now
		case w.Puzzled && d.head.From.ID == w.Asker.ID,
			m.InThread && m.Addressed && d.found.Band == match.Sure && !same:
			d.inThread(w, m) // a reply that was not understood, or an error that it got
		}
	case w.Text == m.subject():
		d.recordAgain(w)
	case withdrawn:
		d.open(m)
	case w.Status == StatusUnmatched && d.found.Band == match.Silent,
		w.Status != StatusWalking && w.Status != StatusChoosing && w.Status != StatusUnmatched && w.Status != StatusProposed,
		same && len(w.Path) > 0:
		w.Text = m.subject()
		d.recordAgain(w)
		d.keep(w)
	case d.found.Band == match.Silent && !m.Addressed:
		d.withdrawAnswer(w, m)
	default:
		d.replaceAnswer(w, m)
	}
}

// replaceAnswer replaces the answer to a message that was edited.
func (d decision) replaceAnswer(w Walkthrough, m Message) {
	d = d.speaking(d.newLanguage(m.Text))
	d.withdrawFollowUp(w)
	var first PostID
	if len(w.Posts) > 0 && d.rules.Can.Edits {
		first = w.Posts[0]
		d.withdrawPosts(w, w.Posts[1:])
	}
	d.leave(&w, "leave")
	next := d.newWalkthrough(m)
	next.Posts, next.Source, next.Private = nil, w.Source, w.Private
	next.Case, next.HandedOver, next.AskedAt = w.Case, w.HandedOver, w.AskedAt
	if d.found.Band == match.Silent {
		d.noMatch(next, first)
	} else {
		d.answer(next, first)
	}
}

// withdrawAnswer withdraws every answer to a message that was deleted.
func (d decision) withdrawAnswer(w Walkthrough, m Message) {
	if w.Status == "" {
		return
	}
	d.withdrawFollowUp(w)
	d.closeCase(&w, true)
	if d.rules.Can.Edits {
		d.withdrawPosts(w, w.Posts)
	}
	d.leave(&w, "leave_withdrawn")
	d.keep(Walkthrough{
		Thread: w.Thread, Version: w.Version, Status: StatusEnded,
		Lang: w.Lang, Asker: w.Asker, Private: w.Private, Source: w.Source, Text: m.Text,
	})
}

// forgetReply removes what a deleted reply said. The values and answers in it stay,
// because the conversation has gone on with them.
func (d decision) forgetReply(w Walkthrough, reply EventID) {
	said := slices.DeleteFunc(slices.Clone(w.Said), func(r Remark) bool { return r.Of == reply })
	facts, of := slices.Clone(w.Facts), slices.Clone(w.FactsOf)
	for i := len(of) - 1; i >= 0; i-- {
		if of[i] == reply {
			facts, of = slices.Delete(facts, i, i+1), slices.Delete(of, i, i+1)
		}
	}
	if len(said) < len(w.Said) || len(of) < len(w.FactsOf) {
		w.Said, w.Facts, w.FactsOf = said, facts, of
		d.keep(w)
	}
}

// CommandRoot starts the Root of a thread that has no message at its top
// because it is the private answer to a command or shortcut.
const CommandRoot = "cmd-"
