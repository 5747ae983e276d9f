package match

import "slices"

// A gram is a feature where it stands: a word is one unit, two syllables are
// two, an idea may be more.
type gram struct {
	f  feature
	at int32 // its first unit
	n  int16 // how many units
	// slips says that the word was not spelled so: mistyped or misread.
	slips bool
}

// A reading is a text on its way to grams, and space to use again.
type reading struct {
	plain   plainText
	buf     []byte
	pos     []int32
	units   []unit
	grams   []gram
	key     []byte
	word    []byte // the key before stemming
	shape   []byte
	unknown []int32 // units that are words, and none that is known
}

// A reader turns units into grams: with the vocabulary as it is, or adding to
// it while entries are read.
type reader struct {
	v     *vocabulary
	grow  bool
	known bool // with grow: only words that are known already
	*reading
}

// read fills the reading with the units and grams of a text.
func (r reader) read(text string) {
	r.plain, r.buf, r.pos = simplify(text, r.buf, r.pos)
	r.units = split(r.units[:0], r.plain.s)
	r.grams, r.unknown = r.grams[:0], r.unknown[:0]
	for i := 0; i < len(r.units); {
		if r.units[i].place && !r.grow {
			i++
			continue
		}
		if r.units[i].kind == syllableUnit {
			i = r.syllables(i)
			continue
		}
		end := i + 1
		for end < len(r.units) && r.units[end].glued {
			end++
		}
		i = r.token(i, end)
	}
}

func (r reader) text(i int) string {
	u := r.units[i]
	return r.plain.s[u.from:u.to]
}

func (r reader) put(f feature, at, n int, slips bool) {
	r.grams = append(r.grams, gram{f, int32(at), int16(n), slips})
}

func (r reader) feature(key []byte) feature {
	switch {
	case r.known:
		return r.v.meaning(key)
	case r.grow:
		return r.v.intern(key)
	}
	return r.v.find(key)
}

// token reads the units of one token, each by itself and all as one word, and
// the token with the one before it as one word, which a line break may have
// cut. It returns where the token ends: one that is several words without
// spaces becomes several units.
func (r reader) token(i, end int) int {
	known := false
	if end-i > 1 {
		known = r.joined(i, end)
	}
	for k := i; k < end; k++ {
		if r.unit(k) || known {
			continue
		}
		if n := r.divide(k); n > 0 {
			end += n - 1
			k += n - 1
			continue
		}
		r.unknown = append(r.unknown, int32(k))
	}
	if i > 0 && r.units[i].kind == wordUnit && r.units[i-1].kind == wordUnit {
		r.pair(i, end)
	}
	return end
}

const (
	shortestPart = 4  // shorter pieces stand in most words by chance
	shortestRow  = 10 // of words without spaces
	longestRow   = 48 // the longest symbolic name of the products has 46 letters
)

// divide makes units of the known words that a unit is made of without spaces,
// as of a symbolic name in small letters, and reads them. It returns how many,
// or 0 where anything of the unit would be left over.
func (r reader) divide(i int) int {
	u := r.units[i]
	n := int(u.to - u.from)
	if r.grow || u.kind != wordUnit || n < shortestRow || n > longestRow {
		return 0
	}
	w := appendLower(r.word[:0], r.text(i))
	if len(w) != n || !isLetter(w[0]) {
		return 0
	}
	from := r.cuts(w)
	if from[n] == 0 {
		return 0
	}
	parts := 0
	for end := n; end > 0; end = int(from[end]) - 1 {
		part := u
		part.from, part.to = u.from+int32(from[end])-1, u.from+int32(end)
		part.glued = u.glued || part.from > u.from
		if parts == 0 {
			r.units[i] = part
		} else {
			r.units = slices.Insert(r.units, i, part)
		}
		parts++
	}
	for k := i; k < i+parts; k++ {
		r.unit(k)
	}
	return parts
}

// cuts says of each place in a row of words where the word begins that ends
// there, plus one: 0 where no known words end so. Of several the longest counts.
func (r reader) cuts(w []byte) (from [longestRow + 1]int8) {
	for end := shortestPart; end <= len(w); end++ {
		for begin := end - shortestPart; begin >= 0 && end-begin <= longestTypo; begin-- {
			if begin > 0 && from[begin] == 0 {
				continue
			}
			r.key = append(r.key[:0], w[begin:end]...)
			if f := r.v.find(stem(r.key)); f != noFeature && r.v.df[f] > 0 {
				from[end] = int8(begin) + 1
			}
		}
	}
	return from
}

