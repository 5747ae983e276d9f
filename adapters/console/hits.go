package console

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"mabsbot/bot"
	"mabsbot/kb"
)

// How often each entry is asked for and each step helps, and when an entry was last
// compared with its sources: on the pages of the knowledge base.

// entryHits are how often an entry was asked for.
type entryHits struct{ Day, Week, Month int }

// helpedDays is how far back the page of an entry looks for steps that helped: most
// errors are too rare for a month to say which step does.
const helpedDays = 365

// findHits adds the hits of all entries to a page, on the adapters that may be shown. A
// page of the knowledge base is worth more than its figures, so it is shown without them
// if they cannot be read.
func (c *Console) findHits(ctx context.Context, s *shelf) {
	sums, err := c.operations.Hits(ctx)
	if err != nil {
		c.log.Error("the hits of the entries cannot be read", "error", err)
		return
	}
	s.hits = map[string]entryHits{}
	for _, h := range sums {
		if !c.mayShow(h.Adapter) {
			s.Withheld = true
			continue
		}
		sum := s.hits[h.Entry]
		s.hits[h.Entry] = entryHits{sum.Day + h.Day, sum.Week + h.Week, sum.Month + h.Month}
	}
}

// Hits returns the hits of an entry, or nil if they are not known.
func (s shelf) Hits(entry string) *entryHits {
	if s.hits == nil {
		return nil
	}
	return new(s.hits[entry])
}

// The orders of the list.
const (
	byName     = ""         // by ID, as the library has them
	byHits     = "hits"     // most asked in 30 days first
	byVerified = "verified" // longest not verified first
)

// Sorts are the orders that the list offers.
func (s shelf) Sorts() []string { return []string{byName, byHits, byVerified} }

// SortedBy returns the list in another order.
func (s shelf) SortedBy(order string) shelf {
	s.Sort = order
	return s
}

// sorted returns entries in the order of the page.
func (s shelf) sorted(all []*kb.Entry) []*kb.Entry {
	switch s.Sort {
	case byHits:
		return slices.SortedStableFunc(slices.Values(all), func(a, b *kb.Entry) int {
			x, y := s.hits[a.ID], s.hits[b.ID]
			return cmp.Or(cmp.Compare(y.Month, x.Month), cmp.Compare(y.Week, x.Week), cmp.Compare(y.Day, x.Day))
		})
	case byVerified:
		return slices.SortedStableFunc(slices.Values(all), func(a, b *kb.Entry) int {
			return cmp.Compare(verified(a), verified(b))
		})
	}
	return all
}

// verified returns the last date on which one of the sources of an entry was read, or "".
func verified(e *kb.Entry) (last string) {
	for _, source := range e.Sources {
		last = max(last, source.Read)
	}
	return last
}

// Verified returns when the entry was last compared with one of its sources, or "".
func (i item) Verified() string { return verified(i.Entry) }

// findHelped adds to the page of an entry how often each of its steps helped.
func (c *Console) findHelped(r *http.Request, i *item) {
	today := dayOf(time.Now())
	sums, err := c.operations.CountsByEntry(r.Context(), today-helpedDays+1, today)
	if err != nil {
		c.log.Error("the steps that helped cannot be read", "entry", i.ID, "error", err)
		return
	}
	i.helped = map[string]int{}
	for _, s := range sums {
		if s.Entry == i.ID && s.Kind == bot.CountSolved && c.mayShow(s.Adapter) {
			i.helped[s.Detail] += s.N
		}
	}
}

// Helped returns how often the step solved the error.
func (s stepPart) Helped() int { return s.helped[s.Step.ID] }

// SolvedElse returns how often a person solved the error, or it was fixed before a step.
func (i item) SolvedElse() int { return i.helped[""] }
