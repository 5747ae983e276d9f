package kb

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// Due reports whether the date of verification is on or before a day, as
// YYYY-MM-DD.
func (e *Entry) Due(day string) bool { return e.VerifyBy != "" && e.VerifyBy <= day }

// Due returns those of the entries that are due on a day, the longest overdue
// first.
func Due(entries []*Entry, day string) []*Entry {
	due := slices.DeleteFunc(slices.Clone(entries), func(e *Entry) bool { return !e.Due(day) })
	slices.SortStableFunc(due, func(a, b *Entry) int { return cmp.Compare(a.VerifyBy, b.VerifyBy) })
	return due
}

// ListDue writes the entries that are due on a day.
func ListDue(w io.Writer, b *Base, day string) error {
	due := Due(b.Entries(), day)
	for _, e := range due {
		if _, err := fmt.Fprintf(w, "%s  %s  %s\n", e.VerifyBy, e.ID, cmp.Or(e.Owner, "no owner")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s to verify by %s\n", entryCount(len(due)), day)
	return err
}

type dueReport struct {
	Day string     `json:"day"`
	Due []dueEntry `json:"due"`
}

type dueEntry struct {
	ID       string `json:"id"`
	Owner    string `json:"owner,omitempty"`
	VerifyBy string `json:"verify_by"`
}

// ListDueJSON is ListDue with output in JSON.
func ListDueJSON(w io.Writer, b *Base, day string) error {
	r := dueReport{Day: day, Due: []dueEntry{}}
	for _, e := range Due(b.Entries(), day) {
		r.Due = append(r.Due, dueEntry{e.ID, e.Owner, e.VerifyBy})
	}
	return writeJSON(w, r)
}

// datesOfBuiltin checks that a built-in entry says who keeps it right, when that
// is due, and when its sources were read. Entries of a team may leave it out.
func (l *linter) datesOfBuiltin(at place) {
	if l.e.Owner == "" {
		l.add(at, "a built-in entry needs an owner")
	}
	if l.e.VerifyBy == "" {
		l.add(at, "a built-in entry needs a date of verification (verify_by)")
	}
	for i, s := range l.e.Sources {
		if s.Read == "" {
			l.add(at.key("sources").item(i), "a source of a built-in entry needs the date on which it was read (read)")
		}
	}
}
