package match

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A candidateScore is what the text says for one entry.
type candidateScore struct {
	doc          uint32
	shared       int32     // weight of the features that the text shares with all words of the entry
	message      alignment // of its messages and symbols, the best
	phrase       alignment // of its phrases and titles, the best
	lineRest     int32     // weight of what the text says in place of the rest of the message
	sentenceRest int32     // weight of what the sentence says before and after the message
	code         codeStrength
	number       code
	contraryCode codeStrength // the strongest code that is another error's
	rank         int32
	counterRank  int32   // rank of the best of its examples that must not lead here
	margin       float64 // how far the next entry is behind that could mean the same words
	odds         float64
}

// score gathers what the text says for the entry of each candidate, best
// first.
func (q *query) score(ix *Index) []candidateScore {
	q.scores = q.scores[:0]
	q.trigrams.load(q.plain.s)
	for _, c := range q.selectLikeliest(ix) {
		q.scoreTemplate(ix, c)
	}
	for _, c := range q.counterexamples {
		q.scoreCounterexample(ix, c)
	}
	for _, c := range q.nearestWhole {
		q.scoreOf(ix.targets[c.target].doc).shared = c.shared
	}
	for _, ref := range q.codes {
		for _, e := range ix.codes[ref.code] {
			q.scoreCode(ix, ref, e)
		}
	}
	for i := range q.scores {
		v := &q.scores[i]
		v.rank = v.totalRank()
	}
	slices.SortFunc(q.scores, func(a, b candidateScore) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.doc, b.doc))
	})
	for i := range q.scores[:min(len(q.scores), maxAligned)] {
		q.alignBest(ix, &q.scores[i])
	}
	return q.scores
}

// maxRanked bounds the templates of which the letters are compared. 16 gain
// nothing on catalog seeds 1 to 5.
const maxRanked = 12

// maxCounterexamples bounds the neighbours of entries that are compared: one for each of
// the first few entries.
const maxCounterexamples = 4

// What brings a template near, in thousandths of the logarithm of its odds
// against the others: by the weight that it shares with the text, by three
// letters that both have, by three that the text lacks. And what orders those
// that are near, points of their letters beside. Fitted by TestCalibrateRanks.
const (
	selectShared  = 5.4
	selectTrigram = 112
	selectMissing = -159
	rankShared    = 3.8
	rankTrigram   = 18
	rankMissing   = -87
	rankPoint     = 132
)

// selectLikeliest ranks the nearest templates by the words and the threes of letters
// that they share with the text, and returns those that are worth comparing
// letter by letter.
func (q *query) selectLikeliest(ix *Index) []candidate {
	q.likeliest, q.counterexamples = q.likeliest[:0], q.counterexamples[:0]
	for _, c := range q.nearest {
		t := &ix.templates[c.target]
		shared, missing := q.trigrams.count(t.trigrams)
		c.rank = int32(selectShared*10)*c.shared/10 + selectTrigram*shared + selectMissing*missing
		if t.kind == counterexampleTemplate {
			q.counterexamples = insertTop(q.counterexamples, c, maxCounterexamples)
		} else {
			q.likeliest = insertTop(q.likeliest, c, maxRanked)
		}
	}
	return q.likeliest
}

// scoreCounterexample ranks an example that must not lead to its entry. Less than
// half of one says nothing.
func (q *query) scoreCounterexample(ix *Index, c candidate) {
	a := q.rankTemplate(ix, c)
	i := slices.IndexFunc(q.scores, func(v candidateScore) bool { return v.doc == a.template.doc })
	if i >= 0 && int(a.points) >= len(a.template.folded) {
		q.scores[i].counterRank = max(q.scores[i].counterRank, a.rank)
	}
}

