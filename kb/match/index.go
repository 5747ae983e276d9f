package match

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A Document is what the matcher knows of one problem. In its texts <Name> is a
// slot: it stands for any value, which a hit captures.
type Document struct {
	Messages        []string // what a product prints
	Symbols         []string // names such as FileFaultFault
	Phrases         []string // how people say it
	Counterexamples []string // texts of other problems that look like it
	Codes           []string // error codes, in any spelling
	Examples        []string // texts that mean it: a code in one does not speak against it
	Prose           []string // what explains it, for words that people may use
	Anchors         []string // sections of its sources, which Lookup finds
	Members         []int    // the documents that Lookup offers instead, where this one is their heading
}

// The kinds of templates.
type templateKind uint8

const (
	messageTemplate templateKind = iota
	symbolTemplate
	phraseTemplate
	counterexampleTemplate // an example that must not lead to the entry
)

// A template is a text of an entry in the form in which it is compared.
type template struct {
	doc       uint32
	kind      templateKind
	numTokens uint16 // units
	firstSum  uint32 // where its prefix sums of weights begin in index.sums; length+1 of them
	firstTerm uint32 // where its grams begin in index.grams
	numTerms  uint16
	slots     []slot
	weight    int32    // weight of all its units
	folded    []byte   // folded, with a slotLetter for each slot
	trigrams  []uint16 // the hashes of all three letters in a row
	announces bool     // it announces another message: «… for the following reason:»
}

// A slot captures what stands before unit at of a template.
type slot struct {
	at   int
	name string
}

// A posting names a document that has a feature. The lowest bit says that the
// feature stands only in what explains the entry, not in what names it.
type posting uint32

func (p posting) id() uint32  { return uint32(p >> 1) }
func (p posting) prose() bool { return p&1 != 0 }

// A target is what a text is looked up in: a template, or all words of an
// entry. The templates come first, under their own numbers.
type target struct {
	doc    uint32
	weight int32 // weight of all its features
}

// An Index finds the documents that explain a text. It is immutable and safe
// for concurrent use.
type Index struct {
	members          [][]int // by document
	v                *vocabulary
	templates        []template
	firstTemplate    []uint32 // by entry: its first template; one more for the end
	targets          []target
	whole            []uint32 // by entry: the document of all its words
	sums             []int32
	terms            []term
	postingsBegin    []uint32 // by feature: its first posting; one more for the end
	postings         []posting
	targetTermsBegin []uint32 // by document: its first feature in list; one more for the end
	targetTerms      []posting
	codes            map[code][]uint32
	ownCodes         [][]ownCode            // by entry
	mentioned        map[mentionedCode]bool // codes that stand in messages and examples
	anchors          map[string][]uint32
	pool             sync.Pool // of *query
}

// An ownCode is a code of an entry and how the entry spells it.
type ownCode struct {
	code     code
	spelling string
}

// A mentionedCode is a code that a message or an example of an entry prints
// beside its own: it does not speak against the entry.
type mentionedCode struct {
	doc  uint32
	code code
}

// aside marks a feature in the lists of one entry while they are built.
type docTerm struct {
	id    termID
	prose bool
}

// New builds an index of documents.
func New(documents []Document) *Index {
	ix := &Index{v: newVocabulary(), codes: map[code][]uint32{}, mentioned: map[mentionedCode]bool{}, anchors: map[string][]uint32{}}
	b := builder{Index: ix, analyzer: analyzer{v: ix.v, learn: true, analysis: &analysis{}}}
	for i := range documents {
		b.add(uint32(i), &documents[i])
	}
	ix.firstTemplate = append(ix.firstTemplate, uint32(len(ix.templates)))
	b.docTermsBegin = append(b.docTermsBegin, len(b.docTerms))
	b.addCounterexamples(documents)
	b.addTargets(len(documents))
	ix.v.complete(len(documents))
	ix.weighTemplates()
	ix.pool.New = func() any { return newQuery(ix) }
	return ix
}

// A builder is an index while entries are added.
type builder struct {
	*Index
	analyzer      analyzer
	docTerms      []docTerm
	docTermsBegin []int // by entry; one more for the end
	scratch       []docTerm
	refs          []codeRef
}

