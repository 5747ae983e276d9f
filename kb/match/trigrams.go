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

// A letterTable is a text of which the places of all three letters in a row
// are known, and space to compare templates with it.
type letterTable struct {
	text []byte
	head [letterHeads]uint16 // by hash: one more than the first place, 0 for none
	next []uint16            // by place: one more than the next place with the hash
	runs []letterRun
}

// A letterRun is a piece of a template that is a piece of the text.
type letterRun struct{ t, p, n, best int32 }

const (
	three       = 3
	shortestRun = 4 // of letters; with 3 the same first hits take a third longer
	letterHeads = 1 << letterBits
	letterBits  = 12 // a paste has some 200 threes: one in 20 shares its place in the table
	mostPlaces  = 8  // of three letters in one text that are tried
	mostLetters = 64 // runs: beyond that a text repeats itself
	slotLetters = 60 // that a slot may take at no cost: a long path
	slotLetter  = 0  // stands for a slot
)

// spell prepares a text, of windowBytes at most.
func (l *letterTable) spell(text string) {
	l.text = foldLetters(l.text[:0], text)
	clear(l.head[:])
	l.next = append(l.next[:0], make([]uint16, len(l.text))...)
	for i := len(l.text) - three; i >= 0; i-- {
		h := letterHash(l.text, i)
		l.next[i] = l.head[h]
		l.head[h] = uint16(i) + 1
	}
}

// foldLetters appends a text without what letters are compared without:
// capitals, and more than one space.
func foldLetters(dst []byte, text string) []byte {
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

func letterHash(s []byte, i int) uint32 {
	h := uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16
	return h * 2654435761 >> (32 - letterBits) // Knuth's multiplicative hash
}

// letterHashes are the hashes of all three letters in a row, none of them a
// slot.
func letterHashes(t []byte) []uint16 {
	all := make([]uint16, 0, len(t))
	for i := 0; i+three <= len(t); i++ {
		if t[i] != slotLetter && t[i+1] != slotLetter && t[i+2] != slotLetter {
			all = append(all, uint16(letterHash(t, i)))
		}
	}
	return all
}

// count counts the hashes of a template that the text has, and those that it
// lacks.
func (l *letterTable) count(threes []uint16) (shared, missing int32) {
	for _, h := range threes {
		if l.head[h%letterHeads] > 0 {
			shared++
		}
	}
	return shared, int32(len(threes)) - shared
}

// compare finds the best runs of a folded template and the text, and returns
// their points.
func (l *letterTable) compare(t []byte) int32 {
	l.runs = l.runs[:0]
	for i := 0; i+three <= len(t); i++ {
		if t[i+2] == slotLetter {
			i += 2
			continue
		}
		l.begin(t, i)
	}
	return l.chain(t)
}

// begin begins runs with the three letters at i, wherever the text has them,
// but where the letter before is the same too: that run has begun already.
func (l *letterTable) begin(t []byte, i int) {
	n := 0
	for next := l.head[letterHash(t, i)]; next > 0 && n < mostPlaces; n++ {
		j := int(next) - 1
		next = l.next[j]
		if t[i] != l.text[j] || t[i+1] != l.text[j+1] || t[i+2] != l.text[j+2] {
			continue
		}
		if i > 0 && j > 0 && t[i-1] == l.text[j-1] || len(l.runs) == mostLetters {
			continue
		}
		k := three
		for i+k < len(t) && j+k < len(l.text) && t[i+k] == l.text[j+k] {
			k++
		}
		if k >= shortestRun {
			l.runs = append(l.runs, letterRun{int32(i), int32(j), int32(k), 0})
		}
	}
}

// chain finds the best runs that follow each other, and returns their points.
func (l *letterTable) chain(t []byte) int32 {
	points := int32(0)
	for i := range l.runs {
		b := &l.runs[i]
		b.best = 2 * b.n
		for k := range i {
			if s := l.runs[k].then(b, t); s > b.best {
				b.best = s
			}
		}
		points = max(points, b.best)
	}
	return points
}

// then is what the best chain to run a is worth with run b after it.
func (a *letterRun) then(b *letterRun, t []byte) int32 {
	if a.p >= b.p || a.t >= b.t || a.p+a.n >= b.p+b.n || a.t+a.n >= b.t+b.n {
		return 0
	}
	over := max(0, a.t+a.n-b.t, a.p+a.n-b.p)
	inTemplate, inText := b.t+over-a.t-a.n, b.p+over-a.p-a.n
	if 2*inTemplate >= a.best+2 {
		return 0
	}
	for x := a.t + a.n; x < b.t; x++ {
		if t[x] == slotLetter {
			inTemplate--
			inText = max(0, inText-slotLetters)
		}
	}
	return a.best + 2*(b.n-over) - 2*max(inTemplate, inText)
}
