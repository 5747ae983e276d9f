package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// A Condition is the state of a database that is not opened.
type Condition struct {
	Version int64 // of its schema
	Pending int   // migrations that the next start makes
	Newer   bool  // it has migrations that this program does not know
}

// Inspect looks at the database file at path without changing it; the bot may run
// meanwhile. The error matches fs.ErrNotExist if there is none yet or it is empty, and
// ErrKey if key is another one.
func Inspect(ctx context.Context, path string, key []byte) (Condition, error) {
	if _, err := os.Stat(path); err != nil {
		return Condition{}, wrap("inspect", err)
	}
	db, err := connect(path, 1, "_query_only=on")
	if err != nil {
		return Condition{}, wrap("inspect", err)
	}
	c, err := inspect(ctx, db, `SELECT COUNT(*) FROM sqlite_master WHERE name = 'goose_db_version'`, "migrations/sqlite", key)
	return c, wrap("inspect", errors.Join(err, db.Close()))
}

// InspectPostgres is Inspect for the PostgreSQL database at a URL.
func InspectPostgres(ctx context.Context, url string, key []byte) (Condition, error) {
	db, err := connectPostgres(ctx, url)
	if err != nil {
		return Condition{}, wrap("inspect", err)
	}
	c, err := inspect(ctx, db, `SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'goose_db_version'`, "migrations/postgres", key)
	return c, wrap("inspect", errors.Join(err, db.Close()))
}

func inspect(ctx context.Context, db *sql.DB, countTables, folder string, key []byte) (c Condition, err error) {
	var tables int
	if err := db.QueryRowContext(ctx, countTables).Scan(&tables); err != nil {
		return c, err
	}
	if tables == 0 {
		return c, fmt.Errorf("%w: the database has no tables", fs.ErrNotExist)
	}
	if c, err = compareMigrations(ctx, db, folder); err != nil {
		return c, err
	}
	var sealed []byte
	if err := db.QueryRowContext(ctx, `SELECT sealed FROM key_check WHERE id = 1`).Scan(&sealed); err != nil {
		return c, err
	}
	sealer, err := newSealer(key)
	if err != nil {
		return c, err
	}
	if _, err := sealer.open(sealed, "key check"); err != nil {
		return c, ErrKey
	}
	return c, nil
}

// compareMigrations compares the migrations of the database with those of a folder.
func compareMigrations(ctx context.Context, db *sql.DB, folder string) (c Condition, err error) {
	known, err := versions(folder)
	if err != nil {
		return c, err
	}
	rows, err := db.QueryContext(ctx, `SELECT version_id FROM goose_db_version WHERE version_id > 0`)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	c.Pending = len(known)
	for rows.Next() {
		var version int64
		if err := rows.Scan(&version); err != nil {
			return c, err
		}
		c.Version = max(c.Version, version)
		if slices.Contains(known, version) {
			c.Pending--
		} else {
			c.Newer = true
		}
	}
	return c, rows.Err()
}

// versions returns the versions of the migrations in a folder.
func versions(folder string) (all []int64, err error) {
	files, err := fs.ReadDir(migrations, folder)
	for _, f := range files {
		number, _, _ := strings.Cut(f.Name(), "_")
		version, e := strconv.ParseInt(number, 10, 64)
		all, err = append(all, version), cmp.Or(err, e)
	}
	return all, err
}

// OpenToRead opens the database file at path for methods that read, and changes
// nothing; the bot may run meanwhile. The schema must be that of this program, see
// Inspect.
func OpenToRead(path string, key []byte) (*SQL, error) {
	sealer, err := newSealer(key)
	if err != nil {
		return nil, wrap("open to read", err)
	}
	db, err := connect(path, 1, "_query_only=on")
	return &SQL{read: reader{db}, sealer: sealer, path: path}, wrap("open to read", err)
}

// OpenPostgresToRead is OpenToRead for the PostgreSQL database at a URL.
func OpenPostgresToRead(ctx context.Context, url string, key []byte) (*SQL, error) {
	sealer, err := newSealer(key)
	if err != nil {
		return nil, wrap("open to read", err)
	}
	db, err := connectPostgres(ctx, url)
	return &SQL{read: reader{db}, sealer: sealer}, wrap("open to read", err)
}
