package match

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A linear model weighs the features of a text. It says how much the text is a
// complaint about an error of these products, rather than talk or another
// product's trouble, and which of the documents that it knows by name the text
// means. TestFit fits it to the texts of testdata/train and writes its file,
// words/said.model:
//
//	documents	agent-install-failed-4024 …	their names
//	seen	agent-comm-52 …	those without a column, whose phrases are complaints
//	named	-3470 -1640 …	the weights of accept.go, in thousandths
//	unnamed	-2950 …
//	w fail	TPO…	a feature, and its weights, one character each
//
// The first weight of a feature is of the complaint, the second of no document,
// the others of the documents in the order of the names.
type linear struct {
	names, seen    []string
	named, unnamed acceptVector
	rows           table
	weights        []int8 // of a row after the other
}

// The columns of weights before those of documents.
const (
	complaint = iota
	noDocument
	firstNamed
)

// The characters of weights. The one in the middle is 0, and each of the others
// is weightStep more or less than its neighbor.
const (
	firstWeight, zeroWeight, lastWeight = '!', 'O', '}'
	weightStep                          = 0.08 // log odds
)

// A featureHash identifies a feature. Of the 30,000 features of the model, two
// have the same one with a probability of a tenth; they would share a weight.
type featureHash uint32

func hashFeature(key []byte) featureHash {
	h := uint32(2166136261) // FNV-1a
	for _, c := range key {
		h = (h ^ uint32(c)) * 16777619
	}
	return featureHash(h)
}

// parseLinear parses the file of a model.
func parseLinear(data []byte) (*linear, error) {
	m, rows := &linear{}, map[uint64]int32{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if err := m.parseLine(lines.Text(), rows); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	m.rows = newTable(rows)
	return m, lines.Err()
}

func (m *linear) parseLine(line string, rows map[uint64]int32) error {
	key, value, _ := strings.Cut(line, "\t")
	switch key {
	case "documents":
		if len(rows) > 0 {
			return errors.New("the documents come after features")
		}
		m.names = strings.Fields(value)
		return nil
	case "seen":
		m.seen = strings.Fields(value)
		return nil
	case "named":
		return m.named.parse(value)
	case "unnamed":
		return m.unnamed.parse(value)
	}
	if len(value) != m.columns() {
		return fmt.Errorf("the feature %q has %d weights, not %d", key, len(value), m.columns())
	}
	rows[uint64(hashFeature([]byte(key)))] = int32(len(m.weights) / m.columns())
	for _, c := range []byte(value) {
		if c < firstWeight || c > lastWeight {
			return fmt.Errorf("the feature %q has a weight %q", key, c)
		}
		m.weights = append(m.weights, int8(int(c)-zeroWeight))
	}
	return nil
}

// rowOf returns the weights of a feature, and their place among those of all.
func (m *linear) rowOf(f featureHash) (weights []int8, row int32, ok bool) {
	row, ok = m.rows.get(uint64(f))
	if !ok {
		return nil, 0, false
	}
	n := m.columns()
	return m.weights[int(row)*n : (int(row)+1)*n], row, true
}

// parse parses weights in thousandths. A more certain code counts for no less
// than a less certain one: few texts that the weights are fitted to have one.
func (x *acceptVector) parse(s string) error {
	fields := strings.Fields(s)
	if len(fields) != len(x) {
		return fmt.Errorf("%d weights, not %d", len(fields), len(x))
	}
	for i, f := range fields {
		n, err := strconv.Atoi(f)
		if err != nil {
			return err
		}
		x[i] = float64(n) / 1000
	}
	x[fBare] = min(x[fMedium], x[fBare])
	x[fStrong] = max(x[fStrong], x[fMedium])
	return nil
}

func (m *linear) columns() int { return firstNamed + len(m.names) }

// mustLoadLinear returns the embedded model.
func mustLoadLinear() *linear {
	m, err := parseLinear(mustRead("said.model"))
	if err != nil {
		panic("match: words/said.model: " + err.Error()) // the file is part of the program
	}
	return m
}

// judge sums the weights of the features of the text, each once, in
// q.judgment. Its unit is weightStep. The features stay in q.features.
func (q *query) judge() {
	q.features = q.features[:0]
	q.eachFeature(func(key []byte) { q.features = append(q.features, hashFeature(key)) })
	m := q.ix.said
	n := m.columns()
	if cap(q.judgment) < n {
		q.judgment = make([]int32, n)
	}
	q.judgment = q.judgment[:n]
	clear(q.judgment)
	if len(q.weighed)*n < len(m.weights) {
		q.weighed = make([]uint32, len(m.weights)/n)
	}
	sums, weighed, stamp := q.judgment, q.weighed, q.stamp
	for _, f := range q.features {
		weights, row, ok := m.rowOf(f)
		if !ok || weighed[row] == stamp {
			continue
		}
		weighed[row] = stamp
		for i, w := range weights[:len(sums)] {
			sums[i] += int32(w)
		}
	}
}

// name finds the columns of documents in a model, and those that it has seen.
func (ix *Index) name(documents []Document, m *linear) {
	ix.said = m
	ix.named, ix.namedDocuments, ix.seen = make([]int16, len(documents)), nil, make([]bool, len(documents))
	columns, seen := map[string]int16{}, map[string]bool{}
	for k, name := range m.names {
		columns[name] = int16(firstNamed + k)
	}
	for _, name := range m.seen {
		seen[name] = true
	}
	for i := range documents {
		ix.seen[i] = seen[documents[i].Name]
		if ix.named[i] = columns[documents[i].Name]; ix.named[i] > 0 {
			ix.namedDocuments = append(ix.namedDocuments, uint32(i))
		}
	}
}

var said = mustLoadLinear()
