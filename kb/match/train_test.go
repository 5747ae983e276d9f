package match_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

// A textRow is a line of testdata/train: a text, and the entries that it may
// mean. Each folder is of one author, each file of one kind.
type textRow struct {
	ID       string   `json:"id"`
	Text     string   `json:"text"`
	Lang     string   `json:"lang"`
	Target   []string `json:"target"`
	Gray     bool     `json:"gray"`
	author   string
	kind     string
	features []string
}

// The authors of the entries' own texts. The examples are judged, as the texts of
// people are: some have codes and pieces of messages, which people who write texts
// leave out.
const (
	builtinTexts = "entries"
	exampleTexts = "examples"
)

// textRows reads the training texts and adds those of the entries.
func textRows(t testing.TB, b *kb.Base) []textRow {
	t.Helper()
	files, err := filepath.Glob("testdata/train/*/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal("no training texts", err)
	}
	var rows []textRow
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			var r textRow
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			r.author, r.kind = filepath.Base(filepath.Dir(file)), strings.TrimSuffix(filepath.Base(file), ".jsonl")
			if !r.Gray {
				rows = append(rows, r)
			}
		}
	}
	for _, e := range b.Entries() {
		for _, text := range e.Examples.Match {
			rows = append(rows, textRow{ID: e.ID, Text: text, Target: []string{e.ID}, author: exampleTexts, kind: "example"})
		}
		for kind, texts := range map[string]kb.Texts{"phrase": e.Phrases, "message": e.Messages} {
			for _, v := range texts {
				for _, text := range v.Texts {
					text = match.Fill(text, func(string) string { return " " })
					rows = append(rows, textRow{ID: e.ID, Text: text, Lang: v.Lang, Target: []string{e.ID}, author: builtinTexts, kind: kind})
				}
			}
		}
	}
	for line := range strings.Lines(negative(t)) {
		rows = append(rows, textRow{Text: strings.TrimSpace(line), author: builtinTexts, kind: "negative"})
	}
	slices.SortStableFunc(rows, func(a, b textRow) int {
		return cmp.Or(cmp.Compare(a.author, b.author), cmp.Compare(a.kind, b.kind), cmp.Compare(a.Text, b.Text))
	})
	return rows
}

// trainedOn reports whether the linear model is fitted to a row. Stories are
// too long to say much by their words.
func trainedOn(r *textRow) bool { return r.kind != "story" && r.kind != "lookup" }

// minLearned is how many texts of authors an entry needs to be named in the model.
// Those of the seed article have 140 and more, most others a dozen. From 10 texts on,
// .49 instead of .45 of what three authors wrote about the newer entries led to the
// right one, but .018 instead of .014 of the talk led to a question.
const minLearned = 18

// learned returns the entries that are named in the model, in the order of the
// base. The others are recognized by their frames, as those of a team.
func learned(b *kb.Base, rows []textRow) []string {
	written := map[string]int{}
	for _, r := range rows {
		if r.author != builtinTexts && r.author != exampleTexts {
			for _, id := range r.Target {
				written[id]++
			}
		}
	}
	var ids []string
	for _, e := range b.Entries() {
		if written[e.ID] >= minLearned {
			ids = append(ids, e.ID)
		}
	}
	return ids
}
