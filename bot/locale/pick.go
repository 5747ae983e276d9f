package locale

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Finding which of several answers a reply names, in whatever words.

// An Answer is one of the answers among which a reply may choose.
type Answer struct {
	Labels  []string // in any language
	Phrases []string // other words for it, each enough alone
}

// The weights of what a reply has in common with an answer. A phrase decides; a
// word of a label counts the more the fewer answers have it.
const (
	phraseWeight = 12
	wordWeight   = 4
)

// Pick returns the index of the only answer that the reply names, or -1. certain
// means that it used one of the phrases, or most words of the label.
func (all Locales) Pick(reply string, answers []Answer) (best int, certain bool) {
	s := spell(unquoteLines(reply))
	t := newPickText(s, all.negated(s))
	score := make([]int, len(answers))
	phrase := make([]bool, len(answers))
	matched := make([]int, len(answers))
	count := map[string]int{} // the answers whose labels have a word of the reply
	words := make([][]string, len(answers))
	for i, a := range answers {
		longest := 0
		for _, p := range a.Phrases {
			if n, negated := t.find(p); n > longest {
				longest = n
				switch {
				case !negated || all.negates(p):
					score[i] = max(score[i], 0) + phraseWeight + n
					phrase[i] = true
				default:
					score[i] -= phraseWeight
				}
			}
		}
		for w := range labelWords(a.Labels) {
			if n, _ := t.find(w); n > 0 && !all.filler(w) {
				words[i] = append(words[i], w)
				count[w]++
			}
		}
	}
	for i := range answers {
		for _, w := range words[i] {
			_, negated := t.find(w)
			switch {
			case negated:
				score[i] -= wordWeight
			case count[w] < len(answers) || len(answers) == 1:
				score[i] += max(1, wordWeight/count[w])
				matched[i]++
			default:
				score[i]++ // counts only against a negated one
			}
		}
	}
	best = -1
	second := 0
	for i, n := range score {
		switch {
		case best < 0 && n > 0:
			best = i
		case best >= 0 && n > score[best]:
			best, second = i, score[best]
		case best >= 0:
			second = max(second, n)
		}
	}
	if best < 0 || score[best] == second {
		return -1, false
	}
	return best, phrase[best] || matched[best] > 0 && 2*matched[best] >= all.countWords(answers[best].Labels)
}

// countWords counts the words of labels that distinguish answers.
func (all Locales) countWords(labels []string) (n int) {
	for w := range labelWords(labels) {
		if !all.filler(w) {
			n++
		}
	}
	return n
}

// Mentioned returns the longest of the phrases that occur in a text, in whatever
// form, or "". An abbreviation has no other forms: "mabsbot" is no MABS.
func Mentioned(text string, phrases []string) string {
	s := spell(text)
	t := newPickText(s, make([]bool, len(s.letters)))
	folded := Fold(text)
	longest, most := "", 0
	for _, p := range phrases {
		n, _ := t.find(p)
		if n > most && (!abbreviation(p) || ContainsWords(folded, Fold(p))) {
			longest, most = p, n
		}
	}
	return longest
}

// abbreviation reports whether a word is in capital letters.
func abbreviation(word string) bool {
	return word == strings.ToUpper(word) && word != strings.ToLower(word)
}

// A pickText is a reply in which the words of answers are looked for.
type pickText struct {
	s       spelling
	negated []bool           // by letter
	begins  map[[2]rune]bool // the first two letters of each word, and of each syllable
}

func newPickText(s spelling, negated []bool) pickText {
	t := pickText{s: s, negated: negated, begins: map[[2]rune]bool{}}
	for i, l := range s.letters {
		if l.start && i+1 < len(s.letters) {
			t.begins[[2]rune{l.r, s.letters[i+1].r}] = true
		}
	}
	return t
}

// may reports whether the words can occur in the text, by their first two
// letters. Most of the many words of a question do not.
func (t pickText) may(words string) bool {
	first, n := utf8.DecodeRuneInString(words)
	second, _ := utf8.DecodeRuneInString(words[n:])
	first, second = unicode.ToLower(first), unicode.ToLower(second)
	switch {
	case syllable(first):
		onset, vowel, _ := split(first)
		return onset == onsetTikeut || onset == onsetHieuh || // whose vowels spell may change
			t.begins[[2]rune{onsetBase + onset, vowelBase + vowel}]
	case first >= 'a' && first <= 'z' && second >= 'a' && second <= 'z':
		return t.begins[[2]rune{first, second}]
	}
	return true
}

