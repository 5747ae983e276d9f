package kb

import (
	"slices"
	"strings"
)

// glossaryFile is the file of the shared folder with the glossary.
const glossaryFile = "glossary.yaml"

// A Term is an expression of the product or of Windows that users may not know.
// The bot explains it to those who ask, and where a step uses it.
type Term struct {
	ID    string   `yaml:"id"`              // unique in the glossary; a later layer replaces the term of the same ID
	Name  Text     `yaml:"name"`            // as the texts of the bot use it
	Words []string `yaml:"words,omitempty"` // other names for it in texts and replies, in any language
	Text  Text     `yaml:"text"`            // what it means, in one to four sentences
	Open  Text     `yaml:"open,omitempty"`  // how to open it, if it is a program or window
}

// Names returns the names of the term in all languages.
func (t *Term) Names() []string {
	names := make([]string, 0, len(t.Name)+len(t.Words))
	for _, v := range t.Name {
		names = append(names, v.Text)
	}
	return append(names, t.Words...)
}

// readGlossary reads a glossary: a list of terms.
func readGlossary(file string, data []byte) batch {
	terms, at, mistakes := readList[Term](file, data)
	return batch{terms: terms, mistakes: append(mistakes, lintGlossary(at, terms)...)}
}

// lintGlossary returns the mistakes of the terms of a file.
func lintGlossary(at place, terms []Term) (mistakes Mistakes) {
	used := map[string]string{} // the ID of the term by each of its names
	var langs []string          // of the first term
	for i := range terms {
		t, at := &terms[i], at.item(i)
		add := func(at place, format string, args ...any) {
			mistakes = append(mistakes, at.mistake(format, args...))
		}
		if !entryID.MatchString(t.ID) {
			add(at.key("id"), "%q is not an ID; want lowercase letters, digits and hyphens, at most 40", t.ID)
		}
		if other := slices.IndexFunc(terms[:i], func(o Term) bool { return o.ID == t.ID }); other >= 0 {
			add(at.key("id"), "the id %q is already used", t.ID)
		}
		for _, text := range []struct {
			key string
			t   Text
		}{{"name", t.Name}, {"text", t.Text}, {"open", t.Open}} {
			if i == 0 && text.key == "name" {
				langs = text.t.langs()
			}
			if text.key == "open" && text.t == nil {
				continue
			}
			if got := text.t.langs(); !slices.Equal(got, langs) {
				add(at.key(text.key), "%s is in %s; want it in %s, as the first name", text.key, listed(got), listed(langs))
			}
			if slices.ContainsFunc(text.t, func(v Variant) bool { return strings.TrimSpace(v.Text) == "" }) {
				add(at.key(text.key), "the text is empty")
			}
		}
		for _, name := range t.Names() {
			name = strings.ToLower(name)
			if other, ok := used[name]; ok && other != t.ID {
				add(at, "%q also names the term %s", name, other)
			}
			used[name] = t.ID
		}
	}
	return mistakes
}

// langs returns the languages of a text, sorted.
func (t Text) langs() []string {
	all := make([]string, len(t))
	for i, v := range t {
		all[i] = v.Lang
	}
	slices.Sort(all)
	return all
}

// blank reports whether a text is missing, or empty in some language.
func (t Text) blank() bool {
	return len(t) == 0 || slices.ContainsFunc(t, func(v Variant) bool { return strings.TrimSpace(v.Text) == "" })
}

func listed(langs []string) string {
	if len(langs) == 0 {
		return "no language"
	}
	return strings.Join(langs, ", ")
}

// overlayTerms keeps the last term of each ID.
func overlayTerms(all []Term) []Term {
	return overlayBy(all, func(t Term) string { return t.ID })
}
