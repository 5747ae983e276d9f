package kb

// Words decide which templates come near; where several come equally near, the
// letters decide. A letterSet holds which three neighbouring letters stand in
// a text, by hash.
type letterSet [letterBits / 64]uint64

const letterBits = 1 << 15 // a paste has some 200 trigrams: one in 150 collides

// fold gives the letter that stands for a byte, a space for all that is none.
func fold(c byte) byte {
	switch {
	case isUpper(c):
		return c | 0x20
	case isAlnum(c), c >= 0x80:
		return c
	}
	return ' '
}

// A letterWindow is the hash of the last three letters.
type letterWindow struct {
	h    uint32
	last byte
	n    int
}

// next takes a byte and reports whether the window is full and new: spaces in
// a row are one.
func (w *letterWindow) next(c byte) bool {
	c = fold(c)
	if c == ' ' && w.last == ' ' {
		return false
	}
	w.last = c
	w.h = (w.h<<8 | uint32(c)) & 0xFFFFFF
	w.n++
	return w.n >= 3
}

func (w *letterWindow) bit() uint32 { return w.h * 2654435761 >> (32 - 15) } // Knuth's multiplicative hash

func (s *letterSet) fill(text string) {
	*s = letterSet{}
	w := letterWindow{last: ' '}
	for i := range len(text) {
		if w.next(text[i]) {
			b := w.bit()
			s[b/64] |= 1 << (b % 64)
		}
	}
}

// shared counts the trigrams of a template, and those that the text has too.
func (s *letterSet) shared(template string) (shared, all int32) {
	w := letterWindow{last: ' '}
	for i := 0; i < len(template); i++ {
		c := template[i]
		if c == '<' {
			if n := markup(template, i); n > 0 {
				i += n - 1
				w = letterWindow{last: ' '}
				continue
			}
		}
		if w.next(c) {
			b := w.bit()
			all++
			shared += int32(s[b/64] >> (b % 64) & 1)
		}
	}
	return shared, all
}
