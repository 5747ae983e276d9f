package match

import (
	"slices"
	"strings"
)

// Why a text is matched as it is, for people who wonder. It takes the text
// through the stages once more, slowly, and keeps what they see on the way.

// An Explanation is a result with its reasons.
type Explanation struct {
	Result   Result
	Concepts []FoundConcept // in the order of the text
	Codes    []FoundCode    // in the order of the text
	Block    *Block         // that decides, if it is not the whole text
	Doc      int            // what the rest is about: the first hit, the document that another code vetoes, or -1
	Frames   [][]string     // of the document that the text fills: IDs of concepts
	Almost   []string       // the largest frame that lacks a single concept, if the text fills none
	Lacks    string         // that concept
	Asked    float64        // the probability that it, or another choice of a question, is meant
	Needed   float64        // the probability that a question needs
	Anyway   string         // the kind of evidence that leads to a question in spite of that, or ""
	Similar  Similarity     // of the text to the document
	For      []Signal       // what the linear model finds for the document, the strongest first
	Against  []Signal       // what it finds against it, the strongest first
	Doubts   []Doubt        // why there is no answer, or not even a question
}

// A Similarity is how much a text is like what is known of how people put a
// document, and like the same of the most similar other one: the cosines of their
// vectors, from 0 to 1.
type Similarity struct{ Own, Other float64 }

// A FoundConcept is a concept, and the words that say it.
type FoundConcept struct {
	ID         string
	Kind       ConceptKind
	Text       string
	Start, End int // in bytes of the text
}

// A FoundCode is a number that may be a code.
type FoundCode struct {
	Text       string // as the text has it
	Start, End int    // in bytes of the text
	Role       CodeRole
	Docs       []int // that have the code
	Against    bool  // it counts against Explanation.Doc
}

// A CodeRole is what a code is for Explanation.Doc.
type CodeRole string

// The roles of codes, as role.go describes them.
const (
	RoleOwn       CodeRole = "own"
	RoleCompanion CodeRole = "companion"
	RoleSibling   CodeRole = "sibling"
	RoleUnknown   CodeRole = "unknown"
)

// A Block is a part of a text that was matched alone.
type Block struct {
	Text       string
	Start, End int  // in bytes of the text
	Quoted     bool // a quotation in a line, or else a line
}

// Explain matches a text like Match, and says why.
func (ix *Index) Explain(text string) Explanation { return ix.explain(text, minAccepted) }

// ExplainAbout matches a text like MatchAbout, and says why.
func (ix *Index) ExplainAbout(text string) Explanation { return ix.explain(text, minAcceptedAbout) }

func (ix *Index) explain(text string, least float64) Explanation {
	e := Explanation{Result: ix.match(text, least), Needed: sigmoid(least), Doc: -1}
	q := ix.query()
	defer ix.release(q)
	q.least = least
	w := window{end: len(text)}
	if len(text) > windowBytes {
		w = q.explainedWindow(text, e.Result)
	}
	x := explaining{query: q, Explanation: &e}
	x.explain(text[w.start:w.end])
	e.shift(w.start)
	return e
}

// explainedWindow returns the window of a long text that decides.
func (q *query) explainedWindow(text string, r Result) window {
	windows := q.bestWindows(text)
	if len(windows) == 0 {
		return window{end: windowEnd(text, 0)}
	}
	best := windows[0]
	if len(r.Hits) == 0 {
		return best
	}
	first := r.Hits[0].Evidence
	for _, w := range windows {
		if len(first) > 0 && (first[0].Start < w.start || w.end < first[len(first)-1].End) {
			continue
		}
		if got := q.match(text[w.start:w.end]); got.Band == r.Band && len(got.Hits) > 0 && got.Hits[0].Doc == r.Hits[0].Doc {
			return w
		}
	}
	return best
}

// shift moves the places of a window to those of the text.
func (e *Explanation) shift(by int) {
	for i := range e.Concepts {
		e.Concepts[i].Start, e.Concepts[i].End = e.Concepts[i].Start+by, e.Concepts[i].End+by
	}
	for i := range e.Codes {
		e.Codes[i].Start, e.Codes[i].End = e.Codes[i].Start+by, e.Codes[i].End+by
	}
	if e.Block != nil {
		e.Block.Start, e.Block.End = e.Block.Start+by, e.Block.End+by
	}
}

