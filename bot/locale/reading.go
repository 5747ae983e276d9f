package locale

import (
	"slices"
	"strings"
)

// A Reading is what a reply says, whatever the bot asked.
type Reading struct {
	Intents  []Intent // in the order said, each once
	Main     Intent   // the one that counts most; IntentUnclear if there is none
	Question bool     // the reply asks something
	Named    bool     // it begins by naming the bot
	Others   bool     // it begins by naming another user
	Number   int      // the only number or ordinal in it; -1 is the last, 0 none
	Words    int      // words of the reply
	Unknown  int      // words that the language does not know
	Bare     bool     // nothing but yes, no, a nod, thanks or signs
	Rest     bool     // a clause of it wants nothing that the bot knows

	about    [len(subjects)]bool
	lang     string   // whose script it is written in
	classes  classSet // of its words in that language
	spelling spelling
}

// A Subject is what a reply speaks of, apart from what it wants.
type Subject int

// The subjects, as named in the language files.
const (
	SubjectError      Subject = iota // the error, or the steps against it
	SubjectCode                      // a number in it is the code of an error
	SubjectDenied                    // the computer refuses access
	SubjectRisk                      // what may happen to data or users
	SubjectPeople                    // other people and their affairs
	SubjectCorrection                // it takes something back
	SubjectStep                      // the step, its command or what they mean
	SubjectThing                     // a part of the product or of its surroundings
	SubjectAbove                     // what was written before: "this", "the one above"
	SubjectSuccess                   // something went well, which may be the step alone
	SubjectPlace                     // where something is done
	SubjectDuration                  // how long something takes
	SubjectRestart                   // whether anything is restarted or interrupted
	SubjectReason                    // why something is done
	SubjectHow                       // how something is done
	SubjectEarlier                   // an earlier step
	SubjectReport                    // what other people did or said
)

var subjects = [...]string{"error", "code", "denied", "risk", "people", "correction", "step", "thing", "above", "success", "place", "duration", "restart", "reason", "how", "earlier", "report"}

// firstAsked is the first of the subjects that distinguish questions about a
// step. Their words also count within longer ones: "how long" is a word for a
// risk, and still asks how long.
const firstAsked = SubjectPlace

// About reports whether the reply speaks of the subject.
func (r Reading) About(s Subject) bool { return r.about[s] }

// Said reports whether the reply expresses the intent, among others.
func (r Reading) Said(i Intent) bool { return slices.Contains(r.Intents, i) }

// Read reads a reply in any of the languages. The language of its script comes
// first; another counts if that one understands nothing.
func (all Locales) Read(text string) Reading {
	text = unquoteLines(text)
	s := spell(text)
	best := Reading{Words: int(s.tokens), Unknown: int(s.tokens)}
	var lang string
	var classes classSet
	for _, tag := range all.byScript(s) {
		r := all[tag].read(s)
		if lang == "" {
			lang, classes = tag, r.classes
		}
		r.Named, r.Others = r.Named || best.Named, r.Others || best.Others
		if best.Main == IntentUnclear && (r.Main != IntentUnclear || r.Unknown < best.Unknown) {
			best = r
		}
	}
	if others := startsWithName(text); others {
		best.Others = true
	}
	best.lang, best.classes, best.spelling = lang, classes, s
	return best
}

// unquoteLines removes quoted lines: they repeat words of others.
func unquoteLines(text string) string {
	if !strings.Contains(text, ">") {
		return text
	}
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), ">") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// startsWithName reports whether a text begins by addressing a user.
func startsWithName(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "@") || strings.HasPrefix(text, "<@")
}

// byScript returns the tags of the languages, those first whose script the text
// is written in.
func (all Locales) byScript(s spelling) []string {
	korean := slices.ContainsFunc(s.letters, func(l letter) bool { return hangulLetter(l.r) })
	tags := all.Tags()
	slices.SortStableFunc(tags, func(a, b string) int {
		return rank(all[a], korean) - rank(all[b], korean)
	})
	return tags
}

func rank(l *Locale, hangul bool) int {
	if (l.Script == "Hangul") == hangul {
		return 0
	}
	return 1
}

// read reads a reply in one language.
func (l *Locale) read(s spelling) Reading {
	v := l.replies.vocabulary
	matches := l.replies.matches(s)
	items := v.longest(matches)
	if fixed, ok := l.replies.respell(s, items); ok {
		s = fixed
		matches = l.replies.matches(s)
		items = v.longest(matches)
	}
	known := l.replies.coverage(s, items)
	whole := newClause(known, items, 0, s.tokens)
	r := Reading{Words: int(s.tokens), Unknown: whole.unknown, classes: whole.classes}
	r.Number = l.replies.number(s, &whole)
	mentioned := classesOf(matches)
	for i := range subjects {
		said := whole.classes
		if Subject(i) >= firstAsked {
			said = mentioned
		}
		r.about[i] = said.meets(&l.replies.about[i])
	}
	r.Named = l.replies.named.fits(&whole)
	if rule := l.replies.message.first(&whole); rule != nil {
		r.Intents = []Intent{rule.intent}
		r.Main = rule.intent
	}
	clauses := l.replies.split(s, items, known)
	for i := range clauses {
		c := &clauses[i]
		r.Question = r.Question || c.question
		rule := l.replies.rules.first(c)
		r.Rest = r.Rest || rule == nil && c.between(c.from, c.to) > 0
		if rule != nil && (!slices.Contains(r.Intents, rule.intent) || outcome(rule.intent)) {
			r.Intents = append(r.Intents, rule.intent)
		}
	}
	if r.Main == IntentUnclear {
		r.Main = mainIntent(r.Intents)
	} else if r.Said(IntentPerson) {
		r.Main = IntentPerson
	}
	if r.Main == IntentFixed && 2*r.Unknown > r.Words && !r.About(SubjectError) {
		r.Main = IntentUnclear // a word of praise among words that nothing is known of
	}
	r.Bare = bare(r.Intents)
	return r
}

