package kb

import (
	"path"
	"strings"

	"mabsbot/kb/match"
)

// An Explanation is a result with its reasons, as match.Explanation describes
// them.
type Explanation struct {
	Result        Result
	Concepts      []match.FoundConcept
	Codes         []FoundCode
	Block         *match.Block
	Entry         *Entry // what the rest is about, or nil
	Frames        [][]string
	Almost        []string
	Lacks         string
	Asked, Needed float64
	Anyway        string
	Similar       match.Similarity
	For, Against  []match.Signal
	Doubts        []Doubt
}

// A FoundCode is a number of the text that may be a code.
type FoundCode struct {
	match.FoundCode
	Entries []*Entry // that have it
}

// A Doubt is why there is no answer.
type Doubt struct {
	match.Doubt
	Entry *Entry // that contradicts the best one, or nil
}

// Explain matches a text like Match, and says why.
func (b *Base) Explain(text string) Explanation { return b.explanation(b.index().Explain(text)) }

// ExplainAbout matches a text like MatchAbout, and says why.
func (b *Base) ExplainAbout(text string) Explanation {
	return b.explanation(b.index().ExplainAbout(text))
}

// explanation replaces documents by entries.
func (b *Base) explanation(x match.Explanation) Explanation {
	e := Explanation{
		Result: b.result(x.Result), Concepts: x.Concepts, Block: x.Block,
		Frames: x.Frames, Almost: x.Almost, Lacks: x.Lacks,
		Asked: x.Asked, Needed: x.Needed, Anyway: x.Anyway, Similar: x.Similar, For: x.For, Against: x.Against,
	}
	if x.Doc >= 0 {
		e.Entry = b.entries[x.Doc]
	}
	for _, c := range x.Codes {
		f := FoundCode{FoundCode: c}
		for _, doc := range c.Docs {
			f.Entries = append(f.Entries, b.entries[doc])
		}
		e.Codes = append(e.Codes, f)
	}
	for _, d := range x.Doubts {
		doubt := Doubt{Doubt: d}
		if d.Doc >= 0 {
			doubt.Entry = b.entries[d.Doc]
		}
		e.Doubts = append(e.Doubts, doubt)
	}
	return e
}

// A conceptWord is a concept in a language.
type conceptWord struct{ id, lang string }

// words returns the first form of each concept in each language, for people to
// read.
func (b batch) words() map[conceptWord]string {
	first := map[conceptWord]string{}
	for _, f := range b.forms {
		key := conceptWord{f.id, strings.TrimSuffix(path.Base(f.at.file), ".yaml")}
		if first[key] == "" {
			first[key] = strings.ReplaceAll(strings.Trim(f.form, "^~"), "..", " … ")
		}
	}
	return first
}

// idLanguage is the language of the IDs of concepts.
const idLanguage = "en"

// ConceptWord returns a word, or a few, that say a concept in a language: its
// first form there, or the words of its ID.
func (b *Base) ConceptWord(id, lang string) string {
	if w := b.words[conceptWord{id, lang}]; w != "" && lang != idLanguage {
		return w
	}
	return strings.ReplaceAll(id, "-", " ")
}
