package locale

import (
	"fmt"
	"slices"
	"strings"
)

// A rule says what a clause wants if certain words occur in it. Its pattern is
// one line of a language file:
//
//	GOOD               a word of the class
//	NOT GOOD           first the one, then the other, at most three words between
//	WORK[not|past+ask] a word of the class in one of these forms, see grammar.go; WORK
//	                   alone is a statement of fact, WORK[!past] one that is not in a
//	                   form, and WORK[*] a word in any form
//	NOT .. GOOD        with any number of words between
//	NOT +GOOD          with nothing between but fillers
//	NOT GOOD|BETTER    a word of either class
//	step next~one      words in lower case stand for themselves; ~ is a space
//	^NEXT  NEXT$       it begins, or ends, the clause, apart from fillers
//	^^AUX              it is the first word of the clause
//	!NOT               no word of the class anywhere in the clause
//	?  !?              the clause is, or is not, a question
//	=                  the clause has no other words, apart from fillers
//
// The first rule of a file that fits a clause wins.
type rule struct {
	intent   Intent
	elements []element
	forbid   classSet
	forbidIn []element // further words that must not occur, in certain forms
	question bool
	answer   bool // not a question
	only     bool
	text     string // the pattern
}

// An element is a word that a rule requires.
type element struct {
	classes classSet      // of all alternatives
	words   []alternative // of which the word is one
	gap     int           // words allowed since the element before
	first   bool          // apart from fillers
	opening bool          // even before them
	last    bool
}

// An alternative is a class of words, in certain forms.
type alternative struct {
	classes classSet
	need    []form // one of these sets of forms, or any
	never   form
}

// The gaps between two elements of a rule. Three words are room for an object
// or an adverb, as in "did not [really] work".
const (
	gapNormal   = 3
	gapAny      = maxReply
	gapAdjacent = 0
)

// A ruleList is rules of which the first that fits counts. Few rules can fit a
// clause, because most need a word that it does not have; byClass finds those
// few.
type ruleList struct {
	rules   []rule
	byClass []classSet // by class, the indices of the rules whose first element may be of it
	always  classSet   // the indices of the rules without elements
}

func newRuleList(rules []rule, classes int) (*ruleList, error) {
	if len(rules) > maxClasses {
		return nil, fmt.Errorf("more than %d rules", maxClasses)
	}
	l := &ruleList{rules: rules, byClass: make([]classSet, classes)}
	for i := range rules {
		if len(rules[i].elements) == 0 {
			l.always.add(i)
			continue
		}
		for c := range rules[i].elements[0].classes.all() {
			l.byClass[c].add(i)
		}
	}
	return l, nil
}

// first returns the first rule that fits a clause, or nil.
func (l *ruleList) first(c *clause) *rule {
	maybe := l.always
	for class := range c.classes.all() {
		maybe.merge(&l.byClass[class])
	}
	for i := range maybe.all() {
		if l.rules[i].fits(c) {
			return &l.rules[i]
		}
	}
	return nil
}

// compileRule adds the words of a pattern to the vocabulary and returns the
// rule.
func (p *replies) compileRule(intent Intent, pattern string) (rule, error) {
	r := rule{intent: intent, text: pattern}
	gap := gapNormal
	for word := range strings.FieldsSeq(pattern) {
		switch word {
		case "..":
			gap = gapAny
			continue
		case "?":
			r.question = true
			continue
		case "!?":
			r.answer = true
			continue
		case "=":
			r.only = true
			continue
		}
		name, forbidden := strings.CutPrefix(word, "!")
		e := element{gap: gap}
		gap = gapNormal
		var adjacent bool
		if name, adjacent = strings.CutPrefix(name, "+"); adjacent {
			e.gap = gapAdjacent
		}
		name, e.opening = strings.CutPrefix(name, "^^")
		name, e.first = strings.CutPrefix(name, "^")
		name, e.last = strings.CutSuffix(name, "$")
		if err := p.alternatives(&e, name); err != nil {
			return r, fmt.Errorf("pattern %q: %w", pattern, err)
		}
		switch {
		case forbidden && strings.Contains(name, "["):
			r.forbidIn = append(r.forbidIn, e)
		case forbidden:
			r.forbid.merge(&e.classes)
		default:
			r.elements = append(r.elements, e)
		}
	}
	if len(r.elements) == 0 && !r.question {
		return r, fmt.Errorf("pattern %q requires no word", pattern)
	}
	return r, nil
}

