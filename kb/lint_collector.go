package kb

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// lineKey is the form of the key of a line. Two words at least with hyphens: a
// single word may begin a line of anything that people paste.
var lineKey = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)+$`)

// Limits on the script. A message of Discord has room for 2,000 characters, with
// the marks of a code block; more lines hide what the bot says about it.
const (
	maxScript      = 1900 // characters
	maxScriptLines = 40
)

// lintCollector returns the mistakes of a collector alone.
func lintCollector(at place, c *Collector) (mistakes Mistakes) {
	add := func(at place, format string, args ...any) {
		mistakes = append(mistakes, at.mistake(format, args...))
	}
	if c.Script != "" {
		mistakes = append(mistakes, lintScript(at.key("script"), c.Script)...)
	}
	for i, l := range c.Lines {
		at := at.key("lines").item(i)
		switch {
		case !lineKey.MatchString(l.Key):
			add(at.key("key"), "the key %q is not valid; want two or more words of a-z and 0-9 with hyphens, such as azure-agent", l.Key)
		case slices.ContainsFunc(c.Lines[:i], func(o Line) bool { return o.Key == l.Key }):
			add(at.key("key"), "the key %q is already used", l.Key)
		case c.Script != "" && !strings.Contains(c.Script, l.Key):
			add(at.key("key"), "the script does not print the key %q", l.Key)
		}
		if l.Takes != "" && l.Takes != TakesEvent {
			add(at.key("takes"), "%q is not a kind of lines; want %s or none", l.Takes, TakesEvent)
		}
		if l.Name.blank() {
			add(at.key("name"), "the name is empty")
		} else if got, want := l.Name.langs(), c.Lines[0].Name.langs(); !slices.Equal(got, want) {
			add(at.key("name"), "name is in %s; want it in %s, as the first name", listed(got), listed(want))
		}
	}
	for i, r := range c.Answers {
		mistakes = append(mistakes, lintReading(at.key("answers").item(i), &r)...)
	}
	return mistakes
}

// lintReading returns the mistakes of a reading alone.
func lintReading(at place, r *Reading) (mistakes Mistakes) {
	add := func(at place, format string, args ...any) {
		mistakes = append(mistakes, at.mistake(format, args...))
	}
	given := slices.DeleteFunc([]string{r.Fact, r.Entry, r.Slot}, func(s string) bool { return s == "" })
	switch {
	case len(given) != 1:
		add(at, "the answer is about %s; want one: a fact, a question of an entry, or a slot", count(len(given), "thing"))
	case r.Slot != "" && (r.Value == "" || r.Choice != ""):
		add(at, "the slot %q has no value; want value: the key of the line with it, and no choice", r.Slot)
	case r.Slot == "" && (r.Choice == "" || r.Value != ""):
		add(at, "the answer has no choice; want one, and no value")
	case (r.Entry == "") != (r.Question == ""):
		add(at, "the answer names an entry or a question; want both or neither")
	}
	if len(r.If) == 0 {
		add(at, "the answer always holds; want if: what the output says then")
	}
	for i, c := range r.If {
		at := at.key("if").item(i)
		from, isFrom := parseVersion(c.From)
		below, isBelow := parseVersion(c.Below)
		switch {
		case c.From != "" && !isFrom:
			add(at.key("from"), "%q is not a version; want numbers with dots", c.From)
		case c.Below != "" && !isBelow:
			add(at.key("below"), "%q is not a version; want numbers with dots", c.Below)
		case len(c.Is) == 0 && !isFrom && !isBelow:
			add(at, "the condition says nothing of %q; want is, from or below", c.Key)
		case isFrom && isBelow && slices.Compare(from, below) >= 0:
			add(at, "the condition never holds: no version is at least %s and below %s", c.From, c.Below)
		}
	}
	return mistakes
}

// lintReadings returns the mistakes in what collectors refer to: lines, facts,
// slots and choices of entries. Nothing may be missing in an entry of the same
// layer; one of another layer may have replaced it.
func lintReadings(items []item, read batch) (mistakes Mistakes) {
	if read.more || len(read.mistakes) > 0 || slices.ContainsFunc(items, func(it item) bool { return len(it.wrong) > 0 }) {
		return nil // what is missing may be there, with a mistake
	}
	var lines []string
	for _, p := range read.collectors {
		for _, l := range p.Lines {
			lines = append(lines, l.Key)
		}
	}
	facts, slots := overlayFacts(read.facts), overlaySlots(read.slots)
	byID := make(map[string]item, len(items))
	for _, it := range items {
		byID[it.entry.ID] = it
	}
	for _, p := range read.collectors {
		l := readingLinter{lines: lines, facts: facts, slots: slots, byID: byID, layer: path.Dir(path.Dir(p.at.file))}
		for i := range p.Answers {
			l.reading(p.at.key("answers").item(i), &p.Answers[i])
		}
		mistakes = append(mistakes, l.mistakes...)
	}
	return mistakes
}

// A readingLinter checks what the answers of a collector refer to.
type readingLinter struct {
	lines    []string
	facts    []Fact
	slots    []Slot
	byID     map[string]item
	layer    string // of the collector
	mistakes Mistakes
}

func (l *readingLinter) add(at place, format string, args ...any) {
	l.mistakes = append(l.mistakes, at.mistake(format, args...))
}

func (l *readingLinter) reading(at place, r *Reading) {
	l.line(at.key("value"), r.Value)
	for i, c := range r.If {
		l.line(at.key("if").item(i).key("key"), c.Key)
	}
	switch {
	case r.Fact != "":
		l.fact(at, r)
	case r.Slot != "" && !slices.ContainsFunc(l.slots, func(s Slot) bool { return s.Name == r.Slot }):
		var names []string
		for _, s := range l.slots {
			names = append(names, s.Name)
		}
		l.add(at.key("slot"), "the slot %q is not described%s", r.Slot, suggest(r.Slot, names))
	case r.Entry != "":
		l.question(at, r)
	}
}

// line checks that the output has a line with a key.
func (l *readingLinter) line(at place, key string) {
	if key != "" && !slices.Contains(l.lines, key) {
		l.add(at, "the output has no line %q%s", key, suggest(key, l.lines))
	}
}

func (l *readingLinter) fact(at place, r *Reading) {
	f := findFact(l.facts, r.Fact)
	if f == nil {
		var ids []string
		for _, f := range l.facts {
			ids = append(ids, f.ID)
		}
		l.add(at.key("fact"), "the fact %q does not exist%s", r.Fact, suggest(r.Fact, ids))
		return
	}
	l.oneOf(at, r, f.Question())
}

func (l *readingLinter) question(at place, r *Reading) {
	it, ok := l.byID[r.Entry]
	switch {
	case !ok:
		l.add(at.key("entry"), "the entry %q does not exist%s", r.Entry, suggestOne(r.Entry, slices.Sorted(maps.Keys(l.byID))))
		return
	case it.layer != l.layer && r.choice(it.entry) == nil:
		return
	}
	questions := map[string]*Question{}
	for i := range it.entry.Ask {
		questions[it.entry.Ask[i].ID] = &it.entry.Ask[i]
	}
	it.entry.eachStep(place{}, func(_ place, s *Step) {
		if s.Ask != nil {
			questions[s.Ask.ID] = s.Ask
		}
	})
	if q := questions[r.Question]; q != nil {
		l.oneOf(at, r, *q)
		return
	}
	l.add(at.key("question"), "the entry %q has no question %q%s", r.Entry, r.Question, suggest(r.Question, slices.Sorted(maps.Keys(questions))))
}

// oneOf checks that the choice is one of a question.
func (l *readingLinter) oneOf(at place, r *Reading, q Question) {
	var ids []string
	for _, c := range q.Choices {
		ids = append(ids, c.ID)
	}
	if !slices.Contains(ids, r.Choice) {
		l.add(at.key("choice"), "the question %q has no choice %q%s", q.ID, r.Choice, suggest(r.Choice, ids))
	}
}

// lintScript checks the length of a script, its first and last line, and that it
// only reads.
func lintScript(at place, script string) (mistakes Mistakes) {
	add := func(format string, args ...any) { mistakes = append(mistakes, at.mistake(format, args...)) }
	if n := utf8.RuneCountInString(script); n > maxScript {
		add("the script has %d characters; want at most %d, so that it fits in a message", n, maxScript)
	}
	if n := strings.Count(script, "\n") + 1; n > maxScriptLines {
		add("the script has %d lines; want at most %d", n, maxScriptLines)
	}
	if strings.ContainsFunc(script, func(r rune) bool { return r > '~' || r == '\t' }) {
		add("the script has tabs or characters other than ASCII, which a console may change when it is pasted")
	}
	if strings.Contains(script, "\n\n") || !strings.HasPrefix(script, "& {\n") || !strings.HasSuffix(script, "\n}") {
		add("want the script as one block, & { ... }, without empty lines: a console runs what is pasted line by line")
	}
	for _, line := range []string{"--- mabs facts 1 ---", "--- end ---"} {
		if !strings.Contains(script, "'"+line+"'") {
			add("the script does not print the line %q, by which its output is found", line)
		}
	}
	for _, wrong := range notReading(script) {
		add("the script may change something: %s; want commands that only read", wrong)
	}
	return mistakes
}
