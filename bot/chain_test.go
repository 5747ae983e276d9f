package bot

import (
	"slices"
	"testing"

	"mabsbot/kb"
)

// split is an entry with a chain between two plain steps.
var split = &kb.Entry{ID: "split", Revision: "abcd", Steps: kb.Steps{Items: []kb.Step{
	{ID: "one", Undo: kb.Text{{Text: "Undo one."}}},
	{ID: "chain", Chain: []kb.Step{{ID: "stop", Undo: kb.Text{{Text: "Start it."}}}, {ID: "clean"}, {ID: "start"}}},
	{ID: "last"},
}}}

func TestChainSteps(t *testing.T) {
	after := map[string]string{"one": "stop", "stop": "clean", "clean": "start", "start": "last", "last": ""}
	for id, want := range after {
		if got := (&Walkthrough{Entry: split}).stepAfter(id).Step; got != want {
			t.Errorf("after %q comes %q, want %q", id, got, want)
		}
	}
	if at := positionOf(split, "chain"); at.Step != "stop" {
		t.Errorf("the chain begins at %q", at.Step)
	}
	prompts := map[string]prompt{"one": promptFixed, "stop": promptDone, "clean": promptDone, "start": promptFixed, "last": promptLast}
	for id, want := range prompts {
		w := Walkthrough{Entry: split, At: Position{Step: id}}
		if got := w.prompt(); got != want {
			t.Errorf("prompt of %q is %d, want %d", id, got, want)
		}
	}
}

// TestStepCount checks that a chain counts as one step.
func TestStepCount(t *testing.T) {
	w := begin(Walkthrough{}, split, nil)
	for _, want := range []int{1, 2, 2, 2, 3} {
		if number, of := w.stepCount(); number != want || of != 3 {
			t.Errorf("step %d of %d at %q, want %d of 3", number, of, w.At.Step, want)
		}
		w.moveTo(w.stepAfter(w.At.Step), Attempt{Step: w.At.Step, Outcome: OutcomeDone})
	}
}

func TestUndos(t *testing.T) {
	done := func(id string) Attempt { return Attempt{Step: id, Outcome: OutcomeDone} }
	for _, test := range []struct {
		at    string
		tried []Attempt
		want  []string // begun ones have a question mark
	}{
		{at: "one", want: []string{"one?"}},
		{at: "stop", tried: []Attempt{{Step: "one"}}, want: []string{"one", "stop?"}}, // of an earlier version: carried out
		{at: "stop", tried: []Attempt{{Step: "one", Outcome: OutcomeSkipped}}, want: []string{"stop?"}},
		{at: "clean", tried: []Attempt{done("stop")}, want: []string{"stop"}},
		{at: "start", tried: []Attempt{done("stop"), done("clean")}},
		{at: "last", tried: []Attempt{done("stop"), {Step: "clean", Outcome: OutcomeCannot}}, want: []string{"stop"}},
		{at: "last", tried: []Attempt{{Step: "stop", Outcome: OutcomeCannot}}},
	} {
		w := Walkthrough{Entry: split, At: Position{Step: test.at}, Tried: test.tried}
		var got []string
		for _, u := range w.undos() {
			if u.begun {
				got = append(got, u.step.ID+"?")
			} else {
				got = append(got, u.step.ID)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("at %q after %v: %v, want %v", test.at, test.tried, got, test.want)
		}
	}
}

// TestOldOutcome checks what the attempts of earlier versions mean.
func TestOldOutcome(t *testing.T) {
	w := Walkthrough{Entry: split}
	if got := w.outcome(Attempt{Step: "one"}); got != OutcomeNotHelped {
		t.Errorf("an alternative: %q", got)
	}
	w.Entry = &kb.Entry{Steps: kb.Steps{Order: kb.Sequence, Items: []kb.Step{{ID: "one"}}}}
	if got := w.outcome(Attempt{Step: "one"}); got != OutcomeDone {
		t.Errorf("a step of a sequence: %q", got)
	}
}
