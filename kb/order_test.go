package kb

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestLower compares the bound with published values, to three decimals, and checks
// that more outcomes of the same share are worth more.
func TestLower(t *testing.T) {
	for _, tt := range []struct {
		helped, of int
		want       float64
	}{{0, 0, 0}, {0, 20, 0}, {1, 1, 0.207}, {5, 10, 0.237}, {18, 21, 0.654}, {20, 20, 0.839}, {50, 100, 0.404}} {
		if got := (Tally{tt.helped, tt.of - tt.helped}).Lower(); math.Abs(got-tt.want) > 0.0006 {
			t.Errorf("%d of %d: %.4f, want %.3f", tt.helped, tt.of, got, tt.want)
		}
	}
	for n := 1; n < 400; n++ {
		if a, b := (Tally{3 * n, n}), (Tally{3 * (n + 1), n + 1}); a.Lower() >= b.Lower() {
			t.Fatalf("%v has the bound %v, %v %v", a, a.Lower(), b, b.Lower())
		}
	}
	if width := (Tally{10, 10}).Lower(); 0.5-width > 0.21 {
		t.Errorf("with %d outcomes the bound is %.2f below the share", EnoughOutcomes, 0.5-width)
	}
}

// TestLearned checks the order of items. Each is an ID, with ! if it is risky, ? if it
// asks, + if it is a chain, * if an answer leads to it, : and a condition, or > and where
// it leads.
func TestLearned(t *testing.T) {
	for _, tt := range []struct{ name, items, outcomes, want string }{
		{"none", "a b c", "", "a b c"},
		{"better", "a b c", "a 5/40 b 30/40 c 10/40", "b c a"},
		{"too few", "a b c", "a 5/40 b 19/19", "a b c"},
		{"too few before it", "a b c", "a 0/3 b 30/40", "a b c"},
		{"not measured in between", "a b c", "a 5/40 c 30/40", "a b c"},
		{"equal", "a b", "a 20/40 b 20/40", "a b"},
		{"more outcomes", "a b", "a 20/25 b 80/100", "b a"},
		{"risky", "a b! c", "a 5/40 b 39/40 c 30/40", "a b c"},
		{"risky first", "a! b", "a 5/40 b 30/40", "b a"},
		{"risky part", "a b+!", "a 5/40 b 30/40", "a b"},
		{"chain", "a b+", "a 5/40 b 30/40", "b a"},
		{"asks", "a b? c", "a 5/40 b 30/40 c 39/40", "a b c"},
		{"chosen", "a b* c d", "a 5/40 b 10/40 c 30/40 d 39/40", "a b d c"},
		{"fact", "a b:fact c", "a 5/40 b 30/40 c 39/40", "a b c"},
		{"slot", "a b:slot c", "a 5/40 b 30/40 c 39/40", "a b c"},
		{"word", "a b:word", "a 5/40 b 30/40", "b a"},
		{"ends", "a b>end c d", "a 5/40 b 30/40 c 5/40 d 30/40", "b a d c"},
		{"jumps", "a b>d c d", "a 5/40 b 30/40 c 10/40 d 39/40", "b a c d"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := entryOf(tt.items)
			if got := strings.Join(e.Learned(talliesOf(t, tt.outcomes)), " "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			e.Steps.Order = Sequence
			if got := e.Learned(talliesOf(t, tt.outcomes)); !slices.Equal(got, e.itemIDs()) {
				t.Errorf("a sequence changes to %v", got)
			}
		})
	}
}

// entryOf returns an entry with items as TestLearned describes them.
func entryOf(items string) *Entry {
	e := &Entry{Ask: []Question{{ID: "q"}}}
	for item := range strings.FieldsSeq(items) {
		name, next, _ := strings.Cut(item, ">")
		name, condition, _ := strings.Cut(name, ":")
		s := Step{ID: name[:1], Next: next}
		part := &s
		if strings.Contains(name, "+") {
			s.Chain = []Step{{ID: s.ID + "1"}, {ID: s.ID + "2"}}
			part = &s.Chain[1]
		}
		if strings.Contains(name, "!") {
			part.Risk = Text{{Lang: "en", Text: "It restarts."}}
		}
		if strings.Contains(name, "?") {
			part.Ask = &Question{ID: "ask"}
		}
		if strings.Contains(name, "*") {
			e.Ask[0].Choices = append(e.Ask[0].Choices, Choice{Go: s.ID})
		}
		switch condition {
		case "fact":
			s.If = &Condition{Fact: "version"}
		case "slot":
			s.If = &Condition{Slot: "Server"}
		case "word":
			s.If = &Condition{Word: "tape"}
		}
		e.Steps.Items = append(e.Steps.Items, s)
	}
	return e
}

