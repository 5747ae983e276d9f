package bot

import (
	"slices"
	"strings"
	"unicode"

	"mabsbot/bot/locale"
	"mabsbot/kb/match"
)

// Values that the bot asked for, such as the name of a server.

// hearValue returns what a message wants that may give the requested value.
func (d decision) hearValue(w Walkthrough, r locale.Reading, text string) Understood {
	value := d.valueIn(text)
	switch r.Main {
	case locale.IntentUnclear, locale.IntentValue, locale.IntentChoose, locale.IntentInfo, locale.IntentYes, locale.IntentNod, locale.IntentTalk, locale.IntentThanks, locale.IntentNo:
		if value != "" {
			return Understood{Intent: IntentValue, Value: value}
		}
	case locale.IntentUnsure:
		if value != "" && !r.Question {
			return Understood{Intent: IntentValue, Value: value}
		}
	case locale.IntentFixed:
		return Understood{Intent: IntentFixed}
	}
	return Understood{Intent: w.resolve(r)}
}

// valueIn returns the only name in a text, or "". A name in quotes is one even
// if it looks like a word.
func (d decision) valueIn(text string) string {
	if strings.ContainsAny(text, locale.QuestionMarks) || d.found.Band == match.Sure || len(text) > 2*maxSlot {
		return ""
	}
	if value, quoted := unquote(text); quoted && acceptable(value) {
		return value
	}
	var found []string
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }) {
		value, quoted := unquote(strings.TrimRight(withoutParticle(word), ".!"))
		if acceptable(value) && (quoted || nameLike(value)) && !slices.Contains(found, value) {
			found = append(found, value)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
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
// whether the value can be used.
func (d decision) takeValue(w Walkthrough, value string) bool {
	if value == "" || !acceptable(value) {
		return false
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
	value = strings.TrimRight(value, ".!")
	letters := strings.ContainsFunc(value, unicode.IsLetter)
	inside := strings.ContainsFunc(value[min(1, len(value)):], unicode.IsUpper)
	return len(strings.Fields(value)) == 1 && letters && !strings.HasPrefix(value, "@") && strings.Trim(value, ".-!") == value &&
		(inside || strings.ContainsAny(value, `0123456789._-\:`))
}
