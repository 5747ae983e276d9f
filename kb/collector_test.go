package kb

import (
	"strings"
	"testing"
)

const oneCollector = `
script: |-
  & {
    '--- mabs facts 1 ---'
    'dpm-version: ' + (Get-Item x).VersionInfo.FileVersion
    '--- end ---'
  }
lines:
  - {key: dpm-version, name: {en: backup server, ko: 백업 서버}}
answers:
  - {fact: version, choice: v3, if: [{key: dpm-version, below: "4"}]}
`

// TestCollectorLayers checks what a later layer adds to a collector and replaces.
func TestCollectorLayers(t *testing.T) {
	below := folder("below", "a.yaml", needsVersion, "_shared/facts.yaml", twoFacts, "_shared/collector.yaml", oneCollector)
	above := folder("above", "b.yaml", otherEntry, "_shared/collector.yaml", `
lines:
  - {key: dpm-version, name: {en: DPM, ko: DPM}}
answers:
  - {fact: version, choice: v4, if: [{key: dpm-version, is: [none]}]}
`)
	b, err := Load(below, above)
	if err != nil {
		t.Fatal(err)
	}
	c := b.Collector()
	if c.Script == "" || len(c.Lines) != 1 || c.Lines[0].Name.In("en") != "DPM" || len(c.Answers) != 1 || c.Answers[0].Choice != "v4" {
		t.Errorf("got %+v", c)
	}
	only, err := Load(below)
	if err != nil {
		t.Fatal(err)
	}
	if only.Revision() == b.Revision() {
		t.Error("the revision of the base does not depend on the collector")
	}
	if without, err := Load(folder("kb", "a.yaml", oneEntry)); err != nil || without.Collector() != nil || without.Collector().CanAnswer("a", "version") {
		t.Errorf("without a file: %v, %v", without.Collector(), err)
	}
}

// TestCollectorOfReplacedEntry checks that an entry without the question may
// replace one that a collector knows, and not be there with a mistake.
func TestCollectorOfReplacedEntry(t *testing.T) {
	const asks = oneEntry + "\nask: [{id: state, text: Which, choices: [{id: up, label: Up}, {id: down, label: Down}]}]\n"
	collector := strings.Replace(oneCollector, "fact: version, choice: v3", "entry: a, question: state, choice: up", 1)
	below := folder("below", "a.yaml", asks, "_shared/collector.yaml", collector)
	if b, err := Load(below); err != nil || !b.Collector().CanAnswer("a", "state") {
		t.Fatalf("%v", err)
	}
	if b, err := Load(below, folder("above", "a.yaml", oneEntry)); err != nil || b.Collector().CanAnswer("a", "state") {
		t.Errorf("%v", err)
	}
	for replace, want := range map[string]string{
		"entry: b, question: state":              `below/_shared/collector.yaml:11: the entry "b" does not exist`,
		"entry: a, question: stat":               `the entry "a" has no question "stat"; did you mean "state"?`,
		"entry: a, question: state, choice: off": `the question "state" has no choice "off"`,
	} {
		wrong := strings.Replace(strings.Replace(collector, "entry: a, question: state, choice: up", replace+", choice: up", 1), ", choice: off, choice: up", ", choice: off", 1)
		if got := mistakesOf(t, folder("below", "a.yaml", asks, "_shared/collector.yaml", wrong)).Error(); !strings.Contains(got, want) {
			t.Errorf("%s: got %s", replace, got)
		}
	}
}

// TestCollectorMistakes replaces one thing in a collector each.
func TestCollectorMistakes(t *testing.T) {
	for _, tt := range []struct{ old, new, want string }{
		{"key: dpm-version, name", "key: version, name", `the key "version" is not valid`},
		{"key: dpm-version, name", "key: azure-agent, name", `the script does not print the key "azure-agent"`},
		{"{en: backup server, ko: 백업 서버}", `" "`, "the name is empty"},
		{"name: {", "takes: number, name: {", `"number" is not a kind of lines; want event or none`},
		{"fact: version", "fact: versio", `the fact "versio" does not exist; did you mean "version"?`},
		{"choice: v3", "choice: v9", `the question "version" has no choice "v9"`},
		{"fact: version, ", "", "the answer is about 0 things"},
		{"fact: version", "fact: version, slot: Volume", "the answer is about 2 things"},
		{"fact: version, choice: v3", "slot: Volume", `the slot "Volume" has no value`},
		{"fact: version, choice: v3", "slot: Volume, value: dpm-version", `the slot "Volume" is not described`},
		{"fact: version, choice: v3", "fact: version", "the answer has no choice"},
		{"fact: version", "entry: a", "the answer names an entry or a question"},
		{`[{key: dpm-version, below: "4"}]`, "[]", "the answer always holds"},
		{`key: dpm-version, below: "4"`, "key: dpm-version", `the condition says nothing of "dpm-version"`},
		{`below: "4"`, "below: new", `"new" is not a version`},
		{`below: "4"`, `from: "4", below: "3.9"`, "the condition never holds: no version is at least 4 and below 3.9"},
		{`key: dpm-version, below`, "key: dpm-versio, below", `the output has no line "dpm-versio"`},
		{"Get-Item x", "Remove-Item x", "the script may change something: the command Remove-Item"},
		{"'--- end ---'", "'end'", `the script does not print the line "--- end ---"`},
		{"'--- end ---'", "'--- end ---'\n\n    'x'", "without empty lines"},
		{"'--- end ---'", "'--- end ---' # é", "characters other than ASCII"},
		{"'--- end ---'", "'--- end ---' # " + strings.Repeat("x", maxScript), "want at most 1900"},
		{"'--- end ---'", "'--- end ---'" + strings.Repeat("\n    'x'", maxScriptLines), "want at most 40"},
		{"& {", "if ($true) {", "want the script as one block"},
		{"script:", "scrpt:", `unknown field "scrpt"`},
	} {
		text := strings.Replace(oneCollector, tt.old, tt.new, 1)
		got := mistakesOf(t, folder("kb", "a.yaml", needsVersion, "_shared/facts.yaml", twoFacts, "_shared/collector.yaml", text))
		if len(got) != 1 || !strings.Contains(got[0].String(), tt.want) || !strings.HasPrefix(got[0].String(), "kb/_shared/collector.yaml:") {
			t.Errorf("%s -> %s:\n got %v\nwant %s", tt.old, tt.new, got, tt.want)
		}
	}
}
