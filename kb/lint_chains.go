package kb

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// The linter checks that steps that belong together are a chain, and that no
// walkthrough ends with something switched off.

//go:embed lint_words.yaml
var lintWordsFile []byte

// lintWords are expressions for words of texts.
type lintWords struct{ next, stops *regexp.Regexp }

var readLintWords = sync.OnceValue(func() lintWords {
	var file struct {
		Next  []string `yaml:"next"`
		Stops []string `yaml:"stops"`
	}
	if err := yaml.Unmarshal(lintWordsFile, &file); err != nil {
		panic(err) // the file is part of the program
	}
	either := func(list []string) *regexp.Regexp { return regexp.MustCompile("(?i)" + strings.Join(list, "|")) }
	return lintWords{either(file.Next), either(file.Stops)}
})

func (l *linter) chains(at place) {
	items := l.e.Steps.Items
	sequence := l.e.Steps.Order == Sequence
	for i := range items {
		s := &items[i]
		step := at.key("steps").key("items").item(i)
		l.chain(step, s)
		if sequence && len(s.Chain) > 0 {
			l.add(step.key("chain"), "the chain %q is in a sequence, whose steps belong together already; want its steps in the list", s.ID)
		}
		for j, part := range s.Parts() {
			where, last := step, j == len(s.Chain)-1
			if len(s.Chain) > 0 {
				where = step.key("chain").item(j)
			} else {
				last = !sequence || s.Next == End || s.Next == "" && i == len(items)-1
			}
			if last {
				l.switchedOff(where, part)
			}
			if last && !sequence {
				l.nextStep(where, part)
			}
		}
	}
}

// chain checks what a chain holds, and that its steps are plain ones.
func (l *linter) chain(at place, s *Step) {
	if len(s.Chain) == 0 {
		return
	}
	if len(s.Chain) == 1 {
		l.add(at.key("chain"), "the chain %q has one step; want two at least, or a plain step", s.ID)
	}
	own := []struct {
		field string
		set   bool
	}{
		{"do", len(s.Do) > 0}, {"table", len(s.Table) > 0}, {"path", s.Path != ""}, {"command", s.Command != nil}, {"check", len(s.Check) > 0},
		{"risk", len(s.Risk) > 0}, {"undo", len(s.Undo) > 0}, {"link", s.Link != nil}, {"ask", s.Ask != nil},
	}
	for _, f := range own {
		if f.set {
			l.add(at.key(f.field), "the chain %q has the field %q itself; want it at one of its steps", s.ID, f.field)
		}
	}
	for i, part := range s.Chain {
		where := at.key("chain").item(i)
		if len(part.Chain) > 0 {
			l.add(where.key("chain"), "the step %q of a chain is a chain itself; want a plain step", part.ID)
		}
		if part.Next != "" {
			l.add(where.key("next"), "the step %q of a chain has a next; the steps of a chain follow each other, and only the chain leads elsewhere", part.ID)
		}
	}
}

// nextStep finds an alternative, or the end of a chain, whose text speaks of
// the next step: that step belongs to it.
func (l *linter) nextStep(at place, s *Step) {
	texts := []struct {
		field string
		text  Text
	}{{"do", s.Do}, {"check", s.Check}, {"risk", s.Risk}}
	for _, t := range texts {
		for _, v := range t.text {
			if found := readLintWords().next.FindString(v.Text); found != "" {
				l.add(at.key(t.field).key(v.Lang), "%q in an alternative: what follows is tried only if this did not help; want a chain of the steps that belong together", found)
			}
		}
	}
}

// switchedOff finds a step that stops or deletes something, after which
// nothing follows that switches it on again.
func (l *linter) switchedOff(at place, s *Step) {
	if len(s.Risk) == 0 || len(s.Undo) > 0 {
		return
	}
	for _, v := range slices.Concat(s.Title, s.Risk) {
		if found := readLintWords().stops.FindString(v.Text); found != "" {
			l.add(at.key("risk"), "the step %q stops or deletes something (%q), and a walkthrough may end with it; want undo: what to switch on again, or a chain with the step that does", s.ID, found)
			return
		}
	}
}
