package store

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
)

func TestPrune(t *testing.T) {
	tests := []struct {
		name      string
		age       time.Duration // of what is pruned
		olderThan time.Duration
		want      string
	}{
		{"what is young", 24 * time.Hour, 0, "event refs: sent dropped open replaced waiting"},
		{"what is old", 26 * time.Hour, 0, "refs: open replaced waiting"},
		{"what is younger than asked for", 26 * time.Hour, 27 * time.Hour, "event refs: sent dropped open replaced waiting"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openNew(t)
				must(t, s.Apply(t.Context(), bot.Turn{
					Event:  "event",
					States: []bot.Walkthrough{{Thread: thread(1)}},
					Posts: []bot.Post{
						{ID: "sent", Thread: thread(2)}, {ID: "dropped", Thread: thread(3)}, {ID: "open", Thread: thread(1)},
						{ID: "replaced", Thread: thread(4)}, {ID: "waiting", Thread: thread(4), Replaces: "replaced"},
					},
				}))
				for _, id := range []bot.PostID{"sent", "open", "replaced"} {
					must(t, s.Sent(t.Context(), id, bot.Delivery{Ref: "r"}))
				}
				must(t, s.Drop(t.Context(), "dropped"))
				time.Sleep(tt.age)
				must(t, s.Prune(t.Context(), tt.olderThan))
				if got := kept(t, s); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
				if posts, err := s.Claim(t.Context(), "test", 9, 99, time.Hour); err != nil || len(posts) != 1 || posts[0].Ref != "r" {
					t.Errorf("got posts %v, %v", posts, err)
				}
			})
		})
	}
}

// kept names what is left of the event and the posts.
func kept(t *testing.T, s *SQL) string {
	t.Helper()
	var words []string
	if handled(t, s, "event") {
		words = append(words, "event")
	}
	words = append(words, "refs:")
	rows, err := s.read.Query(`SELECT id FROM posts ORDER BY seq`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var id string
		must(t, rows.Scan(&id))
		words = append(words, id)
	}
	must(t, rows.Err())
	return strings.Join(words, " ")
}

// TestForgets: what a post said is gone once it is sent, dropped or taken
// back, and who chose a language once they unchose it.
func TestForgets(t *testing.T) {
	s := openNew(t)
	turn := fullTurn(1)
	turn.Posts[0].Delay = time.Hour
	must(t, s.Apply(t.Context(), turn))
	must(t, s.Apply(t.Context(), bot.Turn{
		Event:  "e",
		Posts:  []bot.Post{{ID: "last", Thread: thread(1), Replaces: turn.Posts[0].ID}},
		Prefer: &bot.Preference{User: user(1)},
	}))
	must(t, s.Sent(t.Context(), turn.Posts[1].ID, bot.Delivery{}))
	must(t, s.Drop(t.Context(), turn.Posts[2].ID))
	for query, want := range map[string]int{
		`SELECT COUNT(*) FROM posts WHERE sealed IS NOT NULL`: 1, // the last one
		`SELECT COUNT(*) FROM preferences`:                    0,
	} {
		var n int
		must(t, s.read.QueryRow(query).Scan(&n))
		if n != want {
			t.Errorf("%s: got %d, want %d", query, n, want)
		}
	}
}

// handled reports whether the event is remembered.
func handled(t *testing.T, s *SQL, event bot.EventID) bool {
	t.Helper()
	var n int
	must(t, s.read.QueryRow(`SELECT COUNT(*) FROM events WHERE id = $1`, string(event)).Scan(&n))
	return n > 0
}
