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
	neighbourTemplate // an example that must not lead to the entry
)

// A template is a text of an entry in the form in which it is compared.
type template struct {
	entry   uint32
	kind    templateKind
	length  uint16 // units
	unit    uint32 // where its prefix sums of weights begin in index.sums; length+1 of them
	gram    uint32 // where its grams begin in index.grams
	grams   uint16
	slots   []slot
	total   int32    // weight of all its units
	letters []byte   // folded, with a slotLetter for each slot
	threes  []uint16 // the hashes of all three letters in a row
	opens   bool     // it announces another message: «… for the following reason:»
}

// A slot captures what stands before unit at of a template.
type slot struct {
	at   int
	name string
}

// A posting names a document that has a feature. The lowest bit says that the
// feature stands only in what explains the entry, not in what names it.
type posting uint32

func (p posting) number() uint32 { return uint32(p >> 1) }
func (p posting) aside() bool    { return p&1 != 0 }

// A document is what a text is looked up in: a template, or all words of an
// entry. The templates come first, under their own numbers.
type document struct {
	entry uint32
	total int32 // weight of all its features
}

// An Index finds the documents that explain a text. It is immutable and safe
// for concurrent use.
type Index struct {
	members   [][]int // by document
	v         *vocabulary
	templates []template
	first     []uint32 // by entry: its first template; one more for the end
	docs      []document
	whole     []uint32 // by entry: the document of all its words
	sums      []int32
	grams     []gram
	postBegin []uint32 // by feature: its first posting; one more for the end
	postings  []posting
	listBegin []uint32 // by document: its first feature in list; one more for the end
	list      []posting
	codes     map[code][]uint32
	own       [][]ownCode            // by entry
	mentioned map[mentionedCode]bool // codes that stand in messages and examples
	anchors   map[string][]uint32
	pool      sync.Pool // of *query
}

// An ownCode is a code of an entry and how the entry spells it.
type ownCode struct {
	code  code
	spelt string
}

// A mentionedCode is a code that a message or an example of an entry prints
// beside its own: it does not speak against the entry.
type mentionedCode struct {
	entry uint32
	code  code
}

// aside marks a feature in the lists of one entry while they are built.
type mention struct {
	f     feature
	aside bool
}

// New builds an index of documents.
func New(documents []Document) *Index {
	ix := &Index{v: newVocabulary(), codes: map[code][]uint32{}, mentioned: map[mentionedCode]bool{}, anchors: map[string][]uint32{}}
	b := builder{Index: ix, r: reader{v: ix.v, grow: true, reading: &reading{}}}
	for i := range documents {
		b.add(uint32(i), &documents[i])
	}
	ix.first = append(ix.first, uint32(len(ix.templates)))
	b.mentionsBegin = append(b.mentionsBegin, len(b.mentions))
	b.neighbours(documents)
	b.post(len(documents))
	ix.v.seal(len(documents))
	ix.weigh()
	ix.pool.New = func() any { return newQuery(ix) }
	return ix
}

// A builder is an index while entries are added.
type builder struct {
	*Index
	r             reader
	mentions      []mention
	mentionsBegin []int // by entry; one more for the end
	distinctive   []mention
	refs          []codeRef
}

// add reads all texts of a document.
func (b *builder) add(i uint32, d *Document) {
	b.first = append(b.first, uint32(len(b.templates)))
	b.mentionsBegin = append(b.mentionsBegin, len(b.mentions))
	start := len(b.mentions)
	b.addCodes(i, d)
	for _, text := range d.Messages {
		b.template(i, text, messageTemplate)
	}
	for _, s := range d.Symbols {
		b.template(i, s, symbolTemplate)
	}
	for _, text := range d.Phrases {
		b.template(i, text, phraseTemplate)
	}
	for _, text := range d.Examples {
		b.r.read(text)
		b.mentionCodes(i)
	}
	for _, text := range d.Prose {
		b.words(text)
	}
	for _, a := range d.Anchors {
		b.anchor(i, a)
	}
	b.members = append(b.members, d.Members)
	b.mentions = append(b.mentions[:start], distinct(b.mentions[start:])...)
}

// neighbours reads the texts that must not lead to their documents, without
// their codes, which are judged elsewhere, and as far as their words are known:
// they are looked up as templates are, but teach no words.
func (b *builder) neighbours(documents []Document) {
	b.r.known = true
	for i := range documents {
		for _, text := range documents[i].Counterexamples {
			b.template(uint32(i), withoutCodes.ReplaceAllString(text, " "), neighbourTemplate)
		}
	}
	b.r.known = false
	b.mentions = b.mentions[:b.mentionsBegin[len(documents)]]
}

// withoutCodes finds the codes of an example, and what announces them.
var withoutCodes = regexp.MustCompile(`\(?(?i:\bid|\berror|오류)?:?\s*(?:\b0x[0-9A-Fa-f]+|\b[0-9]{2,})\b[:)]*`)

func (b *builder) words(text string) {
	b.r.read(text)
	for _, g := range b.r.grams {
		b.mentions = append(b.mentions, mention{g.f, true})
	}
}

// distinct sorts mentions and keeps the most telling of each feature.
func distinct(list []mention) []mention {
	slices.SortFunc(list, func(x, y mention) int {
		if x.f != y.f {
			return int(x.f) - int(y.f)
		}
		return int(asideBit(x.aside)) - int(asideBit(y.aside))
	})
	return slices.CompactFunc(list, func(x, y mention) bool { return x.f == y.f })
}

