package kb

import (
	"cmp"
	"slices"
	"strings"
)

const (
	// windowBytes is how much of a text is matched in one piece. The longest
	// message of the products has 2,000 bytes.
	windowBytes = 8 << 10
	// windowOverlap lets a message that a window cuts stand whole in the next.
	windowOverlap = 2 << 10
)

// matchLong matches a long text, such as a log, window by window, and puts
// together what it finds.
func (q *query) matchLong(ix *index, text string) Result {
	var best Result
	last := ""
	for start := 0; start < len(text); {
		end := windowEnd(text, start)
		if window := text[start:end]; window != last && q.promises(ix, window) {
			r := q.match(ix, window, false)
			r.shift(start)
			best = best.join(r)
			last = window
		}
		if end == len(text) {
			break
		}
		start = max(start+1, end-windowOverlap)
		if i := strings.IndexByte(text[start:end], '\n'); i >= 0 {
			start += i + 1
		}
	}
	return best
}

// promises reports whether a window of a long text is worth a closer look, in
// which misspelt words are looked up too: it has a code of an entry, or words
// that make up a short message as they stand.
func (q *query) promises(ix *index, window string) bool {
	q.exact = true
	q.load(ix, window)
	q.exact = false
	for _, ref := range q.codes {
		if len(ix.codes[ref.code]) > 0 {
			return true
		}
	}
	var known int32
	for _, f := range q.features {
		known += ix.v.weight[f]
	}
	return known >= one
}

// windowEnd is the end of a line, where there is one in the last part of the
// window, else of a character.
func windowEnd(text string, start int) int {
	end := start + windowBytes
	if end >= len(text) {
		return len(text)
	}
	if i := strings.LastIndexByte(text[end-windowOverlap/2:end], '\n'); i >= 0 {
		return end - windowOverlap/2 + i + 1
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
		same := func(x Hit) bool { return x.Entry == h.Entry }
		if !same(r.Hits[0]) && !slices.ContainsFunc(r.Also, same) {
			r.Also = append(r.Also, h)
		}
	}
	return r.Also
}
