package bot

import (
	"mabsbot/bot/locale"
	"mabsbot/kb/match"
)

// What a message leads to. What is said in a thread under way is read in
// thread.go.

// message decides about something that somebody wrote, edited or deleted.
func (d decision) message(m Message) {
	w := d.state.Walkthrough
	switch {
	case m.From.Bot && m.Change != ChangeDeleted && d.rules.Locales.Echo(m.Text):
		// a copy of an answer, perhaps of another channel or platform
	case m.Change == ChangeDeleted:
		d.withdrawAnswer(w, m)
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

// open is a message with which a conversation may begin.
func (d decision) open(m Message) {
	if d.channel.Mode == ModeMention && !m.Addressed {
		return
	}
	repeated := d.found.Band == match.Sure && d.state.Recent != nil
	switch {
	case repeated && m.From.Bot:
		// A link has the title of the error in it, too. A bot that copies the
		// channel would never end.
	case repeated && !m.Addressed:
		d.understand(IntentOtherError)
		d.linkEarlier(m)
	case d.found.Band != match.Silent:
		d.understand(IntentOtherError)
		d.answer(d.newWalkthrough(m), "")
	case m.Addressed:
		d.unrecognized(m)
	}
}

// linkEarlier links to the first answer instead of giving it again.
func (d decision) linkEarlier(m Message) {
	w := d.newWalkthrough(m)
	w.Elsewhere = *d.state.Recent
	d.choose(w, d.found.Hits[:1], "")
}

// unrecognized answers somebody who addressed the bot with what it does not
// recognise.
func (d decision) unrecognized(m Message) {
	intent := d.rules.Locales.Intent(m.Text)
	d.understand(resolveAlone(intent))
	switch {
	case intent == locale.IntentThanks:
		if d.state.Walkthrough.Status == "" {
			d.help()
		}
	case intent == locale.IntentList:
		d.list("")
	case intent == locale.IntentPerson:
		d.handOver(d.newWalkthrough(m))
	case visible(m.Text) == "":
		d.understand(IntentHelp)
		d.help()
	case intent != locale.IntentUnclear:
		d.help()
	default:
		d.noMatch(d.newWalkthrough(m), "")
	}
}

// noMatch says that nothing was recognised. replaces is as for start.
func (d decision) noMatch(w Walkthrough, replaces PostID) {
	w.Status, w.Entry, w.Options = StatusUnmatched, nil, nil
	for _, h := range d.found.Hits {
		if h.Confidence >= minTopicConfidence {
			w.Options = append(w.Options, option(h))
		}
	}
	d.postAnswer(w, replaces)
}

// minTopicConfidence is the confidence from which an entry is worth showing as a topic to
// somebody whose text was not recognised: one in twenty is what they mean. Below
// it, the areas help more.
const minTopicConfidence = 0.05

// edited follows a message that was changed: its answer is changed with it,
// unless people have gone on from there.
func (d decision) edited(w Walkthrough, m Message) {
	withdrawn := w.Status == StatusEnded && w.Entry == nil
	same := w.Entry != nil && d.found.Band == match.Sure && d.found.Hits[0].Entry.ID == w.Entry.ID
	switch {
	case w.Source != m.Original:
		if w.Status == "" && !m.InThread {
			d.open(m) // said nothing before; it may be an error now
		}
	case w.Text == m.Text:
	case withdrawn:
		d.open(m)
	case w.Status == StatusUnmatched && d.found.Band == match.Silent,
		w.Status != StatusWalking && w.Status != StatusChoosing && w.Status != StatusUnmatched,
		same && len(w.Path) > 0:
		w.Text = m.Text
		d.keep(w)
	case d.found.Band == match.Silent && !m.Addressed:
		d.withdrawAnswer(w, m)
	default:
		d.replaceAnswer(w, m)
	}
}

// replaceAnswer puts a new answer in the place of the one that has been overtaken by
// an edit.
func (d decision) replaceAnswer(w Walkthrough, m Message) {
	d = d.speaking(d.newLanguage(m.Text))
	d.withdrawFollowUp(w)
	var first PostID
	if len(w.Posts) > 0 && d.rules.Can.Edits {
		first = w.Posts[0]
		d.withdrawPosts(w, w.Posts[1:])
	}
	next := d.newWalkthrough(m)
	next.Posts, next.Source, next.Private = nil, w.Source, w.Private
	if d.found.Band == match.Silent {
		d.noMatch(next, first)
	} else {
		d.answer(next, first)
	}
}

// withdrawAnswer takes back all that was said to a message that is gone.
func (d decision) withdrawAnswer(w Walkthrough, m Message) {
	if w.Status == "" || w.Source != m.Original {
		return
	}
	d.withdrawFollowUp(w)
	if d.rules.Can.Edits {
		d.withdrawPosts(w, w.Posts)
	}
	d.keep(Walkthrough{
		Thread: w.Thread, Version: w.Version, Status: StatusEnded,
		Lang: w.Lang, Asker: w.Asker, Private: w.Private, Source: w.Source, Text: m.Text,
	})
}

// CommandRoot begins the Root of a thread that hangs under no message, because
// it is the private answer to a command or a shortcut.
const CommandRoot = "cmd-"
