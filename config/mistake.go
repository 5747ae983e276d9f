package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Mistake is one thing that is wrong, in plain words.
type Mistake struct {
	Place string // file, variable or flag
	Line  int    // of the file, from 1; else 0
	Text  string
}

// String gives the mistake in the form that editors and terminals can jump to:
// file:line: text.
func (m Mistake) String() string {
	if m.Line == 0 {
		return m.Place + ": " + m.Text
	}
	return fmt.Sprintf("%s:%d: %s", m.Place, m.Line, m.Text)
}

// Mistakes are all that is wrong, by place. It is the error that Load returns.
type Mistakes []Mistake

// Error gives one mistake a line.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

// sort orders mistakes by place, those without a line first.
func (ms Mistakes) sort() {
	slices.SortStableFunc(ms, func(a, b Mistake) int {
		return cmp.Or(strings.Compare(a.Place, b.Place), cmp.Compare(a.Line, b.Line))
	})
}

// meant is what to say after an unknown name: the one that is near, else all.
func meant(name string, names []string) string {
	best, least := "", max(1, len(name)/3)+1 // one slip in a short name, one in three letters of a long one
	for _, n := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	if best != "" {
		return "; did you mean " + best + "?"
	}
	return "; there are: " + strings.Join(names, ", ")
}

// distance is the Levenshtein distance of two names, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
