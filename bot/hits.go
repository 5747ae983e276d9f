package bot

import "context"

// EntryHits is how often walkthroughs of an entry began on an adapter.
type EntryHits struct {
	Adapter, Entry string
	Day            int // in the current hour and the 23 before it
	Week, Month    int // in the last 7 and 30 days with today, in UTC
}

// Hits implements Operations.
func (b *Bot) Hits(ctx context.Context) ([]EntryHits, error) { return b.store.Hits(ctx) }
