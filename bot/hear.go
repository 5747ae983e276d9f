package bot

import (
	"slices"
	"strings"
	"unicode/utf8"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// What a message in a conversation wants. package locale reads its words; what
// they mean depends on what the bot asked last.

// hear returns what a message wants at the position of the walkthrough.
func (d decision) hear(w Walkthrough, m Message, r locale.Reading) Understood {
	if b, ok := d.typedButton(w, m, r); ok {
		return w.resolveButton(b)
	}
	if d.asksForCollector(w, r, m.Text) {
		return Understood{Intent: IntentCollect}
	}
	if u, ok := d.hearDenied(w, r, m.Text); ok {
		return u
	}
	if q := w.question(); q != nil && w.Status == StatusWalking && (d.found.Band != match.Sure || r.Words <= shortAnswer) && r.Main != locale.IntentPerson {
		if c, certain := d.pickChoice(q, m.Text); certain && !r.Question && !namesOther(r, c, m.Text) {
			return Understood{Intent: IntentChoose, Choice: c.ID}
		}
	}
	if code, named := match.NamedCode(m.Text, true); w.question() != nil && w.Status == StatusWalking && !d.coded() &&
		(!named || len(code) < shortestCode) && strings.ContainsAny(m.Text, "0123456789") {
		return d.hearChoice(w, r, m.Text) // a count or a value
	}
	if u, ok := d.hearCode(w, r, m.Text); ok {
		return u
	}
	if u, ok := d.hearChange(w, r, m.Text); ok {
		return u
	}
	if u, ok := d.hearError(w, m, r); ok {
		return u
	}
	if r.Main == locale.IntentOtherError && w.Entry != nil { // it names the one under way
		r.Main = locale.IntentNotFixed
		if r.Question {
			r.Main = locale.IntentExplain
		}
	}
	if r.Main == locale.IntentPerson || utf8.RuneCountInString(m.Text) > locale.MaxUtterance && r.Unknown > r.Words/2 {
		return Understood{Intent: w.resolve(r)}
	}
	switch {
	case w.Status == StatusChoosing:
		return d.hearWhich(w, r, m.Text)
	case w.Status == StatusWalking && w.At.Slot != "":
		return d.hearValue(w, r, m.Text)
	case w.question() != nil && w.Status == StatusWalking:
		return d.hearChoice(w, r, m.Text)
	case w.Status == StatusWalking || w.Status == StatusEscalated:
		if c := d.corrected(w, r, m.Text); c != "" {
			return Understood{Intent: IntentChoose, Choice: c}
		}
	}
	return Understood{Intent: w.resolve(r)}
}

// hearDenied returns what a message wants that says that access is denied. It is
// the answer to a question only if one of its choices is about that; another one
// may just have a word in common.
func (d decision) hearDenied(w Walkthrough, r locale.Reading, text string) (Understood, bool) {
	if w.Status != StatusWalking || w.At.Slot != "" || !r.Said(locale.IntentCannot) || !r.About(locale.SubjectDenied) || r.Question || len(d.found.Hits) > 0 && (d.found.Band == match.Sure || len(d.found.Hits[0].Codes) > 0) {
		return Understood{}, false
	}
	q := w.question()
	switch r.Main {
	case locale.IntentCannot, locale.IntentChoose, locale.IntentUnclear, locale.IntentInfo, locale.IntentNo:
	default:
		if q == nil || r.Main == locale.IntentFixed || !reports(r.Main) {
			return Understood{}, false
		}
	}
	if q != nil {
		if c, _ := d.pickChoice(q, text); c != nil && d.isDenial(c) {
			return Understood{Intent: IntentChoose, Choice: c.ID}, true
		}
	}
	return Understood{Intent: IntentCannot}, true
}

// isDenial reports whether a choice is that access is denied.
func (d decision) isDenial(c *kb.Choice) bool {
	texts := slices.Concat(c.When, c.Words)
	for _, v := range c.Label {
		texts = append(texts, v.Text)
	}
	return slices.ContainsFunc(texts, func(s string) bool { return d.rules.Locales.Read(s).About(locale.SubjectDenied) })
}

// coded reports whether the message has a code of the error that it matches.
func (d decision) coded() bool { return len(d.found.Hits) > 0 && len(d.found.Hits[0].Codes) > 0 }

// namesOther reports whether a reply speaks of another error, rather than of a
// code that is the answer c itself, such as 0x1.
func namesOther(r locale.Reading, c *kb.Choice, text string) bool {
	if !r.Said(locale.IntentOtherError) {
		return false
	}
	code, named := match.NamedCode(text, true)
	if !named {
		return true
	}
	return !slices.ContainsFunc(c.Words, func(s string) bool { return strings.EqualFold(s, code) })
}

// shortestCode is the number of digits of the shortest error code. A shorter
// number is the answer to a question.
const shortestCode = 3

// shortAnswer is the number of words up to which the answer to a question is no
// paste, even if an entry matches it: "bare metal".
const shortAnswer = 6

// question returns the question with choices that the bot asks now, or nil.
func (w *Walkthrough) question() *kb.Question {
	if w.Entry == nil || w.At.Slot != "" {
		return nil
	}
	return w.possible().Offers(findQuestion(w.Entry, w.Current().Question))
}

// hearError returns what a message wants that names another error.
func (d decision) hearError(w Walkthrough, m Message, r locale.Reading) (Understood, bool) {
	u := Understood{Intent: IntentOtherError}
	if w.Entry != nil && r.Said(locale.IntentFixed) && r.Main != locale.IntentUnsure || w.Status == StatusSolved && r.Said(locale.IntentYes) {
		u.Also = []Intent{IntentFixed}
	}
	if len(d.found.Hits) > 0 {
		best := d.found.Hits[0]
		known := w.Entry != nil && best.Entry.ID == w.Entry.ID
		coded := len(best.Codes) > 0 && (r.Main == locale.IntentOtherError || r.Said(locale.IntentOtherError))
		switch {
		case known:
			return u, false
		case d.found.Band == match.Sure && w.Status != StatusChoosing && (!r.Said(locale.IntentPerson) || r.Words > 12):
			return u, true
		case coded && r.Main != locale.IntentPerson && w.Status != StatusChoosing, d.found.Band == match.Likely && r.Said(locale.IntentOtherError):
			return u, true
		}
	}
	unknown := r.Said(locale.IntentOtherError) && r.Main != locale.IntentPerson && w.Status != StatusChoosing && (len(d.found.Hits) == 0 || len(d.found.Hits[0].Codes) == 0)
	alone := isNumber(m.Text) && w.At.Slot == ""
	if code, named := match.NamedCode(m.Text, alone); named && (alone || r.Main == locale.IntentUnclear) {
		_, unknown = d.unknownCode(code)
	}
	return u, unknown && !d.stepShows(w, m.Text)
}

// stepShows reports whether the code that a text names is one that the current
// step itself shows, such as the value that a command prints.
func (d decision) stepShows(w Walkthrough, text string) bool {
	code, named := match.NamedCode(text, true)
	if !named || w.Entry == nil {
		return false
	}
	s := findStep(w.Entry, w.At.Step)
	if s == nil {
		return false
	}
	var shown strings.Builder
	shown.WriteString(s.Path)
	for _, t := range []kb.Text{s.Do, s.Check} {
		shown.WriteString(" " + t.In(d.locale.Lang))
	}
	if s.Command != nil {
		shown.WriteString(" " + s.Command.Run)
	}
	return strings.Contains(strings.ToLower(shown.String()), strings.ToLower(code))
}

// resolve returns what words want at a position that asks for no choice.
func (w *Walkthrough) resolve(r locale.Reading) Intent {
	at := w.asks()
	said := r.Main
	if u := w.offered(said); u != IntentNone {
		return u
	}
	switch said {
	case locale.IntentYes:
		return map[asked]Intent{askedFixed: IntentFixed, askedDone: IntentDone, askedGone: IntentFixed, askedHeld: IntentFixed, askedLater: IntentFixed}[at].or(IntentUnclear)
	case locale.IntentNo:
		return map[asked]Intent{askedFixed: IntentNotFixed, askedDone: IntentWait, askedGone: IntentNotFixed, askedHeld: IntentCameBack, askedLater: IntentCameBack}[at].or(IntentUnclear)
	case locale.IntentNod:
		if at == askedHeld {
			return IntentFixed
		}
		return IntentThanks
	case locale.IntentCameBack:
		if at != askedHeld && at != askedLater && at != askedNothing {
			return IntentNotFixed
		}
	case locale.IntentNotFixed:
		switch at {
		case askedHeld, askedLater:
			return IntentCameBack
		case askedChoice:
			return IntentUnclear
		}
	case locale.IntentFixed:
		if r.About(locale.SubjectSuccess) && !r.About(locale.SubjectError) { // what was asked about went well, not more
			switch at {
			case askedDone:
				return IntentDone
			case askedChoice:
				return IntentUnclear
			}
		}
	case locale.IntentDone:
		switch {
		case at == askedChoice:
			return IntentUnclear
		case at == askedHeld && r.Said(locale.IntentFixed):
			return IntentFixed
		}
	case locale.IntentList:
		return IntentHelp
	case locale.IntentNone:
		if at == askedFixed || at == askedDone || at == askedGone {
			return IntentCannot
		}
		return IntentUnclear
	case locale.IntentUnclear, locale.IntentAnger, locale.IntentHurry, locale.IntentTalk, locale.IntentChoose, locale.IntentValue:
		return IntentUnclear
	}
	return Intent(said)
}

// offered returns what a yes or no to the last offer of the bot wants, or
// IntentNone.
func (w *Walkthrough) offered(said locale.Intent) Intent {
	switch {
	case w.Offered == ActionNext && (said == locale.IntentYes || said == locale.IntentNod):
		return IntentNext
	case w.Offered == ActionFixed && said == locale.IntentYes:
		return IntentFixed
	case w.Offered == ActionFixed && said == locale.IntentNo:
		return IntentWait
	case w.Offered == ActionNext && said == locale.IntentNo:
		return IntentWait
	case w.Offered == ActionPerson && said == locale.IntentYes:
		return IntentPerson
	case w.Offered == ActionPerson && said == locale.IntentNo:
		return IntentThanks
	}
	return IntentNone
}

func (i Intent) or(other Intent) Intent {
	if i == IntentNone {
		return other
	}
	return i
}

// An asked is what the bot asked last.
type asked int

const (
	askedNothing asked = iota
	askedFixed         // did the step fix it?
	askedDone          // is the step done?
	askedGone          // is the error gone, after the last step?
	askedChoice        // a question with choices, which of several, or a value
	askedHeld          // did the fix hold?
	askedLater         // nothing yet: a user said that it is fixed
)

// asks returns what the bot asked last.
func (w *Walkthrough) asks() asked {
	switch {
	case w.Status == StatusSolved && w.unasked:
		return askedLater
	case w.Status == StatusSolved:
		return askedHeld
	case w.Status == StatusChoosing:
		return askedChoice
	case w.Status != StatusWalking || w.Entry == nil:
		return askedNothing
	case w.At.Slot != "" || w.question() != nil:
		return askedChoice
	case findStep(w.Entry, w.At.Step) == nil:
		return askedNothing
	}
	switch w.prompt() {
	case promptDone:
		if w.Doubted {
			return askedFixed
		}
		return askedDone
	case promptLast:
		return askedGone
	}
	return askedFixed
}

// hearWhich returns what a message wants that answers which of several errors it
// is.
func (d decision) hearWhich(w Walkthrough, r locale.Reading, text string) Understood {
	choose := func(id string) Understood { return Understood{Intent: IntentChoose, Choice: id} }
	switch {
	case r.Main == locale.IntentNone, r.Main == locale.IntentCannot && !r.About(locale.SubjectDenied):
		return choose(ChoiceNone)
	case r.Main == locale.IntentUnsure:
		return Understood{Intent: IntentUnsure}
	}
	if r.Question && (r.Main == locale.IntentExplain || r.Main == locale.IntentNext) {
		return Understood{Intent: IntentExplain}
	}
	if len(w.Options) == 1 && (r.Main == locale.IntentYes || r.Main == locale.IntentNo) {
		return choose(map[locale.Intent]string{locale.IntentYes: w.Options[0].Entry, locale.IntentNo: ChoiceNone}[r.Main])
	}
	if n := ordinal(r, len(w.Options)); n > 0 {
		return choose(w.Options[n-1].Entry)
	}
	if len(w.Options) == 1 && r.Main == locale.IntentChoose {
		return choose(w.Options[0].Entry) // "that's the one"
	}
	for _, h := range d.found.Hits {
		coded := len(h.Codes) > 0 && h.Entry.ID == d.found.Hits[0].Entry.ID
		if coded && slices.ContainsFunc(w.Options, func(o Option) bool { return o.Entry == h.Entry.ID }) {
			return choose(h.Entry.ID)
		}
	}
	if id, certain := d.pickOption(w, text); id != "" && (certain || !reports(r.Main)) {
		return choose(id)
	}
	return Understood{Intent: w.resolve(r)}
}

// ordinal returns the number of the choice that a reply names, or 0.
func ordinal(r locale.Reading, of int) int {
	n := r.Number
	if n < 0 {
		n = of
	}
	few := r.Unknown == 0 && r.Words <= 4 && !(r.Main == locale.IntentGoTo && r.About(locale.SubjectStep))
	if n < 1 || n > of || !few || r.Main == locale.IntentInfo || r.Main == locale.IntentWait {
		return 0
	}
	return n
}
