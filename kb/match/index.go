package match

import (
	"regexp"
	"sync"
)

// A Document is what the matcher knows about one problem. <Name> in a message,
// symbol or phrase is a slot: any value may take its place, and a hit reports
// it.
type Document struct {
	Name            string     // identifies it in the fitted model (see linear.go)
	Messages        []string   // what a product prints
	Symbols         []string   // names such as FileFaultFault
	Phrases         []string   // how people say it
	Titles          []string   // its own titles, but for those that begin a message
	Counterexamples []string   // texts of other problems that look like it
	Frames          [][]string // IDs of concepts which together say the problem
	Codes           []string   // error codes, in any spelling
	Relatives       []string   // codes that appear with the error; they count neither for nor against it
	Examples        []string   // texts that mean it; their codes do not count against it
	Sayings         []string   // EXPERIMENT
	Prose           []string   // explanations, for words that people may use
	Anchors         []string   // URL fragments of its sources, which Lookup finds
	Sections        []string   // titles of the sections of its sources, which Lookup finds
	Members         []int      // documents that Lookup offers in place of this one, their common heading
}

// slotMark is a slot in a text of a document.
var slotMark = regexp.MustCompile(`<([A-Za-z][A-Za-z0-9]*)>`)

// Slots returns the names of the slots of a text, in order.
func Slots(text string) []string {
	var names []string
	for _, m := range slotMark.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// Fill returns a text with a value in place of each slot.
func Fill(text string, value func(slot string) string) string {
	return slotMark.ReplaceAllStringFunc(text, func(mark string) string { return value(mark[1 : len(mark)-1]) })
}

// cutSlot cuts a text around its first slot. name is "" if there is none.
func cutSlot(text string) (before, name, after string) {
	m := slotMark.FindStringSubmatchIndex(text)
	if m == nil {
		return text, "", ""
	}
	return text[:m[0]], text[m[2]:m[3]], text[m[1]:]
}

// An Index finds the documents that explain a text. It is immutable and safe
// for concurrent use. build.go makes it.
//
// Lists that belong to a template, target or term are consecutive parts of one
// slice; begin[i] is where list i begins, and begin[i+1] where it ends.
type Index struct {
	v              *vocabulary
	concepts       *conceptTrie
	stances        conceptSet
	sayings        []saying // by document
	framed         []uint32 // documents with frames
	said           *linear
	named          []int16  // by document: its column in said, or 0
	namedDocuments []uint32 // those that said knows
	seen           []bool   // by document: said was fitted to its phrases
	vectors        *vectors

	templates     []template
	firstTemplate []uint32 // by document: its first template but for counterexamples, which come last
	terms         []term   // of templates
	sums          []int32  // of templates: for each token, and for the end, the weight of the tokens before it

	targets          []target
	whole            []uint32 // by document: the target of all its words
	targetTermsBegin []uint32 // by target
	targetTerms      []posting
	postingsBegin    []uint32 // by term
	postings         []posting

	codes      map[code][]uint32      // the documents that have a code
	ownCodes   [][]ownCode            // by document
	companions map[mentionedCode]bool // relatives, and codes in messages and examples
	anchors    map[string][]uint32    // the documents that have an anchor
	members    [][]int                // by document
	symbols    []symbol
	sections   []section

	pool sync.Pool // of *query
}

type templateKind uint8

const (
	messageTemplate templateKind = iota
	symbolTemplate
	phraseTemplate
	counterexampleTemplate
)

// A template is a text of a document in the form in which it is compared.
type template struct {
	doc       uint32
	kind      templateKind
	numTokens uint16
	numTerms  uint16
	firstSum  uint32 // of numTokens+1 in Index.sums
	firstTerm uint32 // of numTerms in Index.terms
	weight    int32  // of all its tokens
	slots     []slot
	folded    []byte          // its bytes for comparing substrings, with a slotByte for each slot
	trigrams  []uint16        // their hashes
	title     bool            // a title of the document, which is a phrase
	announces bool            // another message follows it: "… for the following reason:"
	trouble   bool            // it has a word for something that goes wrong
	sentences []sentenceStart // of a message, if it has several
}

// A slot captures what a text has before token at of a template.
type slot struct {
	at   int
	name string
}

// sumsOf returns the prefix sums of the weights of a template's tokens.
func (ix *Index) sumsOf(t *template) []int32 {
	return ix.sums[t.firstSum : t.firstSum+uint32(t.numTokens)+1]
}

// termsIn returns the terms of a template.
func (ix *Index) termsIn(t *template) []term {
	return ix.terms[t.firstTerm : t.firstTerm+uint32(t.numTerms)]
}

// A target is what terms of a text are looked up for: a template, or all words
// of a document. The templates come first and keep their numbers. A document
// that has a single template and no prose needs no second target.
type target struct {
	doc    uint32
	weight int32 // of all its terms
}

// A posting says that a target has a term. In Index.postings its id is the
// target, in Index.targetTerms the term. The lowest bit says that only the
// prose of the document has the term.
type posting uint32

func newPosting(id uint32, prose bool) posting {
	p := posting(id) << 1
	if prose {
		p |= 1
	}
	return p
}

func (p posting) id() uint32  { return uint32(p >> 1) }
func (p posting) prose() bool { return p&1 != 0 }

// proseDivisor reduces the weight of a word that only the prose of a document
// has.
const proseDivisor = 3

// weigh returns what a term of a weight counts for the target.
func (p posting) weigh(weight int32) int32 {
	if p.prose() && weight > 0 {
		return max(1, weight/proseDivisor)
	}
	return weight
}

// termsOf returns the terms of a target, sorted.
func (ix *Index) termsOf(target uint32) []posting {
	return ix.targetTerms[ix.targetTermsBegin[target]:ix.targetTermsBegin[target+1]]
}

// postingsOf returns the targets that have a term, sorted.
func (ix *Index) postingsOf(id termID) []posting {
	return ix.postings[ix.postingsBegin[id]:ix.postingsBegin[id+1]]
}

// An ownCode is a code of a document, and how the document spells it.
type ownCode struct {
	code     code
	spelling string
}

// A mentionedCode is a companion of a document: a relative, or a code that a
// message or an example contains.
type mentionedCode struct {
	doc  uint32
	code code
}