// alternatives adds the words that an element names: A|B[not|past]|C.
func (p *replies) alternatives(e *element, text string) error {
	for text != "" {
		end := strings.IndexAny(text, "|[")
		if end < 0 {
			end = len(text)
		}
		name, rest := text[:end], text[end:]
		forms := ""
		if strings.HasPrefix(rest, "[") {
			forms, rest, _ = strings.Cut(rest[1:], "]")
		}
		text = strings.TrimPrefix(rest, "|")
		c, err := p.vocabulary.named(name)
		if err != nil {
			return err
		}
		e.classes.add(c)
		a := alternative{classes: p.vocabulary.only(c)}
		if err := a.inForms(p.grammar, forms); err != nil {
			return err
		}
		if n := len(e.words); n > 0 && forms == "" && len(e.words[n-1].need) == 0 && e.words[n-1].never == a.never {
			e.words[n-1].classes.add(c)
		} else {
			e.words = append(e.words, a)
		}
	}
	return nil
}

// inForms sets the forms that the word must have and those that it may not. A
// form with an exclamation mark is excluded, and then the others are optional.
func (a *alternative) inForms(g *grammar, names string) error {
	if names == "*" {
		return nil
	}
	a.never = g.unreal
	optional := strings.Contains(names, "!")
	for set := range strings.SplitSeq(names, "|") {
		set, without := strings.CutPrefix(set, "!")
		f, err := g.named(set)
		switch {
		case err != nil:
			return err
		case without:
			a.never |= f
		case f != 0:
			a.never &^= f
			if !optional {
				a.need = append(a.need, f)
			}
		}
	}
	return nil
}

// meets reports whether an item is a word that the element requires.
func (e *element) meets(it *item) bool {
	if !e.classes.meets(&it.classes) {
		return false
	}
	for i := range e.words {
		a := &e.words[i]
		if a.classes.meets(&it.classes) && it.forms&a.never == 0 &&
			(len(a.need) == 0 || slices.ContainsFunc(a.need, func(f form) bool { return it.forms&f == f })) {
			return true
		}
	}
	return false
}

// named returns the class of a name in a pattern. A name in lower case is a
// word, whose class has only that word.
func (v *vocabulary) named(name string) (int, error) {
	if name == strings.ToUpper(name) && name != strings.ToLower(name) {
		c, ok := v.class[name]
		if !ok {
			return 0, fmt.Errorf("there is no class %s", name)
		}
		return c, nil
	}
	if c, ok := v.class[name]; ok {
		return c, nil
	}
	return v.classOf(name), v.add(name, strings.ReplaceAll(name, "~", " "))
}

// A clause is a part of a reply that makes one statement.
type clause struct {
	items    []item
	classes  classSet // of all items
	from, to int32    // tokens
	question bool
	unknown  int // tokens that no item covers
	plain    []int32
}

// fits reports whether a rule fits a clause.
func (r *rule) fits(c *clause) bool {
	if r.forbid.meets(&c.classes) || r.question && !c.question || r.answer && c.question || r.only && !r.covers(c) {
		return false
	}
	for i := range r.elements {
		if !r.elements[i].classes.meets(&c.classes) {
			return false
		}
	}
	for i := range r.forbidIn {
		if slices.ContainsFunc(c.items, func(it item) bool { return r.forbidIn[i].meets(&it) }) {
			return false
		}
	}
	return r.place(c, 0, 0, -1)
}

// place finds items for the elements from the given one on, among the items from
// the index on. after is the index of the item of the element before, or -1.
func (r *rule) place(c *clause, k, from, after int) bool {
	if k == len(r.elements) {
		return true
	}
	e := &r.elements[k]
	for i := from; i < len(c.items); i++ {
		it := &c.items[i]
		if after >= 0 {
			if last := &c.items[after]; it.from < last.to && !last.around(it) {
				continue
			}
			if c.between(c.items[after].end, it.first) > e.gap {
				return false
			}
		}
		if !e.meets(it) || e.first && c.between(c.from, it.first) > 0 || e.opening && it.first > c.from || e.last && c.between(it.end, c.to) > 0 {
			continue
		}
		if r.place(c, k+1, i+1, i) {
			return true
		}
	}
	return false
}

// between returns the number of tokens from one up to before another that are
// no fillers.
func (c *clause) between(from, to int32) int {
	if to <= from {
		return 0
	}
	return int(c.plain[to] - c.plain[from])
}

// check returns an error for the first intent that is not one.
func checkIntent(i Intent) error {
	if !slices.Contains(allIntents, i) {
		return fmt.Errorf("%q is not an intent", i)
	}
	return nil
}

// covers reports whether each word of the clause is a filler or one that the
// rule requires.
func (r *rule) covers(c *clause) bool {
	if c.unknown > 0 {
		return false
	}
	var all classSet
	for i := range r.elements {
		all.merge(&r.elements[i].classes)
	}
	done := c.from
	for i := range c.items {
		it := &c.items[i]
		if all.meets(&it.classes) && c.between(done, it.first) == 0 {
			done = max(done, it.end)
		}
	}
	return c.between(done, c.to) == 0
}
