package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"

	"mabsbot/bot"
)

// together runs functions that each write through the group of a database, while
// the database is occupied, so that they are pending at once. It returns their
// errors.
func together(t *testing.T, s *SQL, write ...func(ctx context.Context) error) []error {
	t.Helper()
	tx, err := s.write.Begin()
	must(t, err)
	errs, done := make([]error, len(write)), make(chan bool)
	for i, f := range write {
		go func() {
			defer func() { done <- true }()
			errs[i] = f(t.Context())
		}()
		synctest.Wait() // in this order
	}
	must(t, tx.Rollback())
	for range write {
		<-done
	}
	return errs
}

func apply(s *SQL, turn bot.Turn) func(context.Context) error {
	return func(ctx context.Context) error { return s.Apply(ctx, turn) }
}

// TestGroup commits turns together: one that fails is rolled back alone.
func TestGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
		conflict := fullTurn(2)
		conflict.States[1].Version = 7
		var groups []*sql.Tx
		note := func(ctx context.Context) error {
			return s.group.transact(ctx, func(_ context.Context, tx *sql.Tx) error { groups = append(groups, tx); return nil })
		}
		errs := together(t, s, note, apply(s, fullTurn(1)), apply(s, conflict), apply(s, fullTurn(1)), apply(s, fullTurn(3)), note)
		for i, want := range []error{nil, nil, bot.ErrConflict, bot.ErrDuplicate, nil, nil} {
			if !errors.Is(errs[i], want) {
				t.Errorf("member %d: error %v, want %v", i, errs[i], want)
			}
		}
		wantWhole(t, s, 1, 3)
		wantWhole(t, s, 3, 3)
		if n := countParts(t, s, 2); n != 0 {
			t.Errorf("%d parts of the failed turn are stored", n)
		}
		if len(groups) != 2 || groups[0] != groups[1] {
			t.Error("the turns were not committed together")
		}
	})
}

// TestGroupLost loses the transaction of a group: all its members fail, and none
// finds that its event is handled, as one that comes after the same event did.
func TestGroupLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
		lose := func(ctx context.Context) error {
			return s.group.transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, `ROLLBACK`) // as SQLite does when the disk is full
				return err
			})
		}
		for i, err := range together(t, s, apply(s, fullTurn(1)), apply(s, fullTurn(1)), lose) {
			if err == nil || errors.Is(err, bot.ErrDuplicate) {
				t.Errorf("member %d: error %v", i, err)
			}
		}
		if n := countParts(t, s, 1); n != 0 {
			t.Errorf("%d parts of a lost turn are stored", n)
		}
		must(t, s.Apply(t.Context(), fullTurn(1)))
		wantWhole(t, s, 1, 3)
	})
}

// TestGroupPanic checks that a panic ends only the transaction that caused it.
func TestGroupPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
		var recovered any
		panics := func(ctx context.Context) error {
			defer func() { recovered = recover() }()
			return s.group.transact(ctx, func(context.Context, *sql.Tx) error { panic("test") })
		}
		if errs := together(t, s, apply(s, fullTurn(1)), panics, apply(s, fullTurn(2))); errors.Join(errs...) != nil || recovered != "test" {
			t.Errorf("errors %v, recovered %v", errs, recovered)
		}
		wantWhole(t, s, 1, 3)
		wantWhole(t, s, 2, 3)
	})
}

// TestGroupGivesUp cancels a turn that is pending: it is not stored.
func TestGroupGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
		tx, err := s.write.Begin()
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error)
		for i, ctx := range []context.Context{t.Context(), ctx} {
			go func() { errs <- s.Apply(ctx, fullTurn(i+1)) }()
			synctest.Wait()
		}
		cancel()
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		must(t, tx.Rollback())
		must(t, <-errs)
		wantWhole(t, s, 1, 3)
		if n := countParts(t, s, 2); n != 0 {
			t.Errorf("%d parts of the canceled turn are stored", n)
		}
	})
}

// TestGroupSize commits more turns than a group has room for.
func TestGroupSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openFile(t, filepath.Join(t.TempDir(), "test.db"))
		var all []func(context.Context) error
		for i := range 2*maxGroup + 1 {
			all = append(all, apply(s, fullTurn(i)))
		}
		must(t, errors.Join(together(t, s, all...)...))
		for i := range all {
			wantWhole(t, s, i, 3)
		}
	})
}
