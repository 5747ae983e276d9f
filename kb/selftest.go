package kb

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"mabsbot/kb/match"
)

// Test tries the matcher on the base's own texts and writes a line for each one
// that it gets wrong: the entries' examples, and every message with sample
// values in its slots, which must lead to an entry with the same wording. It
// returns an error if any text is wrong.
//
// It also writes warnings about the phrases and frames of the last layer's
// entries, or of all entries, and on which lines of the stored talk they would
// have spoken.
func Test(w io.Writer, b *Base, all bool) error {
	r := b.test(all)
	var lines []string
	for _, f := range r.Wrong {
		lines = append(lines, f.Entry+": "+f.Text)
	}
	for _, f := range r.Warnings {
		lines = append(lines, f.Entry+": warning: "+f.Text)
	}
	lines = append(lines, r.Talk.lines()...)
	lines = append(lines, fmt.Sprintf("%s, %s, %s: %d wrong, %s", entryCount(r.Entries), count(r.Examples, "example"), count(r.Messages, "message"), len(r.Wrong), count(len(r.Warnings), "warning")))
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return r.err()
}

// A testReport is what Test finds. Its JSON form is the output of "kb test --json".
type testReport struct {
	Entries  int        `json:"entries"`
	Examples int        `json:"examples"`
	Messages int        `json:"messages"`
	Wrong    []finding  `json:"wrong"`
	Warnings []finding  `json:"warnings"`
	Talk     talkReport `json:"talk"`
}

// A finding is what is wrong with an entry.
type finding struct {
	Entry string `json:"entry"`
	Text  string `json:"text"`
}

func (r testReport) err() error {
	if len(r.Wrong) == 0 {
		return nil
	}
	return fmt.Errorf("kb: the matcher gets %s wrong", count(len(r.Wrong), "text"))
}

func (b *Base) test(all bool) testReport {
	r := testReport{Entries: len(b.entries)}
	for _, e := range b.entries {
		r.Examples += len(e.Examples.Match) + len(e.Examples.Counterexamples)
		for _, v := range e.Messages {
			r.Messages += len(v.Texts)
		}
	}
	found := make([][]finding, len(b.entries))
	parallel(len(b.entries), func(i int) { found[i] = b.failures(b.entries[i]) })
	entries := b.last
	if all {
		entries = b.entries
	}
	r.Wrong = listOf(slices.Concat(found...))
	r.Warnings = listOf(b.warnings(entries))
	r.Talk = b.tryTalk(entries)
	return r
}

// failures returns the texts of one entry that the matcher gets wrong.
func (b *Base) failures(e *Entry) []finding {
	var wrong []finding
	for _, m := range b.tryEntry(e, place{}) {
		wrong = append(wrong, finding{e.ID, m.Text})
	}
	for _, v := range e.Messages {
		for _, message := range v.Texts {
			if r := b.Match(sample(message)); !r.means(message) {
				wrong = append(wrong, finding{e.ID, fmt.Sprintf("its message is %s: %q", r.summary(), shorten(message))})
			}
		}
	}
	return wrong
}

// means reports whether the result leads to an entry with the wording of the
// message, as the answer or as one of the choices.
func (r Result) means(message string) bool {
	hits := r.Hits
	if r.Band == match.Sure && len(hits) > 0 {
		hits = hits[:1]
	}
	return r.Band != match.Silent && slices.ContainsFunc(hits, func(h Hit) bool { return h.Entry.shares(wording(message)) })
}

// shares reports whether the entry has a message whose wording contains words
// or is contained in them.
func (e *Entry) shares(words string) bool {
	for _, v := range e.Messages {
		for _, s := range v.Texts {
			if own := wording(s); strings.Contains(own, words) || strings.Contains(words, own) {
				return true
			}
		}
	}
	return false
}

// wording returns a message in lower case, with all slots alike and without
// punctuation and spaces.
func wording(message string) string {
	var b strings.Builder
	for r := range strings.SplitSeq(strings.ToLower(match.Fill(message, func(string) string { return "_" })), "") {
		if !strings.ContainsAny(r, " \t\r\n.,:;!?'\"()[]-’") {
			b.WriteString(r)
		}
	}
	return b.String()
}

// samples are values for slots by a part of their name, in the form in which
// Windows prints such values.
var samples = []struct{ part, value string }{
	{"Path", `D:\Data\Reports`},
	{"Folder", `D:\Data\Reports`},
	{"Volume", `E:\`},
	{"Drive", `E:\`},
	{"Port", "5718"},
	{"Version", "13.0.415.0"},
	{"Count", "12"},
	{"Time", "3:15:22 AM"},
	{"Date", "11/2/2026"},
	{"Server", "srv-07.corp.example"},
	{"Computer", "srv-07.corp.example"},
	{"VM", "vm-web-2"},
	{"Database", "SalesDB"},
	{"User", `CORP\backup`},
}

// sample returns a message as the product might print it.
func sample(message string) string {
	return match.Fill(message, func(slot string) string {
		for _, s := range samples {
			if strings.Contains(slot, s.part) {
				return s.value
			}
		}
		return "Contoso-1"
	})
}

// tryExamples tries the examples of the entries of one layer, or of all if it is "".
func (b *Base) tryExamples(items []item, layer string) Mistakes {
	items = slices.DeleteFunc(slices.Clone(items), func(it item) bool { return layer != "" && it.layer != layer })
	return collect(len(items), func(i int) Mistakes { return b.tryEntry(items[i].entry, items[i].at) })
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
	for i, text := range e.Examples.Counterexamples {
		if r := b.Match(text); r.sureOf(e) {
			at := at.key("examples").key("silent").item(i)
			mistakes = append(mistakes, at.mistake("the example must not lead here but is %s: %q", r.summary(), shorten(text)))
		}
	}
	return mistakes
}

// leadsTo reports whether the result names the entry first, where users see it.
func (r Result) leadsTo(e *Entry) bool {
	return r.Band != match.Silent && len(r.Hits) > 0 && r.Hits[0].Entry == e
}

// sureOf reports whether the result gives the entry as an answer.
func (r Result) sureOf(e *Entry) bool {
	is := func(h Hit) bool { return h.Entry == e }
	return r.Band == match.Sure && (len(r.Hits) > 0 && is(r.Hits[0]) || slices.ContainsFunc(r.Also, is))
}

// summary formats the band and the entries with their confidence in one line.
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

// shorten cuts a text so that it fits on one line of a terminal together with
// the rest.
func shorten(s string) string {
	const room = 60
	if r := []rune(s); len(r) > room {
		return string(r[:room]) + "…"
	}
	return s
}
