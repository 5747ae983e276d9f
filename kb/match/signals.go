package match

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// What the linear model weighs of a text, in words that people know.

// A Signal is a feature of the linear model, in words: what the text has, and how
// much that adds to the logarithm of the odds of a question.
type Signal struct {
	Kind   SignalKind
	Words  []string
	Weight float64
}

// A SignalKind says what the words of a signal are.
type SignalKind string

// The kinds of signals.
const (
	SignalWords    SignalKind = "words"    // words of the text
	SignalConcepts SignalKind = "concepts" // IDs of concepts, near each other if there are two
	SignalMissing  SignalKind = "missing"  // a kind of concepts of which the text has none
	SignalSeveral  SignalKind = "several"  // a kind of concepts of which it has several
	SignalCode     SignalKind = "code"     // codes: "own" of a document, or "other"
	SignalLength   SignalKind = "length"   // the length of the text
)

const (
	maxSignals = 5    // for and against: enough to see why
	minSignal  = 0.05 // log odds
)

// addSignals adds the odds of a question about the document, and the strongest
// features for and against it. Those that mean the same words of the text are one
// signal.
func (x *explaining) addSignals() {
	i := slices.IndexFunc(x.offers, func(o offer) bool { return int(o.doc) == x.Doc })
	if i < 0 {
		return
	}
	o := &x.offers[i]
	x.Asked = sigmoid(o.accepted)
	if i == 0 {
		x.Asked = anyRight(choicesOf(x.offers))
	}
	if x.Result.Band == Likely && x.Asked < x.Needed {
		x.Anyway = EvidenceCode
		if o.pasted {
			x.Anyway = EvidenceMessage
		}
	}
	if own := x.cosine(o.doc); own > 0 {
		x.Similar = Similarity{own, own - x.cosineLead(o.doc)}
	}
	var signals []Signal
	seen := map[string]bool{}
	weight := x.weigher(o)
	var keys []string
	x.eachFeature(func(key []byte) {
		if k := string(key); !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	})
	for _, key := range keys {
		w, ok := weight(key)
		s := x.signal(key)
		if !ok || len(s.Words) == 0 {
			continue
		}
		same := func(o Signal) bool { return o.Kind == s.Kind && slices.Equal(o.Words, s.Words) }
		if k := slices.IndexFunc(signals, same); k >= 0 {
			signals[k].Weight += w
		} else {
			s.Weight = w
			signals = append(signals, s)
		}
	}
	slices.SortStableFunc(signals, func(a, b Signal) int { return cmp.Compare(b.Weight, a.Weight) })
	for _, s := range signals {
		if s.Weight >= minSignal && len(x.For) < maxSignals {
			x.For = append(x.For, s)
		}
	}
	for _, s := range slices.Backward(signals) {
		if s.Weight <= -minSignal && len(x.Against) < maxSignals {
			x.Against = append(x.Against, s)
		}
	}
}

// weigher returns a function that returns what a feature adds to the odds of an
// offer. ok is false if the model does not know the feature.
func (x *explaining) weigher(o *offer) func(key string) (weight float64, ok bool) {
	m := x.ix.said
	own, rival := x.ix.named[o.doc], int16(0)
	for _, k := range x.ix.named {
		if k > 0 && k != own && (rival == 0 || x.judgment[k] > x.judgment[rival]) {
			rival = k
		}
	}
	return func(key string) (float64, bool) {
		row, _, ok := m.rowOf(hashFeature([]byte(key)))
		if !ok {
			return 0, false
		}
		if own == 0 {
			return float64(row[complaint]) * m.unnamed[aComplaint] / fullJudgment, true
		}
		sum := float64(row[complaint])*m.named[aComplaint] + float64(int(row[own])-int(row[noDocument]))*m.named[aSome]
		if rival > 0 {
			sum += float64(int(row[own])-int(row[rival])) * m.named[aDocument]
		}
		return sum / fullJudgment, true
	}
}

// signal returns what a feature means, without its weight. What every text has
// means nothing.
func (x *explaining) signal(key string) Signal {
	kind, rest, _ := strings.Cut(key, " ")
	words := strings.Fields(rest)
	switch kind {
	case "k", "kk":
		return Signal{Kind: SignalConcepts, Words: words}
	case "no":
		return Signal{Kind: SignalMissing, Words: words}
	case "many":
		return Signal{Kind: SignalSeveral, Words: words}
	case "code":
		return Signal{Kind: SignalCode, Words: words[:1]}
	case "l":
		return Signal{Kind: SignalLength, Words: words}
	case "m":
		return Signal{Kind: SignalWords, Words: words}
	case "bias":
		return Signal{}
	}
	s := Signal{Kind: SignalWords}
	if text := x.wordsOf(kind, rest); text != "" {
		s.Words = []string{text}
	}
	return s
}

// wordsOf returns the words of the text that have a feature of words, in lower
// case.
func (x *explaining) wordsOf(kind, rest string) string {
	if kind == "f" || kind == "e" {
		kind = edgeKind(rest)
	}
	for i, t := range x.tokens {
		switch {
		case kind == "s" && t.kind == syllableToken:
			n := len(rest) / syllableBytes
			if i+1 >= n && x.run(i+1-n, i+1) == rest {
				return x.wordsAt(i+1-n, i+1)
			}
		case t.kind != wordToken:
		case kind == "w" && string(x.stemOf(t)) == rest, kind == "c" && strings.Contains(string(x.stemOf(t)), rest):
			return x.wordsAt(i, i+1)
		case kind == "b" && i > 0 && strings.HasSuffix(rest, " "+string(x.stemOf(t))) && strings.HasPrefix(rest, x.stemBefore(i)+" "):
			return x.wordsAt(i-1, i+1)
		}
	}
	if kind == "t" {
		for _, t := range x.terms {
			if x.ix.v.names[t.id] == rest {
				return x.wordsAt(int(t.at), int(t.at)+int(t.n))
			}
		}
	}
	return ""
}

// edgeKind returns the kind of feature that the words at an edge of a sentence
// have anywhere: a word, a pair of words, or syllables.
func edgeKind(words string) string {
	r, _ := utf8.DecodeRuneInString(words)
	switch {
	case isSyllable(r):
		return "s"
	case strings.Contains(words, " "):
		return "b"
	}
	return "w"
}

// run returns the syllables of some tokens, or "" if one of them is none.
func (x *explaining) run(from, to int) string {
	var b strings.Builder
	for _, t := range x.tokens[from:to] {
		if t.kind != syllableToken {
			return ""
		}
		b.WriteString(x.plain.s[t.from:t.to])
	}
	return b.String()
}

// stemBefore returns what a pair of words has for the token before token i.
func (x *explaining) stemBefore(i int) string {
	switch t := x.tokens[i-1]; t.kind {
	case numberToken:
		return "#"
	case syllableToken:
		return x.plain.s[t.from:t.to]
	default:
		return string(x.stemOf(t))
	}
}

// wordsAt returns the whole words that some tokens belong to, in lower case.
func (x *explaining) wordsAt(from, to int) string {
	for from > 0 && x.tokens[from].kind == syllableToken && x.withinWord(int32(from)) {
		from--
	}
	for to < len(x.tokens) && x.tokens[to-1].kind == syllableToken && x.withinWord(int32(to)) {
		to++
	}
	return strings.ToLower(x.span("", int32(from), int32(to)).Text)
}
