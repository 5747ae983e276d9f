package bot

import (
	"strings"

	"mabsbot/bot/locale"
)

// Who else takes part in a thread. Where only the asker and the bot write, what
// the asker says is for the bot. Where others write, too, much of it is for
// them.

// A Company says who else has written in the thread of a walkthrough.
type Company string

// The kinds of company.
const (
	CompanyNone     Company = ""
	CompanyPresent  Company = "present"  // others wrote; the last message was of the asker or of the bot
	CompanyAsked    Company = "asked"    // the last message was a question of another user
	CompanyRemarked Company = "remarked" // the last message was a remark of another user
)

// answered returns the company after the bot has written.
func (c Company) answered() Company {
	if c == CompanyNone {
		return CompanyNone
	}
	return CompanyPresent
}

// company returns who else takes part: for a message of the asker, who wrote
// before it; for one of another user, who writes now.
func (d decision) company(w Walkthrough, m Message, r locale.Reading) Company {
	switch {
	case d.head.Direct || m.Addressed || d.head.From.ID == w.Asker.ID || w.Asker.ID == "":
		return w.Company
	case locale.IsQuestion(r, m.Text):
		return CompanyAsked
	}
	return CompanyRemarked
}

// meant reports whether a message with the given meaning is meant for the bot.
func (d decision) meant(w Walkthrough, m Message, r locale.Reading, u Understood, j locale.Judgment, others Company) bool {
	switch {
	case d.addressed(m):
		return true
	case r.Others, others != CompanyNone && r.Said(locale.IntentTalk) && u.Intent != IntentPerson, others != CompanyNone && u.Intent != IntentPerson && strings.Contains(m.Text, " @"):
		return false
	case d.head.From.ID != w.Asker.ID:
		return false
	case others == CompanyNone:
		return true
	case u.Intent == IntentThanks || u.Intent == IntentWait || u.Intent == IntentInfo:
		return true // which get silence in a thread
	}
	switch u.Intent {
	case IntentPerson:
		return j.Talk < 0 || r.Said(locale.IntentPerson) && j.Talk < certainTalk
	case IntentChoose, IntentValue:
		if others == CompanyPresent || others == CompanyRemarked && !r.Said(locale.IntentYes) {
			return true
		}
	}
	if others == CompanyAsked {
		return j.Talk < -certainTalk/2
	}
	if others == CompanyPresent && r.Bare && !r.Rest && r.Unknown == 0 && w.asks() != askedNothing && (r.Said(locale.IntentYes) || r.Said(locale.IntentNo)) {
		return true // the bot asked last
	}
	return j.Talk < 0 || r.Bare && r.Unknown == 0 && r.Main == locale.IntentNo && others == CompanyRemarked && !r.Rest
}

// reported reports whether a message of a colleague to others says that the step
// fixed the error, as the asker reported: "she says it works now".
func (d decision) reported(w Walkthrough, r locale.Reading, u Understood) bool {
	return u.Intent == IntentFixed && w.asksAboutStep() && r.About(locale.SubjectReport) && !r.Question && !r.Others && !r.Said(locale.IntentTalk) && r.Words <= maxReport && r.Unknown <= 1
}

// maxReport is the number of words up to which a colleague's message is a report
// and nothing else. One that is not known may be a name.
const maxReport = 8

// confirmFixed asks the asker whether the error is gone, as a colleague says.
func (d decision) confirmFixed(w Walkthrough) {
	d.turn.Understood = Understood{Intent: IntentFixed}
	w.Company, w.Offered = CompanyPresent, ActionFixed
	d.postNote(w, ask(d.text("reported_fixed", "name", d.senderName(w))), choices(d.button(w, ActionFixed, "", d.text("fixed"))))
}

// certainTalk is the score of talk, in the steps of the model, from which words
// such as "call her" are no call for a person: odds of 7 to 1.
const certainTalk = 25
