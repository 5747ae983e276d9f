package match

// A message of several sentences is often quoted in part: the first sentence
// says the error, the others what to do. A whole sentence that no other error of
// these products has is as good as the message.

// A sentenceStart is where a sentence of a message begins.
type sentenceStart struct {
	at           int32 // a token
	runs, common int16 // its runs (see background.go), and those that other errors have, too
}

// appendSentences appends the sentences of a piece of a message that begins at
// token n of it.
func appendSentences(dst []sentenceStart, s string, tokens []token, n int) []sentenceStart {
	first := len(dst)
	for i, t := range tokens {
		if t.newSentence || n+i == 0 {
			dst = append(dst, sentenceStart{at: int32(n + i)})
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
	common     bool  // other errors have it, too
	rest       int32 // see query.sentenceRest
}

// bestSentence returns the sentence of an aligned message of which the text has
// the most weight. A message of a single sentence has none.
func (q *query) bestSentence(a alignment, chain []run) sentence {
	var best sentence
	if a.template == nil || a.template.sentences == nil {
		return best
	}
	starts, sums := a.template.sentences, q.ix.sumsOf(a.template)
	for i, start := range starts {
		end := int32(a.template.numTokens)
		if i+1 < len(starts) {
			end = starts[i+1].at
		}
		s := confine(a, chain, sums, start.at, end)
		s.common = 2*start.common > start.runs
		if s.matched > best.matched {
			best = s
		}
	}
	return best
}

// confine confines an alignment to the tokens of its template from start to
// end.
func confine(a alignment, chain []run, sums []int32, start, end int32) sentence {
	s := sentence{alignment: alignment{template: a.template, tFrom: -1}, start: start, end: end, weight: sums[end] - sums[start]}
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

// What a quoted sentence needs to be an answer.
const (
	minSentence = 600 // weight; a shorter one is in other products' messages, too
)

// saysSentence reports whether the text has a whole sentence of the message and
// the text around it does not make it another one.
func (s *candidateScore) saysSentence(c textContext) bool {
	x := &s.sentence
	return !x.common && x.weight >= minSentence && float64(x.matched) >= nearlyAll*float64(x.weight) && x.skipped == 0 &&
		x.rest < minRest && c.otherProducts == 0 && (c.products > 0 || c.unknown == 0)
}