// add reads all texts of a document.
func (b *builder) add(i uint32, d *Document) {
	b.firstTemplate = append(b.firstTemplate, uint32(len(b.templates)))
	b.docTermsBegin = append(b.docTermsBegin, len(b.docTerms))
	start := len(b.docTerms)
	b.addCodes(i, d)
	for _, text := range d.Messages {
		b.addTemplate(i, text, messageTemplate)
	}
	for _, s := range d.Symbols {
		b.addTemplate(i, s, symbolTemplate)
	}
	for _, text := range d.Phrases {
		b.addTemplate(i, text, phraseTemplate)
	}
	for _, text := range d.Examples {
		b.analyzer.analyze(text)
		b.mentionCodes(i)
	}
	for _, text := range d.Prose {
		b.addProse(text)
	}
	for _, a := range d.Anchors {
		b.addAnchor(i, a)
	}
	b.members = append(b.members, d.Members)
	b.docTerms = append(b.docTerms[:start], distinct(b.docTerms[start:])...)
}

// addCounterexamples reads the texts that must not lead to their documents, without
// their codes, which are judged elsewhere, and as far as their words are known:
// they are looked up as templates are, but teach no words.
func (b *builder) addCounterexamples(documents []Document) {
	b.analyzer.known = true
	for i := range documents {
		for _, text := range documents[i].Counterexamples {
			b.addTemplate(uint32(i), withoutCodes.ReplaceAllString(text, " "), counterexampleTemplate)
		}
	}
	b.analyzer.known = false
	b.docTerms = b.docTerms[:b.docTermsBegin[len(documents)]]
}

// withoutCodes finds the codes of an example, and what announces them.
var withoutCodes = regexp.MustCompile(`\(?(?i:\bid|\berror|오류)?:?\s*(?:\b0x[0-9A-Fa-f]+|\b[0-9]{2,})\b[:)]*`)

func (b *builder) addProse(text string) {
	b.analyzer.analyze(text)
	for _, g := range b.analyzer.terms {
		b.docTerms = append(b.docTerms, docTerm{g.id, true})
	}
}

// distinct sorts mentions and keeps the most telling of each feature.
func distinct(list []docTerm) []docTerm {
	slices.SortFunc(list, func(x, y docTerm) int {
		if x.id != y.id {
			return int(x.id) - int(y.id)
		}
		return int(proseBit(x.prose)) - int(proseBit(y.prose))
	})
	return slices.CompactFunc(list, func(x, y docTerm) bool { return x.id == y.id })
}

func proseBit(aside bool) posting {
	if aside {
		return 1
	}
	return 0
}

