package kb

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// Stale writes the entries whose date of verification is on or before a day, as
// YYYY-MM-DD, the longest overdue first.
func Stale(w io.Writer, b *Base, day string) error {
	var due []*Entry
	for _, e := range b.Entries() {
		if e.VerifyBy != "" && e.VerifyBy <= day {
			due = append(due, e)
		}
	}
	slices.SortStableFunc(due, func(a, b *Entry) int { return cmp.Compare(a.VerifyBy, b.VerifyBy) })
	for _, e := range due {
		if _, err := fmt.Fprintf(w, "%s  %s  %s\n", e.VerifyBy, e.ID, cmp.Or(e.Owner, "no owner")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s to verify by %s\n", entryCount(len(due)), day)
	return err
}
