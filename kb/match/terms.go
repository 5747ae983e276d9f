package match

import "slices"

// A term is an occurrence of a term in a text. A word covers one token, a pair
// of syllables two, a synonym in syllables more.
type term struct {
	id       termID
	at       int32 // its first token
	n        int16 // how many tokens
	misspelt bool  // the text has a word that was corrected to this one
}

// An analysis is a text with its tokens and terms. Its space is reused for the
// next text.
type analysis struct {
	plain   plainText
	buf     []byte
	pos     []int32
	tokens  []token
	terms   []term
	key     []byte
	word    []byte // the key before stemming
	shape   []byte
	unknown []int32 // tokens that are words and no term
}

// An analyzer finds the terms of texts.
type analyzer struct {
	v     *vocabulary
	learn bool // add unknown words to the vocabulary, as for documents
	known bool // with learn: but use only words that it has
	*analysis
}

// analyze replaces the analysis by that of a text.
func (a analyzer) analyze(text string) {
	a.plain, a.buf, a.pos = normalize(text, a.buf, a.pos)
	a.tokens = tokenize(a.tokens[:0], a.plain.s)
	a.terms, a.unknown = a.terms[:0], a.unknown[:0]
	for i := 0; i < len(a.tokens); {
		if a.tokens[i].inPath && !a.learn {
			i++
			continue
		}
		if a.tokens[i].kind == syllableToken {
			i = a.syllableRun(i)
			continue
		}
		end := i + 1
		for end < len(a.tokens) && a.tokens[end].glued {
			end++
		}
		i = a.compound(i, end)
	}
}

// tokenText returns the text of token i.
func (a analyzer) tokenText(i int) string {
	t := a.tokens[i]
	return a.plain.s[t.from:t.to]
}

// emit adds a term that covers n tokens.
func (a analyzer) emit(id termID, at, n int, misspelt bool) {
	a.terms = append(a.terms, term{id, int32(at), int16(n), misspelt})
}

// resolve returns the term of a stem, or noTerm.
func (a analyzer) resolve(key []byte) termID {
	switch {
	case a.known:
		return a.v.findSynonym(key)
	case a.learn:
		return a.v.intern(key)
	}
	return a.v.find(key)
}

// compound reads the tokens of a compound, each alone and all as one word, and
// its first token together with the token before it, in case a line break cut a
// word. It returns the end of the compound, which moves if a token turns out to
// be several words.
func (a analyzer) compound(i, end int) int {
	known := false
	if end-i > 1 {
		known = a.whole(i, end)
	}
	for k := i; k < end; k++ {
		if a.single(k) || known {
			continue
		}
		if n := a.segment(k); n > 0 {
			end += n - 1
			k += n - 1
			continue
		}
		a.unknown = append(a.unknown, int32(k))
	}
	if i > 0 && a.tokens[i].kind == wordToken && a.tokens[i-1].kind == wordToken {
		a.pair(i)
	}
	return end
}

const (
	maxWord       = 80 // bytes; the longest symbolic name in the products' catalog has 60
	minPair       = 5  // bytes; shorter pairs are short words that happen to make another
	maxNameDigits = 3  // digits of a number that is part of a name, as in Office 365
)

// whole reads the tokens of a compound as one word.
func (a analyzer) whole(i, end int) bool {
	a.key = a.key[:0]
	for k := i; k < end; k++ {
		a.key = appendLower(a.key, a.tokenText(k))
	}
	if len(a.key) > maxWord || isDigit(a.key[0]) && a.learn {
		return false
	}
	a.word = append(a.word[:0], a.key...)
	key := stem(a.key)
	id := a.resolve(key)
	misspelt := id == noTerm
	if misspelt {
		id = a.correct(key)
	}
	if id == noTerm {
		return false
	}
	a.emit(id, i, end-i, misspelt)
	return true
}

// pair reads token i and the one before it as one word: "disk-ba" "ckup",
// "file" "fault".
func (a analyzer) pair(i int) {
	a.key = appendLower(appendLower(a.key[:0], a.tokenText(i-1)), a.tokenText(i))
	if len(a.key) > maxWord || len(a.key) < minPair {
		return
	}
	key := stem(a.key)
	id := noTerm
	if !a.learn {
		id = a.v.find(key)
	} else if a.v.lex.has(key) {
		id = a.resolve(key)
	}
	if id != noTerm {
		a.emit(id, i-1, 2, false)
	}
}

// single reads one token and reports whether it is known, or no word.
func (a analyzer) single(i int) bool {
	if a.tokens[i].kind == numberToken {
		a.number(i)
		return true
	}
	a.key = appendLower(a.key[:0], a.tokenText(i))
	if len(a.key) > maxWord {
		return true
	}
	key, not := negation(a.key)
	if not {
		if id := a.resolve([]byte("not")); id != noTerm {
			a.emit(id, i, 1, false)
		}
	}
	if len(key) == 0 {
		return true
	}
	a.word = append(a.word[:0], key...)
	key = stem(key)
	if id := a.resolve(key); id != noTerm {
		if a.learn {
			a.v.addSpelling(a.word, id)
		}
		a.emit(id, i, 1, false)
		return true
	}
	if id := a.correct(key); id != noTerm {
		a.emit(id, i, 1, true)
		return true
	}
	return len(key) < 2
}

