package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Mistake is one problem in the configuration, in plain words.
type Mistake struct {
	Place string // file, variable or flag
	Line  int    // in the file, from 1; 0 if Place is no file
	Text  string
}

// String formats the mistake as file:line: text, which editors and terminals
// can jump to.
func (m Mistake) String() string {
	if m.Line == 0 {
		return m.Place + ": " + m.Text
	}
	return fmt.Sprintf("%s:%d: %s", m.Place, m.Line, m.Text)
}

// Mistakes is the error returned by Load: all problems, sorted by place.
type Mistakes []Mistake

// Error formats one mistake per line.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

// sort orders mistakes by place and line.
func (ms Mistakes) sort() {
	slices.SortStableFunc(ms, func(a, b Mistake) int {
		return cmp.Or(strings.Compare(a.Place, b.Place), cmp.Compare(a.Line, b.Line))
	})
}

// suggest returns what to append to a message about an unknown name: the most
// similar known name, or the list of all.
func suggest(name string, names []string) string {
	best, least := "", max(1, len(name)/3)+1 // at most one typo, or one per three letters of a long name
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

// distance returns the Levenshtein distance of two names, in bytes.
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
