package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/store/postgrestest"
)

// A rotatable is a database whose key can be changed.
type rotatable struct {
	open   func(key []byte) (*SQL, error)
	rotate func(ctx context.Context, old, next []byte) (unreadable int, err error)
}

func rotatableFile(t *testing.T) rotatable {
	path := filepath.Join(t.TempDir(), "test.db")
	return rotatable{
		func(key []byte) (*SQL, error) { return Open(t.Context(), path, key) },
		func(ctx context.Context, old, next []byte) (int, error) { return Rotate(ctx, path, old, next) },
	}
}

func rotatablePostgres(t *testing.T) rotatable {
	url := postgrestest.Start(t).NewDatabase(t)
	return rotatable{
		func(key []byte) (*SQL, error) { return OpenPostgres(t.Context(), url, key) },
		func(ctx context.Context, old, next []byte) (int, error) { return RotatePostgres(ctx, url, old, next) },
	}
}

func (r rotatable) mustOpen(t *testing.T, key []byte) *SQL {
	t.Helper()
	s, err := r.open(key)
	must(t, err)
	return s
}

// newKey is another key than testKey.
var newKey = bytes.Repeat([]byte{1}, KeySize)

// TestRotateKeys changes the key of both databases: every value can be read with the
// new one and none with the old one, and a damaged value keeps no other from it.
func TestRotateKeys(t *testing.T) {
	for name, place := range map[string]func(*testing.T) rotatable{"SQLite": rotatableFile, "PostgreSQL": rotatablePostgres} {
		t.Run(name, func(t *testing.T) {
			r := place(t)
			s := r.mustOpen(t, testKey)
			full(t, s)
			for i := range 2*pruneBatch/3 + 1 { // more than a batch of posts
				must(t, s.Apply(t.Context(), fullTurn(10+i)))
			}
			must(t, s.exec(t.Context(), `UPDATE inbox SET sealed = $1`, make([]byte, 100)))
			posts := count(t, s, `SELECT COUNT(*) FROM posts`)
			closeStore(t, s)

			if n, err := r.rotate(t.Context(), testKey, newKey); n != 1 || err != nil {
				t.Fatalf("%d unreadable values, %v; want 1", n, err)
			}
			if _, err := r.rotate(t.Context(), testKey, newKey); !errors.Is(err, ErrKey) || !errors.Is(err, errRotated) {
				t.Errorf("once more: %v", err)
			}
			if _, err := r.rotate(t.Context(), testKey, testKey); !errors.Is(err, ErrKey) || errors.Is(err, errRotated) {
				t.Errorf("to the old key: %v", err)
			}
			if _, err := r.open(testKey); !errors.Is(err, ErrKey) {
				t.Errorf("with the old key: %v, want ErrKey", err)
			}
			s = r.mustOpen(t, newKey)
			defer closeStore(t, s)
			wantReadable(t, s, posts)
		})
	}
}

// wantReadable fails unless every value but those of the inbox can be read.
func wantReadable(t *testing.T, s *SQL, posts int) {
	t.Helper()
	for _, e := range sealedTables {
		if e.table == "inbox" {
			continue
		}
		rows, err := sealedRows(s.read.Query(`SELECT 0, sealed` + e.selects() + ` FROM ` + e.table + ` WHERE sealed IS NOT NULL`))
		must(t, err)
		if len(rows) == 0 || e.table == "posts" && len(rows) != posts {
			t.Errorf("%s has %d values", e.table, len(rows))
		}
		for _, row := range rows {
			if _, err := s.sealer.open(row.sealed, append([]string{e.kind}, row.columns...)...); err != nil {
				t.Errorf("%s: %v", e.table, err)
			}
		}
	}
}

