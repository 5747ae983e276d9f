package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Troubles that only the operator can end. What could not be stored is not
// acknowledged, and the platform delivers it again.
var (
	errFull    = errors.New("the disk of the database is full: make room, and the bot goes on by itself")
	errDamaged = errors.New("the database is damaged: stop the bot, and restore a backup")
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
