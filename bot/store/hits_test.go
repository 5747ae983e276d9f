package store

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
)

// TestHits looks at what began on a day and on the 6th day after it during the 30 days
// after that, and checks that hours which are no longer needed are removed.
func TestHits(t *testing.T) {
	type hitStore interface {
		Apply(ctx context.Context, turn bot.Turn) error
		Hits(ctx context.Context) ([]bot.EntryHits, error)
		Prune(ctx context.Context, olderThan time.Duration) error
	}
	for name, open := range map[string]func(t *testing.T) hitStore{
		"SQLite": func(t *testing.T) hitStore { return openNew(t) },
		"Memory": func(*testing.T) hitStore { return NewMemory() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := open(t)
				first := time.Now()
				for _, c := range []struct {
					day   int
					apply bool
					want  bot.EntryHits
				}{
					{day: 0, apply: true, want: bot.EntryHits{Day: 1, Week: 1, Month: 1}},
					{day: 6, apply: true, want: bot.EntryHits{Day: 1, Week: 2, Month: 2}},
					{day: 7, want: bot.EntryHits{Week: 1, Month: 2}},
					{day: 12, want: bot.EntryHits{Week: 1, Month: 2}},
					{day: 13, want: bot.EntryHits{Month: 2}},
					{day: 29, want: bot.EntryHits{Month: 2}},
					{day: 30, want: bot.EntryHits{Month: 1}},
				} {
					time.Sleep(time.Until(first.AddDate(0, 0, c.day)))
					if c.apply {
						must(t, s.Apply(t.Context(), begun(c.day)))
					}
					must(t, s.Prune(t.Context(), 0))
					c.want.Adapter, c.want.Entry = "test", "a"
					got, err := s.Hits(t.Context())
					must(t, err)
					if len(got) != 1 || got[0] != c.want {
						t.Errorf("on day %d: %+v, want %+v", c.day, got, c.want)
					}
				}
			})
		})
	}
}

func begun(i int) bot.Turn {
	return bot.Turn{Event: event(i), Counts: []bot.Count{{Adapter: "test", Kind: bot.CountBegun, Entry: "a"}}}
}

func TestPruneHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openNew(t)
		must(t, s.Apply(t.Context(), begun(0)))
		for day, want := range []int{1, 1, 0} {
			time.Sleep(time.Until(time.Date(2000, 1, 1+day, 23, 0, 0, 0, time.UTC)))
			must(t, s.Prune(t.Context(), 0))
			var n int
			must(t, s.read.QueryRow(`SELECT COUNT(*) FROM counts WHERE kind = 'hour'`).Scan(&n))
			if n != want {
				t.Errorf("on day %d, %d counts of hours are left, want %d", day, n, want)
			}
		}
	})
}
