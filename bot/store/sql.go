// Package store keeps conversations: SQL in a database file, for use, and
// Memory, for tests. Both keep the contracts of bot.Store and bot.Outbox.
//
// What people wrote (walkthroughs, posts, journals) stands in the database
// only encrypted; see sealer. In clear stand ids of platforms and entries,
// states, times and versions, for the queries need them.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"mabsbot/bot"
)

//go:embed migrations
var migrations embed.FS

// ErrKey says that a database was made with another key.
var ErrKey = errors.New("the database was made with another key")

// SQL is a store in a database. It is safe for concurrent use, and several
// processes may open the same file. Queries have numbered parameters and no
// words of one dialect, so that another database can serve them as well.
type SQL struct {
	// One connection writes, so that writers queue in order and without
	// polling; other processes are waited for by busyTimeout. Others, one a
	// core, read the last committed state meanwhile.
	write, read *sql.DB
	sealer      sealer
	lock        *os.File // tells other processes that this one uses the database; nil where that cannot be told
}

var (
	_ bot.Store  = (*SQL)(nil)
	_ bot.Outbox = (*SQL)(nil)
)

// busyTimeout is how long a write waits for another process. Slack and Discord
// give up on an event after 3 s; a little longer serves all that is not an
// event.
const busyTimeout = 5 * time.Second

// Open opens the database file at path, or makes it, and brings its schema up
// to date. Only the file's owner may read it; -wal and -shm files stand beside
// it while it is open, and a .lock file. Posts that a process had claimed when
// it died are free again where no other process has the database open. key has KeySize bytes (see KeyFile); an existing database
// opens only with the key that it was made with, else the error is ErrKey.
func Open(ctx context.Context, path string, key []byte) (*SQL, error) {
	s, err := open(ctx, path, key)
	if err != nil {
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string, key []byte) (*SQL, error) {
	sealer, err := newSealer(key)
	if err != nil {
		return nil, err
	}
	if err := createFile(path); err != nil {
		return nil, err
	}
	s := &SQL{sealer: sealer}
	if s.write, err = connect(path, 1, "_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_txlock=immediate"); err != nil {
		return nil, err
	}
	if s.read, err = connect(path, runtime.GOMAXPROCS(0), "_query_only=on"); err != nil {
		return nil, errors.Join(err, s.write.Close())
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.releaseClaims(ctx, path+".lock"); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// releaseClaims frees the posts that a process which is no more had claimed: who comes
// back from a crash need not wait until its own leases end.
func (s *SQL) releaseClaims(ctx context.Context, path string) error {
	f, alone, err := lockFile(path)
	s.lock = f
	if err != nil || !alone {
		return err
	}
	_, err = s.write.ExecContext(ctx, `UPDATE posts SET claimed_until = 0 WHERE state = 'waiting'`)
	return err
}

// createFile makes an empty file that only its owner may read, where there is
// none. An existing one is left alone: to close it would let go of the locks
// that this process holds on it (POSIX, fcntl).
func createFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// connect returns a pool of at most n connections. synchronous=FULL makes what
// is committed survive a power cut also in WAL mode.
func connect(path string, n int, options string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	path = "/" + strings.TrimPrefix(filepath.ToSlash(path), "/") // a drive letter follows a slash, too
	options += fmt.Sprintf("&_busy_timeout=%d", busyTimeout.Milliseconds())
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: options}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

func (s *SQL) prepare(ctx context.Context) error {
	if err := enableWAL(ctx, s.write); err != nil {
		return err
	}
	if err := migrate(ctx, s.write); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return s.checkKey(ctx)
}

// enableWAL connects, and so turns a new file to WAL mode. Of several
// processes that do so at once SQLite tells all but one that the file is busy,
// without the wait of busyTimeout, since each holds what another needs.
func enableWAL(ctx context.Context, db *sql.DB) error {
	timeout := time.After(busyTimeout)
	for {
		err := db.PingContext(ctx)
		if e, ok := errors.AsType[*sqlite.Error](err); !ok || e.Code() != sqlite3.SQLITE_BUSY {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timeout:
			return err
		case <-time.After(5 * time.Millisecond): // a switch takes about one
		}
	}
}

// migrate brings the schema up to date. Of several processes that start at
// once only one gets a migration through, so a failure counts only where the
// schema stayed as it was.
func migrate(ctx context.Context, db *sql.DB) error {
	dir, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	for {
		before, target, err := p.GetVersions(ctx) // makes the table of versions, too
		if err != nil {
			return err
		}
		if before > target {
			return fmt.Errorf("version %d is of a newer program, this one knows %d", before, target)
		}
		if _, err = p.Up(ctx); err == nil {
			return nil
		}
		after, _, versionErr := p.GetVersions(ctx)
		if versionErr != nil || after == before {
			return err
		}
	}
}

// checkKey opens a value that was sealed when the database was made.
func (s *SQL) checkKey(ctx context.Context) error {
	return transact(ctx, s.write, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO key_check (id, sealed) VALUES (1, $1) ON CONFLICT DO NOTHING`,
			s.sealer.seal([]byte("mabsbot"), "key check"))
		if err != nil {
			return err
		}
		var sealed []byte
		if err := tx.QueryRowContext(ctx, `SELECT sealed FROM key_check WHERE id = 1`).Scan(&sealed); err != nil {
			return err
		}
		if _, err := s.sealer.open(sealed, "key check"); err != nil {
			return ErrKey
		}
		return nil
	})
}

// Close ends the connections. No other method may be running.
func (s *SQL) Close() error {
	err := errors.Join(s.read.Close(), s.write.Close())
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
		s.lock = nil
	}
	return err
}

// update runs f in a transaction that holds the database's write lock from its
// beginning, so that what f reads stays so until it is committed.
func (s *SQL) update(ctx context.Context, what string, f func(*sql.Tx) error) error {
	return wrap(what, transact(ctx, s.write, f))
}

// wrap says in which operation an error came up, if there is one.
func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}

func transact(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit this does nothing
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// nowMillis is the present time as columns hold it: since 1970.
func nowMillis() int64 { return time.Now().UnixMilli() }
