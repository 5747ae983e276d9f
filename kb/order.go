package kb

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
)

// The order in which alternatives are tried, by what helped before.

// A Tally is how often an alternative helped, and how often it did not.
type Tally struct{ Helped, NotHelped int }

// EnoughOutcomes is how many outcomes an alternative needs before its order depends
// on them. With 20, the interval of Lower is at most 0.2 to each side of the share; with
// fewer, it hardly separates a step that helps half of the time from one that always does.
const EnoughOutcomes = 20

// Of returns the number of outcomes.
func (t Tally) Of() int { return t.Helped + t.NotHelped }

// Enough reports whether the outcomes are enough to depend on.
func (t Tally) Enough() bool { return t.Of() >= EnoughOutcomes }

// Lower returns the lower bound of the share that it helps, with a confidence of 95 %:
// the Wilson score interval, which also holds for few outcomes and shares near 0 and 1.
// (E. B. Wilson, Probable Inference, 1927.)
func (t Tally) Lower() float64 {
	const z = 1.96 // of a two-sided interval of 95 %
	n := float64(t.Of())
	if n == 0 {
		return 0
	}
	p := float64(t.Helped) / n
	return max((p+z*z/(2*n)-z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n)))/(1+z*z/n), 0)
}

// Learned returns the IDs of the steps and chains of the entry in the order in which to
// try them: an alternative precedes those before it that helped less, as far as their
// outcomes are enough to say so. of returns the outcomes of a step or chain.
//
// An alternative that is risky precedes only what it precedes in the entry. Fixed ones
// keep their place, and the others do not cross them.
func (e *Entry) Learned(of func(*Step) Tally) []string {
	items := e.Steps.Items
	order := make([]*Step, len(items))
	for i := range items {
		order[i] = &items[i]
	}
	precedes := func(a, b *Step) bool {
		x, y := of(a), of(b)
		return !a.isRisky() && x.Enough() && y.Enough() && x.Lower() > y.Lower()
	}
	for from, to := range e.movable() {
		for i := from + 1; i < to; i++ {
			for j := i; j > from && precedes(order[j], order[j-1]); j-- {
				order[j-1], order[j] = order[j], order[j-1]
			}
		}
	}
	ids := make([]string, len(order))
	for i, s := range order {
		ids[i] = s.ID
	}
	return ids
}

// movable yields the ranges of items whose order may change: alternatives that are
// tried one after the other by all who get to the first of them.
func (e *Entry) movable() func(yield func(from, to int) bool) {
	return func(yield func(from, to int) bool) {
		if e.Steps.Order == Sequence {
			return
		}
		targets, from := e.targets(), 0
		for i := range e.Steps.Items {
			s := &e.Steps.Items[i]
			if s.isFixed(targets) {
				if i > from && !yield(from, i) {
					return
				}
				from = i + 1
			} else if s.Next != "" { // the last of those that lead there
				if !yield(from, i+1) {
					return
				}
				from = i + 1
			}
		}
		if from < len(e.Steps.Items) {
			yield(from, len(e.Steps.Items))
		}
	}
}

// targets returns the IDs to which the entry leads by name.
func (e *Entry) targets() map[string]bool {
	to := map[string]bool{}
	answers := func(q *Question) {
		if q != nil {
			for _, c := range q.Choices {
				to[c.Go] = true
			}
		}
	}
	for i := range e.Ask {
		answers(&e.Ask[i])
	}
	for i := range e.Steps.Items {
		to[e.Steps.Items[i].Next] = true
		for _, s := range e.Steps.Items[i].Parts() {
			answers(s.Ask)
		}
	}
	return to
}

// isFixed reports whether a step or chain keeps its place: the entry leads to it by
// name, an answer at it decides what follows, or it depends on what is found out on the
// way to it.
func (s *Step) isFixed(targets map[string]bool) bool {
	depends := func(s *Step) bool { return s.If != nil && (s.If.Fact != "" || s.If.Slot != "") }
	return targets[s.ID] || depends(s) || slices.ContainsFunc(s.Parts(), func(part *Step) bool {
		return targets[part.ID] || depends(part) || part.Ask != nil
	})
}

// isRisky reports whether a step or chain deletes, restarts or switches off something.
func (s *Step) isRisky() bool {
	return slices.ContainsFunc(s.Parts(), func(part *Step) bool { return len(part.Risk) > 0 || len(part.Undo) > 0 })
}

// Key identifies what is done in a step or chain, among those of its entry: its ID with a
// hash of its command, path and parts. Its texts may be reworded. A step whose text
// says to do something else needs another ID.
func (s *Step) Key() string {
	type action struct {
		ID, Path string
		Command  *Command
	}
	var all []action
	for _, part := range s.Parts() {
		all = append(all, action{part.ID, part.Path, part.Command})
	}
	data, err := json.Marshal(all)
	if err != nil {
		panic(err) // plain strings
	}
	sum := sha256.Sum256(data)
	return s.ID + "#" + hex.EncodeToString(sum[:3])
}
