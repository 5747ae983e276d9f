package kb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"go.yaml.in/yaml/v3"
)

// A Mistake is one thing that is wrong in a knowledge base, in plain words.
type Mistake struct {
	File string // the layer's name and the file's, such as kb/entries/x.yaml
	Line int    // from 1; 0 where no line is to blame
	Text string
}

// String gives the mistake in the form that editors and terminals can jump to:
// file:line: text.
func (m Mistake) String() string {
	if m.Line == 0 {
		return m.File + ": " + m.Text
	}
	return fmt.Sprintf("%s:%d: %s", m.File, m.Line, m.Text)
}

// Mistakes are all that is wrong, by file and line. It is the error that Load
// returns. Where there are more than maxMistakes, the last one says so.
type Mistakes []Mistake

// Error gives one mistake a line.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

// sorted orders mistakes by place and removes what is said twice.
func (ms Mistakes) sorted() Mistakes {
	slices.SortStableFunc(ms, func(a, b Mistake) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return slices.Compact(ms)
}

// without leaves out what stands in a line with an earlier mistake: most often
// it only follows from that.
func (ms Mistakes) without(earlier Mistakes) Mistakes {
	type line struct {
		file string
		line int
	}
	told := map[line]bool{}
	for _, m := range earlier {
		told[line{m.File, m.Line}] = true
	}
	return slices.DeleteFunc(ms, func(m Mistake) bool { return told[line{m.File, m.Line}] })
}

// err is nil where nothing is wrong, else the first maxMistakes. more says that
// not everything was looked at.
func (ms Mistakes) err(more bool) error {
	if len(ms) == 0 {
		return nil
	}
	ms = ms.sorted()
	if more = more || len(ms) > maxMistakes; !more {
		return ms
	}
	next := ms[min(maxMistakes, len(ms)-1)]
	ms = slices.Clone(ms[:min(maxMistakes, len(ms))]) // lets go of the rest
	return append(ms, Mistake{next.File, next.Line, "and so on: there are more mistakes than are listed here"})
}

// collect calls f for 0 to n-1 on all processors, until it has found more than
// maxMistakes.
func collect(n int, f func(i int) Mistakes) Mistakes {
	found := make([]Mistakes, n)
	var total atomic.Int64
	parallelUntil(n, func(i int) bool {
		found[i] = f(i)
		return total.Add(int64(len(found[i]))) > maxMistakes
	})
	return slices.Concat(found...)
}

// A place is where a value stands: a node of a YAML file, or a line of a
// .jsonl file, in which every value stands on the same line.
type place struct {
	file string
	line int
	node *yaml.Node // nil in a .jsonl file, and where the value does not stand at all
}

// key is the place of a field's value, or p where the field is not given.
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

// item is the place of an element of a list. A single value stands for a list
// of one.
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

// maxText is how many bytes of a mistake are kept. Most take about 100; one that
// quotes an id or lists names could be as long as its file.
const maxText = 1000

func newMistake(file string, line int, format string, args ...any) Mistake {
	text := fmt.Sprintf(format, args...)
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return Mistake{file, line, text}
}

// near is the one of the names that name was most likely meant to be, or "".
func near(name string, names []string) string {
	best, least := "", max(1, len(name)/3)+1 // one slip in a short name, one in three letters of a long one
	for _, n := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	return best
}

const (
	// maxListed is how many names one still reads: an entry's fields, or its steps.
	maxListed = 20
	// maxCompared is how many names are compared with one that is unknown. In a
	// large collection thousands can be unknown at once.
	maxCompared = 500
)

// meant is what to say after an unknown name: the one that is near, else all.
func meant(name string, names []string) string {
	switch g := guess(name, names); {
	case g != "" || len(names) > maxListed:
		return g
	case len(names) == 0:
		return "; there are none"
	}
	return "; there are: " + strings.Join(names, ", ")
}

// guess is what to say after an unknown name that is near to one of many.
func guess(name string, names []string) string {
	if len(names) > maxCompared {
		return ""
	}
	if n := near(name, names); n != "" {
		return fmt.Sprintf("; did you mean %q?", n)
	}
	return ""
}

// distance counts the slips between two names: letters left out, added, changed
// or swapped with their neighbour (the optimal string alignment distance).
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
