package bot

import (
	"context"
	"slices"
	"strconv"
	"time"

	"mabsbot/kb"
)

// Learning: what became of each step is counted, without users or texts, and
// alternatives are tried in the order of what helped. The order is fixed when a
// walkthrough begins: later counts do not change it.

// Learning says whether outcomes of steps are counted and used.
type Learning string

// The values of Learning.
const (
	LearningOff   Learning = "off"   // nothing is counted, and steps are in the order of the entry
	LearningCount Learning = "count" // outcomes are counted, but not used
	LearningOn    Learning = "on"    // outcomes decide on the order, and are shown
)

func (l Learning) counts() bool { return l == LearningCount || l == LearningOn }

// LearningWindow is how long outcomes count, at least: for a year, since updates of
// the products change what helps.
const LearningWindow = 364 * 24 * time.Hour

// RepeatAsker is how long further conversations of an asker about the same entry do not
// count. Who keeps saying "fixed" in new threads changes a count by one a week, and one
// server that fails every night is one case.
const RepeatAsker = 7 * 24 * time.Hour

// A StepOutcome is what became of a step, or of a chain as a whole.
type StepOutcome string

// The outcomes of steps. One that no one speaks of stays open, and is neither a success
// nor a failure.
const (
	StepOpen      StepOutcome = "open"       // it was shown
	StepHelped    StepOutcome = "helped"     // the error is gone, and has not come back
	StepNotHelped StepOutcome = "not_helped" // the error is still there, or came back
	StepSkipped   StepOutcome = "skipped"    // the user did not want to do it, or was not able to
)

// A StepCount is how often a step of an entry had an outcome. Step is the Key of a step
// or chain. A conversation counts once for a step, with the outcome that it has now: if
// that changes, N is -1 for the earlier one.
type StepCount struct {
	Entry, Step string
	Outcome     StepOutcome
	N           int
}

// A StepQuery says whose walkthrough of which entry begins.
type StepQuery struct {
	Entry string
	Asker UserKey
}

// StepCounts are what the store knows of the steps of an entry.
type StepCounts struct {
	Of       StepQuery
	Counts   []StepCount
	Repeated bool // an earlier conversation of the asker counts
}

// Ordered is a step or chain in the order of a walkthrough, with its outcomes when the
// walkthrough began.
type Ordered struct {
	Step      string `json:"step"` // its ID
	Helped    int    `json:"helped,omitempty"`
	NotHelped int    `json:"not_helped,omitempty"`
}

func (o Ordered) tally() kb.Tally { return kb.Tally{Helped: o.Helped, NotHelped: o.NotHelped} }

// Order returns the order of the steps and chains of an entry that follows from
// counts. See kb.Entry.Learned for the rules.
func Order(e *kb.Entry, counts []StepCount) []Ordered {
	tallies := map[string]kb.Tally{}
	for _, c := range counts {
		t := tallies[c.Step]
		switch {
		case c.Entry != e.ID || c.N < 0: // corrections outlive what they correct by up to a month
		case c.Outcome == StepHelped:
			t.Helped += c.N
		case c.Outcome == StepNotHelped:
			t.NotHelped += c.N
		}
		tallies[c.Step] = t
	}
	var all []Ordered
	for _, id := range e.Learned(func(s *kb.Step) kb.Tally { return tallies[s.Key()] }) {
		item, _ := e.StepIndex(id)
		t := tallies[e.Steps.Items[item].Key()]
		all = append(all, Ordered{id, t.Helped, t.NotHelped})
	}
	return all
}

// learned returns the order of a walkthrough of the entry that begins, nil for that of
// the entry, and whether its outcomes count. If ok is false, the handler decides again
// with what the store knows of the steps.
func (d decision) learned(w Walkthrough, e *kb.Entry) (order []Ordered, counted, ok bool) {
	user := UserKey{w.Thread.Adapter, w.Thread.Workspace, w.Asker.ID}
	switch old, query := d.state.Walkthrough, (StepQuery{e.ID, user}); {
	case !d.rules.Policy.Learning.counts():
		return nil, false, true
	case old.Source == w.Source && old.Entry != nil && old.Entry.ID == e.ID && old.Revision == e.Revision:
		return old.Order, old.Counted, true // it begins again
	case d.state.Steps == nil || d.state.Steps.Of != query:
		d.turn.Needs.Steps = query
		return nil, false, false
	}
	if d.rules.Policy.Learning == LearningOn {
		order = Order(e, d.state.Steps.Counts)
	}
	if !slices.ContainsFunc(order, func(o Ordered) bool { return o.tally().Enough() }) {
		order = nil
	}
	return order, !d.state.Steps.Repeated, true
}

