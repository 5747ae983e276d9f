package store

import (
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/kb"
)

// walking returns a walkthrough of a revision of an entry.
func walking(i int, revision string) bot.Walkthrough {
	return bot.Walkthrough{
		Thread: thread(i), Status: bot.StatusWalking, Revision: revision,
		Entry: &kb.Entry{ID: "entry", Title: kb.Text{{Lang: "en", Text: "as of " + revision}}, Revision: revision},
	}
}

func count(t *testing.T, s *SQL, query string) (n int) {
	t.Helper()
	must(t, s.read.QueryRow(query).Scan(&n))
	return n
}

// TestEntryStoredOnce checks that walkthroughs share the stored entry, and that
// each keeps the revision with which it was begun.
func TestEntryStoredOnce(t *testing.T) {
	s := openNew(t)
	for i, revision := range []string{"old", "old", "new"} {
		must(t, s.Apply(t.Context(), bot.Turn{Event: event(i), States: []bot.Walkthrough{walking(i, revision)}}))
	}
	for i, want := range []string{"old", "old", "new"} {
		w, _, err := s.Load(t.Context(), thread(i), user(1))
		must(t, err)
		if w.Entry.Revision != want || w.Entry.Title.In("en", "en") != "as of "+want {
			t.Errorf("walkthrough %d has revision %q, want %q", i, w.Entry.Revision, want)
		}
		must(t, s.Apply(t.Context(), bot.Turn{Event: event(10 + i), States: []bot.Walkthrough{w}}))
	}
	if n := count(t, s, `SELECT COUNT(*) FROM entries`); n != 2 {
		t.Errorf("%d entries are stored, want 2", n)
	}
}

// TestEntryInRow checks that a walkthrough of an earlier version, which contains
// its entry, loads, and shares the stored entry once it changes.
func TestEntryInRow(t *testing.T) {
	s := openNew(t)
	must(t, s.Apply(t.Context(), bot.Turn{Event: "e", States: []bot.Walkthrough{walking(1, "")}}))
	old := walking(1, "rev")
	data, err := json.Marshal(old)
	must(t, err)
	sealed := s.sealer.aead.Seal(nil, nil, data, additionalData(walkthroughRow(old.Thread, 1)))
	_, err = s.write.Exec(`UPDATE walkthroughs SET sealed = $1`, sealed)
	must(t, err)

	for n := range 2 {
		w, _, err := s.Load(t.Context(), old.Thread, user(1))
		must(t, err)
		if w.Entry == nil || w.Entry.Revision != "rev" || w.Entry.Title.In("en", "en") != "as of rev" {
			t.Errorf("got entry %+v", w.Entry)
		}
		if got := count(t, s, `SELECT COUNT(*) FROM entries`); got != n {
			t.Errorf("%d entries are stored, want %d", got, n)
		}
		must(t, s.Apply(t.Context(), bot.Turn{Event: event(n), States: []bot.Walkthrough{w}}))
	}
}

// TestEntryMissing checks that a walkthrough whose entry is gone, or was replaced
// in the file, is not read.
func TestEntryMissing(t *testing.T) {
	for _, change := range []string{
		`DELETE FROM entries`,
		`UPDATE walkthroughs SET entry = ''`,
		`UPDATE walkthroughs SET revision = 'b' WHERE root = '1'`,
		`UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE revision = 'b')`,
	} {
		s := openNew(t)
		must(t, s.Apply(t.Context(), bot.Turn{Event: "e", States: []bot.Walkthrough{walking(1, "a"), walking(2, "b")}}))
		_, err := s.write.Exec(change)
		must(t, err)
		_, _, err = s.Load(t.Context(), thread(1), user(1))
		wantError(t, err, `"entry" "entry" "a"`)
	}
}

// TestPruneEntries checks that entries go that no walkthrough refers to.
func TestPruneEntries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openNew(t)
		for i := range 3 {
			w := walking(1, fmt.Sprint("revision ", i))
			w.Version = i
			must(t, s.Apply(t.Context(), bot.Turn{Event: event(i), States: []bot.Walkthrough{w}}))
		}
		time.Sleep(time.Minute)
		must(t, s.Prune(t.Context(), 0))
		if n := count(t, s, `SELECT COUNT(*) FROM entries`); n != 1 {
			t.Errorf("%d entries are left, want 1", n)
		}
		if w, _, err := s.Load(t.Context(), thread(1), user(1)); err != nil || w.Entry.Revision != "revision 2" {
			t.Errorf("got %v, %v", w.Entry, err)
		}
	})
}
