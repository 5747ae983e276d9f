package bot

import (
	"context"
	"slices"
	"strings"
	"sync"

	"mabsbot/kb"
	"mabsbot/kb/match"
)

// What a change of the knowledge base does to texts.

// A TriedText is a text that is recognized with and without a change.
type TriedText struct {
	Text  string
	Entry string // whose example it is, or that it led to when it was asked; may be ""
}

// A Recognition is how a text is recognized: with the entry that is the answer, the ones
// that the bot would ask about, or none.
type Recognition struct {
	Band    match.Band
	Entries []string
}

// A Difference is a text that is recognized in another way with a change.
type Difference struct {
	TriedText
	Was, Becomes Recognition
}

// A Tried says what a change does to some texts.
type Tried struct {
	Texts   int          // how many were tried
	Left    int          // how many were not, because ctx ended
	Changes []Difference // the first maxDifferences
	Changed int          // how many there are
}

// maxDifferences is how many changes are listed: as many as people look through.
const maxDifferences = 50

// recognize returns how a base recognizes a text.
func recognize(b *kb.Base, text string) (o Recognition) {
	r := b.Match(text)
	o.Band = r.Band
	switch hits := r.Hits; {
	case len(hits) == 0 || r.Band == match.Silent:
		o.Band = match.Silent
	case r.Band == match.Sure:
		o.Entries = []string{hits[0].Entry.ID}
	default:
		for _, h := range hits {
			o.Entries = append(o.Entries, h.Entry.ID)
		}
	}
	return o
}

func (o Recognition) equal(p Recognition) bool {
	return o.Band == p.Band && slices.Equal(o.Entries, p.Entries)
}

// Compare says which texts are recognized in another way with changed, a base from Try.
// It stops when ctx ends.
func (e *Editor) Compare(ctx context.Context, changed *kb.Base, texts []TriedText) (t Tried) {
	for i, text := range texts {
		if ctx.Err() != nil {
			t.Left = len(texts) - i
			break
		}
		t.Texts++
		was, becomes := e.recognized.of(e.live.Base(), text.Text), recognize(changed, text.Text)
		if was.equal(becomes) {
			continue
		}
		if t.Changed++; len(t.Changes) < maxDifferences {
			t.Changes = append(t.Changes, Difference{text, was, becomes})
		}
	}
	return t
}

// Recognize returns how the entries in use recognize a text.
func (e *Editor) Recognize(text string) Recognition { return recognize(e.live.Base(), text) }

// Recognized returns how a text is recognized now and with changed.
func (e *Editor) Recognized(changed *kb.Base, text string) Difference {
	return Difference{TriedText{Text: text}, recognize(e.live.Base(), text), recognize(changed, text)}
}

// maxRecognized bounds what is remembered of texts: more than the examples, the talk and
// the questions that a check tries.
const maxRecognized = 20_000

// A recognitions remembers how the entries in use recognize texts, because a check after
// each change tries the same ones.
type recognitions struct {
	mu   sync.Mutex
	base *kb.Base
	all  map[string]Recognition
}

// of returns how a base recognizes a text.
func (r *recognitions) of(b *kb.Base, text string) Recognition {
	r.mu.Lock()
	if r.base != b || len(r.all) >= maxRecognized {
		r.base, r.all = b, map[string]Recognition{}
	}
	o, ok := r.all[text]
	r.mu.Unlock()
	if ok {
		return o
	}
	o = recognize(b, text)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.base == b {
		r.all[text] = o
	}
	return o
}

// Examples returns the examples of an entry, and those of all others, which begin with
// the ones that the texts of the entry also fit. Talk must lead to nothing.
func Examples(changed *kb.Base, entry string) (own, others, talk []TriedText) {
	for _, text := range changed.Talk() {
		talk = append(talk, TriedText{Text: text})
	}
	seen := map[*kb.Entry]bool{}
	for _, e := range slices.Concat(neighbors(changed, entry), changed.Entries()) {
		if seen[e] {
			continue
		}
		seen[e] = true
		for _, text := range slices.Concat(e.Examples.Match, e.Examples.Counterexamples) {
			if t := (TriedText{text, e.ID}); e.ID == entry {
				own = append(own, t)
			} else {
				others = append(others, t)
			}
		}
	}
	return own, others, talk
}

// maxNeighbors is how many entries are tried first: as many as people compare.
const maxNeighbors = 5

// neighbors returns the entries that the texts of an entry also fit, the most frequent
// first.
func neighbors(b *kb.Base, entry string) (all []*kb.Entry) {
	e := b.Entry(entry)
	if e == nil {
		return nil
	}
	texts := slices.Clone(e.Examples.Match)
	for _, v := range slices.Concat(e.Phrases, e.Messages) {
		texts = append(texts, v.Texts...)
	}
	times := map[*kb.Entry]int{}
	for _, text := range texts {
		for _, h := range b.Match(text).Hits {
			if h.Entry != e {
				if times[h.Entry]++; times[h.Entry] == 1 {
					all = append(all, h.Entry)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(x, y *kb.Entry) int {
		if n := times[y] - times[x]; n != 0 {
			return n
		}
		return strings.Compare(x.ID, y.ID)
	})
	return all[:min(len(all), maxNeighbors)]
}
