package bot

import "mabsbot/bot/locale"

// How the model of a language weighs what a reply wants. The rules of the
// language read its words; the model knows how likely a meaning is in the scene,
// and decides where they disagree.

// Limits on the scores of the model, in its steps of 0.08 log odds. They were
// chosen on 1,019 rows, most of them of authors that the model had not seen: a
// minMargin of 8 instead of 4 left 89 of 94 wrong intents and lost no right one,
// and 20 instead of 8 for "fixed" left 14 of 18 that were not. strangeMargin is for
// replies of which the rules know half of the words at most; it keeps nonsense
// from being an answer.
const (
	minMargin      = 8
	strangeMargin  = 25
	fixedMargin    = 8
	newFixedMargin = 24
)

// maxBare is the number of words of a bare answer. In a longer one, such as "yes
// get one", the yes is not all.
const maxBare = 1

// scene returns the scene of a message as the model knows it.
func (d decision) scene(w Walkthrough, others Company) locale.Scene {
	s := locale.Scene{Asked: "none", Company: locale.SceneAlone}
	if others != CompanyNone {
		s.Company = string(others)
	}
	switch w.asks() {
	case askedFixed:
		s.Asked = "alternatives"
	case askedDone:
		s.Asked = "sequence"
	case askedGone:
		s.Asked = "check"
	case askedHeld:
		s.Asked = "follow_up"
	case askedLater:
		s.Asked = "solved"
	case askedChoice:
		switch q := w.question(); {
		case w.Status == StatusChoosing:
			s.Asked = "which"
		case q == nil:
			s.Asked = "value"
		case d.only(q, locale.IntentYes) != nil || d.only(q, locale.IntentNo) != nil:
			s.Asked = "yesno"
		default:
			s.Asked = "question"
		}
	case askedNothing:
		switch {
		case w.Status == StatusEscalated:
			s.Asked = "person"
		case w.Entry != nil:
			s.Asked = "end"
		}
	}
	return s
}

// weigh returns the reading of a reply with the main intent that the model gives
// it. Yes, no, courtesies, anger and haste alone and questions for a summary are left
// to the rules, and so is a reply that the model is undecided about. It never turns bad news into good: where the
// rules have found a negation, there is one. If "fixed" is doubtful, the reply
// counts as done, which makes the bot ask whether the error is gone, or is left
// as unclear as the rules find it.
func weigh(r locale.Reading, j locale.Judgment) locale.Reading {
	switch {
	case r.Bare && r.Main != locale.IntentUnclear && r.Unknown == 0 && r.Words <= maxBare, r.Main == locale.IntentPerson, r.Main == locale.IntentNone, r.Main == locale.IntentAnger, r.Main == locale.IntentHurry, r.Main == locale.IntentSummary, r.Words == 0:
		return r
	case j.Intent == r.Main, j.Margin < minMargin, j.Margin < strangeMargin && r.Main == locale.IntentUnclear && 2*r.Unknown >= r.Words:
		return r
	case j.Intent != locale.IntentFixed:
		r.Main = j.Intent
		return r
	}
	switch r.Main {
	case locale.IntentNotFixed, locale.IntentPartial, locale.IntentCameBack:
		return r
	}
	least := newFixedMargin
	if r.Said(locale.IntentFixed) {
		least = fixedMargin
	}
	switch {
	case j.Margin >= least:
		r.Main = locale.IntentFixed
	case r.Main != locale.IntentUnclear:
		r.Main = locale.IntentDone
	}
	return r
}