// joined reads the units from i up to end as one word.
func (r reader) joined(i, end int) bool {
	r.key = r.key[:0]
	for k := i; k < end; k++ {
		r.key = appendLower(r.key, r.text(k))
	}
	if len(r.key) > longestWord || isDigit(r.key[0]) && r.grow {
		return false
	}
	r.word = append(r.word[:0], r.key...)
	key := stem(r.key)
	f := r.feature(key)
	slips := f == noFeature
	if slips {
		f = r.misread(key)
	}
	if f == noFeature {
		return false
	}
	r.put(f, i, end-i, slips)
	return true
}

// longestWord is longer than any word or symbolic name (the longest in the
// products' catalog has 60 letters).
const longestWord = 80

// pair reads the last unit before i and the token at i as one word: disk-ba
// ckup, file fault.
func (r reader) pair(i, end int) {
	r.key = appendLower(appendLower(r.key[:0], r.text(i-1)), r.text(i))
	if len(r.key) > longestWord || len(r.key) < 5 {
		return
	}
	key := stem(r.key)
	f := noFeature
	if !r.grow {
		f = r.v.find(key)
	} else if r.v.lex.has(key) {
		f = r.feature(key)
	}
	if f != noFeature {
		r.put(f, i-1, 2, false)
	}
}

// unit reads one unit and says whether it is known.
func (r reader) unit(i int) bool {
	if r.units[i].kind == numberUnit {
		return r.number(i)
	}
	r.key = appendLower(r.key[:0], r.text(i))
	if len(r.key) > longestWord {
		return true
	}
	key, not := negation(r.key)
	if not {
		if f := r.feature([]byte("not")); f != noFeature {
			r.put(f, i, 1, false)
		}
	}
	if len(key) == 0 {
		return true
	}
	r.word = append(r.word[:0], key...)
	key = stem(key)
	if f := r.feature(key); f != noFeature {
		if r.grow {
			r.v.spell(r.word, f)
		}
		r.put(f, i, 1, false)
		return true
	}
	if f := r.misread(key); f != noFeature {
		r.put(f, i, 1, true)
		return true
	}
	return len(key) < 2
}

// number reads short numbers, which are names (Office 365); longer ones are
// codes, dates and counts, and are compared elsewhere.
func (r reader) number(i int) bool {
	if s := r.text(i); len(s) <= 3 {
		if f := r.feature([]byte(s)); f != noFeature {
			r.put(f, i, 1, false)
		}
	}
	return true
}

// misread finds the word that was meant by one that nobody knows.
func (r reader) misread(key []byte) feature {
	if r.grow || len(key) < 2 {
		return noFeature
	}
	r.shape = glyphs(r.shape[:0], key)
	if f, ok := r.v.shapes[string(r.shape)]; ok {
		return f
	}
	if f, ok := r.v.words[string(r.shape)]; ok {
		return f
	}
	if !mayMistype(r.word) {
		return noFeature
	}
	if f := r.v.typos.find(r.word); f != noFeature || !mayMistype(key) {
		return f
	}
	return r.v.typos.find(key)
}

// syllables reads a run of syllable units from i and returns where it ends:
// each two neighbours, and the ideas that they are part of.
func (r reader) syllables(i int) int {
	end := i
	for end < len(r.units) && r.units[end].kind == syllableUnit {
		end++
	}
	idea := i // the first unit that is in no idea yet
	for k := i; k+1 < end; k++ {
		f := r.syllablePair(k)
		if f == noFeature {
			r.unknown = append(r.unknown, int32(k))
			continue
		}
		r.put(f, k, 2, false)
		if k < idea {
			continue
		}
		for n := min(int(r.v.term[f]), end-k); n >= 2; n-- {
			if g := r.idea(k, k+n); g != noFeature {
				r.put(g, k, n, false)
				idea = k + n
				break
			}
		}
	}
	return end
}

func (r reader) syllablePair(k int) feature {
	if key := r.run(k, k+2); r.grow && !r.known {
		return r.v.internExact(key)
	} else {
		return r.v.find(key)
	}
}

// run is the text of some syllables without the spaces between them.
func (r reader) run(from, to int) []byte {
	r.key = r.key[:0]
	for k := from; k < to; k++ {
		r.key = append(r.key, r.text(k)...)
	}
	return r.key
}

func (r reader) idea(from, to int) feature {
	run := r.run(from, to)
	if !r.grow {
		if f, ok := r.v.ideas[string(run)]; ok {
			return f
		}
		return noFeature
	}
	if name, ok := r.v.lex.alias[string(run)]; ok {
		return r.feature([]byte(name))
	}
	return noFeature
}
