// Package redact finds secrets in text, so that the bot does not quote them.
// rules.yaml lists the kinds of secrets, each with examples that its rule must
// find and texts that it must leave alone.
//
// A rule runs only on a text that contains one of its words, so that most texts
// cost a few searches. The patterns are regular expressions of package regexp,
// which take linear time.
package redact

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// A Span is a secret in a text, in bytes.
type Span struct {
	Start, End int
	Kind       string // such as "sas"; see Kinds
}

// A rule finds the secrets of one kind.
type rule struct {
	Kind    string   `yaml:"kind"`
	Any     []string `yaml:"any"`     // lowercase words, one of which is in every text with such a secret
	Pattern string   `yaml:"pattern"` // its first group that takes part is the secret; without groups, the match
	Value   bool     `yaml:"value"`   // the secret has to look like a password and not like a word
	Find    []string `yaml:"find"`    // texts with such a secret between « and »
	Keep    []string `yaml:"keep"`    // texts that look similar and have none

	compiled *regexp.Regexp
}

//go:embed rules.yaml
var rulesFile []byte

// rules are those of rulesFile, which the tests check.
var rules = mustParse(rulesFile)

func mustParse(data []byte) []rule {
	all, err := parse(data)
	if err != nil {
		panic(err)
	}
	return all
}

// parse reads rules. Its error lists all mistakes.
func parse(data []byte) ([]rule, error) {
	var all []rule
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("redact: rules.yaml: %w", err)
	}
	var mistakes []error
	for i := range all {
		r := &all[i]
		var err error
		if r.compiled, err = regexp.Compile(r.Pattern); err != nil {
			mistakes = append(mistakes, fmt.Errorf("redact: rules.yaml: %s: %w", r.Kind, err))
		}
		if r.Kind == "" || len(r.Any) == 0 || len(r.Find) == 0 {
			mistakes = append(mistakes, fmt.Errorf("redact: rules.yaml: rule %d needs a kind, words and examples", i+1))
		}
	}
	return all, errors.Join(mistakes...)
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

// Find returns the secrets in a text, in order. They do not overlap.
func Find(text string) []Span {
	var found []Span
	lower := strings.ToLower(text)
	for _, r := range rules {
		if !slices.ContainsFunc(r.Any, func(word string) bool { return strings.Contains(lower, word) }) {
			continue
		}
		for _, at := range r.compiled.FindAllStringSubmatchIndex(text, -1) {
			start, end := secretOf(at)
			if !r.Value || passwordLike(text[start:end]) {
				found = append(found, Span{start, end, r.Kind})
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
	found := Find(text)
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

// minPassword is the length of the shortest text that counts as a password:
// Windows allows shorter ones, but domains do not by default, and shorter texts
// are mostly words such as "no".
const minPassword = 6

// passwordLike distinguishes a password from a word of the sentence that follows
// "password:". A password has a digit or a sign inside besides letters, or
// uppercase letters among lowercase ones.
func passwordLike(s string) bool {
	if len(s) < minPassword || strings.ContainsAny(s[:1], "<{$%[*•") { // a placeholder, a variable or a mask
		return false
	}
	s = strings.TrimRight(s, ".,;:!?)")
	var letters, others, inner bool
	before := ' '
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters = true
			inner = inner || unicode.IsUpper(r) && unicode.IsLower(before)
		case unicode.IsDigit(r), strings.ContainsRune("!@#$%^&*+=~?_", r):
			others = true
		}
		before = r
	}
	return others && (letters || len(s) >= 8) || letters && inner
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
