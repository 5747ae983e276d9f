package store

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
)

func TestPrune(t *testing.T) {
	tests := []struct {
		name      string
		age       time.Duration // of all rows
		olderThan time.Duration
		want      string
	}{
		{"younger than MinRetention", 24 * time.Hour, 0, "event refs: sent dropped dead open replaced waiting"},
		{"older than MinRetention", 26 * time.Hour, 0, "refs: dead open replaced waiting"},
		{"younger than olderThan", 26 * time.Hour, 27 * time.Hour, "event refs: sent dropped dead open replaced waiting"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openNew(t)
				must(t, s.Apply(t.Context(), bot.Turn{
					Event:  "event",
					States: []bot.Walkthrough{{Thread: thread(1)}},
					Posts: []bot.Post{
						{ID: "sent", Thread: thread(2)}, {ID: "dropped", Thread: thread(3)}, {ID: "dead", Thread: thread(5)}, {ID: "open", Thread: thread(1)},
						{ID: "replaced", Thread: thread(4)}, {ID: "waiting", Thread: thread(4), Replaces: "replaced"},
					},
				}))
				for _, id := range []bot.PostID{"sent", "open", "replaced"} {
					must(t, s.Sent(t.Context(), id, bot.Delivery{Ref: "r"}))
				}
				must(t, s.Drop(t.Context(), "dropped", 0, "why"))
				must(t, s.Drop(t.Context(), "dead", 0, "why"))
				must(t, s.Discard(t.Context(), "dropped"))
				time.Sleep(tt.age)
				must(t, s.Prune(t.Context(), tt.olderThan))
				if got := remaining(t, s); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
				if posts, err := s.Claim(t.Context(), "test", 9, 99, time.Hour); err != nil || len(posts) != 1 || posts[0].Ref != "r" {
					t.Errorf("got posts %v, %v", posts, err)
				}
			})
		})
	}
}

// remaining names the stored event and posts.
func remaining(t *testing.T, s *SQL) string {
	t.Helper()
	var names []string
	if handled(t, s, "event") {
		names = append(names, "event")
	}
	names = append(names, "refs:")
	rows, err := s.read.Query(`SELECT id FROM posts ORDER BY seq`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var id string
		must(t, rows.Scan(&id))
		names = append(names, id)
	}
	must(t, rows.Err())
	return strings.Join(names, " ")
}

// TestPruneYields checks that an event is handled between two batches. The
// clock of the bubble advances only while Prune pauses, so without pauses Prune
// would do all batches before the first check.
func TestPruneYields(t *testing.T) {
	const n = 3*pruneBatch + 1
	for name, old := range map[string]struct{ fill, count string }{
		"events": {`INSERT INTO events (id, at) SELECT n, 0 FROM i`, `SELECT COUNT(*) FROM events WHERE at = 0`},
		"inbox":  {`INSERT INTO inbox (name, key, dead, at, sealed) SELECT 'a', n, 1, 0, x'' FROM i`, `SELECT COUNT(*) FROM inbox`},
		"posts": {`
			INSERT INTO posts (adapter, workspace, channel, root, id, opens, delayed, replaces, state, due, claimed_until, attempt, ref, changed_at)
			SELECT 'test', '', '', n, n, 0, 0, '', 'sent', 0, 0, 1, 'r', n / 1000 FROM i`, `SELECT COUNT(*) FROM posts`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openNew(t)
				_, err := s.write.Exec(`WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < $1)`+old.fill, n)
				must(t, err)
				var wg sync.WaitGroup
				wg.Go(func() {
					if err := s.Prune(t.Context(), 0); err != nil {
						t.Error(err)
					}
				})
				for batch := 1; batch <= 4; batch++ {
					synctest.Wait() // Prune pauses or has returned
					var left int
					must(t, s.read.QueryRow(old.count).Scan(&left))
					if want := max(0, n-batch*pruneBatch); left != want {
						t.Errorf("after batch %d: %d rows, want %d", batch, left, want)
					}
					must(t, s.Apply(t.Context(), bot.Turn{Event: event(batch)}))
					time.Sleep(prunePause)
				}
				wg.Wait()
			})
		})
	}
}

// TestPruneUsesIndexes checks that no query scans a table, so that rows that
// are kept cost nothing.
func TestPruneUsesIndexes(t *testing.T) {
	s := openNew(t)
	for _, query := range []string{pruneEvents, pruneInbox, pruneSettings, pruneHours, pruneShadow, pruneAudit, nextPosts, markKept, deletePosts, endIdle, removeKept, outdated} {
		rows, err := s.read.Query(`EXPLAIN QUERY PLAN `+query, 0, 0, 0, 0)
		must(t, err)
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var detail string
			must(t, rows.Scan(&id, &parent, &unused, &detail))
			if strings.Contains(detail, "SCAN") || strings.Contains(detail, "TEMP") {
				t.Errorf("%s\n%s", query, detail)
			}
		}
		must(t, rows.Err())
	}
}

// TestPruneMarksKept checks that Prune reads a post that it keeps for its
// walkthrough only once.
func TestPruneMarksKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openNew(t)
		must(t, s.Apply(t.Context(), bot.Turn{
			Event: "e", States: []bot.Walkthrough{{Thread: thread(1)}}, Posts: []bot.Post{{ID: "open", Thread: thread(1), Shadow: true}},
		}))
		for _, want := range []int{1, 0} {
			time.Sleep(26 * time.Hour)
			n, _, _, err := lastOf(s.read.Query(nextPosts, 0, 0, nowMillis(), pruneBatch))
			must(t, err)
			if n != want {
				t.Errorf("the next Prune reads %d posts, want %d", n, want)
			}
			must(t, s.Prune(t.Context(), 0))
		}
	})
}

func TestMaintain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openNew(t)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { s.Maintain(ctx, MinRetention, slog.New(slog.DiscardHandler)) })
		must(t, s.Apply(t.Context(), bot.Turn{Event: "event"}))
		time.Sleep(MinRetention + pruneEvery)
		synctest.Wait()
		if handled(t, s, "event") {
			t.Error("an old event is still stored")
		}
		cancel()
		wg.Wait()
	})
}

// TestErase checks that the content of a post is erased when it is sent,
// dropped or canceled, and a preference when it is cleared.
func TestErase(t *testing.T) {
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
	must(t, s.Drop(t.Context(), turn.Posts[2].ID, 0, "why"))
	must(t, s.Discard(t.Context(), turn.Posts[2].ID))
	for query, want := range map[string]int{
		`SELECT COUNT(*) FROM posts WHERE sealed IS NOT NULL`: 1, // the post that is not sent
		`SELECT COUNT(*) FROM preferences`:                    0,
	} {
		var n int
		must(t, s.read.QueryRow(query).Scan(&n))
		if n != want {
			t.Errorf("%s: got %d, want %d", query, n, want)
		}
	}
}

// handled reports whether the event is stored.
func handled(t *testing.T, s *SQL, event bot.EventID) bool {
	t.Helper()
	var n int
	must(t, s.read.QueryRow(`SELECT COUNT(*) FROM events WHERE id = $1`, string(event)).Scan(&n))
	return n > 0
}
