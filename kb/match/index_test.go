package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// plainRetrieve is what retrieve means: all documents, each with the weight of
// the features that it shares with the text, the best of each kind in order.
func plainRetrieve(q *query, ix *Index) (near, whole []candidate) {
	for d := range uint32(len(ix.targets)) {
		c := candidate{target: d}
		for _, p := range ix.termsOf(d) {
			f := termID(p.id())
			if slices.ContainsFunc(q.terms, func(g term) bool { return g.id == f }) {
				c.shared += p.weigh(ix.v.weight[f])
			}
		}
		switch {
		case c.shared < minShared:
		case int(d) < len(ix.templates):
			c.rank = int32(int64(c.shared) * int64(c.shared) / int64(ix.targets[d].weight))
			near = append(near, c)
		default:
			c.rank = c.shared
			whole = append(whole, c)
		}
	}
	slices.SortFunc(near, candidate.compare)
	slices.SortFunc(whole, candidate.compare)
	return near[:min(len(near), maxNearest)], whole[:min(len(whole), maxNearestWhole)]
}

// checkRetrieve compares the two, and reports whether there were more
// candidates than are kept.
func checkRetrieve(t *testing.T, q *query, ix *Index, text string) bool {
	t.Helper()
	q.load(ix, text)
	near, whole := plainRetrieve(q, ix)
	q.retrieve(ix)
	if !slices.Equal(q.nearest, near) || !slices.Equal(q.nearestWhole, whole) {
		t.Fatalf("%q: near %v, want %v; whole %v, want %v", text, q.nearest, near, q.nearestWhole, whole)
	}
	return len(near) == maxNearest
}

// plainTypo is what typoTable.find means: the best of all words.
func plainTypo(t *typoTable, w []byte) termID {
	best, bestRank := noTerm, 0
	for i, name := range t.names {
		rank := typoRank(w, name)
		if len(w) <= minTypo && rank < swapped {
			continue
		}
		if rank > bestRank || rank == bestRank && rank > 0 && t.ids[i] < best {
			best, bestRank = t.ids[i], rank
		}
	}
	return best
}

// crowd makes n documents of few words, so that some words stand in nearly all
// and others in one.
func crowd(n int) []Document {
	words := strings.Fields("server backup volume agent replica snapshot policy vault disk job proxy restore tape library writer cluster")
	rng := rand.New(rand.NewPCG(1, 2))
	documents := make([]Document, n)
	for i := range documents {
		var b strings.Builder
		for range 3 + rng.IntN(6) {
			k := int(float64(len(words)) * rng.Float64() * rng.Float64()) // the first ones far more often
			fmt.Fprintf(&b, "%s ", words[k])
		}
		if rng.IntN(4) == 0 {
			fmt.Fprintf(&b, "rare%c%c", 'a'+i%26, 'a'+i/26%26)
		}
		documents[i] = Document{Messages: []string{b.String()}, Phrases: []string{"t"}, Prose: []string{words[rng.IntN(len(words))]}}
	}
	return documents
}

func TestRetrieveIsPlainRetrieve(t *testing.T) {
	ix := New(crowd(3000))
	q := newQuery(ix)
	pruned := 0
	check := func(text string) {
		if checkRetrieve(t, q, ix, text) {
			pruned++
		}
	}
	words := strings.Fields("server backup volume agent replica snapshot policy tape writer cluster rareab rarecd nothing")
	for _, a := range words { // all texts of up to three of these words
		check(a)
		for _, b := range words {
			check(a + " " + b)
			for _, c := range words {
				check(a + " " + b + " " + c)
			}
		}
	}
	if pruned < 100 {
		t.Errorf("only %d texts had more candidates than are kept", pruned)
	}
}

func TestTypoIsPlainTypo(t *testing.T) {
	ix := New(crowd(50))
	alphabet := "aebrstvl"
	for _, w := range ix.v.typos.names[:300] { // of a thousand
		for i := range len(w) + 1 {
			try := func(s string) {
				if got, want := ix.v.typos.find([]byte(s)), plainTypo(&ix.v.typos, []byte(s)); got != want {
					t.Fatalf("%q means %d, want %d", s, got, want)
				}
			}
			for _, c := range alphabet {
				try(w[:i] + string(c) + w[i:])
				if i < len(w) {
					try(w[:i] + string(c) + w[i+1:])
				}
			}
			if i < len(w) {
				try(w[:i] + w[i+1:])
			}
			if i+1 < len(w) {
				try(w[:i] + w[i+1:i+2] + w[i:i+1] + w[i+2:])
			}
		}
	}
}

func TestTypoRank(t *testing.T) {
	for _, c := range []struct {
		typed, meant string
		rank         int
	}{
		{"sevice", "service", 3}, {"servvice", "service", 3}, {"servixe", "service", 3}, {"serivce", "service", 4},
		{"ervice", "service", 1}, {"sirvixe", "service", 0}, {"service", "service", 3}, {"", "service", 0},
	} {
		if got := typoRank([]byte(c.typed), c.meant); got != c.rank {
			t.Errorf("typoRank(%q, %q) = %d, want %d", c.typed, c.meant, got, c.rank)
		}
	}
}

func FuzzRetrieve(f *testing.F) {
	ix := New(crowd(1500))
	f.Add("server backup volume rareab")
	f.Fuzz(func(t *testing.T, text string) {
		q := newQuery(ix)
		checkRetrieve(t, q, ix, text[:min(len(text), windowBytes)])
		for _, u := range q.tokens {
			if u.kind != wordToken || u.to-u.from > maxTypo {
				continue
			}
			w := []byte(q.plain.s[u.from:u.to])
			if got, want := ix.v.typos.find(w), plainTypo(&ix.v.typos, w); got != want {
				t.Fatalf("%q means %d, want %d", w, got, want)
			}
		}
	})
}

// Every load makes the same of the same entries: nothing hangs on the order of a
// map.
func TestLoadsAreAlike(t *testing.T) {
	first := New(crowd(300))
	for range 5 {
		again := New(crowd(300))
		if !slices.Equal(first.v.names, again.v.names) || !slices.Equal(first.v.weight, again.v.weight) || !slices.Equal(first.v.typos.names, again.v.typos.names) {
			t.Fatal("two loads number the words differently")
		}
	}
}
