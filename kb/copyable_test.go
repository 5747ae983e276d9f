package kb

import (
	"regexp"
	"testing"
)

// typed matches what people would have to type: a path, an address with an
// asterisk, the name of a program, a cmdlet.
var typed = regexp.MustCompile(`(?:[A-Z]:|HKLM|HKEY_[A-Z_]+)\\|\*\.?[a-z]+\.[a-z]|\b[\w-]+\.(?:exe|msc)\b|\b(?:Get|Set|Start|Stop|Restart|Install|Remove|New|Test|Add)-[A-Z][A-Za-z]+`)

// TestTypedIsCode checks that what a step of a built-in entry has people type is
// code, so that they can copy it.
func TestTypedIsCode(t *testing.T) {
	b, err := Load(Layer{"kb/entries", Builtin()})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range b.Entries() {
		e.eachStep(place{}, func(_ place, s *Step) {
			texts := []Text{s.Do, s.Check, s.Risk, s.Undo}
			for _, row := range s.Table {
				texts = append(texts, row...)
			}
			for _, text := range texts {
				for _, v := range text {
					if found := typed.FindString(codeSpan.ReplaceAllString(v.Text, "")); found != "" {
						t.Errorf("%s, step %s: %q is not code in %q", e.ID, s.ID, found, v.Text)
					}
				}
			}
		})
	}
}
