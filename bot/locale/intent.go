package locale

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An Intent is what a user wants of the walkthrough, expressed in words.
type Intent string

// The intents, as named in the locale files.
const (
	IntentUnclear  Intent = ""
	IntentNext     Intent = "next" // it did not help, or the next step is wanted
	IntentDone     Intent = "done" // the step is done; it may or may not have helped
	IntentFixed    Intent = "fixed"
	IntentYes      Intent = "yes"    // to the question just asked
	IntentCameBack Intent = "again"  // the error came back
	IntentThanks   Intent = "thanks" // nothing is wanted
	IntentBack     Intent = "back"
	IntentAll      Intent = "all"
	IntentPerson   Intent = "person"
	IntentQuiet    Intent = "quiet"
	IntentRepeat   Intent = "repeat"
	IntentSkip     Intent = "skip"
	IntentHelp     Intent = "help"
	IntentList     Intent = "list"
	intentFiller   Intent = "filler" // meaningless on its own
)

// MaxUtterance is the length in characters of the longest message that can steer
// a walkthrough: four times the longest phrase in the locale files. Longer
// messages are for people.
const MaxUtterance = 120

// A Command is a subcommand of /mabs.
type Command string

// The commands, as named in the locale files.
const (
	CommandNone Command = ""
	CommandHelp Command = "help"
	CommandList Command = "list"
	CommandWhy  Command = "why"
	CommandLang Command = "lang"
)

var commands = []Command{CommandHelp, CommandList, CommandWhy, CommandLang}

// QuestionMarks are the characters that mark a question.
const QuestionMarks = "?？"

var intents = []Intent{IntentNext, IntentFixed, IntentDone, IntentBack, IntentAll, IntentPerson, IntentQuiet, IntentRepeat, IntentSkip, IntentHelp, IntentList, IntentCameBack, IntentYes, IntentThanks}

type phrase struct {
	text   string
	intent Intent
}

// compile returns the folded phrases of the locale, longest first because a
// short phrase may be the start of a longer one.
func (l *Locale) compile() []phrase {
	var all []phrase
	for _, intent := range intents {
		for _, text := range l.Intents[intent] {
			all = append(all, phrase{Fold(text), intent})
		}
	}
	for _, text := range l.Fillers {
		all = append(all, phrase{Fold(text), intentFiller})
	}
	all = slices.DeleteFunc(all, func(p phrase) bool { return p.text == "" })
	slices.SortStableFunc(all, func(a, b phrase) int { return cmp.Compare(len(b.text), len(a.text)) })
	return all
}

// Intent returns the intent of a message in any of the languages. The whole
// message must consist of fillers and phrases of that one intent: "nope, same
// thing" does, "nope, the colleague is on holiday" does not. Other messages are
// between people. A message with a question mark counts only if it is a request
// to the bot.
func (all Locales) Intent(text string) Intent {
	if utf8.RuneCountInString(text) > MaxUtterance {
		return IntentUnclear
	}
	question := strings.ContainsAny(text, QuestionMarks)
	folded := Fold(text)
	if folded == "" {
		return IntentUnclear
	}
	for _, lang := range all.Tags() {
		for _, want := range intents {
			if (!question || want.isRequest()) && all[lang].consistsOf(folded, want) {
				return want
			}
		}
	}
	return IntentUnclear
}

// isRequest reports whether users phrase the intent as a question to the bot.
func (i Intent) isRequest() bool {
	return slices.Contains([]Intent{IntentRepeat, IntentHelp, IntentPerson, IntentList, IntentAll}, i)
}

// Command returns the subcommand that a word means in any of the languages.
func (all Locales) Command(word string) Command {
	word = strings.ToLower(word)
	for _, l := range all {
		for _, c := range commands {
			if slices.Contains(l.Commands[c], word) {
				return c
			}
		}
	}
	return CommandNone
}

// Ambiguous reports whether people say the text to each other as often as to
// the bot.
func (all Locales) Ambiguous(text string) bool {
	folded := Fold(text)
	for _, l := range all {
		if slices.ContainsFunc(l.Ambiguous, func(s string) bool { return Fold(s) == folded }) {
			return true
		}
	}
	return false
}

// Negated reports whether a text contains a negation.
func (all Locales) Negated(text string) bool {
	folded := Fold(text)
	for _, l := range all {
		if slices.ContainsFunc(l.Negations, func(s string) bool { return ContainsWords(folded, s) }) {
			return true
		}
	}
	return false
}

// Number parses a text as the number of a choice, with or without a suffix of
// the language.
func (all Locales) Number(text string) (n int, ok bool) {
	digits := Fold(text)
	for trimmed := true; trimmed; {
		trimmed = false
		for _, l := range all {
			for _, after := range l.AfterNumber {
				rest, found := strings.CutSuffix(digits, after)
				digits, trimmed = rest, trimmed || found && after != ""
			}
		}
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil
}

// BareName removes what people say around a name, as in "it's FS-11".
func (all Locales) BareName(text string) string {
	text = strings.TrimSpace(text)
	for _, lang := range all.Tags() {
		for _, before := range all[lang].BeforeName {
			if len(text) > len(before) && strings.EqualFold(text[:len(before)], before) {
				text = strings.TrimSpace(text[len(before):])
			}
		}
		for _, after := range all[lang].AfterName {
			text = strings.TrimSuffix(text, after)
		}
	}
	return strings.TrimSpace(text)
}

// consistsOf reports whether s consists of fillers and at least one phrase of
// the intent.
func (l *Locale) consistsOf(s string, want Intent) bool {
	type state struct {
		rest string
		said bool
	}
	open := []state{{s, false}}
	seen := map[state]bool{}
	for len(open) > 0 {
		now := open[len(open)-1]
		open = open[:len(open)-1]
		if now.rest == "" && now.said {
			return true
		}
		if seen[now] {
			continue
		}
		seen[now] = true
		for _, p := range l.phrases {
			done := p.intent == IntentDone && (want == IntentNext || want == IntentFixed) // "did that, no change"
			if p.intent != want && p.intent != intentFiller && !done {
				continue
			}
			if rest, ok := cutPhrase(now.rest, p.text); ok {
				open = append(open, state{rest, now.said || p.intent == want})
			}
		}
	}
	return false
}

// cutPhrase cuts the phrase from the start of s. In spaceless scripts spaces
// are ignored; in other scripts the phrase must end at the end of a word.
func cutPhrase(s, phrase string) (rest string, ok bool) {
	loose := strings.ContainsFunc(phrase, spaceless)
	for phrase != "" {
		p, n := utf8.DecodeRuneInString(phrase)
		if loose && p == ' ' {
			phrase = phrase[n:]
			continue
		}
		if loose {
			s = strings.TrimLeft(s, " ")
		}
		r, m := utf8.DecodeRuneInString(s)
		if r != p || m == 0 {
			return "", false
		}
		s, phrase = s[m:], phrase[n:]
	}
	if r, _ := utf8.DecodeRuneInString(s); !loose && s != "" && r != ' ' {
		return "", false
	}
	return strings.TrimLeft(s, " "), true
}
