package match

import (
	"strings"
)

// A textContext is what a text is about, whatever document it may mean.
type textContext struct {
	content       int32 // weight of all its tokens
	tokens        int   // with the numbers of the times of log records
	unknown       int   // words that neither a document nor a word list has
	products      int   // names and terms of these products
	otherProducts int   // names of other products
	trouble       bool  // something goes wrong
}

// context returns the context of the text.
func (q *query) context() textContext {
	c := textContext{content: q.sums[len(q.tokens)], tokens: len(q.tokens)}
	for _, i := range q.unknown {
		if q.tokens[i].kind == wordToken && !q.inName(int(i)) {
			c.unknown++
		}
	}
	for i := range q.tokens {
		if q.tokens[i].newRecord {
			c.tokens += numbersOfTime
		}
	}
	for _, t := range q.terms {
		class := q.ix.v.class[t.id]
		if class&otherWord != 0 && !t.misspelt {
			c.otherProducts++
		}
		if class&productWord != 0 {
			c.products++
		}
		c.trouble = c.trouble || class&troubleWord != 0
	}
	for _, set := range q.ix.v.productSets {
		if q.hasAll(set) {
			c.products++
		}
	}
	return c
}

// inName reports whether token i is part of a path, a host or an account. Their
// words say nothing about the text.
func (q *query) inName(i int) bool {
	const joints = "\\/.@_-="
	t, s := q.tokens[i], q.plain.s
	return t.from > 0 && strings.IndexByte(joints, s[t.from-1]) >= 0 ||
		int(t.to)+1 < len(s) && strings.IndexByte(joints, s[t.to]) >= 0 && isAlnum(s[t.to+1])
}

// numbersOfTime is how many numbers a time has: a year, a month, and so on.
const numbersOfTime = 6

const (
	reach    = 8 // tokens around a message: the next words of its sentence
	hostName = 3 // tokens of a host name in a slot
)

// sentenceRest returns the weight of the text around an aligned message in the
// same sentence: it may be another message that begins or ends like this one. A
// paste that was cut ends there. A quote, a line break or the label of the next
// field ends a complete message.
func (q *query) sentenceRest(a alignment, start, end int32) int32 {
	if a.template == nil {
		return 0
	}
	n := int32(len(q.tokens))
	complete := a.tTo == end
	after := a.to
	if k := len(a.template.slots); k > 0 && a.template.slots[k-1].at >= int(a.tTo) {
		after = min(after+hostName, n)
	}
	to := after
	for to < n && to < after+reach && !q.tokens[to].newSentence && !(complete && (to == after && q.setOff(to) || q.beginsField(to, after))) {
		to++
	}
	from := a.from
	for from > 0 && from > a.from-reach && !q.tokens[from].newSentence && !(from == a.from && a.tFrom == start && q.setOff(from)) {
		from--
	}
	return q.sums[to] - q.sums[after] + q.sums[a.from] - q.sums[from]
}

// lineRest returns the weight of the text after an aligned message in the same
// line, if the message should go on.
func (q *query) lineRest(a alignment) int32 {
	if a.template == nil || a.tTo == int32(a.template.numTokens) {
		return 0
	}
	to := a.to
	for to < int32(len(q.tokens)) && to < a.to+reach && !q.tokens[to].newLine {
		to++
	}
	return q.sums[to] - q.sums[a.to]
}

// labelWords is how many words the label of a field has at most: Data source type.
const labelWords = 3

// beginsField reports whether token i begins a field with a label, as in
// "Affected item: C:\Data" or "작업 번호 : 42": after a message that ends before
// token end, or after a comma.
func (q *query) beginsField(i, end int32) bool {
	if i != end && !strings.Contains(q.gapBefore(i), ",") {
		return false
	}
	words := 1
	for k := i + 1; k < int32(len(q.tokens)) && words <= labelWords; k++ {
		gap := q.gapBefore(k)
		switch mark := strings.TrimSpace(gap); {
		case mark == ":":
			return true
		case mark != "", q.tokens[k].newLine:
			return false
		case gap != "":
			words++
		}
	}
	return false
}

// setOff reports whether a line break, a quote or other punctuation separates
// token i from the one before it.
func (q *query) setOff(i int32) bool {
	if q.tokens[i].newLine || i == 0 {
		return true
	}
	gap := q.plain.s[q.tokens[i-1].to:q.tokens[i].from]
	return strings.ContainsAny(gap, ":!?;\"'`()[]|<>*→«»‘’“”–—•") || strings.Contains(gap, " - ")
}
