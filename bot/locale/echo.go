package locale

import (
	"regexp"
	"strings"
)

// How the bot recognizes its own words in the messages of another bot. A bridge
// or mirror repeats an answer, which names the error and so looks like a paste;
// answering it would loop. The copy may have another author, other markup,
// other line breaks, and text around it. The fixed words of the answer remain,
// letter by letter:
//
//	text  "This could be one of several errors. Which one is yours?"
//	copy  "mabsbot: *This could be one of several errors.*\n> Which one is yours?"
//	both  thiscouldbeoneofseveralerrorswhichoneisyours

// echoTexts are texts whose fixed words occur only in answers of the bot. Every
// kind of answer that names an error contains one.
var echoTexts = []string{
	"explain_more", "explain_question", "unclear_question", "how_to_see",
	"also", "follows", "left_open", "source", // the first answer, in addition to recognizedBy
	"repeat", "choose", "choose_one", "choose_code", "slot", "slot_hint", "ended_choice", "follow_up", "nothing_left", "solved_more",
	"order_alternatives", "order_sequence", // all steps
	"so_far", "ask_gone", "solved_later",
	"undo", "undo_begun",
	"handover", "person_sent", "person_summary", "person_none", "person_solved", "case_solved_how", "case_remark", "case_reminder", "cases",
	"incident_ask", "incident_ask_mention", "admin_usage",
	"no_match", "no_match_near", "no_match_send", "need_error", "no_code_send", "sibling_kind",
	"help", "list_more", "why", "why_evidence",
}

// lineTexts are texts that have too few letters for echoTexts, and are recognized
// by the signs in them or before them, as a regular expression: every step has its
// progress, such as "●●○○ Step 2 of 4", and is folded to a line, such as
// "✓ Step 2: Check the network".
var lineTexts = map[string]string{"progress": `[●○]+\s*`, "progress_part": `[●○]+\s*`, "step_over": "", "step_left": ""}

// recognizedBy are the possible values of the text "recognized".
var recognizedBy = []string{"by_code", "by_symbol", "by_message", "by_words"}

// echoLetters is how many bytes of letters a text must have so that no paste
// contains it by chance. "needs a person" has 12. A Korean syllable has 3
// bytes, and three times the information of a Latin letter.
const echoLetters = 12

// echoGap is the maximum number of bytes of letters between two fixed parts of
// a text. The longest name of a source, in any language, has 150.
const echoGap = 200

// An echo is the list of fixed parts of a text, compacted.
type echo []string

// Echo reports whether a text contains an answer of the bot, in any language.
func (all Locales) Echo(text string) bool {
	for _, l := range all {
		for _, line := range l.lines {
			if line.MatchString(text) {
				return true
			}
		}
	}
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

// compileLines returns the expressions for lineTexts in a language.
func (l *Locale) compileLines() []*regexp.Regexp {
	values := strings.NewReplacer("{number}", `[\d.]+`, "{of}", `\d+`, "{part}", `\d+`, "{parts}", `\d+`, "{title}", `\S`, " ", `\s+`)
	var all []*regexp.Regexp
	for key, before := range lineTexts {
		text := strings.NewReplacer(`\{`, "{", `\}`, "}").Replace(regexp.QuoteMeta(l.Texts[key]))
		all = append(all, regexp.MustCompile(before+values.Replace(text)))
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

// in reports whether a compact text contains all parts in order, at most
// echoGap apart.
func (e echo) in(text string) bool { return e.within(text, len(text)) }

// within is like in, for a text whose first part starts within the first reach
// bytes.
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

// compact returns only the letters and digits of a text.
func compact(text string) string {
	return strings.NewReplacer(" ", "", "'", "").Replace(Fold(text))
}
