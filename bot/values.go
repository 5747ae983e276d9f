package bot

import (
	"slices"
	"strings"
	"unicode"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// Values that the bot asked for, such as the name of a server.

// slot returns the slot whose value the bot asks for.
func (d decision) slot(w Walkthrough) kb.Slot { return d.rules.Base.Slot(w.At.Slot) }

// takesNumber reports whether the bot asks for a number, which is then no button.
func (d decision) takesNumber(w Walkthrough) bool {
	return w.At.Slot != "" && d.slot(w).Takes == kb.KindAmount
}

// hearValue returns what a message wants that may give the requested value. A
// name that does not fit is IntentValue without a value.
func (d decision) hearValue(w Walkthrough, r locale.Reading, text string) Understood {
	value, named := d.valueIn(d.slot(w), text)
	given := Understood{Intent: IntentValue, Value: value}
	switch r.Main {
	case locale.IntentUnclear, locale.IntentValue, locale.IntentChoose:
		if value != "" || named && r.Words <= shortAnswer {
			return given
		}
	case locale.IntentInfo, locale.IntentYes, locale.IntentNod, locale.IntentTalk, locale.IntentThanks, locale.IntentNo:
		if value != "" {
			return given
		}
	case locale.IntentUnsure:
		if value != "" && !r.Question {
			return given
		}
	case locale.IntentFixed:
		return Understood{Intent: IntentFixed}
	}
	return Understood{Intent: w.resolve(r)}
}

// valueIn returns the only value in a text that fits a slot, as it is written in
// commands, or "". A value in quotes is one even if it looks like a word. named
// reports whether the text gives a value at all.
func (d decision) valueIn(slot kb.Slot, text string) (value string, named bool) {
	if strings.ContainsAny(text, locale.QuestionMarks) || d.found.Band == match.Sure || len(text) > 2*maxSlot {
		return "", false
	}
	whole, quoted := unquote(text)
	if normal, ok := slot.Takes.Read(whole); ok && acceptable(normal) && (quoted || !slot.Takes.Plain() && d.standsOut(slot.Takes, whole, true)) {
		return normal, true
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' })
	var found []string
	for _, word := range words {
		name, quoted := unquote(strings.TrimRight(withoutParticle(word), ".!"))
		normal, ok := slot.Takes.Read(name)
		fits := ok && (quoted || d.standsOut(slot.Takes, name, len(words) == 1))
		if fits && acceptable(normal) && !slices.Contains(found, normal) {
			found = append(found, normal)
		}
		named = named || acceptable(name) && (fits || quoted || nameLike(name))
	}
	if len(found) != 1 {
		return "", named
	}
	return found[0], true
}

// standsOut reports whether what has the form of a value is one, rather than a
// word of talk or a part of a longer value. alone means that the text is no more.
func (d decision) standsOut(kind kb.Kind, value string, alone bool) bool {
	switch {
	case kind.Plain():
		return nameLike(value)
	case len(value) > 1:
		return alone || !kind.Spaces()
	case alone: // "e", but not "y"
		return d.rules.Locales.Read(value).Main == locale.IntentUnclear
	}
	return d.rules.Locales.Read(value).Unknown > 0 // "drive e", but not "I" or "a"
}

// withoutParticle returns a word without what directly follows a name in another
// script, such as a Korean particle.
func withoutParticle(word string) string {
	i := strings.IndexFunc(word, func(r rune) bool { return r >= 0x80 && unicode.IsLetter(r) })
	if i > 0 {
		return word[:i]
	}
	return word
}

// takeValue uses a value that was typed into a modal, or said. It reports
// whether the value fits the slot.
func (d decision) takeValue(w Walkthrough, value string) bool {
	value, fits := d.slot(w).Takes.Read(value)
	if !fits || !acceptable(value) {
		return false
	}
	d.turn.Understood = Understood{Intent: IntentValue, Value: value}
	d.replaceLive(w, shorten(visible(value), 80))
	w.Slots = withValue(w.Slots, w.At.Slot, value)
	w.moveTo(Position{Step: w.At.Step})
	d.postState(w)
	return true
}

// wantTexts are the texts that say what a slot takes.
var wantTexts = map[kb.Kind]string{
	kb.KindName: "want_name", kb.KindDrive: "want_drive", kb.KindServer: "want_server", kb.KindInstance: "want_instance", kb.KindAccount: "want_account",
	kb.KindAddress: "want_address", kb.KindPath: "want_path", kb.KindAmount: "want_amount", kb.KindVersion: "want_version",
}

// want says which value the bot needs at a slot.
func (d decision) want(w Walkthrough) Block { return d.paragraph(wantTexts[d.slot(w).Takes]) }

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
	value = strings.TrimRight(value, ".!")
	letters := strings.ContainsFunc(value, unicode.IsLetter)
	inside := strings.ContainsFunc(value[min(1, len(value)):], unicode.IsUpper)
	return len(strings.Fields(value)) == 1 && letters && !strings.HasPrefix(value, "@") && strings.Trim(value, ".-!") == value &&
		(inside || strings.ContainsAny(value, `0123456789._-\:`))
}
