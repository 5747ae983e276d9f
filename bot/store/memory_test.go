package store

import (
	"testing"
	"time"

	"mabsbot/bot"
)

// TestMemoryClock checks that a store with a clock of its own lets nothing become
// due before that clock moves.
func TestMemoryClock(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	m := NewMemoryAt(func() time.Time { return now })
	p := bot.Post{ID: "p", Thread: bot.Thread{Adapter: "a", Channel: "c"}, Delay: time.Nanosecond}
	if err := m.Apply(t.Context(), bot.Turn{Event: "e", Posts: []bot.Post{p}}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{0, 1} {
		posts, err := m.Claim(t.Context(), "a", 10, 10, time.Minute)
		if err != nil || len(posts) != want {
			t.Fatalf("%d: %d posts are due, %v; want %d", i, len(posts), err, want)
		}
		now = now.Add(time.Nanosecond)
	}
}
