package match

import "slices"

// A term is a feature where it stands: a word is one unit, two syllables are
// two, an idea may be more.
type term struct {
	id termID
	at int32 // its first unit
	n  int16 // how many units
	// slips says that the word was not spelled so: mistyped or misread.
	misspelt bool
}

// A analysis is a text on its way to grams, and space to use again.
type analysis struct {
	plain   plainText
	buf     []byte
	pos     []int32
	tokens  []token
	terms   []term
	key     []byte
	word    []byte // the key before stemming
	shape   []byte
	unknown []int32 // units that are words, and none that is known
}

// A analyzer turns units into grams: with the vocabulary as it is, or adding to
// it while entries are read.
type analyzer struct {
	v     *vocabulary
	grow  bool
	known bool // with grow: only words that are known already
	*analysis
}

// analyze fills the reading with the units and grams of a text.
func (r analyzer) analyze(text string) {
	r.plain, r.buf, r.pos = normalize(text, r.buf, r.pos)
	r.tokens = tokenize(r.tokens[:0], r.plain.s)
	r.terms, r.unknown = r.terms[:0], r.unknown[:0]
	for i := 0; i < len(r.tokens); {
		if r.tokens[i].inPath && !r.grow {
			i++
			continue
		}
		if r.tokens[i].kind == syllableToken {
			i = r.syllableRun(i)
			continue
		}
		end := i + 1
		for end < len(r.tokens) && r.tokens[end].glued {
			end++
		}
		i = r.compound(i, end)
	}
}

func (r analyzer) tokenText(i int) string {
	u := r.tokens[i]
	return r.plain.s[u.from:u.to]
}

func (r analyzer) emit(f termID, at, n int, slips bool) {
	r.terms = append(r.terms, term{f, int32(at), int16(n), slips})
}

func (r analyzer) resolve(key []byte) termID {
	switch {
	case r.known:
		return r.v.findSynonym(key)
	case r.grow:
		return r.v.intern(key)
	}
	return r.v.find(key)
}

// compound reads the units of one token, each by itself and all as one word, and
// the token with the one before it as one word, which a line break may have
// cut. It returns where the token ends: one that is several words without
// spaces becomes several units.
func (r analyzer) compound(i, end int) int {
	known := false
	if end-i > 1 {
		known = r.whole(i, end)
	}
	for k := i; k < end; k++ {
		if r.single(k) || known {
			continue
		}
		if n := r.segment(k); n > 0 {
			end += n - 1
			k += n - 1
			continue
		}
		r.unknown = append(r.unknown, int32(k))
	}
	if i > 0 && r.tokens[i].kind == wordToken && r.tokens[i-1].kind == wordToken {
		r.pair(i, end)
	}
	return end
}

const (
	minPart      = 4  // shorter pieces stand in most words by chance
	minSegmented = 10 // of words without spaces
	maxSegmented = 48 // the longest symbolic name of the products has 46 letters
)

// segment makes units of the known words that a unit is made of without spaces,
// as of a symbolic name in small letters, and reads them. It returns how many,
// or 0 where anything of the unit would be left over.
func (r analyzer) segment(i int) int {
	u := r.tokens[i]
	n := int(u.to - u.from)
	if r.grow || u.kind != wordToken || n < minSegmented || n > maxSegmented {
		return 0
	}
	w := appendLower(r.word[:0], r.tokenText(i))
	if len(w) != n || !isLetter(w[0]) {
		return 0
	}
	from := r.wordStarts(w)
	if from[n] == 0 {
		return 0
	}
	parts := 0
	for end := n; end > 0; end = int(from[end]) - 1 {
		part := u
		part.from, part.to = u.from+int32(from[end])-1, u.from+int32(end)
		part.glued = u.glued || part.from > u.from
		if parts == 0 {
			r.tokens[i] = part
		} else {
			r.tokens = slices.Insert(r.tokens, i, part)
		}
		parts++
	}
	for k := i; k < i+parts; k++ {
		r.single(k)
	}
	return parts
}

// wordStarts says of each place in a row of words where the word begins that ends
// there, plus one: 0 where no known words end so. Of several the longest counts.
func (r analyzer) wordStarts(w []byte) (from [maxSegmented + 1]int8) {
	for end := minPart; end <= len(w); end++ {
		for begin := end - minPart; begin >= 0 && end-begin <= maxTypo; begin-- {
			if begin > 0 && from[begin] == 0 {
				continue
			}
			r.key = append(r.key[:0], w[begin:end]...)
			if f := r.v.find(stem(r.key)); f != noTerm && r.v.df[f] > 0 {
				from[end] = int8(begin) + 1
			}
		}
	}
	return from
}

