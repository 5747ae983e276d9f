package store

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
)

const (
	day   = 24 * time.Hour
	month = 30 * day
)

// begin stores a walkthrough with a status, and a post in its thread that is sent.
func begin(t *testing.T, s *SQL, i int, status bot.Status) {
	t.Helper()
	w := walking(i, "rev")
	w.Status, w.Asker = status, bot.User{ID: "someone"}
	if status == bot.StatusCase || status == bot.StatusCaseClosed {
		w.Handover = &bot.Case{Number: i}
	}
	id := bot.PostID(fmt.Sprint("post ", i))
	must(t, s.Apply(t.Context(), bot.Turn{Event: event(i), States: []bot.Walkthrough{w}, Posts: []bot.Post{{ID: id, Thread: w.Thread}}}))
	must(t, s.Sent(t.Context(), id, bot.Delivery{Ref: "r"}))
}

// maintain does what Maintain does every hour.
func maintain(t *testing.T, s *SQL) {
	t.Helper()
	must(t, s.Expire(t.Context(), month))
	must(t, s.Prune(t.Context(), 0))
}

func TestExpire(t *testing.T) {
	for status, last := range map[bot.Status]string{
		bot.StatusChoosing: "unknown", bot.StatusWalking: "unknown", bot.StatusUnmatched: "unknown", bot.StatusQuiet: "unknown",
		bot.StatusSolved: "solved", bot.StatusEscalated: "person", bot.StatusEnded: "done", bot.StatusCaseClosed: "case_closed",
	} {
		t.Run(string(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := openNew(t)
				begun := nowMillis() / dayMillis
				begin(t, s, 1, status)
				want := func(after time.Duration, state string, posts int) {
					t.Helper()
					time.Sleep(after)
					maintain(t, s)
					var got string
					must(t, s.read.QueryRow(`SELECT COALESCE(MAX(status), '') FROM walkthroughs`).Scan(&got))
					if n := count(t, s, `SELECT COUNT(*) FROM posts`); got != state || n != posts {
						t.Errorf("status %q and %d posts, want %q and %d", got, n, state, posts)
					}
				}
				want(7*day-time.Hour, string(status), 1)
				want(2*time.Hour, last, 1)
				w, _, err := s.Load(t.Context(), thread(1), user(1))
				if err != nil || w.Status != status {
					t.Errorf("its buttons find it as %q, %v; want %q", w.Status, err, status)
				}
				want(month-7*day-2*time.Hour, last, 1)
				want(2*time.Hour, "", 0)
				if n := count(t, s, `SELECT COUNT(*) FROM entries`); n != 0 {
					t.Errorf("%d entries are left", n)
				}
				var counted string
				must(t, s.read.QueryRow(`SELECT adapter || ' ' || entry || ' ' || status || ' ' || n FROM daily WHERE day = $1`, begun).Scan(&counted))
				if counted != "test entry "+last+" 1" {
					t.Errorf("counted as %q", counted)
				}
			})
		})
	}
}

// TestExpireKeeps checks what stays longer than the retention: an open case, a
// walkthrough with a waiting post, and one that had an event since.
func TestExpireKeeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openNew(t)
		begin(t, s, 1, bot.StatusCase)
		begin(t, s, 2, bot.StatusSolved)
		begin(t, s, 3, bot.StatusWalking)
		later := bot.Post{ID: "later", Thread: thread(2), Delay: month + day, Replaces: "post 2"}
		must(t, s.Apply(t.Context(), bot.Turn{Event: "later", Posts: []bot.Post{later}}))
		time.Sleep(month - day)
		maintain(t, s)
		w, _, err := s.Load(t.Context(), thread(3), user(1))
		must(t, err)
		must(t, s.Apply(t.Context(), bot.Turn{Event: "again", States: []bot.Walkthrough{w}}))
		time.Sleep(2 * day)
		maintain(t, s)
		if n := count(t, s, `SELECT COUNT(*) FROM walkthroughs WHERE status IN ('case', 'solved', 'walking')`); n != 3 {
			t.Errorf("%d walkthroughs are left, want 3", n)
		}
		// The old posts of threads that go on are gone, but for one that a waiting post replaces.
		if n := count(t, s, `SELECT COUNT(*) FROM posts WHERE id IN ('post 2', 'later')`); n != 2 || count(t, s, `SELECT COUNT(*) FROM posts`) != 2 {
			t.Errorf("%d of the posts are left, want 2 of 2", n)
		}
	})
}

// TestExpireUnsent checks that posts and payloads go that no one takes, such as
// those of a platform that is no longer configured.
func TestExpireUnsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openNew(t)
		must(t, s.Apply(t.Context(), fullTurn(1)))
		must(t, s.Inbox("i").Put(t.Context(), "key", []byte("payload")))
		for _, want := range []int{6, 0} {
			if n := count(t, s, `SELECT (SELECT COUNT(*) FROM walkthroughs) + (SELECT COUNT(*) FROM posts) + (SELECT COUNT(*) FROM inbox)`); n != want {
				t.Errorf("%d rows, want %d", n, want)
			}
			time.Sleep(month + time.Hour)
			maintain(t, s)
		}
	})
}

// TestExpireCaseNumbers checks that the number of a removed case is not used again.
func TestExpireCaseNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openNew(t)
		for i := range 3 {
			begin(t, s, i+1, bot.StatusCaseClosed)
		}
		time.Sleep(month + time.Hour)
		maintain(t, s)
		if highest, recent, err := s.CaseCount(t.Context(), bot.UserKey{Adapter: "test", Workspace: "w"}, time.Hour); highest != 3 || recent != 0 || err != nil {
			t.Errorf("highest %d, %d recent, %v; want 3, 0", highest, recent, err)
		}
	})
}

// TestExpireYields checks that Expire removes any number of walkthroughs, and that
// events are handled between two batches.
func TestExpireYields(t *testing.T) {
	const n = 3*expireBatch + 1
	synctest.Test(t, func(t *testing.T) {
		s := openNew(t)
		_, err := s.write.Exec(`
			WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < $1)
			INSERT INTO walkthroughs (adapter, workspace, channel, root, version, status, entry, private, asker, begun_at, changed_at, sealed)
			SELECT 'test', '', '', n, 1, 'solved', 'e', 0, '', 0, n, x'' FROM i`, n)
		must(t, err)
		done := make(chan error)
		go func() { done <- s.Expire(t.Context(), month) }()
		for batch := 1; batch <= 4; batch++ {
			synctest.Wait() // Expire pauses or has returned
			if left, want := count(t, s, `SELECT COUNT(*) FROM walkthroughs WHERE begun_at = 0`), max(0, n-batch*expireBatch); left != want {
				t.Errorf("after batch %d: %d walkthroughs, want %d", batch, left, want)
			}
			must(t, s.Apply(t.Context(), bot.Turn{Event: event(batch)}))
			time.Sleep(prunePause)
		}
		must(t, <-done)
		if counted := count(t, s, `SELECT n FROM daily`); counted != n {
			t.Errorf("%d walkthroughs are counted, want %d", counted, n)
		}
	})
}