// TestRotateServed checks that the key of PostgreSQL is not changed while a process
// serves it.
func TestRotateServed(t *testing.T) {
	r := rotatablePostgres(t)
	s := r.mustOpen(t, testKey)
	defer closeStore(t, s)
	_, _, err := s.Hold(t.Context(), "maintenance", "me", time.Minute)
	must(t, err)
	if _, err := r.rotate(t.Context(), testKey, newKey); !errors.Is(err, errInUse) {
		t.Errorf("got %v, want errInUse", err)
	}
	must(t, s.Release(t.Context(), "maintenance", "me"))
	must(t, s.Apply(t.Context(), fullTurn(1))) // it goes on
	if _, err := r.rotate(t.Context(), testKey, newKey); err != nil {
		t.Error(err)
	}
}

// TestRotatedMeanwhile checks that a process that goes on with the old key, also in a
// transaction that waited for the change, neither writes nor claims anything.
func TestRotatedMeanwhile(t *testing.T) {
	r := rotatablePostgres(t)
	paused, other := r.mustOpen(t, testKey), r.mustOpen(t, testKey)
	defer closeStore(t, paused)
	full(t, paused)
	to, err := newSealer(newKey)
	must(t, err)
	var wait func()
	err = other.transact(t.Context(), func(tx *sql.Tx) error {
		if _, err := other.lock(t.Context(), tx, locks{alone: true}); err != nil {
			return err
		}
		wait = waiting(t, paused, func() error { return wantKeyChanged(paused.Apply(t.Context(), fullTurn(7))) })
		for _, e := range sealedTables {
			if _, err := other.reseal(t.Context(), tx, e, to); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(t.Context(), `SELECT nextval('key_changes')`)
		return err
	})
	must(t, err)
	wait()
	closeStore(t, other)
	_, claimErr := paused.Claim(t.Context(), "test", 9, 99, time.Minute)
	for what, err := range map[string]error{
		"Apply":  paused.Apply(t.Context(), fullTurn(8)),
		"Claim":  claimErr,
		"Sent":   paused.Sent(t.Context(), "post 0 of 1", bot.Delivery{Ref: "r"}),
		"Drop":   paused.Drop(t.Context(), "post 0 of 1", 0, "why"),
		"Put":    paused.Inbox("i").Put(t.Context(), "new", nil),
		"Bury":   paused.Inbox("i").Bury(t.Context(), "new", nil),
		"Append": paused.Journal("j").Append(t.Context(), nil),
	} {
		if err := wantKeyChanged(err); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	s := r.mustOpen(t, newKey)
	defer closeStore(t, s)
	wantWhole(t, s, 1, 3)
	must(t, s.Apply(t.Context(), fullTurn(7)))
}

func wantKeyChanged(err error) error {
	if errors.Is(err, errKeyChanged) {
		return nil
	}
	return fmt.Errorf("got %v, want errKeyChanged", err)
}

// TestRotatePostgresKilled kills changes of the key at random points: the database has
// the old key or the new one, and every value can be read with it.
func TestRotatePostgresKilled(t *testing.T) {
	url := postgrestest.Start(t).NewDatabase(t)
	keys := [][]byte{testKey, newKey}
	s, err := OpenPostgres(t.Context(), url, keys[0])
	must(t, err)
	const turns = 100
	full(t, s)
	for i := range turns {
		must(t, s.Apply(t.Context(), fullTurn(10+i)))
	}
	posts := count(t, s, `SELECT COUNT(*) FROM posts`)
	closeStore(t, s)
	modes := []string{"rotate PostgreSQL", "rotate PostgreSQL back"}
	start := time.Now()
	for _, mode := range modes {
		for !runKilled(t, mode, url, time.Hour) {
		}
	}
	took, changed := time.Since(start)/2, 0
	for range kills {
		ended := runKilled(t, modes[changed%2], url, took)
		s, err := OpenPostgres(t.Context(), url, keys[0])
		if errors.Is(err, ErrKey) {
			keys[0], keys[1] = keys[1], keys[0]
			changed++
			s, err = OpenPostgres(t.Context(), url, keys[0])
		} else if ended {
			t.Error("the command ended, and the database has the old key")
		}
		must(t, err)
		wantReadable(t, s, posts)
		closeStore(t, s)
	}
	t.Logf("%d of %d changed the key", changed, kills)
}
