package match

// A code or symbol of one error with the message of another is a conflict: a
// table of errors that somebody cut badly, a post that mixes two of them up. Both
// are strong evidence, so the answer is a question which of the two it is.

// conflict returns the places of two scores that contradict each other: one by
// its code or symbol, the other by its message. ok is false if none do.
func (q *query) conflict(scores []candidateScore) (first, second int, ok bool) {
	scores = scores[:min(len(scores), maxAligned)]
	for a := range scores {
		if scores[a].code < strongCode && !scores[a].saysSymbol() {
			continue
		}
		for b := range scores {
			if a != b && q.contradict(&scores[a], &scores[b]) {
				return min(a, b), max(a, b), true
			}
		}
	}
	return 0, 0, false
}

// contradict reports whether a code or symbol of named is in the place of the
// code of said, whose message the text has.
func (q *query) contradict(named, said *candidateScore) bool {
	m := said.message
	if said.code >= mediumCode || !said.saysAll() && !said.saysSymbol() || q.alsoExplains(named.doc, m) {
		return false
	}
	if named.saysSymbol() {
		return said.saysAll() && q.adjoins(named.message, m)
	}
	if named.coverage() >= half && !said.saysSymbol() {
		return false // the text has its message, too: these are two errors
	}
	for _, ref := range q.codes {
		if ref.strength == strongCode && q.ix.ownsCode(named.doc, ref.code) && q.contradicts(said, ref) {
			return true
		}
	}
	return false
}

// saysSymbol reports whether the text has a symbol of the document.
func (s *candidateScore) saysSymbol() bool {
	return s.message.template != nil && s.message.template.kind == symbolTemplate && s.coverage() >= nearlyAll
}

// saysAll reports whether the text has a message of the document that announces
// no other one.
func (s *candidateScore) saysAll() bool {
	t := s.message.template
	return t != nil && t.kind == messageTemplate && !t.announces && s.coverage() >= nearlyAll
}

// adjoins reports whether a symbol is directly before a message, or after it in
// the same line.
func (q *query) adjoins(symbol, message alignment) bool {
	const between = 2 // tokens, such as "error code"
	if symbol.to <= message.from {
		return message.from-symbol.to <= between
	}
	if symbol.from < message.to || symbol.from-message.to > between {
		return false
	}
	for i := message.to; i <= symbol.from; i++ {
		if q.tokens[i].newLine {
			return false
		}
	}
	return true
}
