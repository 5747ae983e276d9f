package kb

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"mabsbot/kb/match"
)

// TestWriteExplanation compares explanations that have every kind of reason with
// testdata/why.txt.
func TestWriteExplanation(t *testing.T) {
	b := matchBase(t)
	first, second := b.entries[0], b.entries[1]
	hit := Hit{Entry: first, Confidence: 0.461}
	signal := func(kind match.SignalKind, weight float64, words ...string) match.Signal {
		return match.Signal{Kind: kind, Words: words, Weight: weight}
	}
	var all []Doubt
	for _, kind := range match.Doubts() {
		all = append(all, Doubt{Doubt: match.Doubt{Kind: kind, Text: "52", Has: 0.63, Needs: 0.75}, Entry: second})
	}
	var got bytes.Buffer
	for i, e := range []Explanation{
		{
			Result: Result{Hits: []Hit{hit}}, Entry: first, Asked: 0.461, Needed: 0.731,
			Concepts: []match.FoundConcept{
				{ID: "vault-credentials", Text: "the file"}, {ID: "replica", Text: "복제본"},
				{ID: "out-of-space", Kind: match.Symptom, Text: "full"}, {ID: "asks-status", Kind: match.Stance, Text: "did it"},
			},
			Almost: []string{"rejected", "vault-credentials"}, Lacks: "rejected",
			For:     []match.Signal{signal(match.SignalWords, 0.61, "the file"), signal(match.SignalConcepts, 0.4, "out-of-space", "replica"), signal(match.SignalCode, 0.3, "own")},
			Against: []match.Signal{signal(match.SignalMissing, -1.12, "operation"), signal(match.SignalSeveral, -0.5, "stance"), signal(match.SignalLength, -0.2, "2"), signal(match.SignalCode, -0.1, "other")},
			Doubts:  all,
		},
		{
			Entry: first,
			Codes: []FoundCode{
				{FoundCode: match.FoundCode{Text: "3106", Role: match.RoleOwn}, Entries: []*Entry{first}},
				{FoundCode: match.FoundCode{Text: "30229", Role: match.RoleCompanion}},
				{FoundCode: match.FoundCode{Text: "319", Role: match.RoleSibling, Against: true}, Entries: []*Entry{second}},
				{FoundCode: match.FoundCode{Text: "4711", Role: match.RoleUnknown}},
			},
			Doubts: []Doubt{{Doubt: match.Doubt{Kind: match.DoubtCode, Text: "319"}}},
		},
		{
			Result: Result{Band: match.Sure, Hits: []Hit{hit}, Also: []Hit{{Entry: second, Confidence: 1}}}, Entry: first, Asked: 0.9,
			Block: &match.Block{Text: strings.Repeat("Replica is inconsistent. ", 8), Quoted: true}, Frames: [][]string{{"inconsistent", "replica"}},
		},
		{
			Result: Result{Band: match.Likely, Hits: []Hit{hit}}, Entry: first, Asked: 0.3, Needed: 0.731, Anyway: match.EvidenceMessage, Block: &match.Block{Text: "Replica is"},
			Doubts: []Doubt{{Doubt: match.Doubt{Kind: match.DoubtWords}}},
		},
	} {
		fmt.Fprintf(&got, "-- %d --\n", i+1)
		if err := WriteExplanation(&got, b, e); err != nil {
			t.Fatal(err)
		}
	}
	const file = "testdata/why.txt"
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("%s differs; got\n%s", file, got.String())
	}
}

// TestMatchExplains checks that a match of a text comes with its reasons, and
// that the other forms of output do not change.
func TestMatchExplains(t *testing.T) {
	b := matchBase(t)
	const text = "the agent operation (ID: 32680)"
	for _, c := range []struct {
		options MatchOptions
		want    string
	}{
		{MatchOptions{}, "its code"},
		{MatchOptions{Lookup: true}, "sure\n"},
		{MatchOptions{JSON: true}, `{"band":`},
	} {
		var got bytes.Buffer
		if err := Match(&got, nil, b, text, c.options); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(got.String(), c.want) || (c.options != MatchOptions{}) == strings.Contains(got.String(), "its code") {
			t.Errorf("%+v: %s", c.options, got.String())
		}
	}
}

// TestConceptWord checks that concepts have words in both languages.
func TestConceptWord(t *testing.T) {
	b, err := loadConcepts()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ id, lang, want string }{
		{"out-of-space", "en", "out of space"}, {"out-of-space", "ko", "공간부족"}, {"out-of-space", "fr", "out of space"}, {"unknown-one", "ko", "unknown one"},
	} {
		if got := b.ConceptWord(c.id, c.lang); got != c.want {
			t.Errorf("%s in %s: %q, want %q", c.id, c.lang, got, c.want)
		}
	}
	for _, c := range b.Concepts() {
		if w := b.ConceptWord(c.ID, "ko"); strings.ContainsAny(w, "^~") || w == strings.ReplaceAll(c.ID, "-", " ") {
			t.Errorf("%s has no word in Korean: %q", c.ID, w)
		}
	}
}

// loadConcepts returns a base with the built-in concepts.
func loadConcepts() (*Base, error) {
	read := readConcepts(Layer{Name: "kb/entries", FS: Builtin()})
	return newBase(nil, read), read.mistakes.err(false)
}
