package kb

import (
	"slices"
	"strings"

	"mabsbot/kb/match"
)

// Documents are what the matcher knows of entries, which are in the order of
// their ids: document i is entry i.
func Documents(entries []*Entry) []match.Document {
	documents := make([]match.Document, len(entries))
	for i, e := range entries {
		documents[i] = match.Document{
			Messages:        e.Messages.all(),
			Symbols:         e.Symbols,
			Phrases:         append(e.Phrases.all(), e.ownTitles()...),
			Counterexamples: e.Examples.Silent,
			Codes:           e.Codes,
			Examples:        e.Examples.Match,
			Prose:           e.prose(),
			Anchors:         e.anchors(),
			Members:         e.members(entries),
		}
	}
	return documents
}

// all are the texts in all languages.
func (t Texts) all() []string {
	var all []string
	for _, v := range t {
		all = append(all, v.Texts...)
	}
	return all
}

// ownTitles are the titles of an entry that are not the beginning of a message,
// as they are in generated collections.
func (e *Entry) ownTitles() []string {
	var titles []string
	for _, v := range e.Title {
		begins := func(message string) bool { return strings.HasPrefix(message, v.Text) }
		if !slices.ContainsFunc(e.Messages, func(m Variants) bool { return slices.ContainsFunc(m.Texts, begins) }) {
			titles = append(titles, v.Text)
		}
	}
	return titles
}

// prose is what the entry says beside the error: words that people may use to
// describe it.
func (e *Entry) prose() []string {
	var all []string
	add := func(t Text) {
		for _, v := range t {
			all = append(all, v.Text)
		}
	}
	add(e.Operation)
	add(e.Cause)
	for _, s := range e.Sources {
		add(s.Text)
	}
	for _, q := range e.Ask {
		add(q.Text)
		for _, c := range q.Choices {
			add(c.Label)
		}
	}
	for _, s := range e.Steps.Items {
		add(s.Title)
		add(s.Do)
		all = append(all, s.Path)
		if s.Command != nil {
			all = append(all, s.Command.Run)
		}
	}
	return all
}

// anchors are the sections of the entry's sources.
func (e *Entry) anchors() []string {
	var all []string
	for _, s := range e.Sources {
		if _, fragment, ok := strings.Cut(s.URL, "#"); ok {
			all = append(all, fragment)
		}
	}
	return all
}

// members are the places of the entries that an entry's first question leads
// to, where most of its answers lead to one: the entry is a heading that they
// share, and who looks it up means one of them.
func (e *Entry) members(entries []*Entry) []int {
	var list []int
	if len(e.Ask) == 0 {
		return nil
	}
	for _, c := range e.Ask[0].Choices {
		i, ok := slices.BinarySearchFunc(entries, c.Entry, func(e *Entry, id string) int { return strings.Compare(e.ID, id) })
		if ok && c.Entry != "" {
			list = append(list, i)
		}
	}
	if len(list) < 2 || 2*len(list) < len(e.Ask[0].Choices) {
		return nil
	}
	return list
}

// A Result is what the matcher makes of one text.
type Result struct {
	Band match.Band `json:"band"`
	Hits []Hit      `json:"hits"`           // competing explanations, best first, three at most; also where the band is Silent
	Also []Hit      `json:"also,omitempty"` // other errors recognised with certainty elsewhere in the same text; Hits[0] is nearest the cause
}

// A Hit is one entry that explains the text, or part of it.
type Hit struct {
	Entry      *Entry
	Confidence float64           // calibrated: the share of such hits that are right
	Codes      []string          // canonical codes of the entry that stand in the text
	Slots      map[string]string // what stood in the places of a template's slots
	Evidence   []match.Evidence  // why, in the order of the text
}

// Match names the entries that explain a text as somebody pasted it. It is
// safe for concurrent use.
func (b *Base) Match(text string) Result { return b.result(b.index.Match(text)) }

// Lookup names the entries that a query after /mabs means: an entry's id, a
// code, a symbol, a section of the sources, a few words, or a paste.
func (b *Base) Lookup(text string) Result {
	if id := strings.TrimSpace(text); b.byID[id] != nil {
		at := strings.Index(text, id)
		return Result{Band: match.Sure, Hits: []Hit{{
			Entry: b.byID[id], Confidence: 1,
			Evidence: []match.Evidence{{Kind: match.EvidenceWords, Text: id, Start: at, End: at + len(id)}},
		}}}
	}
	return b.result(b.index.Lookup(text))
}

// result puts entries in place of documents.
func (b *Base) result(r match.Result) Result { return Result{r.Band, b.hits(r.Hits), b.hits(r.Also)} }

func (b *Base) hits(found []match.Hit) []Hit {
	if found == nil {
		return nil
	}
	hits := make([]Hit, len(found))
	for i, h := range found {
		hits[i] = Hit{b.entries[h.Doc], h.Confidence, h.Codes, h.Slots, h.Evidence}
	}
	return hits
}
