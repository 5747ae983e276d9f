package kb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"go.yaml.in/yaml/v3"
)

// A Mistake is one problem in a knowledge base, in plain words.
type Mistake struct {
	File string `json:"file"`           // the layer's name and the file's name, such as kb/entries/x.yaml
	Line int    `json:"line,omitempty"` // from 1; 0 if it concerns no single line
	Text string `json:"text"`
}

// String formats the mistake as file:line: text, which editors and terminals
// can jump to.
func (m Mistake) String() string {
	if m.Line == 0 {
		return m.File + ": " + m.Text
	}
	return fmt.Sprintf("%s:%d: %s", m.File, m.Line, m.Text)
}

// Mistakes is the error that Load returns: every problem, by file and line. If
// there are more than maxMistakes, the last one says so.
type Mistakes []Mistake

// Error formats one mistake per line.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

// sorted orders mistakes by place and removes duplicates.
func (ms Mistakes) sorted() Mistakes {
	slices.SortStableFunc(ms, func(a, b Mistake) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return slices.Compact(ms)
}

// without removes the mistakes on lines that have an earlier mistake, because
// they usually follow from it.
func (ms Mistakes) without(earlier Mistakes) Mistakes {
	type line struct {
		file string
		line int
	}
	reported := map[line]bool{}
	for _, m := range earlier {
		reported[line{m.File, m.Line}] = true
	}
	return slices.DeleteFunc(ms, func(m Mistake) bool { return reported[line{m.File, m.Line}] })
}

// err returns nil if there are no mistakes, else the first maxMistakes. more
// means that not everything was checked.
func (ms Mistakes) err(more bool) error {
	if len(ms) == 0 {
		return nil
	}
	ms = ms.sorted()
	if more = more || len(ms) > maxMistakes; !more {
		return ms
	}
	next := ms[min(maxMistakes, len(ms)-1)]
	ms = slices.Clone(ms[:min(maxMistakes, len(ms))]) // releases the memory of the rest
	return append(ms, Mistake{next.File, next.Line, "there are more mistakes than are listed here"})
}

// collect calls f for 0 to n-1 on all processors, until more than maxMistakes
// are found.
func collect(n int, f func(i int) Mistakes) Mistakes {
	found := make([]Mistakes, n)
	var total atomic.Int64
	parallelUntil(n, func(i int) bool {
		found[i] = f(i)
		return total.Add(int64(len(found[i]))) > maxMistakes
	})
	return slices.Concat(found...)
}

// A place locates a value: a node of a YAML file, or a line of a .jsonl file,
// where all values of an entry are on one line.
type place struct {
	file string
	line int
	node *yaml.Node // nil in a .jsonl file, and if the value is missing
}

// key returns the place of a field's value, or p if the field is missing.
func (p place) key(name string) place {
	if p.node == nil || p.node.Kind != yaml.MappingNode {
		return p
	}
	for key, value := range pairs(p.node) {
		if key.Value == name {
			return place{p.file, key.Line, value}
		}
	}
	return p
}

// item returns the place of a list element. A single value counts as a list of
// one.
func (p place) item(i int) place {
	if p.node == nil || p.node.Kind != yaml.SequenceNode || i >= len(p.node.Content) {
		return p
	}
	n := resolve(p.node.Content[i])
	return place{p.file, n.Line, n}
}

func (p place) mistake(format string, args ...any) Mistake {
	return newMistake(p.file, p.line, format, args...)
}

// maxText is how many bytes of a mistake are kept. Most take about 100, but one
// that quotes an ID or lists names could be as long as its file.
const maxText = 1000

func newMistake(file string, line int, format string, args ...any) Mistake {
	text := fmt.Sprintf(format, args...)
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return Mistake{file, line, text}
}

// nearest returns the most similar of names, or "" if none is similar.
func nearest(name string, names []string) string {
	best, least := "", max(1, len(name)/3)+1 // at most one typo, or one per three letters of a long name
	for _, n := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	return best
}

const (
	// maxListed is how many names are listed: as many as a person reads, such as
	// the fields of an entry or its steps.
	maxListed = 20
	// maxCompared is how many names an unknown one is compared with. In a large
	// collection thousands can be unknown at once.
	maxCompared = 500
)

// suggest returns what to append to a message about an unknown name: the most
// similar name, or the list of all.
func suggest(name string, names []string) string {
	switch g := suggestOne(name, names); {
	case g != "" || len(names) > maxListed:
		return g
	case len(names) == 0:
		return "; there are none"
	}
	return "; there are: " + strings.Join(names, ", ")
}

// suggestOne is suggest without the list of all names.
func suggestOne(name string, names []string) string {
	if len(names) > maxCompared {
		return ""
	}
	if n := nearest(name, names); n != "" {
		return fmt.Sprintf("; did you mean %q?", n)
	}
	return ""
}

// distance returns the optimal string alignment distance: how many letters are
// missing, added, replaced or swapped with the next one.
func distance(a, b string) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, before
		row[0] = i + 1
		for j := range len(b) {
			change := above[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, row[j]+1, above[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
