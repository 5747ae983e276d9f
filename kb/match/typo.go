package match

import (
	"maps"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// A word with one typo (a letter lost, added, replaced, or two letters swapped)
// and the word that was meant have a string in common that is either word, or
// either word without one of its letters. So each known word is filed under the
// hashes of these strings, and an unknown word is looked up under its own:
//
//	servic → servic ervic srvic sevic seric servc servi
//	serivc → serivc erivc srivc seivc servc seric servi      servc: a swap
//
// Comparing the words confirms what a hash finds. The method is the symmetric
// delete algorithm of SymSpell (https://github.com/wolfgarbe/SymSpell).
type typoTable struct {
	shift  uint
	bucket []uint32 // by the first bits of a hash: where its bucket begins in hash and word
	hash   []uint32
	word   []uint32 // places in names
	names  []string
	ids    []termID // by name
}

const (
	minTypo = 4  // one letter of three says too little; of four letters only a swap is not another word
	maxTypo = 24 // longer runs of letters are not words
	swapped = 2  // the rank of a swap
)

// mayMistype reports whether a word can be corrected.
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

// hashWithout returns the FNV-1a hash of a word without the letter at skip.
func hashWithout[S string | []byte](w S, skip int) uint32 {
	h := uint32(2166136261)
	for i := range len(w) {
		if i != skip {
			h = (h ^ uint32(w[i])) * 16777619
		}
	}
	return h ^ h>>15 // the high bits choose the bucket; mix the low ones in
}

// find returns the term of the word that w most likely was meant to be, or
// noTerm.
func (t *typoTable) find(w []byte) termID {
	best, bestRank := noTerm, 0
	for skip := -1; skip < len(w); skip++ {
		h := hashWithout(w, skip)
		for i := t.bucket[h>>t.shift]; i < t.bucket[h>>t.shift+1]; i++ {
			if t.hash[i] != h {
				continue
			}
			f := t.ids[t.word[i]]
			rank := typoRank(w, t.names[t.word[i]])
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

// typoRank ranks how likely w is name mistyped: 0 if it is more than one typo
// away, else higher for a swap than for other typos, and higher if the first
// letters agree.
func typoRank(w []byte, name string) int {
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

// glyphs appends the shape of a word, in which letters and digits that OCR
// confuses are the same: Rep1ica and replica have the same shape.
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
