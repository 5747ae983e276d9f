package match

import (
	"slices"
	"strings"
)

// A post is often more than a message: a greeting, a story, the message, rows of
// a log, a signature. Compared with all of it, a short message is a small part.
// So a post that gives no answer as a whole is cut into blocks, which are its
// lines and the quotations in them, and each is matched alone. The context is
// still that of the whole post: which products it names.
//
// A block ends with a line, not with a sentence, because the code of a message
// may follow in a sentence of its own.

// A block is a piece of a post, in tokens.
type block struct{ from, to int32 }

func (b block) shift(by int32) block { return block{b.from + by, b.to + by} }

const (
	maxBlocks      = 24 // lines of a long post; a log has more, and windows.go cuts it
	minBlockTokens = 3  // nothing shorter says an error, except a code
	minQuoted      = 3  // one part in so many of a block's weight is the message's
)

// blocks returns the blocks of the text, or nil if it is a single one.
func (q *query) blocks() []block {
	q.parts = q.parts[:0]
	n, start := int32(len(q.tokens)), int32(0)
	for i := int32(1); i <= n; i++ {
		if i < n && !q.tokens[i].newLine {
			continue
		}
		q.addBlock(start, i, n)
		start = i
	}
	q.addQuotations()
	return q.parts[:min(len(q.parts), maxBlocks)]
}

// addBlock adds a block unless it is too short or all of the text. "ID 3106" is
// long enough.
func (q *query) addBlock(from, to, n int32) {
	if b := (block{from, to}); to-from < n && (to-from >= minBlockTokens || q.announcesCode(b)) {
		q.parts = append(q.parts, b)
	}
}

// announcesCode reports whether a block has an announced code of a document.
func (q *query) announcesCode(b block) bool {
	return slices.ContainsFunc(q.codes, func(ref codeRef) bool {
		return ref.token >= b.from && ref.token < b.to && ref.strength >= mediumCode && q.ix.isOwn(ref)
	})
}

// quotationMarks open and close quotations.
const quotationMarks = "\"“”«»「」『』`"

// addQuotations adds the pieces of lines between two quotation marks. Those that
// a line has nothing else around are blocks already.
func (q *query) addQuotations() {
	n := int32(len(q.tokens))
	open := int32(-1)
	for i := int32(0); i <= n; i++ {
		before, after := cutLine(q.gapBefore(i))
		if open >= 0 && strings.ContainsAny(before, quotationMarks) {
			if b := (block{open, i}); !slices.Contains(q.parts, b) {
				q.addBlock(open, i, n)
			}
		}
		if strings.ContainsAny(after, quotationMarks) {
			open = i
		} else if i < n && q.tokens[i].newLine {
			open = -1
		}
	}
}

// cutLine returns what a gap between tokens has in the line before it and in the
// line after it, which may be the same.
func cutLine(gap string) (before, after string) {
	const ends = "\r\n"
	if k := strings.IndexAny(gap, ends); k >= 0 {
		return gap[:k], gap[strings.LastIndexAny(gap, ends):]
	}
	return gap, gap
}

// gapBefore returns the text between token i and the one before it.
func (q *query) gapBefore(i int32) string {
	from, to := int32(0), int32(len(q.plain.s))
	if i > 0 {
		from = q.tokens[i-1].to
	}
	if int(i) < len(q.tokens) {
		to = q.tokens[i].from
	}
	return q.plain.s[from:to]
}

// linesOf returns the lines that a block is part of.
func (q *query) linesOf(b block) block {
	return q.widen(b, func(t token) bool { return t.newLine })
}

// sentenceOf returns the sentences that a block is part of. A sentence ends with
// its line.
func (q *query) sentenceOf(b block) block {
	return q.widen(b, func(t token) bool { return t.newSentence || t.newLine })
}

// widen widens a block to tokens that begin something.
func (q *query) widen(b block, begins func(token) bool) block {
	for b.from > 0 && !begins(q.tokens[b.from]) {
		b.from--
	}
	for int(b.to) < len(q.tokens) && !begins(q.tokens[b.to]) {
		b.to++
	}
	return b
}