func asideBit(aside bool) posting {
	if aside {
		return 1
	}
	return 0
}

// template reads one text in which slots stand between < and >.
func (b *builder) template(i uint32, text string, kind templateKind) {
	t := template{entry: i, kind: kind, opens: strings.HasSuffix(strings.TrimSpace(text), ":"), unit: uint32(len(b.sums)), gram: uint32(len(b.grams))}
	n := 0
	for text != "" {
		literal, name, rest := cutSlot(text)
		b.r.read(literal)
		for _, g := range b.r.grams {
			g.at += int32(n)
			b.grams = append(b.grams, g)
			b.mentions = append(b.mentions, mention{g.f, false})
		}
		n += len(b.r.units)
		if kind != neighbourTemplate {
			b.mentionCodes(i)
		}
		t.letters = foldLetters(t.letters, b.r.plain.s)
		if name != "" {
			t.letters = append(t.letters, slotLetter)
			t.slots = append(t.slots, slot{n, name})
		}
		text = rest
	}
	const longest = 2000 // units; the longest message of the products has 400
	if n == 0 || n > longest || len(b.grams)-int(t.gram) > 4*longest {
		b.grams = b.grams[:t.gram]
		return
	}
	t.threes = letterHashes(t.letters)
	t.length, t.grams = uint16(n), uint16(len(b.grams)-int(t.gram))
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

// anchor files the document under the section of a source.
func (b *builder) anchor(i uint32, fragment string) {
	key := strings.ToLower(fragment)
	if !slices.Contains(b.anchors[key], i) {
		b.anchors[key] = append(b.anchors[key], i)
	}
}

// post lists the documents with their features, and files them under these. An
// entry of one template, with no words beside, is one document.
func (b *builder) post(documents int) {
	for i := range b.templates {
		b.document(b.templates[i].entry, b.featuresOf(&b.templates[i]))
	}
	for e := range documents {
		words := b.mentions[b.mentionsBegin[e]:b.mentionsBegin[e+1]]
		for _, m := range words {
			b.v.df[m.f]++
		}
		if b.first[e+1]-b.first[e] == 1 && !slices.ContainsFunc(words, func(m mention) bool { return m.aside }) {
			b.whole = append(b.whole, b.first[e])
			continue
		}
		b.whole = append(b.whole, uint32(len(b.docs)))
		b.document(uint32(e), words)
	}
	b.listBegin = append(b.listBegin, uint32(len(b.list)))
	b.mentions = nil
	b.file()
}

// document adds a document.
func (b *builder) document(e uint32, words []mention) {
	b.docs = append(b.docs, document{entry: e})
	b.listBegin = append(b.listBegin, uint32(len(b.list)))
	for _, m := range words {
		b.list = append(b.list, posting(m.f)<<1|asideBit(m.aside))
	}
}

// featuresOf are the features of a template, each once.
func (b *builder) featuresOf(t *template) []mention {
	b.distinctive = b.distinctive[:0]
	for _, g := range b.gramsOf(t) {
		b.distinctive = append(b.distinctive, mention{g.f, false})
	}
	return distinct(b.distinctive)
}

// file files the documents under their features.
func (b *builder) file() {
	b.postBegin = make([]uint32, len(b.v.class)+1)
	for _, p := range b.list {
		b.postBegin[p.number()+1]++
	}
	for f := range len(b.v.class) {
		b.postBegin[f+1] += b.postBegin[f]
	}
	b.postings = make([]posting, len(b.list))
	next := slices.Clone(b.postBegin)
	for d := range b.docs {
		for _, p := range b.featuresIn(uint32(d)) {
			b.postings[next[p.number()]] = posting(d)<<1 | p&1
			next[p.number()]++
		}
	}
}

// weigh gives the units of all templates their weights: that of the best
// feature that begins with or covers it alone; syllables share theirs.
func (ix *Index) weigh() {
	for k := range ix.templates {
		t := &ix.templates[k]
		sums := ix.sums[t.unit : t.unit+uint32(t.length)+1]
		for _, g := range ix.gramsOf(t) {
			w := ix.v.weight[g.f] / int32(g.n)
			if g.n > 2 {
				continue // its parts have weights
			}
			for u := g.at; u < g.at+int32(g.n); u++ {
				sums[u+1] = max(sums[u+1], w)
			}
		}
		for u := range int(t.length) {
			sums[u+1] += sums[u]
		}
		t.total = sums[t.length]
	}
	for d := range ix.docs {
		for _, p := range ix.featuresIn(uint32(d)) {
			ix.docs[d].total += p.worth(ix.v.weight[p.number()])
		}
	}
}

// worth is what a feature of the weight adds to what a text shares with the
// document.
func (p posting) worth(weight int32) int32 {
	if p.aside() && weight > 0 {
		return max(1, weight/asideDivisor)
	}
	return weight
}

// featuresIn are the features of a document, in order.
func (ix *Index) featuresIn(doc uint32) []posting {
	return ix.list[ix.listBegin[doc]:ix.listBegin[doc+1]]
}

func (ix *Index) gramsOf(t *template) []gram { return ix.grams[t.gram : t.gram+uint32(t.grams)] }

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
	b.own = append(b.own, own)
}

// mentionCodes notes the codes of the text that was read last.
func (b *builder) mentionCodes(i uint32) {
	b.refs = scanCodes(b.refs[:0], b.r.plain.s, b.r.units)
	for _, ref := range b.refs {
		b.mentioned[mentionedCode{i, ref.code}] = true
	}
}
