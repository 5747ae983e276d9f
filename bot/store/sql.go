// Package store implements bot.Store and bot.Outbox: SQL in a SQLite database
// file or in PostgreSQL, and Memory in maps, for tests.
//
// Walkthroughs, posts, journals, inboxes, unanswered messages and fixes are stored encrypted (see sealer).
// Platform and entry IDs, states, timestamps and versions are stored in clear
// text because queries use them.
//
// sql.go opens and migrates a SQLite database, prepared.go keeps its statements, and
// group.go commits transactions together; lock_unix.go and lock_other.go detect other
// processes that use it. postgres.go opens and migrates PostgreSQL, with locks.go,
// retries.go and escape.go for what differs there, and troubles.go for what the
// operator can do. apply.go implements bot.Store, and outbox.go and deadletters.go
// implement bot.Outbox; queue.go finds the posts that may be claimed. cases.go finds
// cases, counts.go counts for the figures of the operator, outcomes.go what became of steps, and entries.go keeps the entries of walkthroughs. codec.go validates and
// encodes. inbox.go records events that are acknowledged before they are handled, and
// journal.go is an append-only log, sessions.go has the logins of the console, and
// settings.go what administrators set. files.go keeps the files of the knowledge base
// that editors save, shadow.go the votes on what channels in shadow mode would have
// read, audit.go who did what, unanswered.go messages that the bot could not answer, fixes.go
// what people say solved an error, and incidents.go who reports the same error.
// prune.go deletes old rows, retention.go old conversations, forget.go those of a
// user, and erase.go what a deleted message led to. backup.go backs up and restores,
// copy.go copies to another database, and rotate.go changes the key. leases.go elects
// one of several processes, and process.go tracks which processes are alive. inspect.go looks at a database without opening it. seal.go
// encrypts, with pack.go compressing before, and reads the key file. memory.go,
// memory_cases.go, memory_counts.go, memory_outcomes.go, memory_outbox.go, memory_deadletters.go,
// memory_inbox.go, memory_journal.go, memory_leases.go, memory_files.go, memory_shadow.go, memory_audit.go,
// memory_settings.go, memory_unanswered.go, memory_fixes.go and memory_incidents.go do the
// same in memory.
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

// ErrKey reports that the database was encrypted with another key.
var ErrKey = errors.New("the database was encrypted with another key")

// SQL is a store in a database. It is safe for concurrent use, and several
// processes may open the same one. The queries are the same for SQLite and
// PostgreSQL.
type SQL struct {
	// On SQLite, write has one connection, so that writers of this process queue
	// in order and without polling; busyTimeout bounds the wait for other processes.
	// read has one connection per core; it reads the last committed state in the
	// meantime. On PostgreSQL both are the same pool.
	write      *sql.DB
	read       reader
	sealer     sealer
	postgres   bool
	process    *process
	alarm      alarm
	keyChanges int64        // PostgreSQL: how often the key was changed when it was opened
	fakeClock  func() int64 // for tests

	// Of SQLite.
	group        group // of transactions on write
	path         string
	journalLocks []*os.File // nil without file locks
	fileLock     *os.File   // a shared lock that other processes see; nil without file locks
}

var (
	_ bot.Store  = (*SQL)(nil)
	_ bot.Outbox = (*SQL)(nil)
)

// busyTimeout bounds how long a write waits for another process. Slack and
// Discord expect an acknowledgment within 3 s; writes that are not for an event
// can wait a little longer.
const busyTimeout = 5 * time.Second

