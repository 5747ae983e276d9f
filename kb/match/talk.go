package match

import (
	"slices"
	"strings"
)

// A text that has an error may only talk about it: it is over, quoted, or explained.
// What the linear model and the stances make of the words around the error decides.

// longTalk is the length, in tokens, from which a text does more than say that all is
// well.
const longTalk = 60

// leastOfAnswer returns the odds of acceptance that the answer needs: a text that
// has an error may only talk about it.
func (q *query) leastOfAnswer(c textContext) float64 {
	pasted := q.answer.message.matched >= longQuote || q.answer.quotes(c) && q.answer.coverage() >= nearlyAll
	switch {
	case len(q.tokens) > longTalk:
		return anyOdds
	case q.isTalkAround(q.answerAt):
		return noOdds
	case pasted:
		return anyOdds
	case q.isTalkIn(q.linesOf(q.answerAt)):
		return leastOfTalk
	}
	return anyOdds
}

// What a text quotes of a message, in weight: a longer piece is a paste, whatever
// is around it; a shorter one, if it is half of the text.
const (
	longQuote  = fullWeight * 14 / 5
	shortQuote = longQuote * 3 / 5
)

// quotes reports whether half of the text is a piece of a message.
func (s *candidateScore) quotes(c textContext) bool {
	return s.message.matched >= shortQuote && 2*s.message.matched >= c.content && c.otherProducts == 0
}

// isTalkIn reports whether what the speaker does in the lines of an error is not
// to report trouble: it is over, or an example, or asked about in general. A
// greeting or a story in other lines changes nothing. Whoever pastes an announced
// code, or a message that is a sentence of its own, has trouble, however much the
// linear model doubts it, unless the stance says otherwise.
func (q *query) isTalkIn(lines block) bool {
	part := q.ix.query()
	defer q.ix.release(part)
	part.loadBlock(q, lines)
	part.findConcepts()
	if part.stance() < calm {
		return true
	}
	if q.answer.code == strongCode || q.isOwnSentence(&q.answer) {
		return false
	}
	part.judge()
	return part.judgment[complaint] < maxComplaint
}

// isOwnSentence reports whether the text has most of a message, or all of one of
// its sentences, as a sentence.
func (q *query) isOwnSentence(s *candidateScore) bool {
	return s.message.template != nil && s.coverage() >= mostOfIt && q.isSentence(s.message) || s.sentence.complete() && q.isSentence(s.sentence.alignment)
}

// slightWord is the weight of a word that nearly all documents have: "the".
const slightWord = 140

// isSentence reports whether a sentence or a line has nothing around an aligned
// message but slight words.
func (q *query) isSentence(a alignment) bool {
	b := q.sentenceOf(block{a.from, a.to})
	return q.sums[a.from]-q.sums[b.from] <= slightWord && q.sums[b.to]-q.sums[a.to] <= slightWord
}

// What the words around an error say, in steps of the linear model. Of 870 answers
// to texts of authors whom the model did not know, the limits take away none that is
// right, and 6 of 14 to talk.
const (
	minAround    = 3   // tokens on one side of an error that say what it is for
	maxAround    = -80 // on both sides, if the sentence is no complaint
	maxMention   = -50 // around a code that is only mentioned: "no tickets with 0x29834 this month"
	maxMentioned = -20 // of its sentence
	maxStated    = 50  // of a sentence whose other words have a stance against a complaint
	maxQuote     = -50 // around a quotation: "lol "device is not ready""
	maxQuoted    = 30  // of its lines
)

// isTalkAround reports whether an error is only quoted or mentioned: what its
// sentence says before and after it is talk, such as about a page on it, its
// translation, or that it is gone. Words that have nothing to do with backups are
// harmless around a code.
func (q *query) isTalkAround(b block) bool {
	b, quoted := q.quotationOf(b)
	sentence := q.sentenceOf(b)
	var around remark
	against := false
	for _, side := range []block{{sentence.from, b.from}, {b.to, sentence.to}} {
		if side.from < side.to {
			r := q.remarkOf(side)
			around.complaint += r.complaint
			around.topical = around.topical || r.topical
			against = against || r.stance < calm && side.to-side.from >= minAround
		}
	}
	switch hasCode := q.answer.code >= bareCode; {
	case quoted && against:
		return true
	case quoted && !hasCode:
		return around.complaint <= maxQuote && q.remarkOf(q.linesOf(b)).complaint < maxQuoted
	case against:
		return q.remarkOf(sentence).complaint < maxStated
	case !around.topical || around.complaint > maxMention:
		return false
	default:
		said := q.remarkOf(sentence).complaint
		return around.complaint <= maxAround && said < 0 || hasCode && said <= maxMentioned
	}
}

// A remark is what a part of a text says.
type remark struct {
	complaint, stance int32 // in steps of the linear model
	topical           bool  // it names something that backups are about
}

func (q *query) remarkOf(b block) remark {
	part := q.ix.query()
	defer q.ix.release(part)
	part.loadBlock(q, b)
	part.findConcepts()
	part.judge()
	topical := slices.ContainsFunc(part.concepts, func(c conceptRef) bool {
		kind := q.ix.concepts.concepts[c.id].Kind
		return kind == Object || kind == Operation
	})
	return remark{part.judgment[complaint], part.stance(), topical}
}

// quotationOf returns the quotation that a part of the text is in, or is.
func (q *query) quotationOf(b block) (block, bool) {
	before, _ := cutLine(q.gapBefore(b.from))
	after, _ := cutLine(q.gapBefore(b.to))
	const marks = quotationMarks + "'‘’" // an apostrophe encloses nothing more than b
	if strings.ContainsAny(before, marks) && strings.ContainsAny(after, marks) {
		return b, true
	}
	lines, open := q.linesOf(b), int32(-1)
	for i := lines.from; i <= lines.to; i++ {
		gap := q.gapBefore(i)
		switch before, after := cutLine(gap); {
		case i == lines.from:
			gap = after
		case i == lines.to:
			gap = before
		}
		for n := strings.Count(gap, "\"") + strings.Count(gap, "“") + strings.Count(gap, "”"); n > 0; n-- {
			if open < 0 {
				open = i
				continue
			}
			if open <= b.from && b.to <= i {
				return block{open, i}, true
			}
			open = -1
		}
	}
	return b, false
}

// calm is a stance, in steps of the linear model, that speaks against a
// complaint. The fit gives some that report trouble a weight of -1.
const calm = -3

// thanks is a stance that says nothing about trouble: a request ends with it,
// as does the report that all is well.
const thanks = "thanks"

// stance returns how much the stances of the text speak for a complaint, in
// steps of the linear model.
func (q *query) stance() int32 {
	var seen conceptSet
	var sum int32
	for _, c := range q.concepts {
		concept := &q.ix.concepts.concepts[c.id]
		if concept.Kind != Stance || seen.has(c.id) || concept.ID == thanks {
			continue
		}
		seen.add(c.id)
		if weights, _, ok := q.ix.said.rowOf(hashFeature(append(append(q.key[:0], "k "...), concept.ID...))); ok {
			sum += int32(weights[complaint])
		}
	}
	return sum
}
