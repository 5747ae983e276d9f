package kb

import (
	"slices"
	"strings"
	"testing"
)

const tapeArea = "- {id: tape, name: {en: Tapes, ko: 테이프}}\n"

func TestSharedAreas(t *testing.T) {
	below := folder("below", "a.yaml", oneEntry, "_shared/areas.yaml", tapeArea+"- {id: vmware, name: VMware}\n")
	above := folder("above", "b.yaml", otherEntry, "_shared/areas.yaml", "- {id: tape, name: {en: Libraries}}\n")
	b, err := Load(below, above)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"tape": "Libraries", "vmware": "VMware", "ours": "ours"} {
		if got := b.Area(id, "ko", "en"); got != want {
			t.Errorf("%s is called %q; want %q", id, got, want)
		}
	}
	alone, err := Load(below)
	if err != nil {
		t.Fatal(err)
	}
	if got := alone.Area("tape", "ko", "en"); got != "테이프" {
		t.Errorf("tape is called %q in Korean", got)
	}
	if alone.Revision() == b.Revision() {
		t.Error("the areas do not count for the revision")
	}
}

func TestSharedAreaMistakes(t *testing.T) {
	for data, want := range map[string]string{
		"- {id: Tape, name: Tapes}\n":       `kb/_shared/areas.yaml:1: the area "Tape" is not valid`,
		tapeArea + tapeArea:                 `kb/_shared/areas.yaml:2: the area "tape" is already named`,
		"- {id: tape}\n":                    "kb/_shared/areas.yaml:1: the name is empty",
		"- {id: tape, name: {ko: ' '}}\n":   "kb/_shared/areas.yaml:1: the name is empty",
		"- {id: tape, name: A, short: B}\n": `kb/_shared/areas.yaml:1: unknown field "short"`,
	} {
		got := mistakesOf(t, folder("kb", "a.yaml", oneEntry, "_shared/areas.yaml", data))
		if !slices.ContainsFunc(got, func(m Mistake) bool { return strings.HasPrefix(m.String(), want) }) {
			t.Errorf("%q: want %q, got %v", data, want, got)
		}
	}
}

// TestUnnamedArea checks that a built-in entry has an area with a name, and that
// an entry of a team need not.
func TestUnnamedArea(t *testing.T) {
	entry := strings.Replace(oneEntry, "id: a\n", "id: a\narea: tapes\nowner: us\nverify_by: 2027-05-31\n", 1)
	if got := mistakesOf(t, folder("ours", "a.yaml", entry, "_shared/areas.yaml", tapeArea)); len(got) > 0 {
		t.Errorf("of a team: %v", got)
	}
	got := mistakesOf(t, folder(builtinName, "a.yaml", entry, "_shared/areas.yaml", tapeArea))
	if want := `kb/entries/a.yaml:2: _shared/areas.yaml does not name the area "tapes"; did you mean "tape"?`; len(got) != 1 || got[0].String() != want {
		t.Errorf("built-in: %v; want %s", got, want)
	}
}

// TestBuiltinAreas checks that each area has a name in both languages.
func TestBuiltinAreas(t *testing.T) {
	b, err := Load(Layers("", "")...)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range b.areas {
		if langs := a.Name.langs(); !slices.Equal(langs, []string{""}) && !slices.Equal(langs, []string{"en", "ko"}) {
			t.Errorf("%s has a name in %s", a.ID, listed(langs))
		}
	}
	if len(b.areas) == 0 {
		t.Error("there are no areas")
	}
}
