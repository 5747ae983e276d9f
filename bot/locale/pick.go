package locale

import (
	"iter"
	"slices"
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
	t.grammars = all.grammars()
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

// Shared returns the words of labels that a text has, too, apart from fillers.
func (all Locales) Shared(text string, labels []string) (words []string) {
	s := spell(text)
	t := newPickText(s, make([]bool, len(s.letters)))
	for w := range labelWords(labels) {
		if n, _ := t.find(w); n > 0 && !all.filler(w) && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
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

	grammars []*grammar
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

// grammars returns the grammars of all languages that have particles.
func (all Locales) grammars() (found []*grammar) {
	for _, l := range all {
		if g := l.replies.grammar; len(g.particles) > 0 {
			found = append(found, g)
		}
	}
	return found
}

// between returns the ends of what may be between two words of a phrase, from a
// letter on: a particle, an adverb, or both.
func (t pickText) between(i int) (ends []int) {
	if i == 0 || i >= len(t.s.letters) {
		return nil
	}
	for _, g := range t.grammars {
		from := []int{i}
		if !t.s.letters[i].fresh {
			g.particles.each(t.s, i, func(to int, _ *leaf) { from = append(from, to) })
		}
		ends = append(ends, from[1:]...)
		for _, k := range from {
			g.adverbs.each(t.s, k, func(to int, _ *leaf) { ends = append(ends, to) })
		}
	}
	return ends
}

// find returns the number of letters of the first place where the words occur,
// and whether they are negated there. Latin words match with their endings, and
// a verb as the dictionary has it in all its forms.
func (t pickText) find(words string) (n int, negated bool) {
	if all, ok := stems(words); ok {
		for _, s := range all {
			if n, negated = t.find(s.text); n > 0 {
				return n, negated
			}
		}
		return 0, false
	}
	if !t.may(words) {
		return 0, false
	}
	p := spell(words)
	if len(p.letters) == 0 {
		return 0, false
	}
	for i, l := range t.s.letters {
		if l.start && l.r == p.letters[0].r {
			if end, ok := t.at(i, p.letters); ok {
				return end - i, t.negated[i]
			}
		}
	}
	return 0, false
}

// at reports whether the letters of words occur at a letter of the text, and
// where they end. Between two words in Hangul the text may have a particle and an adverb.
func (t pickText) at(i int, words []letter) (end int, ok bool) {
	s := t.s
	for k, want := range words {
		j := i + k
		latin := !hangulLetter(want.r)
		if k > 0 && want.fresh && !latin {
			for _, to := range t.between(j) {
				if end, ok = t.at(to, words[k:]); ok {
					return end, true
				}
			}
		}
		if j >= len(s.letters) || s.letters[j].r != want.r || latin && (k == 0 || want.fresh) != s.letters[j].fresh {
			return 0, false
		}
	}
	end = i + len(words)
	if last := words[len(words)-1].r; !hangulLetter(last) {
		rest := 0
		for end+rest < len(s.letters) && !s.letters[end+rest].fresh && !hangulLetter(s.letters[end+rest].r) && !inName(s.letters[end+rest].r) {
			rest++
		}
		digit := last >= '0' && last <= '9'
		if rest > 3 || digit && rest > 0 || rest > 0 && len(words) < 4 {
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
		for _, it := range v.matches(spell(words)) {
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
			markNegated(s, marked, from, to, it.first)
		}
		l.replies.negatedVerbs(s, marked)
	}
	return marked
}

// markNegated marks the letters of tokens up to before another that are in the same
// phrase as a token.
func markNegated(s spelling, marked []bool, from, to, with int32) {
	for i := range s.letters {
		n := s.letters[i].token
		if n >= from && n < to && !separated(s, min(n, with), max(n, with)) {
			marked[i] = true
		}
	}
}

// reachVerb is how many words before a negated verb the negation applies to: its
// subject, object and place, which precede it.
const reachVerb = 3

// negatedVerbs marks the words that the negation of a verb applies to, up to the
// end of the clause before.
func (p *replies) negatedVerbs(s spelling, marked []bool) {
	begin := int32(0)
	items := p.scan(s)
	for i := range items {
		it := &items[i]
		if it.forms&p.grammar.negative != 0 {
			markNegated(s, marked, max(begin, it.first-reachVerb), it.end, it.first)
		}
		if it.ends {
			begin = max(begin, it.end)
		}
	}
	for i := range s.letters {
		if s.letters[i].fresh {
			p.grammar.adverbs.each(s, i, func(to int, _ *leaf) { // not yet: the adverb holds
				if to == len(s.letters) || s.letters[to].fresh {
					clear(marked[i:to])
				}
			})
		}
	}
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
