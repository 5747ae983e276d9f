package match_test

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

// TestExplainAgrees checks on texts of people that an explanation is of the
// result of Match, that every doubt has its reason, and that the places are right.
func TestExplainAgrees(t *testing.T) {
	b := builtinBase(t)
	ix := match.New(kb.Documents(b.Entries()), b.Concepts()...)
	every := 1
	if testing.Short() {
		every = 11
	}
	seen := map[match.DoubtKind]int{}
	blocks := 0
	rows := textRows(t, b)
	for i := 0; i < len(rows); i += every {
		text := rows[i].Text
		for _, c := range []struct {
			explanation match.Explanation
			result      match.Result
		}{{ix.Explain(text), ix.Match(text)}, {ix.ExplainAbout(text), ix.MatchAbout(text)}} {
			e := c.explanation
			if !reflect.DeepEqual(e.Result, c.result) {
				t.Errorf("%q: explained %+v, matched %+v", text, e.Result, c.result)
			}
			for _, wrong := range contradictions(text, e) {
				t.Errorf("%q: %s", text, wrong)
			}
			for _, d := range e.Doubts {
				seen[d.Kind]++
			}
			if e.Block != nil {
				blocks++
			}
		}
	}
	if every > 1 {
		return
	}
	for _, kind := range match.Doubts() {
		if seen[kind] == 0 {
			t.Errorf("no text leads to the doubt %q", kind)
		}
	}
	if blocks == 0 {
		t.Error("no text is judged by a block")
	}
}

// contradictions returns what is wrong with an explanation of a text.
func contradictions(text string, e match.Explanation) (wrong []string) {
	check := func(ok bool, what string) {
		if !ok {
			wrong = append(wrong, what)
		}
	}
	sure, silent := e.Result.Band == match.Sure, e.Result.Band == match.Silent
	check(sure == (len(e.Doubts) == 0), "an answer has no doubts, anything else has")
	check(!slices.ContainsFunc(e.Doubts, func(d match.Doubt) bool { return d.Has > d.Needs }), "what is doubted is enough")
	check(e.Result.Band != match.Likely || e.Asked == 0 || (e.Asked < e.Needed) == (e.Anyway != ""), "a question for no reason")
	conflict := len(e.Doubts) > 0 && e.Doubts[0].Kind == match.DoubtConflict
	check(e.Result.Band != match.Likely || conflict == (e.Asked == 0), "a question without odds")
	check(!silent || e.Asked < e.Needed || !slices.ContainsFunc(e.Doubts, func(d match.Doubt) bool { return d.Kind == match.DoubtQuestion }), "enough for a question")
	check(!(e.Lacks != "" && len(e.Frames) > 0), "a filled frame lacks something")
	check(silent || e.Doc == e.Result.Hits[0].Doc, "it is about another document")
	check(slices.IsSortedFunc(e.For, func(a, b match.Signal) int { return cmp.Compare(b.Weight, a.Weight) }), "the signals for it are not sorted")
	check(slices.IsSortedFunc(e.Against, func(a, b match.Signal) int { return cmp.Compare(a.Weight, b.Weight) }), "the signals against it are not sorted")
	for _, c := range e.Concepts {
		check(text[c.Start:c.End] == c.Text, "a concept is elsewhere")
	}
	for _, c := range e.Codes {
		check(text[c.Start:c.End] == c.Text, "a code is elsewhere")
	}
	if e.Block != nil {
		check(text[e.Block.Start:e.Block.End] == e.Block.Text, "the block is elsewhere")
	}
	return wrong
}

// FuzzExplain checks the same for any text, also one that is longer than a
// window.
func FuzzExplain(f *testing.F) {
	b := builtinBase(f)
	ix := match.New(kb.Documents(b.Entries()), b.Concepts()...)
	for _, e := range b.Entries() {
		for _, text := range e.Examples.Match {
			f.Add(text, uint8(0))
			f.Add(text, uint8(200))
		}
	}
	f.Fuzz(func(t *testing.T, text string, filler uint8) {
		for range filler {
			text = "2026-11-30 04:00:01 service host restarted, 0x1F\n" + text
		}
		e := ix.Explain(text)
		if !reflect.DeepEqual(e.Result, ix.Match(text)) {
			t.Errorf("explained %+v", e.Result)
		}
		for _, wrong := range contradictions(text, e) {
			t.Error(wrong)
		}
	})
}
