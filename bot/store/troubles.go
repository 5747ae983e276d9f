package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"mabsbot/bot"
)

// A trouble is one that only the operator can end, a bot.ErrTrouble. What could not be
// stored is not acknowledged, and the platform delivers it again.
type trouble string

func (t trouble) Error() string        { return string(t) }
func (t trouble) Is(target error) bool { return target == bot.ErrTrouble }

var (
	errFull    = trouble("the disk of the database is full: make room, and the bot goes on by itself")
	errDamaged = trouble("the database is damaged: stop the bot, and restore a backup")
	errFile    = fmt.Errorf("%w (mabsbot restore)", errDamaged)
)

// explain adds to an error of a database what the operator can do.
func explain(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff { // without the extended code
		case sqlite3.SQLITE_FULL:
			return fmt.Errorf("%w: %w", errFull, err)
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return fmt.Errorf("%w: %w", errFile, err)
		}
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case "53100": // disk_full
			return fmt.Errorf("%w: %w", errFull, err)
		case "XX001", "XX002": // data_corrupted, index_corrupted
			return fmt.Errorf("%w: %w", errDamaged, err)
		}
	}
	return err
}

// An alarm logs each trouble once, however many events meet it, and once when a full
// disk has room again. A damaged page stays damaged: what is on other pages goes on.
type alarm struct {
	log     atomic.Pointer[slog.Logger] // nil logs nothing
	raised  atomic.Bool                 // one of the following
	mu      sync.Mutex
	full    bool
	damaged bool
}

// note raises the alarm if an error is a trouble, and returns the error.
func (a *alarm) note(err error) error {
	explained := explain(err)
	full, damaged := errors.Is(explained, errFull), errors.Is(explained, errDamaged)
	if !full && !damaged {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if full && !a.full {
		a.say(slog.LevelError, "store: the disk of the database is full, and events are not acknowledged: make room, and the bot goes on by itself", err)
	}
	if damaged && !a.damaged {
		a.say(slog.LevelError, "store: the database is damaged, and what is on other pages goes on: stop the bot, move the database away, and restore a backup (mabsbot restore FILE, or pg_restore)", err)
	}
	a.full, a.damaged = a.full || full, a.damaged || damaged
	a.raised.Store(true)
	return err
}

// written ends the alarm of a full disk, after a transaction that needs room.
func (a *alarm) written() {
	if !a.raised.Load() {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.full {
		a.say(slog.LevelWarn, "store: the disk of the database has room again", nil)
	}
	a.full = false
	a.raised.Store(a.damaged)
}

func (a *alarm) say(level slog.Level, message string, err error) {
	if log := a.log.Load(); log != nil {
		var args []any
		if err != nil {
			args = []any{"error", err}
		}
		log.Log(context.Background(), level, message, args...)
	}
}

// Alarm logs from now on, once, when the disk is full, when it has room again, and
// when a part of the database is damaged.
func (s *SQL) Alarm(log *slog.Logger) { s.alarm.log.Store(log) }

var (
	errDiskFull     = errors.New("the disk of the database is full")
	errPagesDamaged = errors.New("the database is damaged")
)

// Trouble returns what keeps a part of the database from working, or nil. What is
// damaged stays so until a restart, and a full disk until a turn is applied.
func (s *SQL) Trouble() error {
	s.alarm.mu.Lock()
	defer s.alarm.mu.Unlock()
	switch {
	case s.alarm.damaged:
		return errPagesDamaged
	case s.alarm.full:
		return errDiskFull
	}
	return nil
}