// whole reads the units from i up to end as one word.
func (r analyzer) whole(i, end int) bool {
	r.key = r.key[:0]
	for k := i; k < end; k++ {
		r.key = appendLower(r.key, r.tokenText(k))
	}
	if len(r.key) > maxWord || isDigit(r.key[0]) && r.grow {
		return false
	}
	r.word = append(r.word[:0], r.key...)
	key := stem(r.key)
	f := r.resolve(key)
	slips := f == noTerm
	if slips {
		f = r.correct(key)
	}
	if f == noTerm {
		return false
	}
	r.emit(f, i, end-i, slips)
	return true
}

// maxWord is longer than any word or symbolic name (the longest in the
// products' catalog has 60 letters).
const maxWord = 80

// pair reads the last unit before i and the token at i as one word: disk-ba
// ckup, file fault.
func (r analyzer) pair(i, end int) {
	r.key = appendLower(appendLower(r.key[:0], r.tokenText(i-1)), r.tokenText(i))
	if len(r.key) > maxWord || len(r.key) < 5 {
		return
	}
	key := stem(r.key)
	f := noTerm
	if !r.grow {
		f = r.v.find(key)
	} else if r.v.lex.has(key) {
		f = r.resolve(key)
	}
	if f != noTerm {
		r.emit(f, i-1, 2, false)
	}
}

// single reads one unit and says whether it is known.
func (r analyzer) single(i int) bool {
	if r.tokens[i].kind == numberToken {
		return r.shortNumber(i)
	}
	r.key = appendLower(r.key[:0], r.tokenText(i))
	if len(r.key) > maxWord {
		return true
	}
	key, not := negation(r.key)
	if not {
		if f := r.resolve([]byte("not")); f != noTerm {
			r.emit(f, i, 1, false)
		}
	}
	if len(key) == 0 {
		return true
	}
	r.word = append(r.word[:0], key...)
	key = stem(key)
	if f := r.resolve(key); f != noTerm {
		if r.grow {
			r.v.addSpelling(r.word, f)
		}
		r.emit(f, i, 1, false)
		return true
	}
	if f := r.correct(key); f != noTerm {
		r.emit(f, i, 1, true)
		return true
	}
	return len(key) < 2
}

// shortNumber reads short numbers, which are names (Office 365); longer ones are
// codes, dates and counts, and are compared elsewhere.
func (r analyzer) shortNumber(i int) bool {
	if s := r.tokenText(i); len(s) <= 3 {
		if f := r.resolve([]byte(s)); f != noTerm {
			r.emit(f, i, 1, false)
		}
	}
	return true
}

// correct finds the word that was meant by one that nobody knows.
func (r analyzer) correct(key []byte) termID {
	if r.grow || len(key) < 2 {
		return noTerm
	}
	r.shape = glyphs(r.shape[:0], key)
	if f, ok := r.v.shapes[string(r.shape)]; ok {
		return f
	}
	if f, ok := r.v.ids[string(r.shape)]; ok {
		return f
	}
	if !mayMistype(r.word) {
		return noTerm
	}
	if f := r.v.typos.find(r.word); f != noTerm || !mayMistype(key) {
		return f
	}
	return r.v.typos.find(key)
}

// syllableRun reads a run of syllable units from i and returns where it ends:
// each two neighbours, and the ideas that they are part of.
func (r analyzer) syllableRun(i int) int {
	end := i
	for end < len(r.tokens) && r.tokens[end].kind == syllableToken {
		end++
	}
	idea := i // the first unit that is in no idea yet
	for k := i; k+1 < end; k++ {
		f := r.syllablePair(k)
		if f == noTerm {
			r.unknown = append(r.unknown, int32(k))
			continue
		}
		r.emit(f, k, 2, false)
		if k < idea {
			continue
		}
		for n := min(int(r.v.maxSynonym[f]), end-k); n >= 2; n-- {
			if g := r.synonym(k, k+n); g != noTerm {
				r.emit(g, k, n, false)
				idea = k + n
				break
			}
		}
	}
	return end
}

func (r analyzer) syllablePair(k int) termID {
	if key := r.syllableText(k, k+2); r.grow && !r.known {
		return r.v.internExact(key)
	} else {
		return r.v.find(key)
	}
}

// syllableText is the text of some syllables without the spaces between them.
func (r analyzer) syllableText(from, to int) []byte {
	r.key = r.key[:0]
	for k := from; k < to; k++ {
		r.key = append(r.key, r.tokenText(k)...)
	}
	return r.key
}

func (r analyzer) synonym(from, to int) termID {
	run := r.syllableText(from, to)
	if !r.grow {
		if f, ok := r.v.synonyms[string(run)]; ok {
			return f
		}
		return noTerm
	}
	if name, ok := r.v.lex.synonym[string(run)]; ok {
		return r.resolve([]byte(name))
	}
	return noTerm
}
