package match

// Words decide which templates come near; where several come equally near, the
// letters decide: first by how many threes of neighbouring letters both have,
// then in runs, pieces of at least four letters that both have, which follow each
// other in the same order in both:
//
//	template  DPM could not perform the operation because the specified recovery
//	text      > tion becuase the specifed recovery
//	runs        |------|  |----------| |---------|
//
// A letter of a run is worth two points; between runs, each letter that only
// one of them has, or that differs, costs two. Where a slot stands, the text may
// have anything. This ranks templates as well as a full alignment of all letters
// (Smith-Waterman), which takes fifty times as long.

// A trigramTable is a text of which the places of all three letters in a row
// are known, and space to compare templates with it.
type trigramTable struct {
	text       []byte
	head       [numHeads]uint16 // by hash: one more than the first place, 0 for none
	next       []uint16         // by place: one more than the next place with the hash
	substrings []substring
}

// A substring is a piece of a template that is a piece of the text.
type substring struct{ t, p, n, best int32 }

const (
	trigramLen    = 3
	minSubstring  = 4 // of letters; with 3 the same first hits take a third longer
	numHeads      = 1 << hashBits
	hashBits      = 12 // a paste has some 200 threes: one in 20 shares its place in the table
	maxPlaces     = 8  // of three letters in one text that are tried
	maxSubstrings = 64 // runs: beyond that a text repeats itself
	maxSlotBytes  = 60 // that a slot may take at no cost: a long path
	slotByte      = 0  // stands for a slot
)

// load prepares a text, of windowBytes at most.
func (l *trigramTable) load(text string) {
	l.text = fold(l.text[:0], text)
	clear(l.head[:])
	l.next = append(l.next[:0], make([]uint16, len(l.text))...)
	for i := len(l.text) - trigramLen; i >= 0; i-- {
		h := trigramHash(l.text, i)
		l.next[i] = l.head[h]
		l.head[h] = uint16(i) + 1
	}
}

// fold appends a text without what letters are compared without:
// capitals, and more than one space.
func fold(dst []byte, text string) []byte {
	for i := range len(text) {
		c := text[i]
		switch {
		case isUpper(c):
			c |= 0x20
		case c <= ' ':
			if n := len(dst); n > 0 && dst[n-1] == ' ' {
				continue
			}
			c = ' '
		}
		dst = append(dst, c)
	}
	return dst
}

func trigramHash(s []byte, i int) uint32 {
	h := uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16
	return h * 2654435761 >> (32 - hashBits) // Knuth's multiplicative hash
}

// trigramHashes are the hashes of all three letters in a row, none of them a
// slot.
func trigramHashes(t []byte) []uint16 {
	all := make([]uint16, 0, len(t))
	for i := 0; i+trigramLen <= len(t); i++ {
		if t[i] != slotByte && t[i+1] != slotByte && t[i+2] != slotByte {
			all = append(all, uint16(trigramHash(t, i)))
		}
	}
	return all
}

// count counts the hashes of a template that the text has, and those that it
// lacks.
func (l *trigramTable) count(threes []uint16) (shared, missing int32) {
	for _, h := range threes {
		if l.head[h%numHeads] > 0 {
			shared++
		}
	}
	return shared, int32(len(threes)) - shared
}

// points finds the best runs of a folded template and the text, and returns
// their points.
func (l *trigramTable) points(t []byte) int32 {
	l.substrings = l.substrings[:0]
	for i := 0; i+trigramLen <= len(t); i++ {
		if t[i+2] == slotByte {
			i += 2
			continue
		}
		l.addSubstrings(t, i)
	}
	return l.bestChain(t)
}

// addSubstrings begins runs with the three letters at i, wherever the text has them,
// but where the letter before is the same too: that run has begun already.
func (l *trigramTable) addSubstrings(t []byte, i int) {
	n := 0
	for next := l.head[trigramHash(t, i)]; next > 0 && n < maxPlaces; n++ {
		j := int(next) - 1
		next = l.next[j]
		if t[i] != l.text[j] || t[i+1] != l.text[j+1] || t[i+2] != l.text[j+2] {
			continue
		}
		if i > 0 && j > 0 && t[i-1] == l.text[j-1] || len(l.substrings) == maxSubstrings {
			continue
		}
		k := trigramLen
		for i+k < len(t) && j+k < len(l.text) && t[i+k] == l.text[j+k] {
			k++
		}
		if k >= minSubstring {
			l.substrings = append(l.substrings, substring{int32(i), int32(j), int32(k), 0})
		}
	}
}

// bestChain finds the best runs that follow each other, and returns their points.
func (l *trigramTable) bestChain(t []byte) int32 {
	points := int32(0)
	for i := range l.substrings {
		b := &l.substrings[i]
		b.best = 2 * b.n
		for k := range i {
			if s := l.substrings[k].extend(b, t); s > b.best {
				b.best = s
			}
		}
		points = max(points, b.best)
	}
	return points
}

// extend is what the best chain to run a is worth with run b after it.
func (a *substring) extend(b *substring, t []byte) int32 {
	if a.p >= b.p || a.t >= b.t || a.p+a.n >= b.p+b.n || a.t+a.n >= b.t+b.n {
		return 0
	}
	over := max(0, a.t+a.n-b.t, a.p+a.n-b.p)
	inTemplate, inText := b.t+over-a.t-a.n, b.p+over-a.p-a.n
	if 2*inTemplate >= a.best+2 {
		return 0
	}
	for x := a.t + a.n; x < b.t; x++ {
		if t[x] == slotByte {
			inTemplate--
			inText = max(0, inText-maxSlotBytes)
		}
	}
	return a.best + 2*(b.n-over) - 2*max(inTemplate, inText)
}
