package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"mabsbot/bot/bottest"
)

// testKey is the key of the databases of these tests.
var testKey = []byte("0123456789abcdef0123456789abcdef")

// openFile opens a database and closes it at the end of the test.
func openFile(t testing.TB, path string) *SQL {
	t.Helper()
	s, err := Open(t.Context(), path, testKey)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, s) })
	return s
}

// openNew opens a new database and closes it at the end of the test: one of SQLite,
// or of PostgreSQL in TestOnPostgres.
func openNew(t testing.TB) *SQL {
	t.Helper()
	if onPostgres(t) {
		return openBubble(t)
	}
	return openFile(t, filepath.Join(t.TempDir(), "test.db"))
}

func closeStore(t testing.TB, s *SQL) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestMemory(t *testing.T) {
	bottest.TestStore(t, func(*testing.T) bottest.FullStore { return NewMemory() })
}

func TestSQL(t *testing.T) {
	bottest.TestStore(t, func(t *testing.T) bottest.FullStore { return openNew(t) })
}

// A journal is a Journal or a MemoryJournal.
type journal interface {
	Append(ctx context.Context, record []byte) error
	Replay(ctx context.Context, yield func(record []byte) error) error
	Rewrite(ctx context.Context, change func(record []byte) []byte) error
	Reset(ctx context.Context) error
}

func TestJournal(t *testing.T) {
	t.Run("Memory", func(t *testing.T) {
		m := NewMemory()
		testJournal(t, func(name string) journal { return m.Journal(name) })
	})
	t.Run("SQL", func(t *testing.T) {
		s := openNew(t)
		testJournal(t, func(name string) journal { return s.Journal(name) })
	})
}

// TestJournalLock checks that one user at a time has a journal: a lock belongs to
// an open file, so a second store has the same effect as a second process.
func TestJournalLock(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no lock here")
	}
	path := filepath.Join(t.TempDir(), "test.db")
	first, second := openFile(t, path), openFile(t, path)
	must(t, first.Journal("a").Lock())
	for range 2 {
		if err := second.Journal("a").Lock(); !errors.Is(err, ErrInUse) {
			t.Errorf("the second user: %v", err)
		}
	}
	must(t, second.Journal("b").Lock())
	closeStore(t, first)
	must(t, second.Journal("a").Lock())
}

func testJournal(t *testing.T, open func(name string) journal) {
	a, b := open("a"), open("b")
	want := func(j journal, want ...string) {
		t.Helper()
		if got := records(t, j); !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	want(a)
	var all []string
	for i := range 12 {
		record := fmt.Appendf(nil, "record %d \x00\xff", i)
		all = append(all, string(record))
		must(t, a.Append(t.Context(), record))
		clear(record)
	}
	must(t, b.Append(t.Context(), nil))
	want(a, all...)
	want(open("a"), all...)
	want(b, "")

	stop := errors.New("enough")
	n := 0
	err := a.Replay(t.Context(), func(record []byte) error {
		clear(record)
		if n++; n == 3 {
			return stop
		}
		return a.Append(t.Context(), []byte("later")) // not replayed by this call
	})
	if err != stop || n != 3 {
		t.Fatalf("Replay: %v after %d records, want %v after 3", err, n, stop)
	}
	want(a, append(all, "later", "later")...)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	replay := func([]byte) error { return errors.New("called with a canceled context") }
	for _, err := range []error{a.Append(ctx, nil), a.Reset(ctx), a.Rewrite(ctx, func([]byte) []byte { return nil }), a.Replay(ctx, replay), open("none").Replay(ctx, replay)} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	}

	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := open("many").Append(t.Context(), []byte("one")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	want(open("many"), slices.Repeat([]string{"one"}, 8)...)

	must(t, a.Rewrite(t.Context(), func(record []byte) []byte {
		if string(record) == "later" {
			return []byte("rewritten")
		}
		clear(record)
		return nil
	}))
	want(a, append(all, "rewritten", "rewritten")...)
	want(b, "")

	must(t, a.Reset(t.Context()))
	want(a)
	want(b, "")
	must(t, a.Append(t.Context(), []byte("again")))
	want(a, "again")
}

func records(t *testing.T, j journal) []string {
	t.Helper()
	var got []string
	must(t, j.Replay(t.Context(), func(record []byte) error {
		got = append(got, string(record))
		return nil
	}))
	return got
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
