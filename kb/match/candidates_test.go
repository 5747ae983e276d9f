package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// crowd makes n documents of few words, so that nearly all have some of the
// words and few have others.
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

// plainRetrieve is the plain version of retrieve: it looks at all targets.
func plainRetrieve(q *query) (nearest, whole []candidate) {
	for target := range uint32(len(q.ix.targets)) {
		c := candidate{target: target}
		for _, p := range q.ix.termsOf(target) {
			id := termID(p.id())
			if slices.ContainsFunc(q.terms, func(t term) bool { return t.id == id }) {
				c.shared += p.weigh(q.ix.v.weight[id])
			}
		}
		switch {
		case c.shared < minShared:
		case int(target) < len(q.ix.templates):
			c.rank = int32(int64(c.shared) * int64(c.shared) / int64(q.ix.targets[target].weight))
			nearest = append(nearest, c)
		default:
			c.rank = c.shared
			whole = append(whole, c)
		}
	}
	slices.SortFunc(nearest, candidate.compare)
	slices.SortFunc(whole, candidate.compare)
	return nearest[:min(len(nearest), maxNearest)], whole[:min(len(whole), maxNearestWhole)]
}

// checkRetrieve compares retrieve with its plain version, and reports whether
// it had to choose among the candidates.
func checkRetrieve(t *testing.T, q *query, text string) bool {
	t.Helper()
	q.load(text)
	nearest, whole := plainRetrieve(q)
	q.retrieve()
	if !slices.Equal(q.nearest, nearest) || !slices.Equal(q.nearestWhole, whole) {
		t.Fatalf("%q: nearest %v, want %v; whole %v, want %v", text, q.nearest, nearest, q.nearestWhole, whole)
	}
	return len(nearest) == maxNearest
}

func TestRetrieveIsPlainRetrieve(t *testing.T) {
	q := newQuery(New(crowd(3000)))
	pruned := 0
	check := func(text string) {
		if checkRetrieve(t, q, text) {
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

func FuzzRetrieve(f *testing.F) {
	ix := New(crowd(1500))
	f.Add("server backup volume rareab")
	f.Fuzz(func(t *testing.T, text string) {
		q := newQuery(ix)
		checkRetrieve(t, q, text[:min(len(text), windowBytes)])
		for _, tok := range q.tokens {
			if tok.kind != wordToken || tok.to-tok.from > maxTypo {
				continue
			}
			w := []byte(q.plain.s[tok.from:tok.to])
			if got, want := ix.v.typos.find(w), plainTypo(&ix.v.typos, w); got != want {
				t.Fatalf("%q means %d, want %d", w, got, want)
			}
		}
	})
}

// TestNewIsDeterministic checks that nothing depends on the order of a map.
func TestNewIsDeterministic(t *testing.T) {
	first := New(crowd(300))
	for range 5 {
		again := New(crowd(300))
		if !slices.Equal(first.v.names, again.v.names) || !slices.Equal(first.v.weight, again.v.weight) || !slices.Equal(first.v.typos.names, again.v.typos.names) {
			t.Fatal("two indexes of the same documents number the terms differently")
		}
	}
}
