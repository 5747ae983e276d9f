package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// A replyRow is one reply at one position of a conversation, and what the bot
// should understand.
type replyRow struct {
	ID         string            `json:"id"`
	Setup      []json.RawMessage `json:"setup"`
	Reply      string            `json:"reply"`
	As         string            `json:"as"`
	Want       []string          `json:"want"` // the intents that are right
	WantChoice string            `json:"want_choice"`
	WantValue  string            `json:"want_value"`
	WantEntry  string            `json:"want_entry"`
	WantAlso   []string          `json:"want_also"`
	Talk       bool              `json:"talk"` // people talk with each other: silence
}

// TestReplies has the conversations of testdata/replies.jsonl, in words that
// nobody looked at while the rules were written.
func TestReplies(t *testing.T) {
	data, err := os.ReadFile("testdata/replies.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var rows []replyRow
	var lines []string
	var ends []int
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		var r replyRow
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		for _, line := range r.Setup {
			lines = append(lines, string(line))
		}
		said := map[string]string{"say": r.Reply}
		if r.As != "" {
			said["as"] = r.As
		}
		line, err := json.Marshal(said)
		if err != nil {
			t.Fatal(err)
		}
		rows, lines = append(rows, r), append(lines, string(line))
		ends = append(ends, len(lines)-1)
	}
	answers := chatJSONL(t, lines)
	for i, r := range rows {
		got, before := answers[ends[i]], answers[ends[i]-1]
		at := func(a jsonlAnswer) []string { return []string{a.Status, a.Entry, a.Question, a.Slot, a.Step} }
		switch {
		case r.Talk && (len(got.Posts) > 0 || !slices.Equal(at(got), at(before))):
			t.Errorf("%s: %q is people's talk, and understood as %q", r.ID, r.Reply, got.Intent)
		case r.Talk:
		case !slices.Contains(r.Want, got.Intent),
			!slices.Equal(r.WantAlso, got.Also) && len(r.WantAlso) > 0,
			r.WantValue != got.Value && r.WantValue != "",
			r.WantEntry != got.Entry && r.WantEntry != "",
			r.WantChoice != got.Choice && r.WantChoice != "" && !strings.HasPrefix(r.WantChoice, "#"):
			t.Errorf("%s: %q is %q %q %q %q, want %q %q%q", r.ID, r.Reply, got.Intent, got.Also, got.Choice, got.Value, r.Want, r.WantChoice, r.WantValue)
		}
	}
	if len(rows) < 300 {
		t.Errorf("%d rows", len(rows))
	}
}
