package match

import (
	"strings"
	"testing"
)

// plainAlign is the plain version of align: of all runs, it tries all ways to
// follow each other.
func plainAlign(q *query, t *template, sums []int32) int32 {
	best := int32(0)
	for i := range q.runs {
		best = max(best, plainChainOfRuns(q, t, sums, i)-(t.weight-sums[q.runs[i].tTo])/tailDivisor)
	}
	return best
}

func plainChainOfRuns(q *query, t *template, sums []int32, i int) int32 {
	r := &q.runs[i]
	best := r.gain
	for k := range q.runs {
		a := &q.runs[k]
		if a.tFrom < r.tFrom && a.from < r.from && a.tTo < r.tTo && a.to <= r.from+1 {
			best = max(best, plainChainOfRuns(q, t, sums, k)+r.gain-q.gapCost(t, sums, a, r))
		}
	}
	return best
}

// TestAlignIsPlainAlign checks that the chain of align is one of the best, and
// that it runs forward in template and text.
func TestAlignIsPlainAlign(t *testing.T) {
	q := newQuery(New(crowd(200)))
	words := strings.Fields("server backup volume agent replica snapshot policy disk nothing")
	for _, a := range words {
		for _, b := range words {
			for _, c := range words {
				checkAlign(t, q, a+" "+b+" x "+c+" "+a)
			}
		}
	}
}

func checkAlign(t *testing.T, q *query, text string) {
	t.Helper()
	q.load(text)
	for i := range q.ix.templates {
		tmpl := &q.ix.templates[i]
		sums := q.ix.sumsOf(tmpl)
		a := alignment{template: tmpl}
		chain := q.align(&a)
		if a.template == nil {
			if len(q.runs) > 0 && plainAlign(q, tmpl, sums) > 0 {
				t.Fatalf("%q: no alignment of %v", text, q.runs)
			}
			continue
		}
		last := chain[0]
		if got, want := max(0, last.best-(tmpl.weight-sums[last.tTo])/tailDivisor), plainAlign(q, tmpl, sums); got != want {
			t.Fatalf("%q: the chain scores %d, want %d: %v", text, got, want, q.runs)
		}
		for k, r := range chain {
			if k > 0 && (r.tFrom >= chain[k-1].tFrom || r.from >= chain[k-1].from) {
				t.Fatalf("%q: the chain does not run forward: %v", text, chain)
			}
		}
	}
}
