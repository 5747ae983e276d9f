package kb

import (
	"slices"
	"strings"

	"mabsbot/kb/match"
)

// Documents returns what the matcher knows of entries sorted by ID: document i
// is entry i.
func Documents(entries []*Entry) []match.Document {
	documents := make([]match.Document, len(entries))
	for i, e := range entries {
		documents[i] = match.Document{
			Name:            e.ID,
			Messages:        e.Messages.all(),
			Symbols:         e.Symbols,
			Phrases:         e.Phrases.all(),
			Titles:          e.ownTitles(),
			Frames:          e.Frames,
			Counterexamples: e.Examples.Counterexamples,
			Codes:           e.Codes,
			Relatives:       e.Relatives,
			Examples:        e.Examples.Match,
			Prose:           e.prose(),
			Anchors:         e.anchors(),
			Sections:        e.sections(),
			Members:         e.members(entries),
		}
	}
	return documents
}

// all returns the texts in all languages.
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

// prose returns the other texts of the entry: words that people may use to
// describe the error.
func (e *Entry) prose() []string {
	var all []string
	add := func(t Text) {
		for _, v := range t {
			all = append(all, v.Text)
		}
	}
	add(e.Operation)
	for _, s := range e.Cause {
		add(s.Text)
	}
	for _, s := range e.Sources {
		add(s.Text)
	}
	for _, q := range e.Ask {
		add(q.Text)
		for _, c := range q.Choices {
			add(c.Label)
		}
	}
	for i := range e.Steps.Items {
		item := &e.Steps.Items[i]
		if len(item.Chain) > 0 {
			add(item.Title)
		}
		for _, s := range item.Parts() {
			add(s.Title)
			add(s.Do)
			all = append(all, s.Path)
			if s.Command != nil {
				all = append(all, s.Command.Run)
			}
		}
	}
	return all
}

// anchors returns the fragments of the entry's source URLs.
func (e *Entry) anchors() []string {
	var all []string
	for _, s := range e.Sources {
		if _, fragment, ok := strings.Cut(s.URL, "#"); ok {
			all = append(all, fragment)
		}
	}
	return all
}

// sections returns the titles of the sections that the entry's sources are in: a
// fragment in words, and what follows the name of the page.
func (e *Entry) sections() []string {
	var all []string
	for _, s := range e.Sources {
		_, fragment, ok := strings.Cut(s.URL, "#")
		if !ok {
			continue
		}
		all = append(all, strings.ReplaceAll(fragment, "-", " "))
		for _, v := range s.Text {
			if _, title, ok := strings.Cut(v.Text, ", "); ok {
				all = append(all, title)
			}
		}
	}
	return all
}

// members returns the indexes of the entries that the first question leads to,
// if most of its answers lead to other entries. Such an entry is a heading that
// the others share, and a lookup of it means one of them.
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

// A Result is the outcome of matching one text.
type Result struct {
	Band match.Band `json:"band"`
	Hits []Hit      `json:"hits"`           // at most three competing entries, best first, even if the band is Silent
	Also []Hit      `json:"also,omitempty"` // other errors recognized with certainty elsewhere in the text; Hits[0] is closest to the root cause
}

// A Hit is one entry that matches the text or part of it.
type Hit struct {
	Entry      *Entry
	Confidence float64           // calibrated: the share of such hits that are right
	Codes      []string          // canonical codes of the entry found in the text
	Slots      map[string]string // values captured by the slots of a message
	Evidence   []match.Evidence  // in the order of the text
}

// Match returns the entries that match a pasted text. It is safe for concurrent
// use.
func (b *Base) Match(text string) Result { return b.result(b.index().Match(text)) }

// MatchAbout is Match for a text from a place that is about these products. A
// question needs less there.
func (b *Base) MatchAbout(text string) Result { return b.result(b.index().MatchAbout(text)) }

// Lookup returns the entries that a query after /mabs refers to: the ID of an
// entry, a code, a symbol, a section of the sources, a few words, or a paste.
func (b *Base) Lookup(text string) Result {
	if id := strings.TrimSpace(text); b.byID[id] != nil {
		at := strings.Index(text, id)
		return Result{Band: match.Sure, Hits: []Hit{{
			Entry: b.byID[id], Confidence: 1,
			Evidence: []match.Evidence{{Kind: match.EvidenceWords, Text: id, Start: at, End: at + len(id)}},
		}}}
	}
	return b.result(b.index().Lookup(text))
}

// result replaces documents by entries.
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
