package kb

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	oneEntry   = "id: a\ntitle: A\ncodes: ['1']\n"
	otherEntry = "id: b\ntitle: A\ncodes: ['2']\n"
)

const vaultTerm = "- {id: vault, name: {en: vault, ko: 볼트}, words: [recovery vault], text: {en: A place., ko: 장소입니다.}}\n"

func TestGlossary(t *testing.T) {
	below := folder("below", "a.yaml", oneEntry, "_shared/glossary.yaml", vaultTerm+"- {id: rp, name: {en: recovery point, ko: 복구 지점}, text: {en: A copy., ko: 복사본입니다.}}\n")
	above := folder("above", "b.yaml", otherEntry, "_shared/glossary.yaml", "- {id: vault, name: vault, text: Ours.}\n")
	b, err := Load(below, above)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, term := range b.Glossary() {
		got = append(got, term.ID+": "+strings.Join(term.Names(), ", ")+": "+term.Text.In("ko"))
	}
	want := []string{"vault: vault: Ours.", "rp: recovery point, 복구 지점: 복사본입니다."}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	without, err := Load(folder("below", "a.yaml", oneEntry))
	if err != nil {
		t.Fatal(err)
	}
	with, err := Load(below)
	if err != nil {
		t.Fatal(err)
	}
	if with.Revision() == without.Revision() {
		t.Error("the glossary does not count for the revision")
	}
}

func TestGlossaryMistakes(t *testing.T) {
	for name, c := range map[string]struct{ file, data, want string }{
		"unknown file":     {"glosary.yaml", vaultTerm, `kb/_shared/glosary.yaml: the folder _shared has no use for "glosary.yaml"; did you mean "glossary.yaml"?`},
		"empty":            {"glossary.yaml", "", "kb/_shared/glossary.yaml: the file is empty"},
		"no list":          {"glossary.yaml", "id: vault\n", "kb/_shared/glossary.yaml:1: this is a map; want a list"},
		"unknown field":    {"glossary.yaml", "- {id: vault, nam: vault, text: A}\n", `kb/_shared/glossary.yaml:1: unknown field "nam"; did you mean "name"?`},
		"bad id":           {"glossary.yaml", "- {id: Vault, name: vault, text: A}\n", `kb/_shared/glossary.yaml:1: "Vault" is not an ID`},
		"same id":          {"glossary.yaml", vaultTerm + "- {id: vault, name: {en: a, ko: b}, text: {en: A, ko: B}}\n", `kb/_shared/glossary.yaml:2: the id "vault" is already used`},
		"same name":        {"glossary.yaml", vaultTerm + "- {id: other, name: {en: Vault, ko: b}, text: {en: A, ko: B}}\n", `kb/_shared/glossary.yaml:2: "vault" also names the term vault`},
		"missing language": {"glossary.yaml", "- {id: vault, name: {en: vault, ko: 볼트}, text: {en: A place.}}\n", "kb/_shared/glossary.yaml:1: text is in en; want it in en, ko, as the first name"},
		"half open":        {"glossary.yaml", "- {id: vault, name: {en: vault, ko: 볼트}, text: {en: A, ko: B}, open: {en: C}}\n", "kb/_shared/glossary.yaml:1: open is in en; want it in en, ko, as the first name"},
		"missing text":     {"glossary.yaml", "- {id: vault, name: {en: vault, ko: 볼트}}\n", "kb/_shared/glossary.yaml:1: text is in no language"},
		"blank text":       {"glossary.yaml", "- {id: vault, name: vault, text: ' '}\n", "kb/_shared/glossary.yaml:1: the text is empty"},
		"not UTF-8":        {"glossary.yaml", "- {id: vault, name: \xff, text: A}\n", "kb/_shared/glossary.yaml:1: not valid UTF-8"},
		"talk not UTF-8":   {"negative.txt", "Lunch?\n\xff\n", "kb/_shared/negative.txt:2: not valid UTF-8"},
		"not YAML":         {"glossary.yaml", "- {id: vault\n", "kb/_shared/glossary.yaml:1: not valid YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			got := mistakesOf(t, folder("kb", "a.yaml", oneEntry, "_shared/"+c.file, c.data))
			if !slices.ContainsFunc(got, func(m Mistake) bool { return strings.Contains(m.String(), c.want) }) {
				t.Errorf("want %q, got %v", c.want, got)
			}
		})
	}
}

func TestGlossaryReload(t *testing.T) {
	watched(t, func(t *testing.T, live *Live, dir *shelf, said func() string, pass func(time.Duration)) {
		dir.put("_shared/glossary.yaml", vaultTerm)
		pass(3 * time.Second)
		if got := live.Base().Glossary(); len(got) != 1 || !strings.Contains(said(), "reloaded") {
			t.Errorf("after a change of the glossary it has %d terms, want 1", len(got))
		}
	})
}

// TestBuiltinExplained checks that "what does that mean?" has an answer for each
// built-in entry, and for each of its steps that has a command or changes
// something, in all languages of the title.
func TestBuiltinExplained(t *testing.T) {
	b, err := Load(Layer{"kb/entries", Builtin()})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range b.Entries() {
		want := e.Title.langs()
		if got := e.Explain.langs(); !slices.Equal(got, want) {
			t.Errorf("%s: explain is in %s; want it in %s", e.ID, listed(got), listed(want))
		}
		e.eachStep(place{}, func(_ place, s *Step) {
			needed := s.Command != nil || s.Risk != nil || s.Explain != nil
			if got := s.Explain.langs(); needed && !slices.Equal(got, want) {
				t.Errorf("%s, step %s: explain is in %s; want it in %s", e.ID, s.ID, listed(got), listed(want))
			}
		})
	}
}
