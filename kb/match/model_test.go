package match_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

var fitModel = flag.Bool("fit", false, "fit words/said.model, and measure it on authors that it was not fitted on")

// TestFit fits words/said.model to the texts of testdata/train, and prints what
// the matcher does with the texts of each author when it is fitted to the others.
func TestFit(t *testing.T) {
	if !*fitModel {
		t.Skip("run with -fit")
	}
	b := builtinBase(t)
	ix := match.New(kb.Documents(b.Entries()), b.Concepts()...)
	rows := textRows(t, b)
	var train []*textRow
	for i := range rows {
		rows[i].features = ix.Features(rows[i].Text)
		if trainedOn(&rows[i]) {
			train = append(train, &rows[i])
		}
	}
	folds := judgeAuthors(t, b, rows)
	for _, f := range folds {
		f.model.named = fitAcceptance(b, folds, f.author, true)
		f.model.unnamed = fitAcceptance(b, folds, f.author, false)
		f.index(t, b)
	}
	printTallies(measure(b, folds))
	m := fitLinear(train, learned(b, rows))
	m.named = fitAcceptance(b, folds, "", true)
	m.unnamed = fitAcceptance(b, folds, "", false)
	if err := os.WriteFile("words/said.model", m.file(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// limits are the odds from which a text leads to a question: in a place that is
// about these products, some between, that in use, and higher ones.
var limits = [...]float64{0, 0.5, inUse: match.MinAccepted, 1.5, 2}

const inUse = 2 // of limits

// A tally counts the texts of a kind: how many there are, how many have an answer,
// how many a wrong one, and, by limit, how many lead to what is meant. A text that
// means an entry leads there if that is the answer or a choice of the question. Of
// texts that mean none, those count that lead to anything.
type tally struct {
	of, answered, wrong int
	led                 [len(limits)]int
}

// measure counts what the matcher does with the texts of each fold, and prints
// those with a wrong answer, and those that mean nothing and lead to a question.
func measure(b *kb.Base, folds []*fold) map[string]*tally {
	tallies := map[string]*tally{}
	for _, f := range folds {
		for _, r := range f.rows {
			one := f.outcome(b, r.textRow)
			switch {
			case one.wrong > 0:
				fmt.Printf("wrong answer: %s %.150q\n", r.ID, r.Text)
			case len(r.Target) == 0 && one.led[inUse] > 0:
				fmt.Printf("question: %s %.150q\n", r.ID, r.Text)
			}
			for _, k := range r.keys() {
				if tallies[k] == nil {
					tallies[k] = &tally{}
				}
				tallies[k].add(one)
			}
		}
	}
	return tallies
}

// outcome is the tally of one text.
func (f *fold) outcome(b *kb.Base, r *textRow) tally {
	entries := b.Entries()
	one := tally{of: 1}
	for i, limit := range limits {
		got := f.ix.MatchFrom(r.Text, limit)
		meant := slices.ContainsFunc(got.Hits, func(h match.Hit) bool { return slices.Contains(r.Target, entries[h.Doc].ID) })
		if got.Band != match.Silent && (meant || len(r.Target) == 0) {
			one.led[i] = 1
		}
		if got.Band == match.Sure {
			one.answered = 1
			one.wrong = int(match.Indicator(!slices.Contains(r.Target, entries[got.Hits[0].Doc].ID)))
		}
	}
	return one
}

func (n *tally) add(one tally) {
	n.of += one.of
	n.answered += one.answered
	n.wrong += one.wrong
	for i := range limits {
		n.led[i] += one.led[i]
	}
}

// keys are the rows of the table that a text counts in.
func (r *textRow) keys() []string {
	kind := r.kind
	switch unmeant := kind == "calm" || kind == "others"; {
	case len(r.Target) == 0 && !unmeant:
		kind += " (none)"
	case len(r.Target) > 0 && unmeant:
		kind += " (entry)" // it was none's when the text was written
	}
	return []string{kind, kind + " " + r.Lang, kind + " of " + r.author}
}

func printTallies(tallies map[string]*tally) {
	fmt.Printf("%-36s", "odds")
	for _, limit := range limits {
		fmt.Printf(" %6.1f", limit)
	}
	fmt.Println("   answered wrong")
	for _, k := range slices.Sorted(maps.Keys(tallies)) {
		n := tallies[k]
		fmt.Printf("%-30s %5d", k, n.of)
		for _, led := range n.led {
			fmt.Printf(" %6.3f", float64(led)/float64(n.of))
		}
		fmt.Printf("   %.3f    %d\n", float64(n.answered)/float64(n.of), n.wrong)
	}
}

// TestTrainingTexts checks the model in use on the texts that it was fitted to:
// the limits leave room for a few rows, not for another build of the matcher.
// What it does on texts of others, TestFit tells.
func TestTrainingTexts(t *testing.T) {
	b := builtinBase(t)
	of, heard, spoken := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for _, r := range textRows(t, b) {
		if r.author == builtinTexts {
			continue
		}
		got := b.Match(r.Text)
		kind := r.kind
		if len(r.Target) == 0 {
			kind += " (none)"
		}
		of[kind]++
		heard[kind] += match.Indicator(got.Band != match.Silent && offers(got, r.Target))
		spoken[kind] += match.Indicator(got.Band != match.Silent)
	}
	for _, c := range []struct {
		kind          string
		least, atMost float64
	}{
		{"paraphrase", 0.90, 1}, {"story", 0.98, 1}, {"noisy", 0.98, 1},
		{"calm (none)", 0, 0.005}, {"others (none)", 0, 0.005}, {"wild-negative (none)", 0, 0.005}, {"story (none)", 0, 0.04},
	} {
		h, s := heard[c.kind]/of[c.kind], spoken[c.kind]/of[c.kind]
		t.Logf("%s: heard or offered %.3f, answered or asked about %.3f of %.0f", c.kind, h, s, of[c.kind])
		if of[c.kind] == 0 || h < c.least || s > c.atMost {
			t.Errorf("%s: heard or offered %.3f, want %.3f; answered or asked about %.3f, want %.3f at most", c.kind, h, c.least, s, c.atMost)
		}
	}
}
