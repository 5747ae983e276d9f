package bot

import (
	"cmp"
	"slices"

	"mabsbot/bot/locale"
	"mabsbot/kb"
)

// Another answer to an earlier question, or another of the errors that were
// offered.

// corrected returns the ID of a choice of an earlier question that a message at
// a step names instead of the one that was chosen, or "".
func (d decision) corrected(w Walkthrough, r locale.Reading, text string) string {
	fact := ""
	if takesBack(r) { // otherwise a word such as "update" is about the step
		fact = d.earlierFact(w, text)
	}
	switch r.Main {
	case locale.IntentUnclear, locale.IntentChoose:
		return cmp.Or(d.earlier(w, text, r.Main == locale.IntentUnclear && !r.About(locale.SubjectCorrection)), fact, d.earlierEntry(w, text, !r.Said(locale.IntentBack)))
	case locale.IntentPerson, locale.IntentQuiet, locale.IntentExplain, locale.IntentUnsure, locale.IntentAll, locale.IntentRestart:
		return ""
	}
	if takesBack(r) {
		sure := !r.Said(locale.IntentBack) || !r.About(locale.SubjectCorrection)
		return cmp.Or(d.earlier(w, text, sure), fact, d.earlierEntry(w, text, sure))
	}
	return ""
}

// hearChange returns what a message wants that names another choice of an earlier
// question, and takes the earlier one back. Its words may also be those of another
// error.
func (d decision) hearChange(w Walkthrough, r locale.Reading, text string) (Understood, bool) {
	if !takesBack(r) || w.Entry == nil || w.Status != StatusWalking && w.Status != StatusEscalated || d.coded() {
		return Understood{}, false
	}
	c := d.corrected(w, r, text)
	return Understood{Intent: IntentChoose, Choice: c}, c != ""
}

// takesBack reports whether a reply corrects something that was said before.
func takesBack(r locale.Reading) bool {
	return r.About(locale.SubjectCorrection) || r.Main == locale.IntentBack
}

// earlier returns the ID of another choice of an earlier question that the text
// names, the last question first, or "".
func (d decision) earlier(w Walkthrough, text string, sure bool) string {
	for i := len(w.Tried) - 1; i >= 0; i-- {
		a := w.Tried[i]
		q := findQuestion(w.Entry, a.Step)
		if q == nil || a.Choice == "" || findFact(w.Entry, q.ID) != nil {
			continue
		}
		c, certain := d.pickChoice(q, text)
		if c != nil && c.ID != a.Choice && (certain || !sure) {
			return c.ID
		}
	}
	return ""
}

// earlierEntry returns what earlier does for the question of another entry that led
// to this one, or the ID of another of the entries that were offered.
func (d decision) earlierEntry(w Walkthrough, text string, sure bool) string {
	if q := d.ledBy(w); q != nil {
		if c, certain := d.pickChoice(q, text); c != nil && c.Entry != w.Entry.ID && (certain || !sure) {
			return c.ID
		}
	}
	if len(w.Options) > 1 {
		if id, certain := d.pickOption(w, text); id != w.Entry.ID && (certain || !sure) {
			return id
		}
	}
	return ""
}

// pickOption returns the ID of the only entry of those offered that the text names,
// or "".
func (d decision) pickOption(w Walkthrough, text string) (id string, certain bool) {
	var all []candidate
	for _, o := range w.Options {
		if e := d.rules.Base.Entry(o.Entry); e != nil {
			all = append(all, candidate{id: e.ID, texts: []kb.Text{e.Title}})
		}
	}
	return pick(d.rules.Locales, text, all)
}

// ledBy returns the question of another entry whose answer led to the present one,
// or nil.
func (d decision) ledBy(w Walkthrough) *kb.Question {
	if e := d.rules.Base.Entry(w.Led.Entry); e != nil {
		return findQuestion(e, w.Led.Question)
	}
	return nil
}

// atLed returns the walkthrough at that question again.
func (d decision) atLed(w Walkthrough) Walkthrough {
	e := d.rules.Base.Entry(w.Led.Entry)
	w.Order, w.Counted = nil, false // it is another entry
	again := begin(w, e, w.Slots)
	again.At, again.Led = positionOf(e, w.Led.Question), Led{}
	if s := stepOf(e, w.Led.Question); s != nil {
		again.At = Position{Step: s.ID}
	}
	return again
}

// changeEntry goes on with another of the entries that were offered, or to which
// the question leads that led here.
func (d decision) changeEntry(w Walkthrough, id string) bool {
	q := d.ledBy(w)
	i := slices.IndexFunc(w.Options, func(o Option) bool { return o.Entry == id && d.rules.Base.Entry(id) != nil })
	switch {
	case q != nil && findChoice(q, id) != nil:
		d.closeLive(w, "", false)
		left := d.remember(w, Position{})
		w = d.atLed(w)
		w.Live = ""
		c := findChoice(q, id)
		d.follow(w, q, c, append(left, paragraph(d.text("answer_changed", "answer", d.entryText(c.Label, w)))))
	case i >= 0:
		d.closeLive(w, "", false)
		d.leave(&w, "leave")
		d.start(w, d.rules.Base.Entry(id), w.Options[i], "")
	default:
		return false
	}
	return true
}

// changeAnswer answers an earlier question again, with another choice.
func (d decision) changeAnswer(w Walkthrough, id string) bool {
	for i := len(w.Tried) - 1; i >= 0; i-- {
		q := findQuestion(w.Entry, w.Tried[i].Step)
		if q == nil || w.Tried[i].Choice == "" || findFact(w.Entry, q.ID) != nil {
			continue
		}
		c := findChoice(q, id)
		if c == nil || c.ID == w.Tried[i].Choice {
			continue
		}
		at := positionOf(w.Entry, q.ID)
		if at == (Position{}) {
			return false
		}
		if s := stepOf(w.Entry, q.ID); s != nil {
			at = Position{Step: s.ID}
		}
		d.closeLive(w, "", false)
		left := d.remember(w, at)
		for k := len(w.Path) - 1; k >= 0; k-- {
			if w.Path[k].Position == at {
				w.Path = w.Path[:k]
				break
			}
		}
		w.Tried = w.Tried[:i:i]
		w.At, w.Live = at, ""
		changed := paragraph(d.text("answer_changed", "answer", d.entryText(c.Label, w)))
		d.follow(w, q, c, append(left, changed))
		return true
	}
	return d.changeFact(w, id) || d.changeEntry(w, id)
}
