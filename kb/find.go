package kb

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"mabsbot/kb/match"
)

// Find returns the entry with an ID, or those with a code, in any spelling, or with
// a symbol. The error says what else is known of it, or what may be meant.
func (b *Base) Find(lang, what string) ([]*Entry, error) {
	if e := b.byID[what]; e != nil {
		return []*Entry{e}, nil
	}
	n, isCode := match.CodeNumber(what)
	var found []*Entry
	for _, e := range b.entries {
		if isCode && e.hasCode(n) || slices.ContainsFunc(e.Symbols, func(s string) bool { return strings.EqualFold(s, what) }) {
			found = append(found, e)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, fmt.Errorf("kb: no entry %q%s; see mabsbot kb list", what, b.hint(lang, what))
}

// codeNumbers returns the index and the number of each code of the entry. The linter
// reports those without a number.
func (e *Entry) codeNumbers() iter.Seq2[int, uint32] {
	return func(yield func(int, uint32) bool) {
		for i, c := range e.Codes {
			if n, ok := match.CodeNumber(c); ok && !yield(i, n) {
				return
			}
		}
	}
}

// hasCode reports whether a code is one of the entry's own.
func (e *Entry) hasCode(n uint32) bool {
	for _, own := range e.codeNumbers() {
		if own == n {
			return true
		}
	}
	return false
}

// hint says what is known of an ID or code that no entry has.
func (b *Base) hint(lang, what string) string {
	if s, ok := b.Sibling(what); ok {
		return fmt.Sprintf("; it is a %s code about %s: %s", s.Product, s.Subject.In(lang, "en"), s.Kind.In(lang, "en")) + b.carriers(what)
	}
	if w, ok := b.WindowsCode(what); ok {
		return fmt.Sprintf("; it is a result of Windows: %s", strings.TrimSuffix(w.Meaning.In(lang, "en"), ".")) + b.carriers(what)
	}
	var names []string
	for _, e := range b.entries {
		names = append(append(names, e.ID), e.Codes...)
	}
	if n := nearest(what, names[:min(len(names), maxCompared)]); n != "" {
		return fmt.Sprintf("; did you mean %q?", n)
	}
	return ""
}

// carriers says with which entries a code appears.
func (b *Base) carriers(code string) string {
	var ids []string
	for _, e := range b.Carrying(code) {
		ids = append(ids, e.ID)
	}
	if len(ids) == 0 {
		return ""
	}
	return ", it appears with " + strings.Join(ids, ", ")
}
