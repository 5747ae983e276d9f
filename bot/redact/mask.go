package redact

import (
	"slices"
	"strings"
)

// Masks replace secrets in texts that are kept. Show replaces them by words of
// a language.
const (
	maskStart = "⟦"
	maskEnd   = "⟧"
)

// Mask returns a text with each secret replaced by a mask, and the kinds of the
// secrets, each once, in order.
func Mask(text string) (masked string, kinds []string) {
	found := Find(text)
	for _, s := range found {
		if !slices.Contains(kinds, s.Kind) {
			kinds = append(kinds, s.Kind)
		}
	}
	return replace(text, found, func(kind string) string { return maskStart + kind + maskEnd }), kinds
}

// Masked reports whether a text has a mask.
func Masked(text string) bool { return strings.Contains(text, maskStart) }

// Show returns a text with each mask replaced by what label returns for its kind.
// Brackets with anything else in them stay.
func Show(text string, label func(kind string) string) string {
	if !Masked(text) {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, maskStart)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		kind, after, closed := strings.Cut(rest, maskEnd)
		if !closed || !slices.ContainsFunc(rules, func(r rule) bool { return r.Kind == kind }) {
			b.WriteString(maskStart)
			text = rest
			continue
		}
		b.WriteString(label(kind))
		text = after
	}
}