// scoreTemplate ranks a template, and keeps it if it is the best of its kind of its
// entry.
func (q *query) scoreTemplate(ix *Index, c candidate) {
	a := q.rankTemplate(ix, c)
	t := a.template
	v := q.scoreOf(t.doc)
	v.shared = max(v.shared, c.shared)
	best := &v.message
	if t.kind == phraseTemplate {
		best = &v.phrase
	}
	if best.template == nil || a.rank > best.rank {
		*best = a
	}
}

// rankTemplate ranks a template by what it shares with the text.
func (q *query) rankTemplate(ix *Index, c candidate) alignment {
	t := &ix.templates[c.target]
	a := alignment{template: t}
	a.sharedTrigrams, a.missingTrigrams = q.trigrams.count(t.trigrams)
	a.points = q.trigrams.points(t.folded)
	a.rank = int32(rankShared*10)*c.shared/10 + rankTrigram*a.sharedTrigrams + rankMissing*a.missingTrigrams + rankPoint*a.points
	return a
}

// alignBest lays the best templates of a verdict beside the text, word by word.
func (q *query) alignBest(ix *Index, v *candidateScore) {
	for _, a := range []*alignment{&v.message, &v.phrase} {
		if a.template != nil {
			q.align(ix, a)
		}
	}
	v.sentenceRest, v.lineRest = q.sentenceRest(v.message), q.lineRest(v.message)
}

// scoreOf finds or begins the verdict on an entry.
func (q *query) scoreOf(e uint32) *candidateScore {
	i := slices.IndexFunc(q.scores, func(v candidateScore) bool { return v.doc == e })
	if i < 0 {
		i = len(q.scores)
		q.scores = append(q.scores, candidateScore{doc: e})
	}
	return &q.scores[i]
}

func (q *query) scoreCode(ix *Index, ref codeRef, e uint32) {
	v := q.scoreOf(e)
	if v.code == 0 {
		for d := ix.firstTemplate[e]; d < ix.firstTemplate[e+1]; d++ {
			if s := q.sharedWeight(ix, d); s > 0 {
				q.scoreTemplate(ix, candidate{target: d, shared: s})
			}
		}
	}
	if ref.strength > v.code {
		v.code, v.number = ref.strength, ref.code
	}
}

// rankWhole is what a weight is worth that the text shares with all words of
// an entry, wherever they stand, beside its best template. Of 1.5 to 4, 4 offers
// most paraphrases on dev.
const rankWhole = 4

// What a code is worth beside words when entries are ranked: a strong one
// outweighs a good sentence, a bare one a telling word or so.
var rankCode = [...]int32{0, bareCode: 5000, mediumCode: 15000, strongCode: 24000}

func (v *candidateScore) totalRank() int32 {
	return max(0, v.message.rank, v.phrase.rank) + v.shared*rankWhole + rankCode[v.code]
}

// sentenceRest is the weight of what the text says right before and after a part of
// a message, in the same sentence: another message that begins or ends like
// this one. Where the text begins or ends there, the paste was cut. Where the
// message itself begins or ends, a break or a quote is the end of it.
func (q *query) sentenceRest(a alignment) int32 {
	if a.template == nil {
		return 0
	}
	const reach = 8 // units: as far as the next words of a sentence
	n := int32(len(q.tokens))
	whole := a.tTo == int32(a.template.numTokens)
	after := a.to
	if k := len(a.template.slots); k > 0 && a.template.slots[k-1].at >= int(a.tTo) {
		after = min(after+3, n) // a host name is up to three units
	}
	to := after
	for to < n && to < after+reach && !q.tokens[to].newSentence && !(to == after && whole && q.setOff(to)) {
		to++
	}
	from := a.from
	for from > 0 && from > a.from-reach && !q.tokens[from].newSentence && !(from == a.from && a.tFrom == 0 && q.setOff(from)) {
		from--
	}
	return q.sums[to] - q.sums[after] + q.sums[a.from] - q.sums[from]
}