// addTemplate reads one text in which slots stand between < and >.
func (b *builder) addTemplate(i uint32, text string, kind templateKind) {
	t := template{doc: i, kind: kind, announces: strings.HasSuffix(strings.TrimSpace(text), ":"), firstSum: uint32(len(b.sums)), firstTerm: uint32(len(b.terms))}
	n := 0
	for text != "" {
		literal, name, rest := cutSlot(text)
		b.analyzer.analyze(literal)
		for _, g := range b.analyzer.terms {
			g.at += int32(n)
			b.terms = append(b.terms, g)
			b.docTerms = append(b.docTerms, docTerm{g.id, false})
		}
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
	const longest = 2000 // units; the longest message of the products has 400
	if n == 0 || n > longest || len(b.terms)-int(t.firstTerm) > 4*longest {
		b.terms = b.terms[:t.firstTerm]
		return
	}
	t.trigrams = trigramHashes(t.folded)
	t.numTokens, t.numTerms = uint16(n), uint16(len(b.terms)-int(t.firstTerm))
	b.sums = append(b.sums, make([]int32, n+1)...)
	b.templates = append(b.templates, t)
}

// slotMark is <Name> in a message.
var slotMark = regexp.MustCompile(`<([A-Za-z][A-Za-z0-9]*)>`)

// Slots are the names of the slots of a message, in order.
func Slots(message string) []string {
	var names []string
	for _, m := range slotMark.FindAllStringSubmatch(message, -1) {
		names = append(names, m[1])
	}
	return names
}

// Fill is the message with a value in place of each slot.
func Fill(message string, value func(slot string) string) string {
	return slotMark.ReplaceAllStringFunc(message, func(mark string) string { return value(mark[1 : len(mark)-1]) })
}

// cutSlot cuts a text at its first slot.
func cutSlot(text string) (literal, name, rest string) {
	m := slotMark.FindStringSubmatchIndex(text)
	if m == nil {
		return text, "", ""
	}
	return text[:m[0]], text[m[2]:m[3]], text[m[1]:]
}

// addAnchor files the document under the section of a source.
func (b *builder) addAnchor(i uint32, fragment string) {
	key := strings.ToLower(fragment)
	if !slices.Contains(b.anchors[key], i) {
		b.anchors[key] = append(b.anchors[key], i)
	}
}

// addTargets lists the documents with their features, and files them under these. An
// entry of one template, with no words beside, is one document.
func (b *builder) addTargets(documents int) {
	for i := range b.templates {
		b.addTarget(b.templates[i].doc, b.distinctTerms(&b.templates[i]))
	}
	for e := range documents {
		words := b.docTerms[b.docTermsBegin[e]:b.docTermsBegin[e+1]]
		for _, m := range words {
			b.v.df[m.id]++
		}
		if b.firstTemplate[e+1]-b.firstTemplate[e] == 1 && !slices.ContainsFunc(words, func(m docTerm) bool { return m.prose }) {
			b.whole = append(b.whole, b.firstTemplate[e])
			continue
		}
		b.whole = append(b.whole, uint32(len(b.targets)))
		b.addTarget(uint32(e), words)
	}
	b.targetTermsBegin = append(b.targetTermsBegin, uint32(len(b.targetTerms)))
	b.docTerms = nil
	b.fillPostings()
}

// addTarget adds a document.
func (b *builder) addTarget(e uint32, words []docTerm) {
	b.targets = append(b.targets, target{doc: e})
	b.targetTermsBegin = append(b.targetTermsBegin, uint32(len(b.targetTerms)))
	for _, m := range words {
		b.targetTerms = append(b.targetTerms, posting(m.id)<<1|proseBit(m.prose))
	}
}

// distinctTerms are the features of a template, each once.
func (b *builder) distinctTerms(t *template) []docTerm {
	b.scratch = b.scratch[:0]
	for _, g := range b.templateTerms(t) {
		b.scratch = append(b.scratch, docTerm{g.id, false})
	}
	return distinct(b.scratch)
}

// fillPostings files the documents under their features.
func (b *builder) fillPostings() {
	b.postingsBegin = make([]uint32, len(b.v.class)+1)
	for _, p := range b.targetTerms {
		b.postingsBegin[p.id()+1]++
	}
	for f := range len(b.v.class) {
		b.postingsBegin[f+1] += b.postingsBegin[f]
	}
	b.postings = make([]posting, len(b.targetTerms))
	next := slices.Clone(b.postingsBegin)
	for d := range b.targets {
		for _, p := range b.termsOf(uint32(d)) {
			b.postings[next[p.id()]] = posting(d)<<1 | p&1
			next[p.id()]++
		}
	}
}

// weighTemplates gives the units of all templates their weights: that of the best
// feature that begins with or covers it alone; syllables share theirs.
func (ix *Index) weighTemplates() {
	for k := range ix.templates {
		t := &ix.templates[k]
		sums := ix.sums[t.firstSum : t.firstSum+uint32(t.numTokens)+1]
		for _, g := range ix.templateTerms(t) {
			w := ix.v.weight[g.id] / int32(g.n)
			if g.n > 2 {
				continue // its parts have weights
			}
			for u := g.at; u < g.at+int32(g.n); u++ {
				sums[u+1] = max(sums[u+1], w)
			}
		}
		for u := range int(t.numTokens) {
			sums[u+1] += sums[u]
		}
		t.weight = sums[t.numTokens]
	}
	for d := range ix.targets {
		for _, p := range ix.termsOf(uint32(d)) {
			ix.targets[d].weight += p.weigh(ix.v.weight[p.id()])
		}
	}
}

// weigh is what a feature of the weight adds to what a text shares with the
// document.
func (p posting) weigh(weight int32) int32 {
	if p.prose() && weight > 0 {
		return max(1, weight/proseDivisor)
	}
	return weight
}

// termsOf are the features of a document, in order.
func (ix *Index) termsOf(doc uint32) []posting {
	return ix.targetTerms[ix.targetTermsBegin[doc]:ix.targetTermsBegin[doc+1]]
}

func (ix *Index) templateTerms(t *template) []term {
	return ix.terms[t.firstTerm : t.firstTerm+uint32(t.numTerms)]
}

// addCodes files the entry under its codes.
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
}

// mentionCodes notes the codes of the text that was read last.
func (b *builder) mentionCodes(i uint32) {
	b.refs = scanCodes(b.refs[:0], b.analyzer.plain.s, b.analyzer.tokens)
	for _, ref := range b.refs {
		b.mentioned[mentionedCode{i, ref.code}] = true
	}
}
