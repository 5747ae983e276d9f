package kb

import (
	"fmt"
	"slices"
	"strings"
)

// tryExamples tries the examples of the entries of one layer.
func (b *Base) tryExamples(items []item, layer string) Mistakes {
	items = slices.DeleteFunc(slices.Clone(items), func(it item) bool { return it.layer != layer })
	found := make([]Mistakes, len(items))
	parallel(len(items), func(i int) { found[i] = b.tryEntry(items[i].entry, items[i].at) })
	return slices.Concat(found...)
}

// tryEntry tries the examples of one entry.
func (b *Base) tryEntry(e *Entry, at place) Mistakes {
	var mistakes Mistakes
	for i, text := range e.Examples.Match {
		if r := b.Match(text); !r.leadsTo(e) {
			at := at.key("examples").key("match").item(i)
			mistakes = append(mistakes, at.mistake("the example does not lead here but is %s: %q", r.summary(), shorten(text)))
		}
	}
	for i, text := range e.Examples.Silent {
		if r := b.Match(text); r.sureOf(e) {
			at := at.key("examples").key("silent").item(i)
			mistakes = append(mistakes, at.mistake("the example must not lead here but is %s: %q", r.summary(), shorten(text)))
		}
	}
	return mistakes
}

// leadsTo reports whether the result names the entry first, so that people see
// it.
func (r Result) leadsTo(e *Entry) bool {
	return r.Band != Silent && len(r.Hits) > 0 && r.Hits[0].Entry == e
}

// sureOf reports whether the result gives the entry as an answer.
func (r Result) sureOf(e *Entry) bool {
	is := func(h Hit) bool { return h.Entry == e }
	return r.Band == Sure && (len(r.Hits) > 0 && is(r.Hits[0]) || slices.ContainsFunc(r.Also, is))
}

// summary is the result in one line: the band, and the entries with their
// confidence.
func (r Result) summary() string {
	var b strings.Builder
	b.WriteString(r.Band.String())
	for i, h := range r.Hits {
		b.WriteString([]string{" (", ", "}[min(i, 1)])
		fmt.Fprintf(&b, "%s %.2f", h.Entry.ID, h.Confidence)
	}
	if len(r.Hits) > 0 {
		b.WriteString(")")
	}
	return b.String()
}

// shorten cuts a text to what fits a line of a terminal beside the rest.
func shorten(s string) string {
	const room = 60
	if r := []rune(s); len(r) > room {
		return string(r[:room]) + "…"
	}
	return s
}
