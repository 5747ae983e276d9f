package locale

import (
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"strings"
	"unicode"
)

// A vocabulary is what a language file knows of words: classes such as GOOD or
// NOT, each a list of entries.
//
//	working            the word alone
//	work*              the stem with any of the endings of the language
//	no longer          several words
//	되                 a stem in Hangul, with whatever follows
//	_안  요_  ~나요    it begins, ends, or does not begin a word
//	사라ㅈ             a last letter without a vowel: 사라지, 사라졌, 사라진
//
// All entries form one trie of letters. Entries may overlap; one that lies
// within a longer one of a class is dropped, so that 안녕 is no 안 and "never mind" no
// "never".
type vocabulary struct {
	nodes   []node
	classes []string       // by class
	class   map[string]int // index in classes
	words   map[string]string
	endings map[string]bool
	loud    classSet // classes whose entries hide the shorter ones within them
}

// A classSet is a set of classes of words, by their index.
type classSet [8]uint64

func (s *classSet) add(c int)      { s[c>>6] |= 1 << (c & 63) }
func (s *classSet) has(c int) bool { return s[c>>6]&(1<<(c&63)) != 0 }

func (s *classSet) merge(o *classSet) {
	for i := range s {
		s[i] |= o[i]
	}
}

func (s *classSet) meets(o *classSet) bool {
	for i := range s {
		if s[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

// all returns the classes of the set, in order.
func (s *classSet) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(i<<6 + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

// maxClasses is the number of bits of a classSet.
const maxClasses = 8 * 64

// A node of the trie. Its children are few, so they are searched one by one.
type node struct {
	next []edge
	ends []end
}

type edge struct {
	r  rune
	to int32
}

// An end is an entry that ends at a node.
type end struct {
	classes  classSet
	stem     bool // an ending may follow
	starting bool // it begins a word
	closing  bool // it ends a word
	inside   bool // it does not begin a word
}

// Classes that the shape of a word gives it.
const (
	classNumber = "NUMBER" // only digits
	className   = "NAME"   // letters and digits, such as FS-11
	classFiller = "FILLER" // words that change nothing
	classSplit  = "SPLIT"  // words that begin another clause
	classCommon = "COMMON" // words that mean nothing to the bot, but are no misspelling of others
)

func newVocabulary(endings []string) *vocabulary {
	v := &vocabulary{nodes: make([]node, 1), class: map[string]int{}, words: map[string]string{}, endings: map[string]bool{"": true}}
	for _, e := range endings {
		v.endings[e] = true
	}
	for _, c := range []string{classNumber, className, classFiller, classSplit, classCommon} {
		v.classOf(c)
	}
	return v
}

// classOf returns the index of a class, which it adds if there is none of that
// name.
func (v *vocabulary) classOf(name string) int {
	c, ok := v.class[name]
	if !ok {
		c = len(v.classes)
		v.class[name] = c
		v.classes = append(v.classes, name)
		if name == strings.ToUpper(name) && name != strings.ToLower(name) && name != classVerb && c < maxClasses {
			v.loud.add(c)
		}
	}
	return c
}

// add adds an entry to a class.
func (v *vocabulary) add(class, entry string) error {
	c := v.classOf(class)
	if c >= maxClasses {
		return fmt.Errorf("more than %d classes of words", maxClasses)
	}
	text := strings.TrimSpace(entry)
	var e end
	text, e.starting = strings.CutPrefix(text, "_")
	text, e.inside = strings.CutPrefix(text, "~")
	text, e.closing = strings.CutSuffix(text, "_")
	text, e.stem = strings.CutSuffix(text, "*")
	letters := v.letters(text)
	if len(letters) == 0 {
		return fmt.Errorf("%s: %q has no letters", class, entry)
	}
	at := int32(0)
	for _, r := range letters {
		at = v.child(at, r)
	}
	for i := range v.nodes[at].ends {
		o := &v.nodes[at].ends[i]
		if o.stem == e.stem && o.starting == e.starting && o.closing == e.closing && o.inside == e.inside {
			o.classes.add(c)
			return nil
		}
	}
	e.classes.add(c)
	v.nodes[at].ends = append(v.nodes[at].ends, e)
	v.learn(text, e.stem)
	return nil
}

// letters returns the letters of an entry. In the letters of a text, a consonant
// that stands alone is itself; at the end of an entry it is the onset of a
// syllable that may be any.
func (v *vocabulary) letters(text string) []rune {
	s := spell(text)
	var all []rune
	for i, l := range s.letters {
		if i > 0 && l.fresh && !hangulLetter(l.r) && !hangulLetter(s.letters[i-1].r) {
			all = append(all, ' ')
		}
		all = append(all, l.r)
	}
	if n := len(all); n > 1 && hangulLetter(all[n-2]) && all[n-2] < compatFirst {
		if i := slices.Index(compatOnsets, all[n-1]); i >= 0 {
			all[n-1] = onsetBase + rune(i)
		}
	}
	return all
}

func hangulLetter(r rune) bool { return unicode.Is(unicode.Hangul, r) }

func (v *vocabulary) child(at int32, r rune) int32 {
	if to := v.step(at, r); to > 0 {
		return to
	}
	to := int32(len(v.nodes))
	v.nodes = append(v.nodes, node{})
	v.nodes[at].next = append(v.nodes[at].next, edge{r, to})
	return to
}

// step returns the child of a node, or 0.
func (v *vocabulary) step(at int32, r rune) int32 {
	for _, e := range v.nodes[at].next {
		if e.r == r {
			return e.to
		}
	}
	return 0
}

// An item is a vocabulary entry, or a word of a special shape, in a text.
type item struct {
	classes    classSet
	from, to   int   // letters
	first, end int32 // tokens: from first up to before end

	inflected      bool // a verb, or a noun with its verb; see grammar.go
	forms          form
	ends           bool // it ends a clause
	gapFrom, gapTo int  // letters between a noun and its verb
}

// around reports whether another item is between the noun and the verb of it.
func (it *item) around(other *item) bool {
	return other.from >= it.gapFrom && other.to <= it.gapTo
}

// scan returns the items of a text, in order, without those that lie within a
// longer one.
func (v *vocabulary) scan(s spelling) []item { return v.longest(v.matches(s)) }

// matches returns all items of a text, in order.
func (v *vocabulary) matches(s spelling) []item {
	items := make([]item, 0, 24)
	for i, l := range s.letters {
		if !l.start {
			continue
		}
		if l.fresh {
			if it, ok := v.shape(s, i); ok {
				items = append(items, it)
			}
		}
		items = v.match(s, i, items)
	}
	return items
}

// match appends the entries that start at a letter.
func (v *vocabulary) match(s spelling, i int, items []item) []item {
	at := int32(0)
	for j := i; j < len(s.letters); j++ {
		l := s.letters[j]
		if j > i && l.fresh && !hangulLetter(l.r) && !hangulLetter(s.letters[j-1].r) {
			if at = v.step(at, ' '); at == 0 {
				return items
			}
		}
		if at = v.step(at, l.r); at == 0 {
			return items
		}
		for _, e := range v.nodes[at].ends {
			if to, ok := v.closes(s, e, i, j+1); ok {
				items = append(items, item{classes: e.classes, from: i, to: to, first: s.letters[i].token, end: s.letters[to-1].token + 1})
			}
		}
	}
	return items
}

// closes reports whether an entry that spans the letters from i up to before j
// may end there, and where it ends with its ending.
func (v *vocabulary) closes(s spelling, e end, i, j int) (to int, ok bool) {
	if e.starting && !s.letters[i].fresh || e.inside && s.letters[i].fresh {
		return 0, false
	}
	last := s.letters[j-1].r
	if hangulLetter(last) {
		return j, !e.closing || j == len(s.letters) || s.letters[j].fresh
	}
	to = j
	for to < len(s.letters) && !s.letters[to].fresh && !hangulLetter(s.letters[to].r) {
		to++
	}
	if to == j {
		return to, true
	}
	if !e.stem || to-j > 6 {
		return 0, false
	}
	var rest [6]byte
	n := 0
	for _, l := range s.letters[j:to] {
		if l.r >= 0x80 {
			return 0, false
		}
		rest[n] = byte(l.r)
		n++
	}
	return to, v.endings[string(rest[:n])] || rune(rest[0]) == last && v.endings[string(rest[1:n])]
}

// shape returns the word at a letter as an item, if its shape gives it a class.
func (v *vocabulary) shape(s spelling, i int) (item, bool) {
	digits, letters := false, false
	j := i
	for ; j < len(s.letters) && (j == i || !s.letters[j].fresh); j++ {
		r := s.letters[j].r
		switch {
		case r >= '0' && r <= '9':
			digits = true
		case r < 0x80:
			letters = true
		default:
			return item{}, false
		}
	}
	it := item{from: i, to: j, first: s.letters[i].token, end: s.letters[i].token + 1}
	switch {
	case digits && letters:
		it.classes.add(v.class[className])
	case digits:
		it.classes.add(v.class[classNumber])
	default:
		return item{}, false
	}
	return it, true
}

// longest drops the items that lie within a longer one, and merges those of the
// same extent.
func (v *vocabulary) longest(items []item) []item {
	kept := make([]item, 0, len(items))
	for i, it := range items {
		inside := false
		for k := range items {
			o := &items[k]
			if o.from > it.from {
				break
			}
			if k == i || o.to < it.to || o.around(&it) {
				continue
			}
			same := o.from == it.from && o.to == it.to
			if same && o.inflected && it.inflected && o.forms != it.forms {
				continue // two verbs that are spelled alike
			}
			if same && k < i || !same && o.classes.meets(&v.loud) {
				inside = true
				for n := range kept {
					if same && kept[n].from == it.from && kept[n].to == it.to && kept[n].inflected == it.inflected && kept[n].forms == it.forms {
						kept[n].classes.merge(&it.classes)
					}
				}
				break
			}
		}
		if !inside {
			kept = append(kept, it)
		}
	}
	return kept
}

// has reports whether the vocabulary has the words as one entry.
func (v *vocabulary) has(words string) bool {
	at := int32(0)
	for _, r := range v.letters(words) {
		if at = v.step(at, r); at == 0 {
			return false
		}
	}
	return len(v.nodes[at].ends) > 0
}

// only returns the set of a single class.
func (v *vocabulary) only(class int) (set classSet) {
	set.add(class)
	return set
}
