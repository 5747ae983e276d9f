package match

import (
	"regexp"
	"slices"
	"strings"
)

// New builds an index of documents. What people say in their own words is
// understood by the concepts in it; there need not be any.
func New(documents []Document, concepts ...Concept) *Index {
	ix := &Index{v: newVocabulary(), codes: map[code][]uint32{}, companions: map[mentionedCode]bool{}, anchors: map[string][]uint32{}}
	ix.concepts = newConceptTrie(ix.v, concepts)
	b := builder{Index: ix, analyzer: analyzer{v: ix.v, learn: true, analysis: &analysis{}}}
	for i := range documents {
		b.addDocument(uint32(i), &documents[i])
	}
	b.firstTemplate = append(b.firstTemplate, uint32(len(b.templates)))
	b.docTermsBegin = append(b.docTermsBegin, len(b.docTerms))
	b.addCounterexamples(documents)
	b.addSections(documents)
	b.addTargets(len(documents))
	b.addPostings()
	ix.v.complete(len(documents))
	ix.weighTemplates()
	ix.weighTargets()
	ix.weighSections()
	b.addSayings(documents)
	ix.name(documents, said)
	ix.pool.New = func() any { return newQuery(ix) }
	return ix
}

// A builder is an index to which documents are added.
type builder struct {
	*Index
	analyzer      analyzer
	docTerms      []docTerm // of all documents
	docTermsBegin []int     // by document
	scratch       []docTerm
	refs          []codeRef
}

// A docTerm is a term of a document.
type docTerm struct {
	id    termID
	prose bool // only its prose has the term
}

// addDocument reads all texts of a document except its counterexamples.
func (b *builder) addDocument(i uint32, d *Document) {
	b.firstTemplate = append(b.firstTemplate, uint32(len(b.templates)))
	b.docTermsBegin = append(b.docTermsBegin, len(b.docTerms))
	start := len(b.docTerms)
	b.addCodes(i, d)
	for _, text := range d.Messages {
		b.addTemplate(i, text, messageTemplate)
	}
	for _, text := range d.Symbols {
		b.addTemplate(i, text, symbolTemplate)
	}
	b.addSymbols(i, d)
	for _, text := range d.Phrases {
		b.addTemplate(i, text, phraseTemplate)
	}
	for _, text := range d.Titles {
		if b.addTemplate(i, text, phraseTemplate) {
			b.templates[len(b.templates)-1].title = true
		}
	}
	for _, text := range d.Examples {
		b.analyzer.analyze(text)
		b.mentionCodes(i)
	}
	for _, text := range d.Prose {
		b.analyzer.analyze(text)
		for _, t := range b.analyzer.terms {
			b.docTerms = append(b.docTerms, docTerm{t.id, true})
		}
	}
	for _, anchor := range d.Anchors {
		b.addAnchor(i, anchor)
	}
	b.members = append(b.members, d.Members)
	b.docTerms = append(b.docTerms[:start], distinct(b.docTerms[start:])...)
}

// addCounterexamples makes templates of the counterexamples of all documents.
// They come last and use only words that the documents have, so that they do
// not change what words weigh. Codes are compared elsewhere and left out.
func (b *builder) addCounterexamples(documents []Document) {
	b.analyzer.known = true
	for i := range documents {
		for _, text := range documents[i].Counterexamples {
			b.addTemplate(uint32(i), announcedCode.ReplaceAllString(text, " "), counterexampleTemplate)
		}
	}
	b.analyzer.known = false
	b.docTerms = b.docTerms[:b.docTermsBegin[len(documents)]]
}

// announcedCode is a code in a counterexample, with the words that announce it.
var announcedCode = regexp.MustCompile(`\(?(?i:\bid|\berror|오류)?:?\s*(?:\b0x[0-9A-Fa-f]+|\b[0-9]{2,})\b[:)]*`)

// A longer text is not a message: the longest one of the products has 400
// tokens. The limits keep the counts of a template within uint16.
const (
	maxTemplateTokens = 2000
	maxTemplateTerms  = 4 * maxTemplateTokens
)

// addTemplate adds a text of a document as a template, and its terms. It reports
// whether the text has any words, and not too many.
func (b *builder) addTemplate(i uint32, text string, kind templateKind) bool {
	t := template{
		doc: i, kind: kind, announces: strings.HasSuffix(strings.TrimSpace(text), ":"),
		firstSum: uint32(len(b.sums)), firstTerm: uint32(len(b.terms)),
	}
	n := 0
	for text != "" {
		literal, name, rest := cutSlot(text)
		b.analyzer.analyze(literal)
		for _, term := range b.analyzer.terms {
			term.at += int32(n)
			b.terms = append(b.terms, term)
			b.docTerms = append(b.docTerms, docTerm{term.id, false})
		}
		t.sentences = appendSentences(t.sentences, b.analyzer.plain.s, b.analyzer.tokens, n)
		n += len(b.analyzer.tokens)
		if kind != counterexampleTemplate {
			b.mentionCodes(i)
		}
		t.folded = fold(t.folded, b.analyzer.plain.s)
		if name != "" {
			t.folded = append(t.folded, slotByte)
			t.slots = append(t.slots, slot{n, name})
		}
		text = rest
	}
	if n == 0 || n > maxTemplateTokens || len(b.terms)-int(t.firstTerm) > maxTemplateTerms {
		b.terms = b.terms[:t.firstTerm]
		return false
	}
	if kind != messageTemplate || len(t.sentences) < 2 {
		t.sentences = nil
	}
	t.trigrams = trigramHashes(t.folded)
	t.numTokens, t.numTerms = uint16(n), uint16(len(b.terms)-int(t.firstTerm))
	b.sums = append(b.sums, make([]int32, n+1)...)
	b.templates = append(b.templates, t)
	return true
}

