package match

import "testing"

// plainTypo is the plain version of typoTable.find: it compares all words.
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

func TestTypoIsPlainTypo(t *testing.T) {
	typos := &New(crowd(50)).v.typos
	alphabet := "aebrstvl"
	for _, w := range typos.names[:300] { // of a thousand
		for i := range len(w) + 1 {
			try := func(s string) {
				if got, want := typos.find([]byte(s)), plainTypo(typos, []byte(s)); got != want {
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