// An explaining is a text whose explanation is being made.
type explaining struct {
	*query
	*Explanation
	scores []candidateScore
	offers []offer
}

// explain takes a text of one window through the stages of query.match.
func (x *explaining) explain(text string) {
	q := x.query
	q.load(text)
	q.retrieve()
	c := q.context()
	if q.unrelated(c) {
		q.findConcepts()
		x.addConcepts()
		x.doubt(Doubt{Kind: DoubtUnrelated, Doc: -1})
		return
	}
	scores := q.rank()
	q.assess(scores, c)
	found := q.decide(scores, c)
	inBlocks := found.Band == Silent
	if inBlocks {
		found = q.matchBlocks(c)
	}
	x.scores = slices.Clone(scores)
	x.offers = q.offers(scores, c)
	if len(x.offers) > 0 {
		q.preferPaste(x.offers, c)
	}
	x.choose()
	if inBlocks {
		x.findBlock(c)
	}
	x.addConcepts()
	x.addCodes()
	x.addFrames()
	if found.Band != Likely { // two errors, whatever the model makes of the text
		x.addSignals()
	}
	x.addDoubts(found, c)
}

func (x *explaining) addConcepts() {
	for _, ref := range x.concepts {
		c := x.ix.concepts.concepts[ref.id]
		s := x.span("", ref.from, ref.to)
		x.Concepts = append(x.Concepts, FoundConcept{c.ID, c.Kind, s.Text, s.Start, s.End})
	}
}

// choose chooses the document that the explanation is about.
func (x *explaining) choose() {
	if len(x.Result.Hits) > 0 {
		x.Doc = x.Result.Hits[0].Doc
	}
	if x.Result.Band == Silent && len(x.scores) > 0 && x.vetoed(&x.scores[0]) {
		x.Doc = int(x.scores[0].doc)
	}
}

// scoreOf returns what is known of a document.
func (x *explaining) scoreOf(doc int) (candidateScore, bool) {
	for i := range x.offers {
		if x.offers[i].doc == uint32(doc) {
			return x.offers[i].candidateScore, true
		}
	}
	for i := range x.scores {
		if x.scores[i].doc == uint32(doc) {
			return x.scores[i], true
		}
	}
	return candidateScore{}, false
}

// addCodes adds the codes of the text. A bare number that no error has is no
// code.
func (x *explaining) addCodes() {
	s, known := x.scoreOf(x.Doc)
	for _, ref := range x.codes {
		span := x.span("", ref.token, ref.token+1)
		f := FoundCode{Text: span.Text, Start: span.Start, End: span.End, Role: x.role(ref, x.Doc)}
		if f.Role == RoleUnknown && ref.strength == bareCode {
			continue
		}
		for _, doc := range x.ix.codes[ref.code] {
			f.Docs = append(f.Docs, int(doc))
		}
		f.Against = known && ref.strength >= mediumCode && ref.strength > s.code && x.contradicts(&s, ref)
		x.Codes = append(x.Codes, f)
	}
}

// role returns what a code is for a document.
func (x *explaining) role(ref codeRef, doc int) CodeRole {
	switch {
	case doc >= 0 && x.ix.ownsCode(uint32(doc), ref.code):
		return RoleOwn
	case doc >= 0 && x.ix.companions[mentionedCode{uint32(doc), ref.code}]:
		return RoleCompanion
	case x.ix.isSibling(ref.code):
		return RoleSibling
	}
	return RoleUnknown
}

// findBlock finds the block that the answer or the question is from, if it is
// not from the whole text.
func (x *explaining) findBlock(c textContext) {
	if x.Result.Band == Silent || len(x.offers) > 0 && x.Result.Band == Likely && !x.prefersBlock() {
		return
	}
	part := x.ix.query()
	defer x.ix.release(part)
	for _, b := range x.blocks() {
		part.loadBlock(x.query, b)
		r := part.matchBlock(c)
		decides := len(part.scores) > 0 && part.scores[0].doc == uint32(x.Doc) && part.scores[0].odds >= sureOdds
		if x.Result.Band == Sure {
			decides = r.Band == Sure && r.Hits[0].Doc == x.Doc
		}
		if !decides {
			continue
		}
		s := x.span("", b.from, b.to)
		quoted := strings.ContainsAny(x.gapBefore(b.from), quotationMarks) && strings.ContainsAny(x.gapBefore(b.to), quotationMarks)
		x.Block = &Block{s.Text, s.Start, s.End, quoted}
		return
	}
}

