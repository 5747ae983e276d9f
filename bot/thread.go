package bot

import (
	"slices"
	"strings"
	"unicode/utf8"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// Messages in a thread with a walkthrough. Many of them are people talking to
// each other, and get no answer.

// inThread decides about a message in a thread with a walkthrough.
func (d decision) inThread(w Walkthrough, m Message) {
	if w.Status == StatusQuiet && m.Addressed && w.Entry != nil {
		w.Status = StatusWalking // the mention ends the silence
	}
	if w.Status == StatusQuiet && !m.Addressed {
		return
	}
	if w.Status == StatusQuiet || w.Status == StatusEnded {
		d = d.speaking(d.newLanguage(m.Text))
		d.open(m)
		return
	}
	if b, ok := d.typedButton(w, m); ok {
		d.turn.Understood = w.resolveButton(b)
		d.act(w, b)
		return
	}
	if w.Status == StatusWalking && w.At.Slot != "" && d.head.From.ID == w.Asker.ID && d.takeValue(w, m.Text) {
		return
	}
	if !d.followIntent(w, m) {
		d.newError(w, m)
	}
}

// newError handles a message that does not steer the walkthrough. It may be
// another error.
func (d decision) newError(w Walkthrough, m Message) {
	walking := w.Entry != nil && (w.Status == StatusWalking || w.Status == StatusEscalated)
	known := walking && d.found.Band == match.Sure && d.found.Hits[0].Entry.ID == w.Entry.ID
	asker := d.head.From.ID == w.Asker.ID
	mine := d.addressed(m)
	switch {
	case !walking && (d.found.Band == match.Sure || mine):
		d.replaceLive(w, "")
		d = d.speaking(d.newLanguage(m.Text))
		d.open(m)
	case d.found.Band == match.Sure && !known && asker:
		d.understand(IntentOtherError)
		d.replaceLive(w, "")
		d.leave(&w)
		next := d.newWalkthrough(m)
		next.Posts = w.Posts
		next.Open = w.leftOpen(d.found.Hits[0].Entry.ID)
		d.answer(next, "")
	case d.found.Band == match.Sure && !known, d.found.Band == match.Likely && mine:
		d.understand(IntentOtherError)
		d.offerOther(w)
	case mine && known:
		d.understand(IntentRepeat)
		d.replaceLive(w, "")
		d.postState(w)
	case mine && d.unknownError(w, m):
	case mine:
		d.understand(IntentUnclear)
		d.replaceLive(w, "")
		d.postState(w, d.paragraph("unclear"))
	}
}

// unknownError says that an error which the message names by its code is
// unknown, and reports whether it names one. The walkthrough stays where it is.
func (d decision) unknownError(w Walkthrough, m Message) bool {
	code, named := match.NamedCode(m.Text, false)
	if _, unknown := d.unknownCode(code); !named || !unknown {
		return false
	}
	d.understand(IntentOtherError)
	d.postNote(w, paragraph(d.text("no_code", "query", code)), choices(d.button(w, ActionPerson, "", d.text("person"))))
	return true
}

// addressed reports whether a message is for the bot rather than for
// colleagues.
func (d decision) addressed(m Message) bool { return m.Addressed || d.head.Direct }

// offerOther offers another error without leaving the walkthrough.
func (d decision) offerOther(w Walkthrough) {
	var row []LabeledButton
	for _, h := range d.found.Hits {
		row = append(row, d.startButton(h.Entry, d.entryText(h.Entry.Title, Walkthrough{Slots: h.Slots})))
		if d.found.Band == match.Sure {
			break
		}
	}
	d.postNote(w, ask(d.text("another")), choices(row...))
}

// followIntent does what a message asks for in words, and reports whether it
// asked for anything.
func (d decision) followIntent(w Walkthrough, m Message) bool {
	intent := d.rules.Locales.Intent(m.Text)
	mine := d.addressed(m)
	if intent == locale.IntentUnclear || !mine && d.meantForPeople(w, m) {
		return false
	}
	switch intent {
	case locale.IntentHelp, locale.IntentList:
		if mine {
			d.unrecognized(m)
		}
		return mine
	case locale.IntentThanks:
		d.understand(IntentThanks)
		if d.head.Direct && w.Status == StatusWalking {
			d.postNote(w, d.paragraph("thanks"))
		}
		return true
	case locale.IntentQuiet:
		d.understand(IntentQuiet)
		d.quiet(w)
		return true
	case locale.IntentPerson:
		d.understand(IntentPerson)
		d.handOver(w)
		return true
	}
	if w.Status == StatusUnmatched {
		return false
	}
	d.understand(w.resolve(intent))
	switch {
	case w.Status == StatusChoosing:
		d.steerChoosing(w, intent)
	case w.Status == StatusSolved:
		d.steerSolved(w, intent)
	case w.Entry == nil:
		d.repeatState(w)
	default:
		d.steerWalking(w, intent)
	}
	return true
}

// meantForPeople reports whether a word that people also say to each other is
// not meant for the bot, judging by who says it and when.
func (d decision) meantForPeople(w Walkthrough, m Message) bool {
	waiting := w.Status == StatusWalking || w.Status == StatusChoosing
	return d.rules.Locales.Ambiguous(m.Text) && (d.head.From.ID != w.Asker.ID || !waiting)
}

func (d decision) steerChoosing(w Walkthrough, intent locale.Intent) {
	e, one := d.onlyOption(w)
	switch {
	case intent == locale.IntentSkip || intent == locale.IntentNext:
		d.pick(w, Button{Action: ActionOther})
	case intent == locale.IntentYes && one && w.Elsewhere == (Thread{}):
		d.pick(w, d.startButton(e, "").Button)
	default:
		d.repeatState(w)
	}
}

// pick performs the action of a button that the message means.
func (d decision) pick(w Walkthrough, b Button) {
	d.turn.Understood = w.resolveButton(b)
	d.act(w, b)
}

func (d decision) steerSolved(w Walkthrough, intent locale.Intent) {
	switch intent {
	case locale.IntentYes:
		d.act(w, d.button(w, ActionStillSolved, "", "").Button)
	case locale.IntentNext, locale.IntentCameBack, locale.IntentBack:
		d.act(w, d.button(w, ActionCameBack, "", "").Button)
	case locale.IntentAll:
		d.act(w, d.button(w, ActionAll, "", "").Button)
	}
}

// steerWalking performs the action of the button that means the same as the
// intent. If no button does, it shows the position again.
func (d decision) steerWalking(w Walkthrough, intent locale.Intent) {
	step := findStep(w.Entry, w.At.Step)
	atStep := step != nil && w.At.Slot == "" && w.Status == StatusWalking
	more := atStep && step.Ask == nil && w.prompt() == promptDone && !w.Doubted
	action := Action("")
	switch {
	case intent == locale.IntentNext && atStep && step.Ask == nil, intent == locale.IntentNext && w.Status == StatusEscalated && w.At.Step != "":
		action = ActionNext
	case intent == locale.IntentYes && more, intent == locale.IntentDone && more:
		action = ActionNext
	case intent == locale.IntentYes && atStep && step.Ask == nil, intent == locale.IntentFixed:
		action = ActionFixed
	case intent == locale.IntentBack:
		action = ActionBack
	case intent == locale.IntentAll:
		action = ActionAll
	case intent == locale.IntentSkip && (w.At.Slot != "" || atStep && step.Ask == nil):
		action = ActionSkip
	default:
		d.repeatState(w)
		return
	}
	d.act(w, d.button(w, action, "", "").Button)
}

// repeatState shows the position of the walkthrough again.
func (d decision) repeatState(w Walkthrough) {
	d.replaceLive(w, "")
	d.postState(w)
}

// typedButton interprets a message as one of the live buttons: by its number,
// by its label, or by words that fit only one answer of the question. In a
// channel only the asker can answer this way.
func (d decision) typedButton(w Walkthrough, m Message) (Button, bool) {
	waits := w.Status == StatusWalking || w.Status == StatusChoosing || d.addressed(m)
	if utf8.RuneCountInString(m.Text) > locale.MaxUtterance || !waits || d.head.From.ID != w.Asker.ID && !m.Addressed {
		return Button{}, false
	}
	words := locale.Fold(m.Text)
	buttons := d.liveReply(w).Buttons()
	if n, ok := d.rules.Locales.Number(words); ok {
		if n >= 1 && n <= len(buttons) {
			return buttons[n-1].Button, true
		}
		return Button{}, false
	}
	for _, b := range buttons {
		if words != "" && locale.Fold(b.Label) == words {
			return b.Button, true
		}
	}
	if w.Status != StatusWalking || strings.ContainsAny(m.Text, locale.QuestionMarks) {
		return Button{}, false
	}
	return d.matchChoice(w, words)
}

// matchChoice returns the only answer of the current question whose words the
// message contains, or whose label contains all words of the message. A message
// with a negation may mean any answer.
func (d decision) matchChoice(w Walkthrough, words string) (Button, bool) {
	q := findQuestion(w.Entry, w.At.Question)
	if q == nil || words == "" || d.rules.Locales.Negated(words) {
		return Button{}, false
	}
	var found []kb.Choice
	for _, c := range q.Choices {
		named := slices.ContainsFunc(c.When, func(s string) bool { return locale.ContainsWords(words, locale.Fold(s)) })
		part := slices.ContainsFunc(c.Label, func(v kb.Variant) bool {
			return utf8.RuneCountInString(words) > 1 && allWords(words, locale.Fold(v.Text))
		})
		if named || part {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return Button{}, false
	}
	return d.button(w, ActionAnswer, found[0].ID, "").Button, true
}

// allWords reports whether the label contains every word of words.
func allWords(words, label string) bool {
	for word := range strings.FieldsSeq(words) {
		if !locale.ContainsWords(label, word) {
			return false
		}
	}
	return true
}

// takeValue uses a message as the requested value if it looks like a name. If
// it looks like talk, the bot says that it waits for a name.
func (d decision) takeValue(w Walkthrough, said string) bool {
	if d.rules.Locales.Intent(said) != locale.IntentUnclear {
		return false
	}
	value, quoted := unquote(d.rules.Locales.BareName(said))
	if d.found.Band == match.Sure || len(said) > 2*maxSlot {
		return false
	}
	if !acceptable(value) || !quoted && !nameLike(value) {
		d.understand(IntentUnclear)
		d.replaceLive(w, "")
		d.postState(w, d.paragraph("slot_bad"))
		return true
	}
	d.turn.Understood = Understood{Intent: IntentValue, Value: value}
	d.replaceLive(w, shorten(visible(value), 80))
	w.Slots = withSlot(w.Slots, w.At.Slot, value)
	w.moveTo(Position{Step: w.At.Step})
	d.postState(w)
	return true
}

// unquote removes the quotes around a value and reports whether there were any.
func unquote(s string) (value string, quoted bool) {
	s = strings.TrimSpace(s)
	value = strings.Trim(s, "`'\"“”‘’«»")
	return value, value != s
}

// nameLike distinguishes a server, path or address from a word of talk: it is
// one token with a digit, an uppercase letter or a character that is common in
// names.
func nameLike(value string) bool {
	return len(strings.Fields(value)) == 1 && !strings.HasPrefix(value, "@") && !strings.ContainsAny(value, locale.QuestionMarks) &&
		strings.ContainsAny(value, `0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ._-\:`) && strings.Trim(value, ".-!") == value
}

// quiet silences the bot in a thread, at the request of a user.
func (d decision) quiet(w Walkthrough) {
	d.replaceLive(w, "")
	said := []Block{d.paragraph("quiet")}
	if w.Status == StatusWalking {
		said = append(d.remember(w, Position{}), said...)
	}
	w.Status, w.Live = StatusQuiet, ""
	d.postNote(w, said...)
}
