package match

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// plainVectors are the vectors of documents as maps of strings.
type plainVectors struct {
	vectors map[int]map[string]float64 // of documents that have phrases
	idf     map[string]float64
}

func newPlainVectors(ix *Index, documents []Document) plainVectors {
	v := plainVectors{map[int]map[string]float64{}, map[string]float64{}}
	for doc, d := range documents {
		if len(d.Phrases) == 0 {
			continue
		}
		v.vectors[doc] = map[string]float64{}
		for _, text := range slices.Concat(d.Phrases, d.Titles, d.Messages, d.Symbols) {
			for _, feature := range ix.Features(text) {
				v.vectors[doc][feature]++
			}
		}
		for feature := range v.vectors[doc] {
			v.idf[feature]++
		}
	}
	for feature, documents := range v.idf {
		v.idf[feature] = math.Log(1 + float64(len(v.vectors))/documents)
	}
	for _, vector := range v.vectors {
		for feature, texts := range vector {
			vector[feature] = v.idf[feature] * min(2, 1+math.Log(texts))
		}
	}
	return v
}

// cosine is the cosine of the angle between a text and a document.
func (v plainVectors) cosine(features []string, doc int) float64 {
	var product, text, document float64
	for _, feature := range features {
		w, ok := v.idf[feature]
		if !ok {
			w = math.Log(1 + float64(len(v.vectors)))
		}
		text += w * w
		product += w * v.vectors[doc][feature]
	}
	for _, w := range v.vectors[doc] {
		document += w * w
	}
	if product == 0 {
		return 0
	}
	return product / math.Sqrt(text*document)
}

func vectorDocuments() []Document {
	return []Document{
		{Phrases: []string{"the robot arm fails", "팔이 안 되요", "robot arm is stuck"}, Titles: []string{"A robot arm fails"}, Frames: [][]string{{"robot", "fails"}}},
		{Phrases: []string{"the belt fails at night"}, Messages: []string{"The belt did not move."}},
		{Messages: []string{"The robot did not work."}}, // no phrases: no vector
		{Phrases: []string{"paper is missing in the robot", "로봇에 종이가 없어요"}},
	}
}

func TestVectorsArePlainVectors(t *testing.T) {
	documents := vectorDocuments()
	ix := New(documents, robotConcepts()...)
	plain := newPlainVectors(ix, documents)
	q := newQuery(ix)
	rng := rand.New(rand.NewPCG(7, 7))
	words := []string{" robot", " arm", " belt", " fails", " night", " stuck", ".", " 팔이", " 안", " 로봇에", "\n", " zebra", " paper is missing", " the"}
	for range 5000 {
		var text strings.Builder
		for range rng.IntN(20) {
			text.WriteString(pickOne(rng, words))
		}
		q.load(text.String())
		q.findConcepts()
		q.judge()
		q.compareVectors()
		features := distinctFeatures(q)
		for doc := range documents {
			if got, want := q.cosine(uint32(doc)), plain.cosine(features, doc); math.Abs(got-want) > 0.005 {
				t.Fatalf("%q has a cosine of %v with document %d, want %v", text.String(), got, doc, want)
			}
		}
		checkSimilar(t, q, len(documents))
	}
}

// distinctFeatures returns the features of a text, each that no document has as
// often as it comes: the matcher does not tell those apart.
func distinctFeatures(q *query) []string {
	var list []string
	seen := map[string]bool{}
	q.eachFeature(func(key []byte) {
		_, known := q.ix.vectors.numbers.get(uint64(hashFeature(key)))
		if !known || !seen[string(key)] {
			list = append(list, string(key))
		}
		seen[string(key)] = true
	})
	return list
}

// checkSimilar checks that no document is more similar than the first ones, and
// what they are ahead by.
func checkSimilar(t *testing.T, q *query, documents int) {
	t.Helper()
	var values []float64
	for doc := range documents {
		values = append(values, q.cosine(uint32(doc)))
	}
	sorted := slices.Sorted(slices.Values(values))
	slices.Reverse(sorted)
	for i, doc := range q.similar {
		if values[doc] != sorted[i] {
			t.Fatalf("document %d is similar by %v, want %v", doc, values[doc], sorted[i])
		}
	}
	for doc, value := range values {
		others := slices.Delete(slices.Clone(values), doc, doc+1)
		if got, want := q.cosineLead(uint32(doc)), value-slices.Max(others); len(q.similar) > 0 && math.Abs(got-want) > 1e-12 {
			t.Fatalf("document %d is ahead by %v, want %v", doc, got, want)
		}
	}
}
