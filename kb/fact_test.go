package kb

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const twoFacts = `
- id: version
  name: {en: version, ko: 버전}
  text: {en: "Which version?", ko: "버전은?"}
  explain: {en: See Help., ko: 도움말에 있습니다.}
  choices:
    - {id: v3, label: {en: V3, ko: V3}, when: [V3]}
    - {id: v4, label: {en: V4, ko: V4}, words: [four]}
    - {id: unsure, label: {en: Not sure, ko: 잘 모르겠음}}
- id: scope
  name: {en: scope, ko: 범위}
  text: {en: "How many?", ko: "몇 개인가요?"}
  choices:
    - {id: one, label: {en: One, ko: 하나}}
    - {id: all, label: {en: All, ko: 전부}}
    - {id: unsure, label: {en: Not sure, ko: 잘 모르겠음}}
`

const needsVersion = "id: a\ntitle: A\ncodes: ['1']\nfacts: [version]\nsteps: {items: [{id: s, do: A}, {id: t, do: A, if: {fact: version, is: [v4]}}]}\n"

func TestFacts(t *testing.T) {
	below := folder("below", "a.yaml", needsVersion, "_shared/facts.yaml", twoFacts)
	above := folder("above", "b.yaml", strings.NewReplacer("id: a", "id: b", "'1'", "'2'").Replace(oneEntry), "_shared/facts.yaml",
		"- {id: version, name: version, text: 'Ours?', choices: [{id: v4, label: Four}, {id: v5, label: Five}, {id: unsure, label: Unsure}]}\n")
	load := func(layers ...Layer) *Base {
		t.Helper()
		b, err := Load(layers...)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	alone, both := load(below), load(below, above)
	var got []string
	for _, f := range both.Facts() {
		got = append(got, f.ID+": "+f.Text.In("ko"))
	}
	if want := []string{"version: Ours?", "scope: 몇 개인가요?"}; !slices.Equal(got, want) {
		t.Errorf("facts %q, want %q", got, want)
	}
	if q := alone.Entry("a").Triage[0]; q.ID != "version" || q.Explain.In("en") != "See Help." || q.Choices[0].When[0] != "V3" || q.Choices[1].Words[0] != "four" {
		t.Errorf("the question of the entry is %+v", q)
	}
	if alone.Entry("a").Revision == both.Entry("a").Revision || alone.Revision() == both.Revision() {
		t.Error("another question about a fact leaves a revision as it was")
	}
	if alone.Fact("scope") == nil || alone.Fact("colour") != nil {
		t.Error("the facts are not found by their IDs")
	}
}

func TestFactsRefused(t *testing.T) {
	const at = "kb/_shared/facts.yaml:"
	for _, tt := range []struct{ name, facts, want string }{
		{"type", "version: 1", at + "1: this is a map; want a list"},
		{"field", twoFacts + "  ask: A\n", at + `17: unknown field "ask"; there are: id, name, text, explain, choices`},
		{"language", "- {id: v, name: {en: A, ko: A}, text: {en: A}, choices: [{id: a, label: A}]}", at + "1: text is in en; want it in en, ko, as the first name"},
		{"label", strings.Replace(twoFacts, "{en: One, ko: 하나}", "{en: One}", 1), at + "14: label is in en; want it in en, ko, as the first name"},
		{"empty", strings.Replace(twoFacts, "en: One,", `en: "",`, 1), at + "14: the text is empty"},
		{"id", strings.Replace(twoFacts, "id: scope", "id: Scope", 1), at + `10: the id "Scope" of the fact is not valid; want a-z, 0-9 and hyphens, at most 24 characters`},
		{"twice", strings.Replace(twoFacts, "id: scope", "id: version", 1), at + `10: the id "version" is already used`},
		{"choice", strings.Replace(twoFacts, "id: one", "id: all", 1), at + `15: the id "all" of the choice is already used`},
		{"unsure", strings.Replace(twoFacts, "id: unsure", "id: dunno", 1), at + `6: the fact "version" has no choice "unsure"; want one for users who do not know`},
		{"one answer", "- {id: v, name: A, text: A, choices: [{id: a, label: A}, {id: unsure, label: A}]}", at + `1: the fact "v" has 1 choice; want two at least, and "unsure"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, m := range mistakesOf(t, folder("kb", "a.yaml", oneEntry, "_shared/facts.yaml", tt.facts)) {
				got = append(got, m.String())
			}
			if !slices.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestBrokenFactsAreBlamedOnce checks that entries are not blamed for facts that
// could not be read.
func TestBrokenFactsAreBlamedOnce(t *testing.T) {
	if got := mistakesOf(t, folder("kb", "a.yaml", needsVersion, "_shared/facts.yaml", "{")); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

func TestLinesHaveNoTriage(t *testing.T) {
	got := mistakesOf(t, folder("kb", "a.jsonl", `{"id":"a","title":"A","codes":["52"],"triage":[]}`+"\n"+`{"id":"b","title":"A","codes":["52"],"triage":[{"id":"q","text":"A"}]}`))
	if len(got) == 0 || !strings.Contains(got[0].Text, `unknown field "triage"`) {
		t.Errorf("got %v", got)
	}
}

// TestTriageIsStored checks that the JSON of an entry, which walkthroughs keep, has
// its conditions and the questions about its facts.
func TestTriageIsStored(t *testing.T) {
	b, err := Load(folder("kb", "a.yaml", needsVersion, "_shared/facts.yaml", twoFacts))
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(b.Entry("a"))
	if err != nil {
		t.Fatal(err)
	}
	var e Entry
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	e.Revision = b.Entry("a").Revision
	if !reflect.DeepEqual(&e, b.Entry("a")) {
		t.Errorf("got %+v, want %+v", e, b.Entry("a"))
	}
}