// prefersBlock reports whether the best offer has the odds of a block.
func (x *explaining) prefersBlock() bool {
	o := &x.offers[0]
	return slices.ContainsFunc(x.blockOdds, func(b blockOdds) bool { return b.doc == o.doc && b.odds == o.accepted })
}

// addFrames adds the frames of the document that the text fills, or else the
// largest one that lacks a single concept.
func (x *explaining) addFrames() {
	if x.Doc < 0 {
		return
	}
	size := 1 // of a frame of which nothing is there
	for _, f := range x.ix.sayings[x.Doc].frames {
		switch rest := x.restOf(f); {
		case rest.size() == 0:
			x.Frames = append(x.Frames, x.ix.concepts.names(f))
		case rest.size() == 1 && f.size() > size:
			size, x.Almost, x.Lacks = f.size(), x.ix.concepts.names(f), x.ix.concepts.names(rest)[0]
		}
	}
	if x.Frames != nil {
		x.Almost, x.Lacks = nil, ""
	}
}

// restOf returns the least that the text lacks of a frame.
func (x *explaining) restOf(frame conceptSet) conceptSet {
	least := frame
	for _, s := range x.scopes {
		if rest := frame.without(s); rest.size() < least.size() {
			least = rest
		}
	}
	return least
}

func (x *explaining) doubt(d Doubt) {
	same := func(o Doubt) bool { return o.Kind == d.Kind }
	if !slices.ContainsFunc(x.Doubts, same) {
		x.Doubts = append(x.Doubts, d)
	}
}

// addDoubts adds why there is no answer, given what the text and its blocks led
// to before it was asked whether this is only talk.
func (x *explaining) addDoubts(found Result, c textContext) {
	if x.Result.Band == Sure {
		return
	}
	switch {
	case found.Band == Likely:
		x.doubt(Doubt{Kind: DoubtConflict, Doc: -1})
		return
	case found.Band == Sure:
		x.doubt(Doubt{Kind: DoubtTalk, Doc: -1})
	}
	s, ok := x.scoreOf(x.Doc)
	if ok {
		x.addDoubt(&s, c)
	}
	if x.Result.Band == Silent && !(ok && x.vetoed(&s)) {
		x.addDoubtsOfQuestion()
	}
	switch {
	case len(x.Doubts) > 0:
	case len(x.scores) > 0: // the document is certain, but another one is nearer
		x.doubt(Doubt{Kind: DoubtRival, Doc: int(x.scores[0].doc)})
	default:
		x.doubt(Doubt{Kind: DoubtUnrelated, Doc: -1})
	}
}

// addDoubt adds why a score is no answer.
func (x *explaining) addDoubt(s *candidateScore, c textContext) {
	d := x.veto(s)
	if d.Kind == "" {
		d = s.doubt(c)
	}
	d.Doc = -1
	switch d.Kind {
	case "":
		return
	case DoubtRival:
		d.Doc = x.rival(s)
	case DoubtCode:
		for _, f := range x.codes {
			if f.strength >= mediumCode && f.strength > s.code && x.contradicts(s, f) {
				d.Text = x.span("", f.token, f.token+1).Text
			}
		}
	}
	x.doubt(d)
}

// rival returns the document that could mean the same words as a score.
func (x *explaining) rival(s *candidateScore) int {
	best, rank := -1, int32(-1<<31)
	for i := range x.scores[:min(len(x.scores), maxAligned)] {
		o := &x.scores[i]
		if o.doc != s.doc && o.rank > rank && !disjoint(s.message, o.message) && !x.announcesTo(o, s) {
			best, rank = int(o.doc), o.rank
		}
	}
	return best
}

// addDoubtsOfQuestion adds why the text does not even lead to a question.
func (x *explaining) addDoubtsOfQuestion() {
	if len(x.offers) == 0 {
		return
	}
	if x.judgment[complaint] < 0 || x.stance() < 0 {
		x.doubt(Doubt{Kind: DoubtTalk, Doc: -1})
	}
	x.doubt(Doubt{Kind: DoubtQuestion, Doc: -1, Has: anyRight(choicesOf(x.offers)), Needs: x.Needed})
}
