package store

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// An inbox is an Inbox or a MemoryInbox.
type inbox interface {
	Put(ctx context.Context, key string, payload []byte) error
	Done(ctx context.Context, key string) error
	Bury(ctx context.Context, key string, payload []byte) error
	Replay(ctx context.Context, yield func(key string, payload []byte) error) error
	Find(ctx context.Context, prefix string, yield func(key string, payload []byte) error) error
	Dead(ctx context.Context, yield func(key string, payload []byte) error) error
}

func TestInbox(t *testing.T) {
	t.Run("Memory", func(t *testing.T) {
		m := NewMemory()
		testInbox(t, func(name string) inbox { return m.Inbox(name) })
	})
	t.Run("SQL", func(t *testing.T) {
		s := openNew(t)
		testInbox(t, func(name string) inbox { return s.Inbox(name) })
	})
}

func testInbox(t *testing.T, open func(name string) inbox) {
	a, b := open("a"), open("b")
	want := func(i inbox, waiting, dead []string) {
		t.Helper()
		if got := inboxRecords(t, i.Replay); !slices.Equal(got, waiting) {
			t.Fatalf("waiting %q, want %q", got, waiting)
		}
		if got := inboxRecords(t, i.Dead); !slices.Equal(got, dead) {
			t.Fatalf("dead %q, want %q", got, dead)
		}
	}
	want(a, nil, nil)
	payload := []byte("one\x00\xff")
	must(t, a.Put(t.Context(), "1", payload))
	clear(payload)
	must(t, a.Put(t.Context(), "2", []byte("two")))
	must(t, a.Put(t.Context(), "1", []byte("again")))
	must(t, b.Put(t.Context(), "1", []byte("of b")))
	want(a, []string{"1 one\x00\xff", "2 two"}, nil)
	must(t, a.Put(t.Context(), "2%", []byte("other")))
	for prefix, found := range map[string][]string{"": {"1 one\x00\xff", "2 two", "2% other"}, "2": {"2 two", "2% other"}, "2%": {"2% other"}, "%": nil, "2%%": nil} {
		find := func(ctx context.Context, yield func(string, []byte) error) error { return a.Find(ctx, prefix, yield) }
		if got := inboxRecords(t, find); !slices.Equal(got, found) {
			t.Errorf("%q: found %q, want %q", prefix, got, found)
		}
	}
	must(t, a.Done(t.Context(), "2%"))
	want(open("a"), []string{"1 one\x00\xff", "2 two"}, nil)

	must(t, a.Bury(t.Context(), "2", []byte("unreadable")))
	must(t, a.Bury(t.Context(), "3", []byte("unreadable, too")))
	want(a, []string{"1 one\x00\xff"}, []string{"2 unreadable", "3 unreadable, too"})
	must(t, a.Put(t.Context(), "2", []byte("back")))
	must(t, a.Done(t.Context(), "2"))
	must(t, a.Done(t.Context(), "1"))
	must(t, a.Done(t.Context(), "none"))
	want(a, nil, []string{"2 unreadable", "3 unreadable, too"})
	want(b, []string{"1 of b"}, nil)

	stop := errors.New("enough")
	if err := b.Replay(t.Context(), func(string, []byte) error { return stop }); err != stop {
		t.Errorf("Replay: %v, want %v", err, stop)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	never := func(string, []byte) error { return errors.New("called with a canceled context") }
	for _, err := range []error{a.Put(ctx, "4", nil), a.Done(ctx, "4"), a.Bury(ctx, "4", nil), a.Replay(ctx, never)} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	}
}

func inboxRecords(t *testing.T, read func(context.Context, func(string, []byte) error) error) []string {
	t.Helper()
	var all []string
	must(t, read(t.Context(), func(key string, payload []byte) error {
		all = append(all, key+" "+string(payload))
		return nil
	}))
	return all
}

// TestPruneInbox checks that Prune deletes dead letters after DeadLetterTTL and
// no waiting payload.
func TestPruneInbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
		i := s.Inbox("a")
		must(t, i.Put(t.Context(), "1", nil))
		must(t, i.Bury(t.Context(), "2", nil))
		time.Sleep(DeadLetterTTL)
		must(t, s.Prune(t.Context(), 0))
		if n := len(inboxRecords(t, i.Dead)); n != 1 {
			t.Errorf("%d dead letters after DeadLetterTTL, want 1", n)
		}
		time.Sleep(time.Second)
		must(t, s.Prune(t.Context(), 0))
		if n, m := len(inboxRecords(t, i.Dead)), len(inboxRecords(t, i.Replay)); n != 0 || m != 1 {
			t.Errorf("%d dead letters and %d waiting payloads, want 0 and 1", n, m)
		}
	})
}
