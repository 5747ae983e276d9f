package match

// A message of several sentences is often quoted in part: the first sentence
// says the error, the others what to do. A whole sentence that no other error of
// these products has is as good as the message.

// A sentenceStart is where a sentence of a message begins.
type sentenceStart struct {
	at           int32  // a token
	runs, common int16  // its runs (see background.go), and those that other errors have, too
	hash         uint64 // of its words
}

// appendSentences appends the sentences of a piece of a message that begins at
// token n of it.
func appendSentences(dst []sentenceStart, s string, tokens []token, n int) []sentenceStart {
	first := len(dst)
	for i, t := range tokens {
		if t.newSentence || n+i == 0 {
			dst = append(dst, sentenceStart{at: int32(n + i), hash: sentenceHash})
		}
		if last := len(dst) - 1; t.kind != numberToken {
			dst[last].hash = hashToken(dst[last].hash, s[t.from:t.to])
		}
	}
	eachRun(s, tokens, func(hash uint64, from, _ int) {
		k := max(0, first-1)
		for k+1 < len(dst) && dst[k+1].at <= int32(n+from) {
			k++
		}
		dst[k].runs++
		if inBackground(hash) {
			dst[k].common++
		}
	})
	return dst
}

// A sentence is the best sentence of an aligned message, and how much of it the
// text has.
type sentence struct {
	alignment        // confined to the sentence
	start, end int32 // the sentence, in tokens of the template
	weight     int32 // of the sentence
	shared     bool  // other errors have it, too
	common     bool  // other errors have most of its runs
	rest       int32 // see query.sentenceRest
}

// bestSentence returns the sentence of a message, which was aligned last, of
// which the text has the most weight: a complete one, if there is any. A message
// of a single sentence has none.
func (q *query) bestSentence(t *template) sentence {
	var best sentence
	if t == nil || t.sentences == nil {
		return best
	}
	sums := q.ix.sumsOf(t)
	for i, start := range t.sentences {
		end := int32(t.numTokens)
		if i+1 < len(t.sentences) {
			end = t.sentences[i+1].at
		}
		chain := q.chainWithin(start.at, end)
		if len(chain) == 0 {
			continue
		}
		s := confine(t, chain, sums, start.at, end)
		s.shared, s.common = inBackground(start.hash), 2*start.common > start.runs
		if c := s.complete(); c != best.complete() && c || c == best.complete() && s.matched > best.matched {
			best = s
		}
	}
	return best
}

// complete reports whether the text has nearly all of the sentence.
func (s *sentence) complete() bool {
	return s.template != nil && s.skipped == 0 && float64(s.matched) >= nearlyAll*float64(s.weight)
}

// chainWithin returns the best chain of the runs of the last alignment that ends
// in a part of its template, the last run first. Other sentences of the message
// may have the same words, and the best chain of all may be in them.
func (q *query) chainWithin(start, end int32) []run {
	last := int32(-1)
	for i := range q.runs {
		r := &q.runs[i]
		if r.tTo > start && r.tFrom < end && (last < 0 || r.best > q.runs[last].best) {
			last = int32(i)
		}
	}
	q.chain = q.chain[:0]
	for ; last >= 0; last = q.runs[last].prev {
		q.chain = append(q.chain, q.runs[last])
	}
	return q.chain
}

// confine confines a chain to the tokens of its template from start to end.
func confine(t *template, chain []run, sums []int32, start, end int32) sentence {
	s := sentence{alignment: alignment{template: t, tFrom: -1}, start: start, end: end, weight: sums[end] - sums[start]}
	last := start
	for i := len(chain) - 1; i >= 0; i-- {
		r := chain[i]
		from, to := max(r.tFrom, last), min(r.tTo, end)
		if from >= to {
			continue
		}
		if s.tFrom < 0 {
			s.tFrom, s.from = from, r.from+from-r.tFrom
		} else {
			s.skipped += sums[from] - sums[last]
		}
		s.matched += sums[to] - sums[from]
		s.tTo, s.to = to, min(r.to, r.from+to-r.tFrom)
		last = to
	}
	return s
}

// minSentence is the weight that a quoted sentence needs to be an answer. A
// shorter one is in other products' messages, too.
const minSentence = 600

// saysSentence reports whether the text has a whole sentence of the message and
// the text around it does not make it another one. Where the text names the
// products, the words of the sentence may be those of other errors, as long as
// the sentence is not.
func (s *candidateScore) saysSentence(c textContext) bool {
	x := &s.sentence
	return x.complete() && x.weight >= minSentence && x.rest < minRest && !x.shared && (!x.common || c.products > 0) &&
		c.otherProducts == 0 && (c.products > 0 || c.unknown == 0)
}