// find returns the number of letters of the first place where the words occur,
// and whether they are negated there. Latin words match with their endings.
func (t pickText) find(words string) (n int, negated bool) {
	if !t.may(words) {
		return 0, false
	}
	p := spell(words)
	if len(p.letters) == 0 {
		return 0, false
	}
	for i, l := range t.s.letters {
		if l.start && l.r == p.letters[0].r {
			if end, ok := t.at(i, p); ok {
				return end - i, t.negated[i]
			}
		}
	}
	return 0, false
}

func (t pickText) at(i int, p spelling) (end int, ok bool) {
	s := t.s
	for k, want := range p.letters {
		j := i + k
		if j >= len(s.letters) || s.letters[j].r != want.r {
			return 0, false
		}
		latin := !hangulLetter(want.r)
		if latin && (k == 0 || want.fresh) && !s.letters[j].fresh {
			return 0, false
		}
		if latin && k > 0 && !want.fresh && s.letters[j].fresh {
			return 0, false
		}
	}
	end = i + len(p.letters)
	if last := p.letters[len(p.letters)-1].r; !hangulLetter(last) {
		rest := 0
		for end+rest < len(s.letters) && !s.letters[end+rest].fresh && !hangulLetter(s.letters[end+rest].r) && !inName(s.letters[end+rest].r) {
			rest++
		}
		digit := last >= '0' && last <= '9'
		if rest > 3 || digit && rest > 0 || rest > 0 && len(p.letters) < 4 {
			return 0, false
		}
	}
	return end, true
}

// labelWords returns the words of labels that may distinguish answers, Korean
// ones without their last syllable, which may be a particle or an ending.
func labelWords(labels []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, label := range labels {
			for word := range strings.FieldsSeq(Fold(label)) {
				r := []rune(word)
				hangul := syllable(r[0])
				switch {
				case hangul && len(r) >= 3:
					word = string(r[:len(r)-1])
				case !hangul && len(r) < 3 && !strings.ContainsAny(word, "0123456789"):
					continue
				case !hangul && len(r) > 4:
					word = strings.TrimSuffix(word, "s")
				}
				if !yield(word) {
					return
				}
			}
		}
	}
}

// filler reports whether a word means nothing of its own in any language.
func (all Locales) filler(word string) bool {
	s := spell(word)
	for _, l := range all {
		v := l.replies.vocabulary
		for _, it := range v.scan(s) {
			if it.from == 0 && it.to == len(s.letters) && (it.classes.has(v.class[classFiller]) || it.classes.has(v.class[classSplit])) {
				return true
			}
		}
	}
	return false
}

// negates reports whether the words contain a negation themselves.
func (all Locales) negates(words string) bool {
	for _, l := range all {
		v := l.replies.vocabulary
		for _, it := range v.scan(spell(words)) {
			if it.classes.meets(&l.replies.negates) || it.classes.meets(&l.replies.negated) {
				return true
			}
		}
	}
	return false
}

// The reach of a negation, in words: "not in a workgroup", and one word back in
// Korean, where it follows.
const (
	reachAhead = 4
	reachBack  = 1
)

// negated marks the letters of a text that a negation applies to.
func (all Locales) negated(s spelling) []bool {
	marked := make([]bool, len(s.letters))
	for _, l := range all {
		v := l.replies.vocabulary
		for _, it := range v.scan(s) {
			from, to := it.end, it.end+reachAhead
			switch {
			case it.classes.meets(&l.replies.negated):
				from, to = it.first-reachBack, it.first+1
			case !it.classes.meets(&l.replies.negates):
				continue
			case hangulLetter(s.letters[it.from].r):
				to = it.end + 1
			}
			for i := range s.letters {
				n := s.letters[i].token
				if n >= from && n < to && !separated(s, min(n, it.first), max(n, it.first)) {
					marked[i] = true
				}
			}
		}
	}
	return marked
}

// separated reports whether a punctuation mark is between two tokens.
func separated(s spelling, a, b int32) bool {
	for _, m := range s.marks {
		if m.token > a && m.token <= b {
			return true
		}
	}
	return false
}
