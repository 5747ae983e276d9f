package locale

import (
	"strings"
)

// How the bot recognizes its own words in what another bot says. A bridge or a
// mirror repeats an answer, which names the error and so looks like a paste;
// answering it would never end. The copy may have another author, other markup,
// other line breaks, and text before and after it. What survives are the fixed
// words of the answer, letter by letter:
//
//	text  "This could be one of several errors. Which one is yours?"
//	copy  "mabsbot: *This could be one of several errors.*\n> Which one is yours?"
//	both  thiscouldbeoneofseveralerrorswhichoneisyours

// echoTexts are the texts whose fixed words only an answer of the bot has. Each
// kind of answer that names an error has one of them.
var echoTexts = []string{
	"also", "source", // the first answer, in addition to recognizedBy
	"repeat", "choose", "choose_code", "slot", "follow_up", "nothing_left", "solved_more",
	"order_alternatives", "order_sequence", // all steps
	"handover", "person_sent", "person_none", "no_match", "no_match_near", "no_match_send", "need_error",
	"help", "list_more", "why", "why_evidence",
}

// recognizedBy are the values of the text "recognized".
var recognizedBy = []string{"by_code", "by_symbol", "by_message", "by_words"}

// echoLetters is how many bytes of letters a text must have to count, so that no
// paste has it by chance. "needs a person" has 12; a Korean syllable has 3, and
// tells about as much more.
const echoLetters = 12

// echoGap is how many bytes of letters a value may have between two fixed parts
// of a text: the longest name of a source, in any language, has 150.
const echoGap = 200

// An echo is the fixed parts of a text, as compact writes them.
type echo []string

// Echo reports whether a text contains words that the bot says in an answer, in
// any language.
func (all Locales) Echo(text string) bool {
	text = compact(text)
	for _, l := range all {
		for _, e := range l.echoes {
			if e.in(text) {
				return true
			}
		}
	}
	return false
}

// compileEchoes returns the echoes of a language.
func (l *Locale) compileEchoes() []echo {
	var all []echo
	add := func(text string) {
		if e := newEcho(text); len(strings.Join(e, "")) >= echoLetters {
			all = append(all, e)
		}
	}
	for _, key := range echoTexts {
		add(l.Texts[key])
	}
	for _, by := range recognizedBy {
		add(strings.ReplaceAll(l.Texts["recognized"], "{by}", l.Texts[by]))
	}
	return all
}

func newEcho(text string) echo {
	var e echo
	for _, part := range placeholder.Split(text, -1) {
		if part = compact(part); part != "" {
			e = append(e, part)
		}
	}
	return e
}

// in reports whether the parts are in a compact text, in their order and no
// farther apart than a value is long.
func (e echo) in(text string) bool { return e.within(text, len(text)) }

// within is in for a text whose first part begins in the first reach bytes.
func (e echo) within(text string, reach int) bool {
	for at := 0; at <= reach; {
		i := strings.Index(text[at:min(len(text), reach+len(e[0]))], e[0])
		if i < 0 {
			return false
		}
		at += i
		if len(e) == 1 || e[1:].within(text[at+len(e[0]):], echoGap) {
			return true
		}
		at++
	}
	return false
}

// compact leaves only the letters and digits of a text.
func compact(text string) string {
	return strings.NewReplacer(" ", "", "'", "").Replace(Fold(text))
}
