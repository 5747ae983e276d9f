package bot

import (
	"strings"
	"unicode/utf8"

	"mabsbot/bot/locale"
	"mabsbot/kb/match"
)

// Messages in a conversation with a walkthrough. hear.go finds out what they
// want, company.go whether that is wanted of the bot, and steer.go does it.

// inThread decides about a message in a thread with a walkthrough.
func (d decision) inThread(w Walkthrough, m Message) {
	if m.Text != "" && visible(m.Text) == "" {
		return // direction marks or other characters without a shape
	}
	r := d.rules.Locales.Read(m.Text)
	m.Addressed = m.Addressed || r.Named && !m.From.Bot
	if w.Status == StatusProposed {
		d.whileProposed(w, m, r)
		return
	}
	if w.Status == StatusQuiet && m.Addressed && w.Entry != nil {
		w.Status = StatusWalking // the mention ends the silence
	}
	if w.Status == StatusQuiet && !m.Addressed {
		return
	}
	if w.Status == StatusEnded && d.afterEnd(w, m, r) {
		return
	}
	if w.Status == StatusQuiet || w.Status == StatusEnded {
		d = d.speaking(d.newLanguage(m.Text))
		d.open(m)
		return
	}
	before := w.Company
	others := d.company(w, m, r)
	w.Company = others.answered()
	j := d.rules.Locales.Judge(r, d.scene(w, others))
	r = weigh(r, j)
	u := d.hear(w, m, r)
	if !d.meant(w, m, r, u, j, others) {
		if d.head.From.ID != w.Asker.ID {
			if w.Offered != ActionFixed && d.reported(w, r, u) {
				d.confirmFixed(w)
				return
			}
			w.Company = others
		}
		if w.Company != before {
			d.keep(w)
		}
		return
	}
	if said, question, ok := d.splitAside(w, m, r, u, others); ok {
		m.Text, r, u = said.text, said.reading, said.understood
		d.turn.aside = d.asking(question).explanation(w, d.rules.Locales.Read(question))
	}
	d.turn.Understood = u
	w.Offered = ""
	if u.Intent != IntentUnclear {
		w.Puzzled = false
	}
	d.respond(w, m, r, u)
}

// addressed reports whether a message is for the bot rather than for
// colleagues.
func (d decision) addressed(m Message) bool { return m.Addressed || d.head.Direct }

// otherError goes on with another error, or says that it is not known.
func (d decision) otherError(w Walkthrough, m Message, u Understood) {
	asker := d.head.From.ID == w.Asker.ID
	fixed := len(u.Also) > 0
	switch {
	case len(d.found.Hits) == 0 || d.found.Band == match.Silent && len(d.found.Hits[0].Codes) == 0:
		said := d.text("other_unknown")
		code, ok := match.NamedCode(m.Text, isFew(m.Text))
		switch {
		case ok:
			said = d.text("no_code", "query", code)
			if what, meaning := d.known(code); what != "" {
				said = what + " " + meaning
			}
		case len(w.Open) > 0: // "back to the other error"
			d.postNote(w, paragraph(d.text("left_open", "titles", d.titles(w.Open))), choices(d.otherButtons(w)...))
			return
		}
		if w.Entry == nil {
			d.postNote(w, paragraph(said))
			return
		}
		d.offerPerson(w, paragraph(said))
	case d.found.Band == match.Likely || !asker && d.found.Band != match.Silent && !m.Addressed:
		d.offerOther(w)
	default:
		d.replaceLive(w, "")
		if w.Entry != nil && !fixed {
			d.leave(&w, "leave")
		}
		if w.FollowUp != "" {
			w = d.closeFollowUp(w, d.text("held"))
		}
		next := d.newWalkthrough(m)
		next.Posts = w.Posts
		next.FollowUp, next.Asked = w.FollowUp, w.Asked
		next.Company = w.Company
		next.Asker = w.Asker
		if fixed {
			w.Status = StatusSolved
			d.closeCase(&w, false)
		}
		if w.Entry != nil {
			next.Open = w.leftOpen(d.found.Hits[0].Entry.ID)
		}
		d.start(next, d.found.Hits[0].Entry, option(d.found.Hits[0]), "")
	}
}

// offerOther offers another error without leaving the walkthrough.
func (d decision) offerOther(w Walkthrough) {
	var row []LabeledButton
	for _, h := range d.found.Hits {
		row = append(row, d.startButton(h.Entry, d.entryText(h.Entry.Title, Walkthrough{Slots: usable(h.Slots)})))
		if d.found.Band == match.Sure {
			break
		}
	}
	d.postNote(w, ask(d.text("another")), choices(row...))
}

// typedButton interprets a message as one of the live buttons, by its number or
// label. Numbers count only where the bot waits for a choice.
func (d decision) typedButton(w Walkthrough, m Message, r locale.Reading) (Button, bool) {
	waits := w.Status == StatusWalking || w.Status == StatusChoosing || d.addressed(m)
	if utf8.RuneCountInString(m.Text) > locale.MaxUtterance || !waits || d.head.From.ID != w.Asker.ID && !m.Addressed {
		return Button{}, false
	}
	buttons := d.liveReply(w).Buttons()
	words := locale.Fold(m.Text)
	if isNumber(m.Text) && !d.takesNumber(w) && r.Number >= 1 && r.Number <= len(buttons) {
		return buttons[r.Number-1].Button, true
	}
	for _, b := range buttons {
		if words != "" && locale.Fold(b.Label) == words {
			return b.Button, true
		}
	}
	return Button{}, false
}

// isNumber reports whether a text is a number, perhaps with signs around it.
func isNumber(text string) bool {
	text = strings.Trim(text, " .)(#")
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// quiet silences the bot in a thread, at the request of a user.
func (d decision) quiet(w Walkthrough) {
	d.replaceLive(w, "")
	said := []Block{d.paragraph("quiet")}
	if d.head.Direct {
		said = []Block{d.paragraph("quiet_direct")}
	}
	if w.Status == StatusWalking {
		said = append(d.remember(w, Position{}), said...)
	}
	w.Status, w.Live = StatusQuiet, ""
	d.postNote(w, said...)
}
