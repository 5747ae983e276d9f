package bottest

import (
	"fmt"
	"slices"
	"time"

	"mabsbot/bot"
)

// hits begins walkthroughs in two hours, and looks at the sums within the day after it.
func hits(t *storeTest) {
	begin := func(entries ...string) {
		var counts []bot.Count
		for _, e := range entries {
			counts = append(counts, count(bot.CountBegun, e, ""))
		}
		t.apply(bot.Turn{Counts: append(counts, count(bot.CountSolved, "a", "step"))})
	}
	want := func(when string, want ...string) {
		t.Helper()
		got, err := t.Hits(t.Context())
		t.must(err)
		var forms []string
		for _, h := range got {
			forms = append(forms, fmt.Sprintf("%s %s %d %d %d", h.Adapter, h.Entry, h.Day, h.Week, h.Month))
		}
		if !slices.Equal(forms, want) {
			t.Errorf("%s: got %q, want %q", when, forms, want)
		}
	}
	want("at first")
	begin("a", "a", "b") // at midnight, and an hour later
	time.Sleep(time.Hour)
	begin("a")
	want("an hour later", "test a 3 3 3", "test b 1 1 1")
	time.Sleep(22*time.Hour + 30*time.Minute)
	want("in the 23rd hour after", "test a 3 3 3", "test b 1 1 1")
	time.Sleep(30 * time.Minute)
	want("in the 24th hour after", "test a 1 3 3", "test b 0 1 1")
	time.Sleep(time.Hour)
	want("in the 25th hour after", "test a 0 3 3", "test b 0 1 1")
}