// lineRest is the weight of what the text says in the same line after a part
// of a message that goes on otherwise.
func (q *query) lineRest(a alignment) int32 {
	if a.template == nil || a.tTo == int32(a.template.numTokens) {
		return 0
	}
	const reach = 8 // units, as for beyond
	to := a.to
	for to < int32(len(q.tokens)) && to < a.to+reach && !q.tokens[to].newLine {
		to++
	}
	return q.sums[to] - q.sums[a.to]
}

// setOff reports whether something stands before a unit that sets it off.
func (q *query) setOff(i int32) bool {
	if q.tokens[i].newLine || i == 0 {
		return true
	}
	gap := q.plain.s[q.tokens[i-1].to:q.tokens[i].from]
	return strings.ContainsAny(gap, ":!?;\"'`()[]|<>*→«»‘’“”–—•") || strings.Contains(gap, " - ")
}

// contraryCode is the strength of the strongest code in the text that speaks
// against the entry: none of its own stands there, and this one is not the
// number of an alert around the message, which stands before it in brackets.
func (q *query) contraryCode(ix *Index, v *candidateScore) codeStrength {
	if v.code == strongCode {
		return 0
	}
	var strongest codeStrength
	for _, ref := range q.codes {
		if ref.strength <= strongest || ref.strength <= v.code || ix.mentioned[mentionedCode{v.doc, ref.code}] || ix.ownsCode(v.doc, ref.code) {
			continue
		}
		if v.message.template != nil && ref.strength == strongCode && ref.token < v.message.from {
			continue
		}
		strongest = ref.strength
	}
	return strongest
}

func (ix *Index) ownsCode(e uint32, c code) bool {
	return slices.ContainsFunc(ix.ownCodes[e], func(o ownCode) bool { return o.code == c })
}

// A textContext is what the text is like, whichever entry it may mean.
type textContext struct {
	content       int32 // weight of all its words
	unknown       int   // words that no entry and no list has
	otherProducts int   // names of other products
	products      int   // names and terms of these products
	trouble       bool  // something goes wrong
	tokens        int
}

func (q *query) context(ix *Index) textContext {
	s := textContext{content: q.sums[len(q.tokens)], tokens: len(q.tokens)}
	for _, u := range q.unknown {
		if q.tokens[u].kind == wordToken && !q.inName(int(u)) {
			s.unknown++
		}
	}
	for _, g := range q.terms {
		class := ix.v.class[g.id]
		if class&otherWord != 0 && !g.misspelt {
			s.otherProducts++
		}
		if class&productWord != 0 {
			s.products++
		}
		s.trouble = s.trouble || class&troubleWord != 0
	}
	for _, set := range ix.v.productSets {
		if !slices.ContainsFunc(set, func(id termID) bool { return !q.has(id) }) {
			s.products++
		}
	}
	return s
}

// inName reports whether a word is a part of a path, a host or an account:
// names say nothing about what a text is about.
func (q *query) inName(i int) bool {
	const joints = "\\/.@_-="
	u, s := q.tokens[i], q.plain.s
	return u.from > 0 && strings.IndexByte(joints, s[u.from-1]) >= 0 ||
		int(u.to)+1 < len(s) && strings.IndexByte(joints, s[u.to]) >= 0 && isAlnum(s[u.to+1])
}

// What the odds of a verdict are made of, each between 0 and 1 or so.
const (
	fBias      = iota
	fMessage   // words of the message in the text, times the share of it that they are
	fCovered   // the square of that share
	fWhole     // all of it or nearly
	fSkipped   // words that the message has between those
	fUnmatched // the share of words that the text has between those
	fContinued // the sentence goes on, but not as the message does
	fPhrase
	fRatio  // the share of the text's words that are the entry's
	fShared // telling words that text and entry share
	fStrong
	fMedium
	fBare
	fContraryStrong
	fContrary
	fProduct
	fUnknown
	fOtherProducts
	fMargin
	fTrigrams         // the share of the message's threes of letters that stand in the text
	fSubstrings       // the share of its letters that are in runs
	fPhraseSubstrings // of the phrase's
	fTrouble
	fLong
	numFeatures
)

