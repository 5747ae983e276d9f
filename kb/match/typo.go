package match

import (
	"maps"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// A word with one slip (a letter lost, doubled, replaced, or two letters
// swapped) and the word that was meant have a string in common that is either
// word or that word without one of its letters. So each word is filed under
// itself and under each such string, by hash, and a word that nobody knows is
// looked up in the same way:
//
//	servic → servic ervic srvic sevic seric servc servi
//	serivc → serivc erivc srivc seivc servc seric servi      servc: a swap
//
// What a hash finds is checked by comparing the words.
type typoTable struct {
	shift  uint
	bucket []uint32 // by the first bits of the hash: where its filings begin
	hash   []uint32
	word   []uint32 // numbers in names
	names  []string
	ids    []termID
}

const (
	minTypo = 4  // a slip in a word of 3 letters leaves too little; in one of 4 only a swap is no other word
	swapped = 2  // the rank of two letters swapped
	maxTypo = 24 // longer runs are not words
)

func mayMistype[S string | []byte](name S) bool {
	return len(name) >= minTypo && len(name) <= maxTypo && name[0] < utf8.RuneSelf && isLetter(name[0])
}

func newTypoTable(v *vocabulary) typoTable {
	var t typoTable
	for f, name := range v.names {
		t.add(name, termID(f))
	}
	for _, name := range slices.Sorted(maps.Keys(v.spellings)) {
		t.add(name, v.spellings[name])
	}
	n := 0
	for _, name := range t.names {
		n += len(name) + 1
	}
	t.hash, t.word = make([]uint32, n), make([]uint32, n)
	t.shift = uint(32 - min(24, bits.Len(uint(n))))
	t.bucket = make([]uint32, 1<<(32-t.shift)+1)
	t.each(func(h, _ uint32) { t.bucket[h>>t.shift+1]++ })
	for i := 1; i < len(t.bucket); i++ {
		t.bucket[i] += t.bucket[i-1]
	}
	next := slices.Clone(t.bucket)
	t.each(func(h, word uint32) {
		at := next[h>>t.shift]
		next[h>>t.shift]++
		t.hash[at], t.word[at] = h, word
	})
	return t
}

func (t *typoTable) add(name string, f termID) {
	if mayMistype(name) {
		t.names = append(t.names, name)
		t.ids = append(t.ids, f)
	}
}

func (t *typoTable) each(do func(h, word uint32)) {
	for i, name := range t.names {
		for skip := -1; skip < len(name); skip++ {
			do(hashWithout(name, skip), uint32(i))
		}
	}
}

// hashWithout is FNV-1a of a word without one letter.
func hashWithout[S string | []byte](w S, skip int) uint32 {
	h := uint32(2166136261)
	for i := range len(w) {
		if i != skip {
			h = (h ^ uint32(w[i])) * 16777619
		}
	}
	return h ^ h>>15 // the top bits choose the bucket: let all letters reach them
}

// find gives what the word means that w most likely was meant to be, or
// noFeature.
func (t *typoTable) find(w []byte) termID {
	best, bestRank := noTerm, 0
	for skip := -1; skip < len(w); skip++ {
		h := hashWithout(w, skip)
		for i := t.bucket[h>>t.shift]; i < t.bucket[h>>t.shift+1]; i++ {
			if t.hash[i] != h {
				continue
			}
			f := t.ids[t.word[i]]
			rank := slip(w, t.names[t.word[i]])
			if len(w) <= minTypo && rank < swapped {
				continue
			}
			if rank > bestRank || rank == bestRank && rank > 0 && f < best {
				best, bestRank = f, rank
			}
		}
	}
	return best
}

// slip ranks how likely w is name mistyped: 0 if it is more than one slip
// away, else higher for a swap than for other slips, and higher where the
// first letters agree.
func slip(w []byte, name string) int {
	a, b := w, name
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	same := len(w) - len(a)
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	rank := 0
	switch {
	case len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]:
		rank = swapped
	case len(a) <= 1 && len(b) <= 1:
		rank = 1
	default:
		return 0
	}
	if same > 0 {
		rank += 2
	}
	return rank
}

// glyphs is a word with the letters and digits that a scan confuses made equal:
// Rep1ica and replica have one shape.
func glyphs[S string | []byte](dst []byte, w S) []byte {
	for i := range len(w) {
		c := w[i]
		switch c {
		case 'i', '1', '|':
			c = 'l'
		case '0':
			c = 'o'
		case '5':
			c = 's'
		case '8':
			c = 'b'
		}
		dst = append(dst, c)
	}
	return dst
}
