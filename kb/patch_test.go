package kb

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

// changedLines returns the lines that only one of two texts has, with - and +.
func changedLines(a, b string) string {
	before, after := strings.Split(a, "\n"), strings.Split(b, "\n")
	for len(before) > 0 && len(after) > 0 && before[0] == after[0] {
		before, after = before[1:], after[1:]
	}
	for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	var all strings.Builder
	for _, line := range before {
		all.WriteString("-" + line + "\n")
	}
	for _, line := range after {
		all.WriteString("+" + line + "\n")
	}
	return all.String()
}

const patchable = `# A comment at the top.
id: a
title: {en: One, ko: "둘"} # of the title

codes: ['1']
cause:
  en: >-
    Because of
    this.
  # between
  ko: 때문에

# before the phrases
phrases:
  en:
    - a phrase # kept
    - another one
steps:
  items:
    - id: first
      title: {en: Do it, ko: 하세요}
      do:
        en: Press it.
    - {id: flow, title: {en: Flow}, do: {en: It flows.}}
    - id: shared
      title: &again {en: Again}
      do: *again
# at the end
`

func TestPatch(t *testing.T) {
	for _, c := range []struct {
		path, value, want string // of a list, values are separated by |
	}{
		{"title en", "Two", "-title: {en: One, ko: \"둘\"} # of the title\n+title: {en: Two, ko: \"둘\"} # of the title\n"},
		{"title ko", "a: b", "-title: {en: One, ko: \"둘\"} # of the title\n+title: {en: One, ko: \"a: b\"} # of the title\n"},
		{"cause en", "It is this.", "-    Because of\n-    this.\n+    It is this.\n"},
		{"cause ko", "첫째\n둘째", "-  ko: 때문에\n+  ko: |-\n+    첫째\n+    둘째\n"},
		{"cause de", "Deshalb", "+  de: Deshalb\n"},
		{"phrases en", "a phrase|new", "-    - another one\n+    - new\n"},
		{"phrases ko", "어떤 말", "+  ko:\n+    - 어떤 말\n"},
		{"examples match", "line one\nline two", "+examples:\n+  match:\n+    - |-\n+      line one\n+      line two\n"},
		{"steps first title en", "Do that", "-      title: {en: Do it, ko: 하세요}\n+      title: {en: Do that, ko: 하세요}\n"},
		{"steps first do en", "Press that.", "-        en: Press it.\n+        en: Press that.\n"},
		{"steps flow do en", "x", ""},
		{"steps shared title en", "x", ""},
		{"steps none title en", "x", ""},
		{"codes en", "x", ""},
	} {
		path := strings.Fields(c.path)
		f := Field{Path: path, Values: strings.Split(c.value, "|"), List: path[0] == "phrases" || path[0] == "examples"}
		got, err := Patch(patchable, f)
		if c.want == "" {
			if !errors.Is(err, ErrPatch) {
				t.Errorf("%s: %v\n%s", c.path, err, changedLines(patchable, got))
			}
			continue
		}
		if changed := changedLines(patchable, got); changed != c.want || err != nil {
			t.Errorf("%s: %v, got\n%swant\n%s", c.path, err, changed, c.want)
		}
	}
}

// TestPatchBuiltin changes every field of the built-in entries.
func TestPatchBuiltin(t *testing.T) {
	listed, err := fs.ReadDir(Builtin(), ".")
	if err != nil {
		t.Fatal(err)
	}
	fields, refused := 0, 0
	for i, d := range listed {
		if !entryFile(d.Name()) || testing.Short() && i%20 != 0 {
			continue
		}
		data, err := fs.ReadFile(Builtin(), d.Name())
		if err != nil {
			t.Fatal(err)
		}
		all, err := Fields(string(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			fields++
			f.Values = append(append([]string(nil), f.Values...), "changed")
			if !f.List {
				f.Values = []string{"Changed: \"it\" # is so"}
			}
			if _, err := Patch(string(data), f); err != nil {
				refused++
				t.Logf("%s %v: %v", d.Name(), f.Path, err)
			}
		}
	}
	if fields == 0 || refused*50 > fields { // anchors
		t.Errorf("%d of %d fields cannot be changed", refused, fields)
	}
}

func TestFields(t *testing.T) {
	fields, err := Fields(patchable)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range fields {
		got = append(got, strings.Join(f.Path, ".")+"="+strings.Join(f.Values, "|"))
	}
	want := "title.en=One title.ko=둘 cause.en=Because of this. cause.ko=때문에 steps.first.title.en=Do it steps.first.title.ko=하세요 steps.first.do.en=Press it. " +
		"steps.flow.title.en=Flow steps.flow.do.en=It flows. steps.shared.title.en=Again steps.shared.do.en=Again phrases.en=a phrase|another one examples.match= examples.silent="
	if strings.Join(got, " ") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, " "), want)
	}
	for _, content := range []string{"", "- a", "id: [", "title: [1]", "steps: {items: [1, {id: x}]}", "phrases: x\nexamples: [1]"} {
		if _, err := Fields(content); err != nil && content != "" && content != "id: [" {
			t.Errorf("%q: %v", content, err)
		}
	}
}
