package store

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mabsbot/bot"
)

// TestDamagedPages damages a page of one table after the other: whatever needs it
// fails and says what to do, and a backup from before has everything.
func TestDamagedPages(t *testing.T) {
	const turns = 3
	for table, use := range map[string]func(*SQL) error{
		"events":       func(s *SQL) error { return s.Apply(t.Context(), fullTurn(turns)) },
		"walkthroughs": func(s *SQL) error { _, _, err := s.Load(t.Context(), thread(1), user(1)); return err },
		"posts":        func(s *SQL) error { _, err := s.Claim(t.Context(), "test", 9, 99, time.Minute); return err },
		"inbox":        func(s *SQL) error { return s.Inbox("i").Replay(t.Context(), func(string, []byte) error { return nil }) },
	} {
		t.Run(table, func(t *testing.T) {
			folder := t.TempDir()
			path, backup := filepath.Join(folder, "test.db"), filepath.Join(folder, "backup.db")
			s, err := Open(t.Context(), path, testKey)
			must(t, err)
			for i := range turns {
				must(t, s.Apply(t.Context(), fullTurn(i)))
			}
			must(t, s.Inbox("i").Put(t.Context(), "k", []byte("p")))
			must(t, Backup(t.Context(), path, backup))
			var page, size int64
			must(t, s.read.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = $1`, table).Scan(&page))
			must(t, s.read.QueryRow(`PRAGMA page_size`).Scan(&size))
			must(t, s.Close()) // also moves everything into the file

			f, err := os.OpenFile(path, os.O_RDWR, 0)
			must(t, err)
			_, err = f.WriteAt(make([]byte, size), (page-1)*size)
			must(t, err)
			must(t, f.Close())

			s, err = Open(t.Context(), path, testKey)
			if err == nil {
				var log bytes.Buffer
				s.Alarm(slog.New(slog.NewTextHandler(&log, nil)))
				for range 2 {
					err = use(s)
				}
				if n := strings.Count(log.String(), "level=ERROR"); n != 1 || !strings.Contains(log.String(), "restore a backup") || !errors.Is(s.Trouble(), errPagesDamaged) {
					t.Errorf("the log has %d alarms, and the trouble is %v:\n%s", n, s.Trouble(), log.String())
				}
				must(t, s.Journal("j").Append(t.Context(), []byte("the other tables go on")))
				closeStore(t, s)
			}
			wantError(t, err, "mabsbot restore")
			must(t, os.Remove(path))
			must(t, Restore(t.Context(), path, backup, testKey))
			restored := openFile(t, path)
			for i := range turns {
				wantWhole(t, restored, i, 3)
			}
		})
	}
}

// TestClockJumps sets the clock forward and back. Forward, a lease ends early, and a
// late sender undoes nothing. Back, new posts are sent at once, and those that waited
// wait until the clock has caught up.
func TestClockJumps(t *testing.T) {
	s := openNew(t)
	now := int64(1_800_000_000_000)
	s.fakeClock = func() int64 { return now }
	put := func(i int) bot.PostID {
		t.Helper()
		id := bot.PostID(event(i))
		must(t, s.Apply(t.Context(), bot.Turn{Event: event(i), Posts: []bot.Post{{ID: id, Thread: thread(i)}}}))
		return id
	}
	claim := func(want bot.PostID, attempt int) {
		t.Helper()
		posts, err := s.Claim(t.Context(), "test", 9, 99, time.Minute)
		must(t, err)
		if len(posts) != 1 || posts[0].ID != want || posts[0].Attempt != attempt {
			t.Fatalf("claimed %v, want %s in attempt %d", posts, want, attempt)
		}
	}
	first := put(1)
	claim(first, 1)
	now += time.Hour.Milliseconds()
	claim(first, 2)
	must(t, s.Retry(t.Context(), first, 1, 0)) // by the late sender
	must(t, s.Sent(t.Context(), first, bot.Delivery{Ref: "r"}))
	put(2)
	now -= time.Hour.Milliseconds()
	claim(put(3), 1)
	must(t, s.Sent(t.Context(), bot.PostID(event(3)), bot.Delivery{Ref: "r"}))
	if wait, ok, err := s.NextDue(t.Context(), "test", 99); err != nil || !ok || wait != time.Hour {
		t.Errorf("the next post is due in %v, %t, %v", wait, ok, err)
	}
}
