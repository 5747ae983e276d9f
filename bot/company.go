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
	case r.Question || strings.ContainsAny(m.Text, locale.QuestionMarks):
		return CompanyAsked
	}
	return CompanyRemarked
}

// meant reports whether a message with the given meaning is meant for the bot.
func (d decision) meant(w Walkthrough, m Message, r locale.Reading, u Understood, others Company) bool {
	switch {
	case d.addressed(m):
		return true
	case r.Others, others != CompanyNone && u.Intent != IntentPerson && strings.Contains(m.Text, " @"):
		return false
	case d.head.From.ID != w.Asker.ID:
		return false
	case others == CompanyNone:
		return true
	case u.Intent == IntentThanks || u.Intent == IntentWait || u.Intent == IntentInfo:
		return true // which get silence in a thread
	}
	return wantsBot(r, u, others)
}

// wantsBot reports whether words of the asker are for the bot although others
// write in the thread.
func wantsBot(r locale.Reading, u Understood, others Company) bool {
	onTopic := r.About(locale.SubjectError) || u.Intent.outcome() && r.About(locale.SubjectThing)
	few := r.Unknown == 0 || onTopic && 3*r.Unknown <= r.Words
	switch u.Intent {
	case IntentPerson, IntentOtherError, IntentAllSteps, IntentRestart:
		return true
	}
	if r.About(locale.SubjectPeople) && !onTopic {
		return false
	}
	switch u.Intent {
	case IntentUnclear, IntentGreeting, IntentHelp, IntentQuiet:
		return u.Intent == IntentQuiet && others != CompanyAsked && r.Unknown == 0
	case IntentRepeat:
		return few && (onTopic || r.About(locale.SubjectStep)) && others != CompanyAsked
	case IntentNext, IntentBack, IntentGoTo, IntentSkip, IntentDirect:
		return few && (others != CompanyAsked || onTopic)
	case IntentExplain:
		asksStep := onTopic || r.About(locale.SubjectStep)
		return asksStep && few && others != CompanyAsked && !r.About(locale.SubjectPeople)
	case IntentChoose, IntentValue:
		return others != CompanyAsked && !(others == CompanyRemarked && r.Said(locale.IntentYes) && (r.Unknown > 0 || !r.Bare))
	}
	switch others {
	case CompanyAsked:
		return onTopic && few && !r.Bare
	case CompanyRemarked:
		if r.Bare {
			return r.Main == locale.IntentNo && r.Unknown == 0 && !r.Rest
		}
	}
	return few
}
