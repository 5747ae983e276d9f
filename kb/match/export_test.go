package match

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"
)

// What the external tests need of this package. They import kb for its entries,
// which an internal test cannot, because kb imports this package.

// NumFeatures is the length of a feature vector.
const NumFeatures = numFeatures

var (
	Sigmoid   = sigmoid
	Exp       = exp
	Indicator = indicator
	Noises    = noises
	Filled    = filled
)

// LoadDocuments returns the documents of testdata/documents.json. Some of them
// are hard to tell apart.
func LoadDocuments(t testing.TB) []Document {
	t.Helper()
	data, err := os.ReadFile("testdata/documents.json")
	if err != nil {
		t.Fatal(err)
	}
	var documents []Document
	if err := json.Unmarshal(data, &documents); err != nil {
		t.Fatal(err)
	}
	return documents
}

// FirstFeatures returns the document of the first score of a text, and its
// features.
func (ix *Index) FirstFeatures(text string) (doc int, x [NumFeatures]float64, ok bool) {
	q := newQuery(ix)
	q.load(text)
	q.retrieve()
	scores := q.rank()
	if len(scores) == 0 {
		return 0, x, false
	}
	c := q.context()
	q.assess(scores, c)
	return int(scores[0].doc), scores[0].features(c), true
}

// HasCode reports whether a document has a code.
func (ix *Index) HasCode(number string) bool {
	c, ok := parseCode(number)
	return ok && len(ix.codes[c]) > 0
}

// A RankRow has what the weights of ranks are fitted on: the shared weight,
// shared trigrams, missing trigrams and points of a template, and whether the
// text was made from it.
type RankRow struct {
	X     [4]float64
	Right bool
}

// RankRows returns the rows of the nearest templates of a text that was made
// from a document, and those of the likeliest.
func (ix *Index) RankRows(text string, madeFrom int) (nearest, likeliest []RankRow) {
	q := newQuery(ix)
	q.load(text)
	q.retrieve()
	q.trigrams.load(q.plain.s)
	q.selectLikeliest()
	row := func(c candidate, points int32) RankRow {
		t := &ix.templates[c.target]
		trigrams, missing := q.trigrams.count(t.trigrams)
		return RankRow{[4]float64{float64(c.shared) / 1000, float64(trigrams) / 100, float64(missing) / 100, float64(points) / 100}, int(t.doc) == madeFrom}
	}
	for _, c := range q.nearest {
		nearest = append(nearest, row(c, 0))
	}
	for _, c := range q.likeliest {
		likeliest = append(likeliest, row(c, q.trigrams.points(ix.templates[c.target].folded)))
	}
	return nearest, likeliest
}

// The background, as TestBackground makes it.
const BackgroundBytes = 1 << backgroundBits / 8

var (
	AddToBackground = addToBackground
	AddSentences    = addSentences
)

// MinAccepted is the odds of acceptance that a question needs.
const MinAccepted = minAccepted

// NumAccept is the length of a vector of acceptance.
const NumAccept = numAccept

// MaxWeight is the largest weight of a feature, in steps of WeightStep.
const (
	MaxWeight  = lastWeight - zeroWeight
	WeightStep = weightStep
)

// Features returns the distinct features of a text, sorted.
func (ix *Index) Features(text string) []string {
	q := newQuery(ix)
	q.load(text)
	q.findConcepts()
	seen := map[string]bool{}
	q.eachFeature(func(key []byte) { seen[string(key)] = true })
	return slices.Sorted(maps.Keys(seen))
}

// SetModel replaces the linear model of an index. The documents whose names are
// not in it are unnamed.
func (ix *Index) SetModel(data []byte, documents []Document) error {
	m, err := parseLinear(data)
	if err != nil {
		return err
	}
	ix.name(documents, m)
	return nil
}

// An AcceptRow is a document that a text may mean, for fitting acceptance.
type AcceptRow struct {
	Doc   int
	Named bool
	X     [NumAccept]float64
}

// AcceptRows returns the documents that a text may mean, and whether it has an
// answer, whatever acceptance makes of it.
func (ix *Index) AcceptRows(text string) (rows []AcceptRow, sure bool) {
	q := newQuery(ix)
	q.load(text)
	q.retrieve()
	c := q.context()
	if q.unrelated(c) {
		return nil, false
	}
	scores := q.rank()
	q.assess(scores, c)
	r := q.decide(scores, c)
	if r.Band != Sure {
		r = q.matchBlocks(c)
	}
	for _, o := range q.offers(scores, c) {
		rows = append(rows, AcceptRow{int(o.doc), o.features[aNamed] == 1, o.features})
	}
	return rows, r.Band == Sure
}

// MatchFrom is Match with a question from some odds on.
func (ix *Index) MatchFrom(text string, odds float64) Result { return ix.match(text, odds) }

// EachFrequency calls do with each term of the documents and how many have it.
func (ix *Index) EachFrequency(do func(term string, documents uint32)) {
	for i, name := range ix.v.names {
		if ix.v.df[i] > 0 {
			do(name, ix.v.df[i])
		}
	}
}

const (
	AllWords     = allWords
	AllSyllables = allSyllables
)
