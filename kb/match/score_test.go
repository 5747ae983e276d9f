package match

import (
	"slices"
	"strings"
	"testing"
)

// plainBest is what judging means: every template is compared with the text, and
// an entry ranks by its best one.
func plainBest(q *query, ix *Index) map[uint32]int32 {
	rank := map[uint32]int32{}
	for d := range uint32(len(ix.templates)) {
		shared := q.sharedWeight(ix, d)
		if shared < minShared {
			continue
		}
		t := &ix.templates[d]
		threes, missing := q.trigrams.count(t.trigrams)
		r := int32(rankShared*10)*shared/10 + rankTrigram*threes + rankMissing*missing + rankPoint*q.trigrams.points(t.folded)
		rank[t.doc] = max(rank[t.doc], r, 0)
	}
	for e, d := range ix.whole {
		if shared := q.sharedWeight(ix, d); shared >= minShared {
			rank[uint32(e)] += shared * rankWhole
		}
	}
	return rank
}

func checkJudge(t *testing.T, ix *Index, text string) {
	t.Helper()
	q := newQuery(ix)
	q.load(ix, text)
	q.codes = nil // they have their own tests
	q.retrieve(ix)
	verdicts := slices.Clone(q.score(ix))
	want := plainBest(q, ix)
	if len(verdicts) != len(want) {
		t.Fatalf("%q: %d verdicts, want %d", text, len(verdicts), len(want))
	}
	for i, v := range verdicts {
		if v.rank != want[v.doc] || i > 0 && v.rank > verdicts[i-1].rank {
			t.Fatalf("%q: entry %d ranks %d, want %d", text, v.doc, v.rank, want[v.doc])
		}
	}
}

// In a base in which nothing is left out for being far away, the verdicts are
// those of the plain way.
func TestJudgeIsPlainBest(t *testing.T) {
	ix := New(crowd(maxRanked))
	words := strings.Fields("server backup volume agent replica snapshot policy tape rareab nothing")
	for _, a := range words { // all texts of up to three of these words
		checkJudge(t, ix, a)
		for _, b := range words {
			checkJudge(t, ix, a+" "+b)
			for _, c := range words {
				checkJudge(t, ix, a+" "+b+" "+c)
			}
		}
	}
}

func FuzzJudge(f *testing.F) {
	ix := New(crowd(maxRanked))
	f.Add("server backup volume agent")
	f.Add("Servr bakup 볼륨 volumeagent")
	f.Fuzz(func(t *testing.T, text string) {
		checkJudge(t, ix, text[:min(len(text), windowBytes)])
	})
}

// plainAlign is what laying a template beside the text means: of all runs, the
// best of all ways to follow each other.
func plainAlign(q *query, t *template, sums []int32) int32 {
	best := int32(0)
	for i := range q.runs {
		r := &q.runs[i]
		best = max(best, plainRuns(q, t, sums, i)-(t.weight-sums[r.tTo])/10)
	}
	return best
}

func plainRuns(q *query, t *template, sums []int32, i int) int32 {
	r := &q.runs[i]
	best := r.gain
	for k := range q.runs {
		a := &q.runs[k]
		if a.tFrom < r.tFrom && a.pFrom < r.pFrom && a.tTo < r.tTo && a.pTo <= r.pFrom+1 {
			best = max(best, plainRuns(q, t, sums, k)+r.gain-q.gapCost(t, sums, a, r))
		}
	}
	return best
}

// The chain that align leaves is one of the best: it is worth what the plain way
// finds, and each of its runs is the same words in both.
func TestAlignIsPlainAlign(t *testing.T) {
	ix := New(crowd(200))
	q := newQuery(ix)
	words := strings.Fields("server backup volume agent replica snapshot policy disk nothing")
	for _, a := range words {
		for _, b := range words {
			for _, c := range words {
				checkAlign(t, q, ix, a+" "+b+" x "+c+" "+a)
			}
		}
	}
}

func checkAlign(t *testing.T, q *query, ix *Index, text string) {
	t.Helper()
	q.load(ix, text)
	for i := range ix.templates {
		tmpl := &ix.templates[i]
		f := alignment{template: tmpl}
		q.align(ix, &f)
		sums := ix.sums[tmpl.firstSum : tmpl.firstSum+uint32(tmpl.numTokens)+1]
		if f.template == nil {
			if len(q.runs) > 0 && plainAlign(q, tmpl, sums) > 0 {
				t.Fatalf("%q: nothing of %v", text, q.runs)
			}
			continue
		}
		last := q.chain[0]
		if want := plainAlign(q, tmpl, sums); max(0, last.best-(tmpl.weight-sums[last.tTo])/10) != want {
			t.Fatalf("%q: the chain is worth %d, want %d: %v", text, last.best, want, q.runs)
		}
		for k, r := range q.chain {
			if k > 0 && (r.tFrom >= q.chain[k-1].tFrom || r.pFrom >= q.chain[k-1].pFrom) {
				t.Fatalf("%q: the chain does not run forward: %v", text, q.chain)
			}
		}
	}
}
