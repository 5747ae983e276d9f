package locale

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// An Intent is what somebody wants of the walkthrough, said in words.
type Intent string

// The intents, as the locale files name them. IntentUnclear is none of them.
const (
	IntentUnclear  Intent = ""
	IntentNext     Intent = "next" // it did not help, or simply the next step
	IntentDone     Intent = "done" // the step is done; whether it helped is not said
	IntentFixed    Intent = "fixed"
	IntentYes      Intent = "yes"    // to whatever was asked
	IntentCameBack Intent = "again"  // the error came back
	IntentThanks   Intent = "thanks" // wants nothing
	IntentBack     Intent = "back"
	IntentAll      Intent = "all"
	IntentPerson   Intent = "person"
	IntentQuiet    Intent = "quiet"
	IntentRepeat   Intent = "repeat"
	IntentSkip     Intent = "skip"
	IntentHelp     Intent = "help"
	IntentList     Intent = "list"
	intentFiller   Intent = "filler" // means nothing by itself
	MaxUtterance          = 120      // characters; whoever writes more is talking to people
)

var intents = []Intent{IntentNext, IntentFixed, IntentDone, IntentBack, IntentAll, IntentPerson, IntentQuiet, IntentRepeat, IntentSkip, IntentHelp, IntentList, IntentCameBack, IntentYes, IntentThanks}

type phrase struct {
	text   string
	intent Intent
}

// compile folds the phrases of the locale, longest first so that «안 돼요» is
// found before «돼요».
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

// Intent reads a message as one intent, in any of the languages. The whole
// message must be phrases of that one intent and fillers: «nope, same thing»
// is, «nope, the colleague is on holiday» is not, for people talking with each
// other are left alone. A question mark makes it a question to somebody,
// unless it is one that the bot can answer.
func (all Locales) Intent(text string) Intent {
	if utf8.RuneCountInString(text) > MaxUtterance {
		return IntentUnclear
	}
	question := strings.ContainsAny(text, "?？")
	folded := Fold(text)
	if folded == "" {
		return IntentUnclear
	}
	for _, lang := range all.Tags() {
		for _, want := range intents {
			if (!question || want.asks()) && all[lang].says(folded, want) {
				return want
			}
		}
	}
	return IntentUnclear
}

// asks tells the intents that people put as a question to the bot.
func (i Intent) asks() bool {
	return slices.Contains([]Intent{IntentRepeat, IntentHelp, IntentPerson, IntentList, IntentAll}, i)
}

// Bare reports whether a text is a word that people say to each other just as
// well.
func (all Locales) Bare(text string) bool {
	folded := Fold(text)
	for _, l := range all {
		if slices.ContainsFunc(l.Bare, func(s string) bool { return Fold(s) == folded }) {
			return true
		}
	}
	return false
}

// Negated reports whether folded words deny something.
func (all Locales) Negated(folded string) bool {
	for _, l := range all {
		if slices.ContainsFunc(l.Negations, func(s string) bool { return ContainsWords(folded, s) }) {
			return true
		}
	}
	return false
}

// Stripped is a text without what people say around a name: «it's FS-11»,
// «FS-11입니다».
func (all Locales) Stripped(text string) string {
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

// says reports whether s consists of phrases of the intent, at least one, and
// fillers.
func (l *Locale) says(s string, want Intent) bool {
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
			done := p.intent == IntentDone && (want == IntentNext || want == IntentFixed) // «did that, no change»
			if p.intent != want && p.intent != intentFiller && !done {
				continue
			}
			if rest, ok := eat(now.rest, p.text); ok {
				open = append(open, state{rest, now.said || p.intent == want})
			}
		}
	}
	return false
}

// eat takes the phrase off the front of s. Spaces count for nothing in Korean,
// where people set them as they like; a Latin word must end where the phrase
// ends.
func eat(s, phrase string) (rest string, ok bool) {
	loose := strings.ContainsFunc(phrase, hangul)
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

func hangul(r rune) bool { return unicode.Is(unicode.Hangul, r) }

// Fold brings what people type to one form: composed, lower case, letters and
// digits only, single spaces. An apostrophe inside a word stays, whichever of
// its forms it had.
func Fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKC.String(strings.ToValidUTF8(s, " ")) {
		switch {
		case r == '’' || r == '\'' || r == '`':
			r = '\''
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
			r = unicode.ToLower(r)
		default:
			space = true
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return strings.Trim(b.String(), "' ")
}

// ContainsWords reports whether the words stand in text as words: letters and
// digits of the Latin alphabet must not go on before or after them. Hangul may,
// for particles hang on it.
func ContainsWords(text, words string) bool {
	if words == "" {
		return false
	}
	for at := 0; ; {
		i := strings.Index(text[at:], words)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(words)
		if !latinAt(text, start-1, words[0]) && !latinAt(text, end, words[len(words)-1]) {
			return true
		}
		at = start + 1
	}
}

// latinAt reports whether the byte of text at i continues a word of which next
// is the adjoining byte.
func latinAt(text string, i int, next byte) bool {
	return i >= 0 && i < len(text) && alnum(text[i]) && alnum(next)
}

func alnum(b byte) bool { return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' }