// number reads a number that is part of a name. Longer ones are codes, dates
// and counts; scanCodes looks at those.
func (a analyzer) number(i int) {
	if s := a.tokenText(i); len(s) <= maxNameDigits {
		if id := a.resolve([]byte(s)); id != noTerm {
			a.emit(id, i, 1, false)
		}
	}
}

// correct returns the term that an unknown word was meant to be, or noTerm:
// first by its shape, as OCR misreads it, then by a single typo in the word or
// its stem.
func (a analyzer) correct(key []byte) termID {
	if a.learn || len(key) < 2 {
		return noTerm
	}
	a.shape = glyphs(a.shape[:0], key)
	if id, ok := a.v.shapes[string(a.shape)]; ok {
		return id
	}
	if id, ok := a.v.ids[string(a.shape)]; ok {
		return id
	}
	if !mayMistype(a.word) {
		return noTerm
	}
	if id := a.v.typos.find(a.word); id != noTerm || !mayMistype(key) {
		return id
	}
	return a.v.typos.find(key)
}

const (
	minPart      = 4  // shorter words are part of most others by chance
	minSegmented = 10 // length of words without spaces that are segmented
	maxSegmented = 48 // the longest symbolic name of the products has 46 letters
)

// segment splits a token into the known words that it consists of, such as a
// symbolic name in lower case, and reads them. It returns their number, or 0 if
// anything would be left over.
func (a analyzer) segment(i int) int {
	t := a.tokens[i]
	n := int(t.to - t.from)
	if a.learn || t.kind != wordToken || n < minSegmented || n > maxSegmented {
		return 0
	}
	w := appendLower(a.word[:0], a.tokenText(i))
	if len(w) != n || !isLetter(w[0]) {
		return 0
	}
	from := a.wordStarts(w)
	if from[n] == 0 {
		return 0
	}
	parts := 0
	for end := n; end > 0; end = int(from[end]) - 1 {
		part := t
		part.from, part.to = t.from+int32(from[end])-1, t.from+int32(end)
		part.glued = t.glued || part.from > t.from
		if parts == 0 {
			a.tokens[i] = part
		} else {
			a.tokens = slices.Insert(a.tokens, i, part)
		}
		parts++
	}
	for k := i; k < i+parts; k++ {
		a.single(k)
	}
	return parts
}

// wordStarts returns for each end of a word in w where that word begins, plus
// one: the longest word that follows other known words. 0 means that none ends
// there.
func (a analyzer) wordStarts(w []byte) (from [maxSegmented + 1]int8) {
	for end := minPart; end <= len(w); end++ {
		for begin := end - minPart; begin >= 0 && end-begin <= maxTypo; begin-- {
			if begin > 0 && from[begin] == 0 {
				continue
			}
			a.key = append(a.key[:0], w[begin:end]...)
			if id := a.v.find(stem(a.key)); id != noTerm && a.v.df[id] > 0 {
				from[end] = int8(begin) + 1
			}
		}
	}
	return from
}

// syllableRun reads a run of syllables from token i and returns its end: each
// pair of neighbors, and the synonyms that they begin.
func (a analyzer) syllableRun(i int) int {
	end := i
	for end < len(a.tokens) && a.tokens[end].kind == syllableToken {
		end++
	}
	free := i // the first token that no synonym covers
	for k := i; k+1 < end; k++ {
		id := a.syllablePair(k)
		if id == noTerm {
			a.unknown = append(a.unknown, int32(k))
			continue
		}
		a.emit(id, k, 2, false)
		if k < free {
			continue
		}
		for n := min(int(a.v.maxSynonym[id]), end-k); n >= 2; n-- {
			if s := a.synonym(k, k+n); s != noTerm {
				a.emit(s, k, n, false)
				free = k + n
				break
			}
		}
	}
	return end
}

// syllablePair returns the term of the syllables k and k+1.
func (a analyzer) syllablePair(k int) termID {
	key := a.syllables(k, k+2)
	if a.learn && !a.known {
		return a.v.internExact(key)
	}
	return a.v.find(key)
}

// synonym returns the term that some syllables are a synonym of, or noTerm.
func (a analyzer) synonym(from, to int) termID {
	run := a.syllables(from, to)
	if !a.learn {
		if id, ok := a.v.synonyms[string(run)]; ok {
			return id
		}
		return noTerm
	}
	if name, ok := a.v.lex.synonym[string(run)]; ok {
		return a.resolve([]byte(name))
	}
	return noTerm
}

// syllables returns some syllables without the spaces between them.
func (a analyzer) syllables(from, to int) []byte {
	a.key = a.key[:0]
	for k := from; k < to; k++ {
		a.key = append(a.key, a.tokenText(k)...)
	}
	return a.key
}
