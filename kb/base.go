package kb

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"mabsbot/kb/match"
)

// A Base is a loaded, checked and compiled knowledge base. It is immutable and
// safe for concurrent use; a reload creates a new one.
type Base struct {
	entries    []*Entry // by ID
	byID       map[string]*Entry
	glossary   []Term
	concepts   []match.Concept // by ID
	slots      []Slot
	areas      []Area
	siblings   []siblingCode // by code
	windows    []WindowsCode
	facts      []Fact
	collector  *Collector
	outputKeys *regexp.Regexp         // of the collector
	words      map[conceptWord]string // of concepts
	index      func() *match.Index    // waits until it is built
	revision   string

	// What only tests of the entries need.
	last []*Entry // of the last layer
	talk []string // texts that the bot must leave alone
}

// newBase compiles entries, which have a Revision and distinct IDs, with the
// shared files that were read. The index takes half of the time that a program
// needs to load the entries, and nothing but a match needs it: it is built while
// the program goes on.
func newBase(entries []*Entry, read batch) *Base {
	b := &Base{
		entries: entries, byID: make(map[string]*Entry, len(entries)),
		glossary: overlayTerms(read.terms), slots: overlaySlots(read.slots), areas: overlayAreas(read.areas), windows: overlayWindows(read.windows),
		facts:    overlayFacts(read.facts),
		concepts: read.concepts(), words: read.words(),
	}
	slices.SortFunc(b.entries, byID)
	sum := sha256.New()
	for _, e := range b.entries {
		b.byID[e.ID] = e
		io.WriteString(sum, e.ID+" "+e.Revision+"\n") // writing to a hash never fails
	}
	for _, t := range b.glossary {
		fmt.Fprintln(sum, t)
	}
	for _, c := range b.concepts {
		fmt.Fprintln(sum, c)
	}
	for _, s := range b.slots {
		fmt.Fprintln(sum, s)
	}
	for _, a := range b.areas {
		fmt.Fprintln(sum, a)
	}
	for _, w := range b.windows {
		fmt.Fprintln(sum, w)
	}
	b.siblings = siblingCodes(read, b.entries)
	for _, s := range b.siblings {
		fmt.Fprintln(sum, s.code, s.product, s.subject.Name, s.kind.Name)
	}
	for _, f := range b.facts {
		fmt.Fprintln(sum, f)
	}
	if b.collector = compileCollector(read.collectors, b.byID); b.collector != nil {
		b.outputKeys = keysForm(b.collector.Lines)
		fmt.Fprintln(sum, b.collector.Script, b.collector.Lines, b.collector.Answers)
	}
	b.revision = hex.EncodeToString(sum.Sum(nil)[:revisionBytes])
	b.index = sync.OnceValue(func() *match.Index { return match.New(Documents(b.entries), b.concepts...) })
	go b.index()
	return b
}

func byID(x, y *Entry) int { return strings.Compare(x.ID, y.ID) }

// revisionBytes is the length of a revision: eight hexadecimal digits, few
// enough to read out over the phone.
const revisionBytes = 4

// revise sets the revision of an entry.
func revise(e *Entry) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	e.Revision = hex.EncodeToString(sum[:revisionBytes])
	return nil
}

// Entry returns the entry with the ID, or nil.
func (b *Base) Entry(id string) *Entry { return b.byID[id] }

// Entries returns all entries in the order of their IDs. The caller must not
// change them.
func (b *Base) Entries() []*Entry { return b.entries }

// Glossary returns the terms of the glossary in the order of the files. The
// caller must not change them.
func (b *Base) Glossary() []Term { return b.glossary }

// Concepts returns the concepts in the order of their IDs. The caller must not
// change them.
func (b *Base) Concepts() []match.Concept { return b.concepts }

// Revision identifies the content of the whole base.
func (b *Base) Revision() string { return b.revision }