// matchBlocks matches the blocks of a text, and returns the answers of those
// that give one.
func (q *query) matchBlocks(c textContext) Result {
	var best Result
	blocks := q.blocks()
	if len(blocks) < 2 {
		return best
	}
	part := q.ix.query()
	defer q.ix.release(part)
	for _, b := range blocks {
		part.loadBlock(q, b)
		r := part.matchBlock(c)
		q.addBlockOdds(part)
		if r.Band == Sure && !q.goesOn(&part.answer, b) {
			if best.Band != Sure {
				best, q.answer, q.answerAt = r, part.answer, part.answerAt.shift(b.from)
			} else {
				best = best.join(r)
			}
		}
	}
	return best
}

// goesOn reports whether the answer of a block is only the beginning, or another
// piece, of a longer message that the text has there.
func (q *query) goesOn(answer *candidateScore, b block) bool {
	return slices.ContainsFunc(q.scores[:min(len(q.scores), maxAligned)], func(s candidateScore) bool {
		m := s.message
		return m.template != nil && s.doc != answer.doc && m.from < b.to && m.to > b.from && 2*m.matched >= 3*answer.message.matched && s.coverage() >= half
	})
}

// blockOdds are the odds of a document in a block of a text.
type blockOdds struct {
	doc  uint32
	odds float64
}

// addBlockOdds keeps the odds of the best document of a block.
func (q *query) addBlockOdds(part *query) {
	if len(part.scores) == 0 {
		return
	}
	best := part.scores[0]
	if i := slices.IndexFunc(q.blockOdds, func(b blockOdds) bool { return b.doc == best.doc }); i >= 0 {
		q.blockOdds[i].odds = max(q.blockOdds[i].odds, best.odds)
		return
	}
	q.blockOdds = append(q.blockOdds, blockOdds{best.doc, best.odds})
}

// matchBlock matches a block of a post with a context.
func (q *query) matchBlock(post textContext) Result {
	q.scores = q.scores[:0]
	q.retrieve()
	c := q.context()
	quotes := func(x candidate) bool { return minQuoted*x.shared >= c.content }
	if !slices.ContainsFunc(q.nearest, quotes) && !slices.ContainsFunc(q.codes, q.ix.isOwn) {
		return Result{}
	}
	c.products, c.otherProducts = max(c.products, post.products), max(c.otherProducts, post.otherProducts)
	scores := q.rank()
	q.assess(scores, c)
	if len(scores) > 0 && scores[0].code == 0 && scores[0].lacksTrouble(c) {
		q.scores = q.scores[:0]
		return Result{}
	}
	return q.decide(scores, c)
}

// loadBlock loads a block of a text that was analyzed already.
func (q *query) loadBlock(post *query, b block) {
	from, to := post.tokens[b.from].from, post.tokens[b.to-1].to
	if int(b.to) == len(post.tokens) {
		to = int32(len(post.plain.s))
	}
	q.original = post.original
	q.plain = plainText{s: post.plain.s[from:to]}
	if post.plain.pos != nil {
		q.plain.pos = post.plain.pos[from : to+1]
	} else {
		q.plain.base = int(from)
	}
	q.tokens, q.terms, q.codes, q.unknown = q.tokens[:0], q.terms[:0], q.codes[:0], q.unknown[:0]
	for _, t := range post.tokens[b.from:b.to] {
		t.from, t.to = t.from-from, t.to-from
		q.tokens = append(q.tokens, t)
	}
	for _, t := range post.terms {
		if t.at >= b.from && t.at+int32(t.n) <= b.to {
			t.at -= b.from
			q.terms = append(q.terms, t)
		}
	}
	for _, ref := range post.codes {
		if ref.token >= b.from && ref.token < b.to {
			ref.token -= b.from
			q.codes = append(q.codes, ref)
		}
	}
	for _, i := range post.unknown {
		if i >= b.from && i < b.to {
			q.unknown = append(q.unknown, i-b.from)
		}
	}
	q.index()
}

// isOwn reports whether a code is one of a document.
func (ix *Index) isOwn(ref codeRef) bool { return len(ix.codes[ref.code]) > 0 }
