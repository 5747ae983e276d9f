package kb

import (
	"slices"
	"strings"
)

// factsFile is the file of the shared folder with the facts.
const factsFile = "facts.yaml"

// A Fact is what several entries need to know of a user's system, such as its
// version. Entries use it in conditions. It is asked once in a conversation.
type Fact struct {
	ID      string   `yaml:"id"`                // as in the facts and conditions of entries; a later layer replaces the fact of the same ID
	Name    Text     `yaml:"name"`              // what it is called in a summary
	Text    Text     `yaml:"text"`              // the question that asks for it
	Explain Text     `yaml:"explain,omitempty"` // how to find out
	Choices []Answer `yaml:"choices"`           // the answers, with Unsure
}

// An Answer is one answer to the question about a fact.
type Answer struct {
	ID    string   `yaml:"id"`              // unique among the answers
	Label Text     `yaml:"label"`           // the label of the button
	When  []string `yaml:"when,omitempty"`  // words of a paste that give this answer, in any language
	Words []string `yaml:"words,omitempty"` // other words for this answer in a reply, in any language
}

// Unsure is the ID of the answer that every fact has: the user does not know.
// It meets every condition of a step, so that nothing that may help is hidden.
const Unsure = "unsure"

// Fact returns the fact with the ID, or nil.
func (b *Base) Fact(id string) *Fact { return findFact(b.facts, id) }

// Facts returns the facts in the order of the files. The caller must not change
// them.
func (b *Base) Facts() []Fact { return b.facts }

func findFact(facts []Fact, id string) *Fact {
	if i := slices.IndexFunc(facts, func(f Fact) bool { return f.ID == id }); i >= 0 {
		return &facts[i]
	}
	return nil
}

// Question returns the question that asks for the fact.
func (f *Fact) Question() Question {
	q := Question{ID: f.ID, Text: f.Text, Explain: f.Explain}
	for _, a := range f.Choices {
		q.Choices = append(q.Choices, Choice{ID: a.ID, Label: a.Label, When: a.When, Words: a.Words})
	}
	return q
}

// triage gives an entry the questions about its facts.
func triage(e *Entry, facts []Fact) error {
	if len(e.Facts) == 0 {
		return nil
	}
	for _, id := range e.Facts {
		e.Triage = append(e.Triage, findFact(facts, id).Question())
	}
	return revise(e)
}

// readFacts reads the file of the facts: a list.
func readFacts(file string, data []byte) batch {
	facts, at, mistakes := readList[Fact](file, data)
	return batch{facts: facts, mistakes: append(mistakes, lintFacts(at, facts)...)}
}

// overlayFacts keeps the last fact of each ID.
func overlayFacts(all []Fact) []Fact {
	return overlayBy(all, func(f Fact) string { return f.ID })
}

// factsBroken reports whether facts may exist that could not be read.
func (b batch) factsBroken() bool {
	return b.more || slices.ContainsFunc(b.mistakes, func(m Mistake) bool { return strings.HasSuffix(m.File, shared+"/"+factsFile) })
}

// lintFacts returns the mistakes of the facts of a file. All texts are in the
// languages of the first name.
func lintFacts(at place, facts []Fact) (mistakes Mistakes) {
	add := func(at place, format string, args ...any) {
		mistakes = append(mistakes, at.mistake(format, args...))
	}
	text := func(at place, key string, t Text) {
		if got, want := t.langs(), facts[0].Name.langs(); !slices.Equal(got, want) {
			add(at.key(key), "%s is in %s; want it in %s, as the first name", key, listed(got), listed(want))
		}
		if slices.ContainsFunc(t, func(v Variant) bool { return strings.TrimSpace(v.Text) == "" }) {
			add(at.key(key), "the text is empty")
		}
	}
	for i := range facts {
		f, at := &facts[i], at.item(i)
		if !partID.MatchString(f.ID) || f.ID == End {
			add(at.key("id"), notAPartID, f.ID, "fact")
		}
		if findFact(facts[:i], f.ID) != nil {
			add(at.key("id"), "the id %q is already used", f.ID)
		}
		text(at, "name", f.Name)
		text(at, "text", f.Text)
		if len(f.Explain) > 0 {
			text(at, "explain", f.Explain)
		}
		for k, a := range f.Choices {
			choice := at.key("choices").item(k)
			text(choice, "label", a.Label)
			if !partID.MatchString(a.ID) {
				add(choice.key("id"), notAPartID, a.ID, "choice")
			}
			if slices.ContainsFunc(f.Choices[:k], func(o Answer) bool { return o.ID == a.ID }) {
				add(choice.key("id"), "the id %q of the choice is already used", a.ID)
			}
		}
		switch known := len(f.Choices) - len(f.unsure()); {
		case len(f.unsure()) == 0:
			add(at.key("choices"), "the fact %q has no choice %q; want one for users who do not know", f.ID, Unsure)
		case known < 2:
			add(at.key("choices"), "the fact %q has %s; want two at least, and %q", f.ID, count(known, "choice"), Unsure)
		}
	}
	return mistakes
}

// unsure returns the answer of users who do not know, if there is one.
func (f *Fact) unsure() []Answer {
	return slices.DeleteFunc(slices.Clone(f.Choices), func(a Answer) bool { return a.ID != Unsure })
}
