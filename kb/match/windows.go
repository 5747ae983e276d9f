package match

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// windowBytes is how much of a text is matched in one piece. The longest
	// message of the products has 2,000 bytes.
	windowBytes = 8 << 10
	// overlapBytes lets a message that a window cuts stand whole in the next.
	overlapBytes = 2 << 10
	// maxWindows bounds how many windows of one text are matched: those that
	// promise most at a glance. A window that is all noise takes a millisecond,
	// the glance at one megabyte ten to thirty (BenchmarkMatch/1MB-binary).
	maxWindows = 12
	// minWindowScore is what a window has to hold: as much as one word that
	// stands in a single entry.
	minWindowScore = fullWeight
	// codeScore is what the code of an entry is worth beside words.
	codeScore = 4 * fullWeight
	// maxCode is the length of 0x and the eight digits of 32 bits.
	maxCode = 10
)

// A window is a piece of a long text.
type window struct {
	start, end int
	score      int32
}

// matchLong matches a long text, such as a log: it glances at all of it, looks
// closely at the windows that promise something, and puts together what it
// finds.
func (q *query) matchLong(ix *Index, text string) Result {
	var best Result
	for _, w := range q.bestWindows(ix, text) {
		r := q.match(ix, text[w.start:w.end], false)
		r.shift(w.start)
		best = best.join(r)
	}
	return best
}

// bestWindows are the windows worth a closer look, in the order of the text. Of
// windows that are the same to the letter the first one stands for all.
func (q *query) bestWindows(ix *Index, text string) []window {
	var all []window
	last := ""
	for start := 0; start < len(text); {
		w := window{start: start, end: windowEnd(text, start)}
		piece := text[w.start:w.end]
		if w.score = q.quickScore(ix, piece); w.score >= minWindowScore && piece != last {
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

// quickScore sums up what the words of a window are worth, each once, as they stand
// there: no other spelling is tried, so that it costs a few nanoseconds a byte.
func (q *query) quickScore(ix *Index, text string) int32 {
	q.resetSeen()
	var sum int32
	for i := 0; i < len(text); {
		from := i
		switch c := text[i]; {
		case isAlnum(c):
			for i < len(text) && isAlnum(text[i]) {
				i++
			}
			sum += q.quickWord(ix, text[from:i])
		case c >= utf8.RuneSelf && i+2*syllableBytes <= len(text):
			if mayBeSyllable(c) && mayBeSyllable(text[i+syllableBytes]) {
				if f, ok := ix.v.ids[text[i:i+2*syllableBytes]]; ok {
					sum += q.newWeight(ix, f)
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

// mayBeSyllable reports whether Hangul, Han or Kana begins with the byte in UTF-8.
func mayBeSyllable(c byte) bool { return c >= 0xE3 && c <= 0xED }

// minQuickWord is the length of words that are looked up at a glance: shorter
// ones are many in what is no text, and tell little.
const minQuickWord = 3

// quickWord is what one word is worth: the code of an entry, or a word of its
// texts.
func (q *query) quickWord(ix *Index, word string) int32 {
	if len(word) < minQuickWord || len(word) > maxTypo {
		return 0
	}
	if isDigit(word[0]) {
		return ix.quickCode(word)
	}
	var lower [maxTypo]byte
	for i := range len(word) {
		lower[i] = word[i]
		if isUpper(word[i]) {
			lower[i] += 'a' - 'A'
		}
	}
	key := lower[:len(word)]
	f, ok := ix.v.ids[string(key)]
	if !ok {
		if f, ok = ix.v.spellings[string(key)]; !ok {
			return 0
		}
	}
	return q.newWeight(ix, f)
}

// quickCode is what a number is worth: much, if it is the code of an entry.
func (ix *Index) quickCode(word string) int32 {
	if len(word) < 2 || len(word) > maxCode {
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

// newWeight is the weight of a feature that was not seen in the window before.
func (q *query) newWeight(ix *Index, f termID) int32 {
	if q.seen[f] == q.stamp {
		return 0
	}
	q.seen[f] = q.stamp
	return ix.v.weight[f]
}

// windowEnd is the end of a line, where there is one in the last part of the
// window, else of a character.
func windowEnd(text string, start int) int {
	end := start + windowBytes
	if end >= len(text) {
		return len(text)
	}
	if i := strings.LastIndexByte(text[end-overlapBytes/2:end], '\n'); i >= 0 {
		return end - overlapBytes/2 + i + 1
	}
	for end > start+1 && text[end]&0xC0 == 0x80 {
		end--
	}
	return end
}

// shift moves evidence by the place of its window.
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

// join takes the results of two windows of one text: the better one leads, and
// what the other is sure of stands beside it.
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
		first.Also = addHits(first, second.Hits[:1])
	}
	first.Also = addHits(first, second.Also)
	return first
}

// addHits adds hits of entries that the result does not name yet.
func addHits(r Result, hits []Hit) []Hit {
	for _, h := range hits {
		same := func(x Hit) bool { return x.Doc == h.Doc }
		if !same(r.Hits[0]) && !slices.ContainsFunc(r.Also, same) {
			r.Also = append(r.Also, h)
		}
	}
	return r.Also
}
