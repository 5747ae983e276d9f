package match

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A long text, such as a log, is cut into overlapping windows. A quick score of
// each costs a few nanoseconds per byte, because it looks up words only as they
// are spelled. The windows with the best quick scores are matched, and their
// results joined.

const (
	windowBytes  = 8 << 10 // the longest message of the products has 2,000 bytes
	overlapBytes = 2 << 10 // so that a message that a window cuts is whole in the next
	// A window full of noise takes a millisecond to match, and the quick scores
	// of one megabyte 10 to 30 ms (BenchmarkMatch/1MB-binary).
	maxWindows     = 12
	minWindowScore = fullWeight     // a word that a single document has
	codeScore      = 4 * fullWeight // of the code of a document
	minQuickWord   = 3              // bytes; data that is not text is full of shorter words
	maxCode        = 10             // bytes: 0x and the eight digits of 32 bits
)

// A window is a piece of a long text.
type window struct {
	start, end int
	score      int32
}

// matchLong matches a text that is longer than a window.
func (q *query) matchLong(text string) Result {
	var all Result
	for _, w := range q.bestWindows(text) {
		r := q.match(text[w.start:w.end])
		r.shift(w.start)
		all = all.join(r)
	}
	return all
}

// bestWindows returns the windows that are worth matching, in the order of the
// text. Of identical neighbors it returns the first.
func (q *query) bestWindows(text string) []window {
	var all []window
	last := ""
	for start := 0; start < len(text); {
		w := window{start: start, end: windowEnd(text, start)}
		piece := text[w.start:w.end]
		if w.score = q.quickScore(piece); w.score >= minWindowScore && piece != last {
			all = append(all, w)
			last = piece
		}
		if w.end == len(text) {
			break
		}
		start = max(start+1, w.end-overlapBytes)
		if i := strings.IndexByte(text[start:w.end], '\n'); i >= 0 {
			start += i + 1
		}
	}
	slices.SortStableFunc(all, func(a, b window) int { return cmp.Compare(b.score, a.score) })
	all = all[:min(len(all), maxWindows)]
	slices.SortFunc(all, func(a, b window) int { return cmp.Compare(a.start, b.start) })
	return all
}

// windowEnd returns the end of the window at start: the end of a line, if there
// is one in its last part, else the end of a character.
func windowEnd(text string, start int) int {
	end := start + windowBytes
	if end >= len(text) {
		return len(text)
	}
	if i := strings.LastIndexByte(text[end-overlapBytes/2:end], '\n'); i >= 0 {
		return end - overlapBytes/2 + i + 1
	}
	for end > start+1 && text[end]&0xC0 == 0x80 { // within a character in UTF-8
		end--
	}
	return end
}

// quickScore returns the weight of the words and codes of a window, each word
// once.
func (q *query) quickScore(text string) int32 {
	q.resetSeen()
	var sum int32
	for i := 0; i < len(text); {
		from := i
		switch c := text[i]; {
		case isAlnum(c):
			for i < len(text) && isAlnum(text[i]) {
				i++
			}
			sum += q.quickWord(text[from:i])
		case c >= utf8.RuneSelf && i+2*syllableBytes <= len(text):
			if mayBeSyllable(c) && mayBeSyllable(text[i+syllableBytes]) {
				if id, ok := q.ix.v.ids[text[i:i+2*syllableBytes]]; ok {
					sum += q.newWeight(id)
				}
			}
			for i++; i < len(text) && text[i]&0xC0 == 0x80; {
				i++
			}
		default:
			i++
		}
	}
	return sum
}

// mayBeSyllable reports whether a byte can begin Hangul, Han or Kana in UTF-8.
func mayBeSyllable(c byte) bool { return c >= 0xE3 && c <= 0xED }

// quickWord returns the score of a word or a code.
func (q *query) quickWord(word string) int32 {
	if len(word) < minQuickWord || len(word) > maxTypo {
		return 0
	}
	if isDigit(word[0]) {
		return q.ix.quickCode(word)
	}
	var lower [maxTypo]byte
	for i := range len(word) {
		lower[i] = word[i]
		if isUpper(word[i]) {
			lower[i] += 'a' - 'A'
		}
	}
	key := lower[:len(word)]
	id, ok := q.ix.v.ids[string(key)]
	if !ok {
		if id, ok = q.ix.v.spellings[string(key)]; !ok {
			return 0
		}
	}
	return q.newWeight(id)
}

// quickCode returns the score of a number, which is 0 unless it is the code of
// a document.
func (ix *Index) quickCode(word string) int32 {
	if len(word) > maxCode {
		return 0
	}
	for i := range len(word) {
		if !isDigit(word[i]) && word[0] != '0' {
			return 0
		}
	}
	if c, ok := number(word); ok && len(ix.codes[c]) > 0 {
		return codeScore
	}
	return 0
}

// newWeight returns the weight of a term the first time that it occurs in a
// window.
func (q *query) newWeight(id termID) int32 {
	if q.has(id) {
		return 0
	}
	q.seen[id] = q.stamp
	return q.ix.v.weight[id]
}

// shift moves the evidence of a window to its place in the text.
func (r *Result) shift(by int) {
	for _, hits := range [][]Hit{r.Hits, r.Also} {
		for i := range hits {
			for k := range hits[i].Evidence {
				hits[i].Evidence[k].Start += by
				hits[i].Evidence[k].End += by
			}
		}
	}
}

// join joins the results of two windows of a text, r before o. The better one
// leads; a certain error of the other one is reported as Also.
func (r Result) join(o Result) Result {
	if len(o.Hits) == 0 {
		return r
	}
	if len(r.Hits) == 0 {
		return o
	}
	first, second := r, o
	if cmp.Or(cmp.Compare(o.Band, r.Band), cmp.Compare(o.Hits[0].Confidence, r.Hits[0].Confidence)) > 0 && r.Band != Sure {
		first, second = o, r
	}
	if second.Band == Sure {
		first.Also = first.alsoWith(second.Hits[:1])
	}
	first.Also = first.alsoWith(second.Also)
	return first
}

// alsoWith returns Also with the hits of documents that the result does not
// have yet.
func (r Result) alsoWith(hits []Hit) []Hit {
	for _, h := range hits {
		same := func(x Hit) bool { return x.Doc == h.Doc }
		if !same(r.Hits[0]) && !slices.ContainsFunc(r.Also, same) {
			r.Also = append(r.Also, h)
		}
	}
	return r.Also
}