// weights turn evidence into odds: a logistic regression (ridge 0.5, Newton's
// method) on texts with known answers, which TestCalibrate makes again. At a
// weight of 2: the dev questions, the examples of the entries,
// testdata/negative.txt. At 0.3: the messages of the entries under all noises of
// noise_test.go, and the messages of the products' catalog and articles that no
// entry has. The label is whether the first verdict is right, so the logistic of
// the odds is the share of such verdicts that are. TestBands reports how far that
// holds. They do not depend on the entries: adding one takes no new fit.
var weights = [numFeatures]float64{
	fBias:             -8.22,
	fMessage:          0.26,
	fCovered:          0.88,
	fWhole:            0.68,
	fSkipped:          0.46,
	fUnmatched:        -1.22,
	fContinued:        -0.62,
	fPhrase:           1.77,
	fRatio:            3.55,
	fShared:           0.47,
	fStrong:           6.44,
	fMedium:           3.15,
	fBare:             2.01,
	fContraryStrong:   -5.24,
	fContrary:         -1.82,
	fProduct:          0.87,
	fUnknown:          -0.61,
	fOtherProducts:    -5.27,
	fMargin:           2.73,
	fTrigrams:         -0.75,
	fSubstrings:       4.13,
	fPhraseSubstrings: 2.10,
	fTrouble:          -0.08,
	fLong:             1.91,
}

// features is the vector that the odds are computed from.
func (v *candidateScore) features(s textContext) [numFeatures]float64 {
	x := [numFeatures]float64{fBias: 1}
	if a := v.message; a.template != nil && a.template.weight > 0 {
		covered := float64(a.matched) / float64(a.template.weight)
		x[fMessage] = min(float64(a.matched)/fullWeight, 4) / 4 * covered
		x[fCovered] = covered * covered
		x[fWhole] = indicator(covered > 0.92)
		x[fSkipped] = min(1, float64(a.skipped)/fullWeight)
		x[fUnmatched] = ratio(a.unmatched, a.matched)
		x[fContinued] = min(1, float64(v.sentenceRest)/fullWeight) * (1 - covered)
		x[fSubstrings] = float64(a.points) / float64(2*len(a.template.folded))
		x[fTrigrams] = ratio(a.sharedTrigrams, a.missingTrigrams)
	}
	if a := v.phrase; a.template != nil && a.template.weight > 0 {
		x[fPhrase] = min(float64(a.matched)/fullWeight, 3) / 3 * float64(a.matched) / float64(a.template.weight) * (1 - ratio(a.skipped+a.unmatched, a.matched))
	}
	if a := v.phrase; a.template != nil {
		x[fPhraseSubstrings] = float64(a.points) / float64(2*len(a.template.folded))
	}
	x[fRatio] = min(1.2, float64(v.shared)/float64(max(minContent, s.content)))
	x[fShared] = min(float64(v.shared)/fullWeight, 4) / 4
	x[fStrong], x[fMedium], x[fBare] = indicator(v.code == strongCode), indicator(v.code == mediumCode), indicator(v.code == bareCode)
	x[fContraryStrong], x[fContrary] = indicator(v.contraryCode == strongCode), indicator(v.contraryCode == mediumCode)
	x[fProduct] = indicator(s.products > 0)
	x[fUnknown] = min(float64(s.unknown), 5) / 5
	x[fOtherProducts] = min(float64(s.otherProducts), 2) / 2
	x[fMargin] = v.margin
	x[fTrouble] = indicator(s.trouble)
	x[fLong] = min(1, float64(s.tokens)/60)
	return x
}

// minContent keeps one word that the entry has from being all of a text.
const minContent = 700

func ratio(part, rest int32) float64 { return float64(part) / float64(max(1, part+rest)) }

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// disjoint reports whether two messages stand in different places of the text.
func disjoint(a, b alignment) bool {
	return a.template != nil && b.template != nil && (a.to <= b.from || b.to <= a.from)
}
