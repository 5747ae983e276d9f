// Package redact finds secrets in text, so that the bot neither quotes nor keeps
// them. rules.yaml lists the kinds of secrets, each with examples that its rule
// must find and texts that it must leave alone.
//
// One pass over a text (scan.go) finds where the words of rules are. A rule runs
// only around its words, so a text without any costs less than a microsecond.
// The patterns are regular expressions of package regexp, which take linear time.
package redact

import (
	"io"
	"slices"
	"strings"
)

// A Span is a secret in a text, in bytes.
type Span struct {
	Start, End int
	Kind       string // such as "sas"; see Kinds
}

// Kinds returns the kinds of secrets, sorted.
func Kinds() []string {
	var kinds []string
	for _, r := range rules {
		kinds = append(kinds, r.Kind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// maxWork is how many bytes the patterns of all rules read in a text, together. At
// 50 to 200 ns each that is a fifth of a second at most. Logs of 1 MiB use a
// hundredth of it; a text that is made of the words of rules uses more, and what
// is not read then counts as secret.
const maxWork = 1 << 20

// Find returns the secrets in a text, in order. They do not overlap.
func Find(text string) []Span {
	var found []Span
	work := 0
	for _, w := range scan(text) {
		r := &rules[w.rule]
		if work += w.end - w.start; work > maxWork {
			found = append(found, Span{w.start, w.end, r.Kind})
			continue
		}
		part := text[w.start:w.end]
		for _, at := range r.compiled.FindAllStringSubmatchIndex(part, -1) {
			start, end := secretOf(at)
			if start < end && r.accepts(part[start:end]) {
				found = append(found, Span{w.start + start, w.start + end, r.Kind})
			}
		}
	}
	return withoutOverlaps(found)
}

// secretOf returns the part of a match that is the secret.
func secretOf(at []int) (start, end int) {
	for i := 2; i+1 < len(at); i += 2 {
		if at[i] >= 0 {
			return at[i], at[i+1]
		}
	}
	return at[0], at[1]
}

// withoutOverlaps sorts spans, and joins those that overlap under the kind of
// the one that begins first.
func withoutOverlaps(spans []Span) []Span {
	slices.SortStableFunc(spans, func(a, b Span) int { return a.Start - b.Start })
	var kept []Span
	for _, s := range spans {
		if n := len(kept); n > 0 && s.Start < kept[n-1].End {
			kept[n-1].End = max(kept[n-1].End, s.End)
			continue
		}
		kept = append(kept, s)
	}
	return kept
}

// Text returns a text with each secret replaced by what label returns for its
// kind.
func Text(text string, label func(kind string) string) string {
	return replace(text, Find(text), label)
}

func replace(text string, found []Span, label func(kind string) string) string {
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, s := range found {
		b.WriteString(text[at:s.Start])
		b.WriteString(label(s.Kind))
		at = s.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// Writer returns a writer that redacts each Write before it passes it to w. A
// secret that is split over two is not found, so use it where each Write is a
// whole record, as those of package slog are.
func Writer(w io.Writer) io.Writer { return writer{w} }

type writer struct{ w io.Writer }

func (r writer) Write(p []byte) (int, error) {
	text := Text(string(p), func(kind string) string { return "[" + kind + "]" })
	if _, err := io.WriteString(r.w, text); err != nil {
		return 0, err
	}
	return len(p), nil
}
