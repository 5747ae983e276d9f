package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"mabsbot/bot"
)

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := openFile(t, path)
	must(t, s.Apply(t.Context(), fullTurn(1)))
	must(t, s.Journal("j").Append(t.Context(), []byte("record")))
	if posts, err := s.Claim(t.Context(), "test", 1, 99, time.Hour); err != nil || len(posts) != 1 {
		t.Fatalf("got %v, %v", posts, err)
	}
	must(t, s.Sent(t.Context(), "post 0 of 1", bot.Delivery{Ref: "r"}))
	closeStore(t, s)

	s = openFile(t, path)
	wantWhole(t, s, 1, 2)
	if got := records(t, s.Journal("j")); len(got) != 1 || got[0] != "record" {
		t.Errorf("journal: %q", got)
	}
	must(t, s.Apply(t.Context(), bot.Turn{Event: "e", Posts: []bot.Post{{ID: "new", Thread: thread(0), Replaces: "post 0 of 1"}}}))
	posts, err := s.Claim(t.Context(), "test", 9, 99, time.Hour)
	if err != nil || len(posts) != 3 || posts[1].Ref != "r" {
		t.Errorf("got posts %v, %v", posts, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	must(t, os.WriteFile(garbage, bytes.Repeat([]byte("no database "), 500), 0o600))
	newer := filepath.Join(dir, "newer.db")
	s := openFile(t, newer)
	_, err := s.write.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
	must(t, err)
	closeStore(t, s)
	for path, want := range map[string]string{
		garbage:                            "not a database",
		newer:                              "newer",
		dir:                                "open " + dir,
		filepath.Join(dir, "none", "a.db"): "no such",
	} {
		_, err := Open(t.Context(), path, testKey)
		wantError(t, err, want)
		wantError(t, err, path)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, filepath.Join(dir, "new.db"), testKey); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"plain.db", "a b?c=d&e#f%41%.db", "한글.db", ":memory:"} {
		s := openFile(t, name)
		must(t, s.Apply(t.Context(), fullTurn(1)))
		info, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s: mode %o, want 0600", name, mode)
		}
		closeStore(t, s)
		if left, err := filepath.Glob("*-wal"); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
	}
}

func TestSettings(t *testing.T) {
	s := openNew(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		must(t, s.write.QueryRow("PRAGMA "+pragma).Scan(&got))
		if got != want {
			t.Errorf("%s: got %s, want %s", pragma, got, want)
		}
	}
	_, err := s.read.Exec(`DELETE FROM events`)
	wantError(t, err, "readonly")
}

// TestClaimOfOthers checks posts again that another process may have claimed since
// they were found.
func TestClaimOfOthers(t *testing.T) {
	s := openNew(t)
	turn := bot.Turn{Event: "event"}
	for i := range 3 {
		turn.Posts = append(turn.Posts, bot.Post{ID: bot.PostID(fmt.Sprint(i)), Thread: thread(i)})
	}
	must(t, s.Apply(t.Context(), turn))
	found, err := s.claimable(t.Context(), "test", 10, 2, nil)
	must(t, err)
	if len(found) != 2 {
		t.Fatalf("found %v, want two of the channel", found)
	}
	check := func(seq int64, perChannel int, want bool) {
		t.Helper()
		must(t, s.update(t.Context(), "test", func(tx *sql.Tx) error {
			ok, err := isClaimable(t.Context(), tx, seq, nowMillis(), perChannel)
			if ok != want {
				t.Errorf("post %d with %d in the channel: claimable %v", seq, perChannel, ok)
			}
			return err
		}))
	}
	check(found[0], 1, true)
	_, err = s.Claim(t.Context(), "test", 1, 2, time.Minute)
	must(t, err)
	check(found[0], 2, false)
	check(found[1], 1, false)
	check(found[1], 2, true)
}

// TestMigrationInBetween opens a database whose schema lacks a migration that has a
// lower number than its last one.
func TestMigrationInBetween(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := openFile(t, path)
	for _, statement := range []string{
		`DROP TABLE unanswered`, `DROP TABLE unanswered_marks`, `DELETE FROM goose_db_version WHERE version_id = 30`,
	} {
		if _, err := s.write.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openFile(t, path)
	var rows int
	if err := s.read.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM unanswered`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows, %v", rows, err)
	}
}