func talliesOf(t *testing.T, outcomes string) func(*Step) Tally {
	all := map[string]Tally{}
	for fields := strings.Fields(outcomes); len(fields) > 0; fields = fields[2:] {
		var helped, of int
		if _, err := fmt.Sscanf(fields[1], "%d/%d", &helped, &of); err != nil {
			t.Fatal(err)
		}
		all[fields[0]] = Tally{helped, of - helped}
	}
	return func(s *Step) Tally { return all[s.ID] }
}

func (e *Entry) itemIDs() (ids []string) {
	for _, s := range e.Steps.Items {
		ids = append(ids, s.ID)
	}
	return ids
}

// TestLearnedOfEntries orders the steps of all built-in entries by random outcomes: a
// risky step has before it at least what is before it in the entry, a fixed one keeps its
// place, and from every question the same steps are reached.
func TestLearnedOfEntries(t *testing.T) {
	base, err := Load(Layers("", "")...)
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	r := rand.New(rand.NewPCG(1, 2))
	for _, e := range base.Entries() {
		authored, targets := e.itemIDs(), e.targets()
		for range 5 {
			tallies := map[string]Tally{}
			for _, id := range authored {
				tallies[id] = Tally{r.IntN(60), r.IntN(60)}
			}
			order := e.Learned(func(s *Step) Tally { return tallies[s.ID] })
			if !slices.Equal(order, authored) {
				changed++
			}
			for i := range e.Steps.Items {
				s := &e.Steps.Items[i]
				place := slices.Index(order, s.ID)
				for _, id := range authored[:i] {
					if s.isRisky() && !slices.Contains(order[:max(place, 0)], id) {
						t.Errorf("%s: %s is risky and precedes %s in %v", e.ID, s.ID, id, order)
					}
				}
				if place < 0 || s.isFixed(targets) && place != i {
					t.Errorf("%s: %s is at %d in %v", e.ID, s.ID, place, order)
				}
			}
			for to := range targets {
				if a, b := stepsFrom(Way{Entry: e}, to), stepsFrom(Way{Entry: e, Order: order}, to); !slices.Equal(a, b) {
					t.Errorf("%s: from %q, %v are reached in %v, and %v in the order of the entry", e.ID, to, b, order, a)
				}
			}
		}
	}
	if changed < 50 {
		t.Errorf("only %d of %d orders changed", changed, 5*len(base.Entries()))
	}
}

// stepsFrom returns the IDs of the steps on the way from an ID, or from the beginning,
// sorted.
func stepsFrom(w Way, from string) (all []string) {
	w.Holds = func(*Condition) bool { return true }
	if from == End {
		return nil
	}
	id := w.itemFrom(0)
	if from != "" {
		id = w.From(from)
	}
	for item, _ := w.Entry.StepIndex(id); item >= 0; item, _ = w.Entry.StepIndex(id) {
		if slices.Contains(all, id) {
			return append(all, "again")
		}
		all = append(all, id)
		id = w.AfterStep(id)
	}
	slices.Sort(all)
	return all
}

// TestKey checks which changes of a step begin its outcomes anew.
func TestKey(t *testing.T) {
	step := func() *Step {
		return &Step{ID: "a", Do: Text{{Lang: "en", Text: "Run this."}}, Command: &Command{Shell: ShellCmd, Run: "net start x"}}
	}
	for name, tt := range map[string]struct {
		change func(*Step)
		same   bool
	}{
		"reworded": {func(s *Step) { s.Do[0].Text = "Run it." }, true},
		"command":  {func(s *Step) { s.Command.Run = "net stop x" }, false},
		"path":     {func(s *Step) { s.Path = "C:\\x" }, false},
		"ID":       {func(s *Step) { s.ID = "b" }, false},
		"parts":    {func(s *Step) { s.Chain = []Step{{ID: "b"}, {ID: "c"}} }, false},
	} {
		s := step()
		tt.change(s)
		if same := s.Key() == step().Key(); same != tt.same {
			t.Errorf("%s: the key stays: %v", name, same)
		}
	}
}
