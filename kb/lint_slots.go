package kb

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"mabsbot/kb/match"
)

var (
	// slotUse matches {Name} and {Name|words to use while the value is unknown}.
	slotUse  = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9]*)(\|[^{}]*)?\}`)
	codeSpan = regexp.MustCompile("`[^`]*`")

	// expression matches a slot in a PowerShell expression: next to +, after an
	// assignment, or after a parenthesis.
	expression = regexp.MustCompile(`(?:\+|\$\w+\s*=|\()\s*(` + slotUse.String() + `)|(` + slotUse.String() + `)\s*\+`)

	// hole matches what people would have to replace by hand, such as <version>.
	hole = regexp.MustCompile(`<[A-Za-z][A-Za-z0-9 _.-]*>`)
)

// slots checks that every slot that a text uses can have a value, and that no
// text is left with a hole.
func (l *linter) slots(at place) {
	var used []string
	given := sync.OnceValue(l.given) // most entries use no slots
	check := func(at place, text string, asks bool) {
		for _, m := range slotUse.FindAllStringSubmatch(text, -1) {
			used = append(used, m[1])
			if _, ok := slices.BinarySearch(given(), m[1]); !ok {
				l.add(at, "no message captures the slot %q and no question asks for it%s", m[1], suggest(m[1], given()))
			}
			if m[2] == "" && !asks {
				l.add(at, "{%s} would be a hole here while its value is unknown; want {%s|words for it}", m[1], m[1])
			}
		}
	}
	l.eachText(at, func(at place, t Text, asks bool) {
		for _, v := range t {
			where := at
			if v.Lang != "" {
				where = at.key(v.Lang)
			}
			check(where, v.Text, asks)
			l.braces(where, v.Text)
		}
	})
	for _, u := range l.e.conditions(at) {
		l.condition(u.at, u.condition, given)
	}
	l.e.eachStep(at, func(at place, s *Step) {
		check(at.key("path"), s.Path, true)
		l.hole(at.key("path"), s.Path)
		if s.Command != nil {
			run := at.key("command").key("run")
			check(run, s.Command.Run, true)
			l.hole(run, s.Command.Run)
			l.expressions(run, s.Command)
		}
	})
	l.unused(at, used)
}

// hole finds a hole in what is copied, which most people would copy, too.
func (l *linter) hole(at place, copied string) {
	if found := hole.FindString(copied); found != "" {
		l.add(at, "%s is a hole that people would have to fill by hand; want a command that finds the value, or a {Slot} that a message captures or a question asks for", found)
	}
}

// expressions finds slots that are operands. A value is quoted only if it needs to
// be as an argument, so a name without quotes would be a command there.
func (l *linter) expressions(at place, c *Command) {
	if c.Shell != ShellPowerShell {
		return
	}
	for _, m := range expression.FindAllStringSubmatch(c.Run, -1) {
		slot := cmp.Or(m[1], m[4])
		l.add(at, "%s is part of an expression, where PowerShell takes its value for a command; want (Write-Output %s)", slot, slot)
	}
}

// condition checks that a condition has exactly one field, and can be met.
func (l *linter) condition(at place, c *Condition, given func() []string) {
	n := 0
	for _, field := range []string{c.Code, c.Word, c.Slot, c.Fact} {
		if field != "" {
			n++
		}
	}
	if n != 1 {
		l.add(at, "want one of code, word, slot and fact")
		return
	}
	if len(c.Is) > 0 && c.Fact == "" {
		l.add(at.key("is"), "the answers belong to a fact; want fact: and its id")
	}
	if c.Code != "" && !match.HasCode(c.Code, c.Code) {
		l.add(at.key("code"), "%q is not a number such as 407 or 0x800706BA", c.Code)
	}
	if c.Slot != "" && !slices.Contains(given(), c.Slot) {
		l.add(at.key("slot"), "no message captures the slot %q and no question asks for it%s", c.Slot, suggest(c.Slot, given()))
	}
}

// given returns the slots that messages capture or questions ask for, sorted.
func (l *linter) given() []string {
	var names []string
	for _, v := range l.e.Messages {
		for _, s := range v.Texts {
			names = append(names, match.Slots(s)...)
		}
	}
	for _, q := range l.e.Ask {
		names = append(names, q.Slot)
	}
	l.e.eachStep(place{}, func(_ place, s *Step) {
		if s.Ask != nil {
			names = append(names, s.Ask.Slot)
		}
	})
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(s string) bool { return s == "" })
}

// braces finds malformed slots. Braces in a code span are literal.
func (l *linter) braces(at place, text string) {
	if !strings.ContainsAny(text, "{}") {
		return
	}
	rest := slotUse.ReplaceAllString(codeSpan.ReplaceAllString(text, ""), "")
	if i := strings.IndexAny(rest, "{}"); i >= 0 {
		l.add(at, "a brace that is not part of a slot: %q; want {Name} or {Name|words}", excerpt(rest, i))
	}
}

// unused finds questions for values that no text needs, which are never asked.
func (l *linter) unused(at place, used []string) {
	check := func(at place, q *Question) {
		if q.Slot != "" && !slices.Contains(used, q.Slot) {
			l.add(at.key("slot"), "the question %q is never reached: no text uses the slot %q", q.ID, q.Slot)
		}
	}
	for i := range l.e.Ask {
		check(at.key("ask").item(i), &l.e.Ask[i])
	}
	l.e.eachStep(at, func(at place, s *Step) {
		if s.Ask != nil {
			check(at.key("ask"), s.Ask)
		}
	})
}