// order returns the IDs of the steps and chains in their order, or nil for that of the
// entry.
func (w *Walkthrough) order() []string {
	if len(w.Order) == 0 {
		return nil
	}
	ids := make([]string, len(w.Order))
	for i, o := range w.Order {
		ids[i] = o.Step
	}
	return ids
}

// helped says how often the current step, or the chain that begins with it, helped.
func (v voice) helped(w Walkthrough) Block {
	item, part := w.Entry.StepIndex(w.At.Step)
	if v.rules.Policy.Learning != LearningOn || item < 0 || part > 0 {
		return Block{}
	}
	for _, o := range w.Order {
		if o.Step == w.Entry.Steps.Items[item].ID && o.tally().Enough() {
			return smallPrint(v.text("helped_times", "helped", strconv.Itoa(o.Helped), "of", strconv.Itoa(o.tally().Of())))
		}
	}
	return Block{}
}

// Learned is what a turn adds to what is known of steps.
type Learned struct {
	Counts []StepCount
	Asker  StepQuery // whose walkthrough began: their further ones do not count for RepeatAsker
}

// learn adds to a turn what its event makes of the outcomes of steps.
func learn(state State, turn Turn) Turn {
	for _, w := range turn.States {
		if !w.Counted || w.Entry == nil { // between two entries
			continue
		}
		was := state.before(w.Thread)
		if !was.isSame(w) {
			was = state.Walkthrough // it may continue elsewhere
		}
		if !was.isSame(w) {
			was = Walkthrough{}
			turn.Learned.Asker = StepQuery{w.Entry.ID, UserKey{w.Thread.Adapter, w.Thread.Workspace, w.Asker.ID}}
		}
		before, after := was.outcomes(), w.outcomes()
		for i := range w.Entry.Steps.Items {
			key := w.Entry.Steps.Items[i].Key()
			for _, c := range []StepCount{{w.Entry.ID, key, before[i], -1}, {w.Entry.ID, key, after[i], 1}} {
				if c.Outcome != "" && before[i] != after[i] {
					turn.Learned.Counts = append(turn.Learned.Counts, c)
				}
			}
		}
	}
	return turn
}

// isSame reports whether two states are of the same conversation about an entry, and
// both count.
func (w *Walkthrough) isSame(other Walkthrough) bool {
	return w.Counted && w.Source == other.Source && w.Revision == other.Revision && entryOf(*w) == entryOf(other)
}

// outcomes returns what became of the steps and chains of the entry, by their indexes.
// The last attempt at one decides. The answer of a proposal is not shown yet.
func (w *Walkthrough) outcomes() map[int]StepOutcome {
	if w.Entry == nil || w.Status == StatusProposed {
		return nil
	}
	all := map[int]StepOutcome{}
	for _, a := range w.Tried {
		if item, _ := w.Entry.StepIndex(a.Step); item >= 0 {
			all[item] = stepOutcomes[w.outcome(a)]
		}
	}
	if item, _ := w.Entry.StepIndex(w.At.Step); item >= 0 && w.At.Slot == "" && all[item] == "" {
		all[item] = StepOpen
	}
	return all
}

// stepOutcomes are the outcomes of steps by those of attempts. After a step that is
// done, the error was not expected to be gone.
var stepOutcomes = map[Outcome]StepOutcome{
	OutcomeDone: StepOpen, OutcomeAlready: StepOpen,
	OutcomeHelped:    StepHelped,
	OutcomeNotHelped: StepNotHelped, OutcomeTried: StepNotHelped, OutcomeRelapsed: StepNotHelped,
	OutcomeSkipped: StepSkipped, OutcomeCannot: StepSkipped,
}

// loadSteps reads what is known of the steps of an entry.
func (b *Bot) loadSteps(ctx context.Context, q StepQuery) (*StepCounts, error) {
	counts, repeated, err := b.store.StepCounts(ctx, q.Entry, q.Asker)
	return &StepCounts{q, counts, repeated}, err
}
