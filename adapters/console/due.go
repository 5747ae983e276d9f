package console

import "time"

// The entries that are due for review, as a list among those of the areas.

// today is the day by which entries are due, as the bot takes it: in UTC.
func today() string { return time.Now().UTC().Format(time.DateOnly) }

// DueOnly returns the list of the entries of all areas that are due.
func (s shelf) DueOnly() shelf {
	s.Area, s.Due = "", true
	return s
}

// IsDue reports whether the entry of the page is due.
func (i item) IsDue() bool { return i.Entry.Due(today()) }
