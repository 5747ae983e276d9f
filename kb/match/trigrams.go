package match

// Words select the candidates; bytes order them. First, trigrams that a
// template and a text have in common narrow the candidates to those that are
// likeliest. Then these are ranked by their common substrings, which follow
// each other in the same order in both:
//
//	template    DPM could not perform the operation because the specified recovery
//	text        > tion becuase the specifed recovery
//	substrings    |------|  |----------| |---------|
//
// A byte of a substring counts two points. Each byte between substrings that
// only one of the two has, or that differs, costs two. A slot of the template
// matches anything. This ranks templates as well as an alignment of all bytes
// (Smith-Waterman) and takes a fiftieth of its time.

// A trigramTable finds the trigrams of a text. It also holds scratch space for
// comparing templates with the text.
type trigramTable struct {
	text       []byte
	head       [numHeads]uint16 // by hash: one more than the first place in text; 0 for none
	next       []uint16         // by place: one more than the next place with the same hash
	substrings []substring
}

// A substring is a piece of a template that is a piece of the text.
type substring struct {
	tAt, at int32 // where it begins in the template, and in the text
	n       int32 // its length
	best    int32 // points of the best chain that ends with it
}

const (
	trigramLen    = 3
	hashBits      = 12 // a paste has some 200 trigrams; 1 in 20 shares its hash with another
	numHeads      = 1 << hashBits
	minSubstring  = 4  // bytes; with 3, the first hits are the same and it takes a third longer
	maxPlaces     = 8  // of one trigram that are tried
	maxSubstrings = 64 // a text with more repeats itself
	maxSlotBytes  = 60 // that a slot takes for free: a long path
	slotByte      = 0  // a slot in a folded template
)

// load makes the table of a text of at most windowBytes.
func (t *trigramTable) load(text string) {
	t.text = fold(t.text[:0], text)
	clear(t.head[:])
	t.next = append(t.next[:0], make([]uint16, len(t.text))...)
	for i := len(t.text) - trigramLen; i >= 0; i-- {
		h := trigramHash(t.text, i)
		t.next[i] = t.head[h]
		t.head[h] = uint16(i) + 1
	}
}

// fold appends a text in lower case and with single spaces.
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

// trigramHashes returns the hashes of all trigrams of a folded template.
func trigramHashes(template []byte) []uint16 {
	all := make([]uint16, 0, len(template))
	for i := 0; i+trigramLen <= len(template); i++ {
		if template[i] != slotByte && template[i+1] != slotByte && template[i+2] != slotByte {
			all = append(all, uint16(trigramHash(template, i)))
		}
	}
	return all
}

// count counts the trigrams of a template that the text has, and those that it
// lacks.
func (t *trigramTable) count(hashes []uint16) (shared, missing int32) {
	for _, h := range hashes {
		if t.head[h%numHeads] > 0 {
			shared++
		}
	}
	return shared, int32(len(hashes)) - shared
}

// points returns the points of the best chain of common substrings of a folded
// template and the text.
func (t *trigramTable) points(template []byte) int32 {
	t.substrings = t.substrings[:0]
	for i := 0; i+trigramLen <= len(template); i++ {
		if template[i+2] == slotByte {
			i += 2
			continue
		}
		t.addSubstrings(template, i)
	}
	return t.bestChain(template)
}

// addSubstrings adds the common substrings that begin with the trigram at i,
// except those that began before it.
func (t *trigramTable) addSubstrings(template []byte, i int) {
	places := 0
	for next := t.head[trigramHash(template, i)]; next > 0 && places < maxPlaces; places++ {
		k := int(next) - 1
		next = t.next[k]
		if template[i] != t.text[k] || template[i+1] != t.text[k+1] || template[i+2] != t.text[k+2] {
			continue
		}
		if i > 0 && k > 0 && template[i-1] == t.text[k-1] || len(t.substrings) == maxSubstrings {
			continue
		}
		n := trigramLen
		for i+n < len(template) && k+n < len(t.text) && template[i+n] == t.text[k+n] {
			n++
		}
		if n >= minSubstring {
			t.substrings = append(t.substrings, substring{tAt: int32(i), at: int32(k), n: int32(n)})
		}
	}
}

// bestChain returns the points of the best chain of substrings.
func (t *trigramTable) bestChain(template []byte) int32 {
	points := int32(0)
	for i := range t.substrings {
		s := &t.substrings[i]
		s.best = 2 * s.n
		for k := range i {
			if p := t.substrings[k].extend(s, template); p > s.best {
				s.best = p
			}
		}
		points = max(points, s.best)
	}
	return points
}

// extend returns the points of the best chain that ends with a, continued with
// b, or 0 if b does not follow a.
func (a *substring) extend(b *substring, template []byte) int32 {
	if a.at >= b.at || a.tAt >= b.tAt || a.at+a.n >= b.at+b.n || a.tAt+a.n >= b.tAt+b.n {
		return 0
	}
	overlap := max(0, a.tAt+a.n-b.tAt, a.at+a.n-b.at)
	inTemplate, inText := b.tAt+overlap-a.tAt-a.n, b.at+overlap-a.at-a.n
	if 2*inTemplate >= a.best+2 {
		return 0
	}
	for i := a.tAt + a.n; i < b.tAt; i++ {
		if template[i] == slotByte {
			inTemplate--
			inText = max(0, inText-maxSlotBytes)
		}
	}
	return a.best + 2*(b.n-overlap) - 2*max(inTemplate, inText)
}
