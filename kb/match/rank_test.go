package match

import (
	"slices"
	"strings"
	"testing"
)

// plainRank is the plain version of rank: it compares every template with the
// text, and ranks a document by its best one.
func plainRank(q *query) map[uint32]int32 {
	ranks := map[uint32]int32{}
	for i := range q.ix.templates {
		shared := q.sharedWeight(uint32(i))
		if shared < minShared {
			continue
		}
		t := &q.ix.templates[i]
		trigrams, missing := q.trigrams.count(t.trigrams)
		rank := rankShared*shared/10 + rankTrigram*trigrams + rankMissing*missing + rankPoint*q.trigrams.points(t.folded)
		ranks[t.doc] = max(ranks[t.doc], rank, 0)
	}
	for doc, target := range q.ix.whole {
		if shared := q.sharedWeight(target); shared >= minShared {
			ranks[uint32(doc)] += rankWhole * shared
		}
	}
	return ranks
}

func checkRank(t *testing.T, ix *Index, text string) {
	t.Helper()
	q := newQuery(ix)
	q.load(text)
	q.codes = nil // they have their own tests
	q.retrieve()
	scores := slices.Clone(q.rank())
	want := plainRank(q)
	if len(scores) != len(want) {
		t.Fatalf("%q: %d scores, want %d", text, len(scores), len(want))
	}
	for i, s := range scores {
		if s.rank != want[s.doc] || i > 0 && s.rank > scores[i-1].rank {
			t.Fatalf("%q: document %d ranks %d, want %d", text, s.doc, s.rank, want[s.doc])
		}
	}
}

// TestRankIsPlainRank compares the ranks in an index that is so small that all
// templates are candidates.
func TestRankIsPlainRank(t *testing.T) {
	ix := New(crowd(maxLikeliest / 2)) // of two templates each
	words := strings.Fields("server backup volume agent replica snapshot policy tape rareab nothing")
	for _, a := range words { // all texts of up to three of these words
		checkRank(t, ix, a)
		for _, b := range words {
			checkRank(t, ix, a+" "+b)
			for _, c := range words {
				checkRank(t, ix, a+" "+b+" "+c)
			}
		}
	}
}

func FuzzRank(f *testing.F) {
	ix := New(crowd(maxLikeliest / 2)) // of two templates each
	f.Add("server backup volume agent")
	f.Add("ec barkup volume age\xfdt")
	f.Add("Servr bakup 볼륨 volumeagent")
	f.Fuzz(func(t *testing.T, text string) {
		checkRank(t, ix, text[:min(len(text), windowBytes)])
	})
}
