package kb

import (
	"slices"
	"strings"
	"testing"
)

const (
	tapeNames = "subjects:\n  - {id: tape, area: tape, name: {en: tapes, ko: 테이프}}\nkinds:\n  - {id: busy, name: in use}\n"
	tapeCodes = "code\tproduct\tsubject\tkind\n24037\tDPM\ttape\tbusy\n"
)

func TestSibling(t *testing.T) {
	below := folder("below", "a.yaml", oneEntry, "_shared/siblings.yaml", tapeNames, "_shared/siblings.tsv", tapeCodes+"1\tDPM\ttape\tbusy\n0x9999\tDPM\ttape\tbusy\n")
	above := folder("above", "b.yaml", otherEntry,
		"_shared/siblings.yaml", "kinds:\n  - {id: ours, name: {en: our own}}\n", "_shared/siblings.tsv", "code\tproduct\tsubject\tkind\n24037\tDPM\ttape\tours\n")
	b, err := Load(below, above)
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]string{
		"24037": "DPM 테이프 our own tape", "ID: 24037": "DPM 테이프 our own tape", "0x5DE5": "DPM 테이프 our own tape",
		"39321": "DPM 테이프 in use tape",
		"1":     "", // an entry has it
		"2":     "", "tape": "", "0x80070005": "",
	} {
		s, ok := b.Sibling(code)
		got := ""
		if ok {
			got = strings.Join([]string{s.Product, s.Subject.In("ko"), s.Kind.In("ko"), s.Area}, " ")
		}
		if got != want {
			t.Errorf("%s is %q; want %q", code, got, want)
		}
	}
	without, err := Load(folder("below", "a.yaml", oneEntry))
	if err != nil {
		t.Fatal(err)
	}
	if b.Revision() == without.Revision() {
		t.Error("the codes do not count for the revision")
	}
}

func TestSiblingMistakes(t *testing.T) {
	for _, test := range []struct{ names, codes, want string }{
		{tapeNames, "24037\tDPM\ttape\tbusy\n", `siblings.tsv:1: the first line is "24037\tDPM\ttape\tbusy"; want the names of the fields, separated by tabs: code, product, subject, kind`},
		{tapeNames, tapeCodes + "\n# more\n24037\tDPM\ttape\tbusy\n", "siblings.tsv:5: the code 24037 is already on line 2"},
		{tapeNames, tapeCodes + "0x5DE5\tDPM\ttape\tbusy\n", "siblings.tsv:3: the code 0x5DE5 is already on line 2"},
		{tapeNames, tapeCodes + "24038\tDPM\ttape\n", "siblings.tsv:3: the line has 3 fields; want 4, separated by tabs: code, product, subject, kind"},
		{tapeNames, tapeCodes + "0x80070005\tDPM\ttape\tbusy\n", `siblings.tsv:3: "0x80070005" is not an error code`},
		{tapeNames, tapeCodes + "24038\tDPM\ttapes\tbusy\n", `siblings.tsv:3: siblings.yaml does not name the subject "tapes"; did you mean "tape"?`},
		{tapeNames, tapeCodes + "24038\tDPM\ttape\tfull\n", `siblings.tsv:3: siblings.yaml does not name the kind "full"`},
		{tapeNames, "\xff", "siblings.tsv:1: not valid UTF-8"},
		{tapeNames + "  - {id: busy, name: A}\n", tapeCodes, `siblings.yaml:5: the id "busy" is already used`},
		{tapeNames + "  - {id: Full, name: A}\n", tapeCodes, `siblings.yaml:5: "Full" is not an ID`},
		{tapeNames + "  - {id: full}\n", tapeCodes, "siblings.yaml:5: the name is empty"},
	} {
		got := mistakesOf(t, folder("kb", "a.yaml", oneEntry, "_shared/siblings.yaml", test.names, "_shared/siblings.tsv", test.codes))
		if len(got) != 1 || !strings.HasPrefix(got[0].String(), "kb/_shared/"+test.want) {
			t.Errorf("%q, %q: want %q, got %v", test.names, test.codes, test.want, got)
		}
	}
	if got := mistakesOf(t, folder("kb", "a.yaml", oneEntry, "_shared/siblings.yaml", "subjects: 1\n", "_shared/siblings.tsv", tapeCodes)); len(got) != 1 {
		t.Errorf("names that cannot be read: %v", got)
	}
}

// TestBuiltinSiblings checks that subjects and kinds have a name in both languages
// and are used, and that each area is one.
func TestBuiltinSiblings(t *testing.T) {
	read := readLayer(Layers("", "")[0])
	used := map[string]bool{}
	for _, r := range read.siblings {
		used[r.subject], used[r.kind] = true, true
	}
	for _, n := range slices.Concat(read.siblingNames.Subjects, read.siblingNames.Kinds) {
		if langs := n.Name.langs(); !slices.Equal(langs, []string{"en", "ko"}) {
			t.Errorf("%s has a name in %s", n.ID, listed(langs))
		}
		if !used[n.ID] {
			t.Errorf("no code has %s", n.ID)
		}
		if n.Area != "" && !slices.ContainsFunc(read.areas, func(a Area) bool { return a.ID == n.Area }) {
			t.Errorf("%s has the unknown area %s", n.ID, n.Area)
		}
	}
	if len(read.siblings) < 2000 {
		t.Errorf("%d codes", len(read.siblings))
	}
}