// addCodes makes a document known under its codes.
func (b *builder) addCodes(i uint32, d *Document) {
	var own []ownCode
	for _, s := range d.Codes {
		if c, ok := parseCode(s); ok {
			own = append(own, ownCode{c, s})
			if !slices.Contains(b.codes[c], i) {
				b.codes[c] = append(b.codes[c], i)
			}
		}
	}
	b.ownCodes = append(b.ownCodes, own)
	for _, s := range d.Relatives {
		if c, ok := parseCode(s); ok {
			b.companions[mentionedCode{i, c}] = true
		}
	}
}

// mentionCodes records the codes of the text that was analyzed last.
func (b *builder) mentionCodes(i uint32) {
	b.refs = scanCodes(b.refs[:0], b.analyzer.plain.s, b.analyzer.tokens)
	for _, ref := range b.refs {
		b.companions[mentionedCode{i, ref.code}] = true
	}
}

// addAnchor makes a document known under an anchor.
func (b *builder) addAnchor(i uint32, anchor string) {
	key := strings.ToLower(anchor)
	if !slices.Contains(b.anchors[key], i) {
		b.anchors[key] = append(b.anchors[key], i)
	}
}

// addTargets makes targets of the templates and documents, and counts the
// documents that have each term.
func (b *builder) addTargets(documents int) {
	for i := range b.templates {
		b.addTarget(b.templates[i].doc, b.distinctTerms(&b.templates[i]))
	}
	for d := range uint32(documents) {
		terms := b.docTerms[b.docTermsBegin[d]:b.docTermsBegin[d+1]]
		for _, t := range terms {
			b.v.df[t.id]++
		}
		prose := slices.ContainsFunc(terms, func(t docTerm) bool { return t.prose })
		if b.firstTemplate[d+1]-b.firstTemplate[d] == 1 && !prose {
			b.whole = append(b.whole, b.firstTemplate[d])
			continue
		}
		b.whole = append(b.whole, uint32(len(b.targets)))
		b.addTarget(d, terms)
	}
	b.targetTermsBegin = append(b.targetTermsBegin, uint32(len(b.targetTerms)))
}

func (b *builder) addTarget(doc uint32, terms []docTerm) {
	b.targets = append(b.targets, target{doc: doc})
	b.targetTermsBegin = append(b.targetTermsBegin, uint32(len(b.targetTerms)))
	for _, t := range terms {
		b.targetTerms = append(b.targetTerms, newPosting(uint32(t.id), t.prose))
	}
}

// distinctTerms returns the terms of a template, each once.
func (b *builder) distinctTerms(t *template) []docTerm {
	b.scratch = b.scratch[:0]
	for _, term := range b.termsIn(t) {
		b.scratch = append(b.scratch, docTerm{term.id, false})
	}
	return distinct(b.scratch)
}

// distinct sorts terms and removes duplicates. A term is prose if all of its
// duplicates are.
func distinct(list []docTerm) []docTerm {
	slices.SortFunc(list, func(x, y docTerm) int {
		return int(newPosting(uint32(x.id), x.prose)) - int(newPosting(uint32(y.id), y.prose))
	})
	return slices.CompactFunc(list, func(x, y docTerm) bool { return x.id == y.id })
}

// addPostings inverts the lists of terms: it lists the targets of each term.
func (b *builder) addPostings() {
	b.postingsBegin = make([]uint32, len(b.v.class)+1)
	for _, p := range b.targetTerms {
		b.postingsBegin[p.id()+1]++
	}
	for id := range len(b.v.class) {
		b.postingsBegin[id+1] += b.postingsBegin[id]
	}
	b.postings = make([]posting, len(b.targetTerms))
	next := slices.Clone(b.postingsBegin)
	for target := range uint32(len(b.targets)) {
		for _, p := range b.termsOf(target) {
			b.postings[next[p.id()]] = newPosting(target, p.prose())
			next[p.id()]++
		}
	}
}

// weighTemplates weighs the tokens of all templates.
func (ix *Index) weighTemplates() {
	for i := range ix.templates {
		t := &ix.templates[i]
		sums := ix.sumsOf(t)
		ix.v.weighTokens(sums, ix.termsIn(t))
		accumulate(sums)
		t.weight = sums[t.numTokens]
		t.trouble = slices.ContainsFunc(ix.termsIn(t), func(term term) bool { return ix.v.class[term.id]&troubleWord != 0 })
	}
}

// weighTargets sums the weights of the terms of each target.
func (ix *Index) weighTargets() {
	for i := range ix.targets {
		for _, p := range ix.termsOf(uint32(i)) {
			ix.targets[i].weight += p.weigh(ix.v.weight[p.id()])
		}
	}
}

// weighTokens sets sums[i+1] to the weight of token i, which is that of the
// best term that covers it. A pair of syllables shares its weight between them.
// The syllables of a longer synonym have the weights of their pairs.
func (v *vocabulary) weighTokens(sums []int32, terms []term) {
	for _, t := range terms {
		if t.n > 2 {
			continue
		}
		w := v.weight[t.id] / int32(t.n)
		for i := t.at; i < t.at+int32(t.n); i++ {
			sums[i+1] = max(sums[i+1], w)
		}
	}
}

// accumulate turns weights into prefix sums.
func accumulate(sums []int32) {
	for i := 1; i < len(sums); i++ {
		sums[i] += sums[i-1]
	}
}