// Open opens or creates the database file at path and migrates its schema. Only
// the owner of the file can read it. While it is open, the -wal, -shm and .lock
// files are next to it. Unless another process has the database open, Open
// releases posts that a dead process had claimed.
//
// key has KeySize bytes (see KeyFile). The error is ErrKey if the database was
// created with another key.
func Open(ctx context.Context, path string, key []byte) (*SQL, error) {
	s, err := open(ctx, path, key)
	if err != nil {
		return nil, wrap("open "+path, err)
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
	lock, alone, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	s := &SQL{sealer: sealer, path: path, fileLock: lock, process: &process{}}
	if !alone {
		err = s.share(ctx)
	}
	if err == nil {
		err = s.start(ctx, path, alone)
	}
	if err == nil {
		err = s.share(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// start connects to the database and prepares it. If no other process uses it, it
// releases posts claimed by a process that died, so that a restart does not have to
// wait for its own leases to expire.
func (s *SQL) start(ctx context.Context, path string, alone bool) (err error) {
	if s.write, err = connect(path, 1, "_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_txlock=immediate&_pragma=secure_delete(on)"); err != nil {
		return err
	}
	s.group.db = s.write
	if s.read.DB, err = connect(path, runtime.GOMAXPROCS(0), "_query_only=on"); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil || !alone {
		return err
	}
	_, err = s.write.ExecContext(ctx, `UPDATE posts SET claimed_until = 0 WHERE state = 'waiting'`)
	return err
}

// errLocked reports that another process does not share the database.
var errLocked = errors.New("another process is changing the key of the database, or starting")

// share waits until this process shares the lock. Another one that starts holds it
// for milliseconds.
func (s *SQL) share(ctx context.Context) error {
	timeout := time.After(busyTimeout)
	for s.fileLock != nil && !shareLock(s.fileLock) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timeout:
			return errLocked
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

// createFile creates an empty file with mode 0600 unless path exists. It does
// not open an existing file: closing it would release all fcntl locks that this
// process holds on it.
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

// connect returns a pool of at most n connections. synchronous=FULL makes
// commits in WAL mode survive a power failure, and secure_delete overwrites what
// is deleted with zeros.
func connect(path string, n int, options string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	path = "/" + strings.TrimPrefix(filepath.ToSlash(path), "/") // a slash also precedes a drive letter
	options += fmt.Sprintf("&_busy_timeout=%d", busyTimeout.Milliseconds())
	connector, err := sqlite.NewConnector((&url.URL{Scheme: "file", Path: path, RawQuery: options}).String())
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(preparing{connector})
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

// enableWAL makes the first connection, which switches a new file to WAL mode.
// If several processes do this at once, SQLite returns SQLITE_BUSY to all but
// one without waiting for busyTimeout, because waiting would deadlock.
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
		case <-time.After(5 * time.Millisecond): // a switch to WAL takes about 1 ms
		}
	}
}

// migrate brings the schema up to date. A database may lack a migration with a lower
// number than its last one, which came into the program later. If several processes
// start at once, each migration succeeds in only one of them, so an error counts only
// if the version has not changed.
func migrate(ctx context.Context, db *sql.DB) error {
	dir, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
	if err != nil {
		return err
	}
	for {
		before, target, err := p.GetVersions(ctx) // also creates the version table
		if err != nil {
			return err
		}
		if before > target {
			return fmt.Errorf("schema version %d is newer than %d, the newest that this program knows", before, target)
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

// checkKey decrypts a value that was encrypted when the database was created.
func (s *SQL) checkKey(ctx context.Context) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		if err := s.noteKey(ctx, tx); err != nil {
			return err
		}
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

// Ping returns nil if the database answers.
func (s *SQL) Ping(ctx context.Context) error {
	var id int
	return wrap("ping", s.read.QueryRowContext(ctx, `SELECT id FROM key_check`).Scan(&id))
}

// Close closes the database. No other method may be running.
func (s *SQL) Close() error {
	if s.postgres {
		s.process.leave(s)
	}
	var err error
	for _, db := range []*sql.DB{s.read.DB, s.write} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	if s.fileLock != nil {
		err = errors.Join(err, s.fileLock.Close())
		s.fileLock = nil
	}
	for _, f := range s.journalLocks {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	s.journalLocks = nil
	return err
}

// update runs f in a transaction. On SQLite it holds the write lock from its
// beginning, so that rows that f reads do not change before the commit; on
// PostgreSQL f takes locks. f runs again if the transaction fails with an error
// that passes. If the connection broke during the commit, f may have been committed
// before, so f must see that.
func (s *SQL) update(ctx context.Context, what string, f func(*sql.Tx) error) error {
	return s.wrap(what, retry(ctx, func() error { return s.transact(ctx, f) }))
}

// updateTogether is like update. On SQLite it commits f together with others; see
// group. PostgreSQL does so by itself.
func (s *SQL) updateTogether(ctx context.Context, what string, f func(context.Context, *sql.Tx) error) error {
	if s.postgres {
		return s.update(ctx, what, func(tx *sql.Tx) error { return f(ctx, tx) })
	}
	return s.wrap(what, s.group.transact(ctx, f))
}

// updateOnce is like update for an f that does not see that it was committed. It
// fails if the connection broke during the commit.
func (s *SQL) updateOnce(ctx context.Context, what string, f func(*sql.Tx) error) error {
	var unsure commitError
	err := retry(ctx, func() error {
		err := s.transact(ctx, f)
		if errors.As(err, &unsure) {
			return nil
		}
		return err
	})
	if err == nil {
		err = unsure.error
	}
	return s.wrap(what, err)
}

// exec runs a statement that has the same effect if it runs twice.
func (s *SQL) exec(ctx context.Context, query string, args ...any) error {
	return retry(ctx, func() error {
		_, err := s.write.ExecContext(ctx, query, args...)
		return err
	})
}

// wrap is the function of this name, and raises an alarm where the operator has to do
// something.
func (s *SQL) wrap(what string, err error) error { return wrap(what, s.alarm.note(err)) }

// wrap adds the operation and what to do to an error; a nil error stays nil.
func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("store: %s: %w", what, explain(err))
	}
	return nil
}

// transact runs f in a transaction. On PostgreSQL a statement sees what was committed
// before it began: ON CONFLICT DO NOTHING then affects no row where another
// transaction was first, instead of failing.
func (s *SQL) transact(ctx context.Context, f func(*sql.Tx) error) error {
	var options sql.TxOptions
	if s.postgres {
		options.Isolation = sql.LevelReadCommitted
	}
	tx, err := s.write.BeginTx(ctx, &options)
	if err != nil {
		return err
	}
	defer tx.Rollback() // a no-op after Commit
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return commitError{err}
	}
	return nil
}

// A commitError is an error of a commit, which may have happened nevertheless.
type commitError struct{ error }

func (e commitError) Unwrap() error { return e.error }

// nowMillis returns the current Unix time in milliseconds, as columns store it.
func nowMillis() int64 { return time.Now().UnixMilli() }