// classesOf returns the classes of the items.
func classesOf(items []item) (all classSet) {
	for i := range items {
		all.merge(&items[i].classes)
	}
	return all
}

// split splits a reply into clauses: at the end of a sentence or phrase, and
// where a word begins another clause.
func (p *replies) split(s spelling, items []item, known coverage) []clause {
	v := p.vocabulary
	var out []clause
	begin, from := 0, int32(0)
	m := 0
	cut := func(end int, to, next int32, question bool) {
		if end > begin || to > from {
			c := newClause(known, items[begin:end], from, to)
			c.question = question || p.asks.meets(&c.classes) || slices.ContainsFunc(c.items, func(it item) bool { return it.forms&p.grammar.asks != 0 })
			if len(c.items) > 0 || c.unknown > 0 {
				out = append(out, c)
			}
		}
		begin, from = end, next
	}
	for i := range items {
		for m < len(s.marks) && s.marks[m].token <= items[i].first {
			cut(i, s.marks[m].token, s.marks[m].token, s.marks[m].question)
			m++
		}
		if p.endsClause(items, i) {
			cut(i+1, items[i].end, items[i].end, false)
		} else if items[i].classes.has(v.class[classSplit]) {
			next := items[i].end
			if items[i].to < len(s.letters) && !s.letters[items[i].to].fresh {
				next--
			}
			cut(i+1, items[i].end, next, false)
		}
	}
	for ; m < len(s.marks); m++ {
		cut(len(items), s.marks[m].token, s.marks[m].token, s.marks[m].question)
	}
	cut(len(items), s.tokens, s.tokens, false)
	return out
}

// endsClause reports whether the item of an index is the last of a verb that
// ends a clause.
func (p *replies) endsClause(items []item, i int) bool {
	to := 0
	for k := range items[:i+1] {
		if items[k].ends {
			to = max(to, items[k].to)
		}
	}
	return items[i].from < to && (i+1 == len(items) || items[i+1].from >= to)
}

// newClause returns the clause of the items between two tokens.
func newClause(known coverage, items []item, from, to int32) clause {
	c := clause{items: items, from: from, to: to, plain: known.plain}
	for i := range items {
		c.classes.merge(&items[i].classes)
	}
	c.unknown = int(known.unknown[to] - known.unknown[from])
	return c
}

// A coverage counts, by token, how many tokens before it are no fillers, and how
// many no item covers.
type coverage struct {
	plain, unknown []int32
}

func (p *replies) coverage(s spelling, items []item) coverage {
	v := p.vocabulary
	known := make([]byte, s.tokens) // 1: known, 2: a filler
	filler, split, common := v.class[classFiller], v.class[classSplit], v.only(v.class[classCommon])
	for i := range items {
		it := &items[i]
		if it.classes == common || it.classes == p.grammar.unknown {
			continue
		}
		state := byte(1)
		if it.classes.has(filler) || it.classes.has(split) {
			state = 2
		}
		for t := it.first; t < it.end; t++ {
			if known[t] != 1 {
				known[t] = state
			}
		}
	}
	c := coverage{make([]int32, s.tokens+1), make([]int32, s.tokens+1)}
	for t, state := range known {
		c.plain[t+1], c.unknown[t+1] = c.plain[t], c.unknown[t]
		if state != 2 {
			c.plain[t+1]++
		}
		if state == 0 {
			c.unknown[t+1]++
		}
	}
	return c
}

// number returns the number that a reply names, or 0 if it names none or
// several.
func (p *replies) number(s spelling, c *clause) int {
	found := 0
	for i := range c.items {
		it := &c.items[i]
		n := 0
		if it.classes.has(p.vocabulary.class[classNumber]) && it.to-it.from <= 2 {
			for _, l := range s.letters[it.from:it.to] {
				n = 10*n + int(l.r-'0')
			}
		}
		if it.classes.meets(&p.ordinal) {
			for class, ordinal := range p.ordinals { // an item is of one of them at most
				if it.classes.has(class) {
					n = ordinal
				}
			}
		}
		if n != 0 && found != 0 && n != found {
			return 0
		}
		if n != 0 {
			found = n
		}
	}
	return found
}
