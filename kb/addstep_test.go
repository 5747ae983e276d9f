package kb

import (
	"errors"
	"strings"
	"testing"
)

const twoSteps = `id: a # the first
steps:
  order: alternatives
  items:
    - id: one
      title: {en: One}
      do:
        en: |
          Do one.

          Then more.
    # the last one
    - id: fix
      title: {en: Two}
# below
examples:
  match: [x]
`

// TestAddStep checks where a step is added, and that nothing else changes.
func TestAddStep(t *testing.T) {
	for name, tt := range map[string]struct{ content, title, text, want string }{
		"after the last": {twoSteps, "Restart it", "Restart it.\nThen wait: 5 min # really", `      title: {en: Two}
    - id: fix-2
      title:
        ko: Restart it
      do:
        ko: |-
          Restart it.
          Then wait: 5 min # really
# below
`},
		"at the end of the file":     {"id: a\nsteps:\n  items:\n  - id: one\n    title: {en: One}", "t", "x", "    title: {en: One}\n  - id: fix\n    title:\n      ko: t\n    do:\n      ko: x\n"},
		"the languages of the entry": {"title: {en: A, ko: B}\nsteps:\n  items:\n    - id: one\n", "t", "x", "    - id: fix\n      title:\n        en: \"\"\n        ko: t\n      do:\n        en: \"\"\n        ko: x\n"},
		"flow style of a step":       {"steps:\n  items:\n    - {id: one}\n", "t", "x", "    - {id: one}\n    - id: fix\n"},
		"no steps":                   {"id: a\n", "t", "x", ""},
		"no items":                   {"steps:\n  items: []\n", "t", "x", ""},
		"flow style of the list":     {"steps:\n  items: [{id: one}]\n", "t", "x", ""},
		"a step that is a text":      {"steps:\n  items:\n    - one\n", "t", "x", ""},
		"no YAML":                    {"steps: [", "t", "x", ""},
	} {
		got, err := AddStep(tt.content, "fix", "ko", tt.title, tt.text)
		if tt.want == "" {
			if err == nil || name != "no YAML" && !errors.Is(err, ErrPatch) {
				t.Errorf("%s: got %q, %v", name, got, err)
			}
			continue
		}
		if err != nil || !strings.Contains(got, tt.want) {
			t.Errorf("%s: got\n%s\n%v, want\n%s", name, got, err, tt.want)
		}
	}
}

// FuzzAddStep checks that any text becomes a step, in any entry that has one.
func FuzzAddStep(f *testing.F) {
	f.Add("restart the agent: now", "- x\n# y")
	f.Add("⟦password⟧ <Server>", "\ttab\r\n ")
	f.Fuzz(func(t *testing.T, title, text string) {
		got, err := AddStep(twoSteps, "fix", "en", title, text)
		if err != nil {
			return // the file cannot have such characters
		}
		fields, err := Fields(got)
		if err != nil || !strings.Contains(got, "fix-2") || len(fields) < 3 {
			t.Errorf("%q and %q become\n%s\n%v", title, text, got, err)
		}
	})
}
