package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// What differs on PostgreSQL: how to connect and migrate (this file), what other
// transactions may do meanwhile (locks.go), which errors pass (retries.go), and
// which texts it takes (escape.go). The queries are the same.

// maxConnections bounds the connections of a process unless pool_max_conns is in
// the URL: as many as posts that the outbox sends concurrently. PostgreSQL allows
// 100 connections by default, for all replicas.
const maxConnections = 16

// connectTimeout bounds the time for a connection to one of the hosts in the URL
// unless connect_timeout is in it. It is within the 3 s in which Slack and Discord
// expect an acknowledgment.
const connectTimeout = 2 * time.Second

// OpenPostgres opens the PostgreSQL database at a URL (postgres://…) and migrates
// its schema. Any number of processes may use it at the same time. Parameters of the
// URL are those of libpq, and pool_max_conns and default_query_exec_mode of pgx.
//
// key has KeySize bytes, and is the same for all processes. The error is ErrKey if
// the database was created with another one. No error contains the password.
func OpenPostgres(ctx context.Context, url string, key []byte) (*SQL, error) {
	s, err := openPostgres(ctx, url, key)
	return s, wrap("open PostgreSQL", err)
}

func openPostgres(ctx context.Context, url string, key []byte) (*SQL, error) {
	sealer, err := newSealer(key)
	if err != nil {
		return nil, err
	}
	db, err := connectPostgres(ctx, url)
	if err != nil {
		return nil, err
	}
	s := &SQL{write: db, read: reader{db}, sealer: sealer, postgres: true, process: newProcess()}
	if err := s.preparePostgres(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// execMode is the parameter of the URL that says how pgx runs statements.
const execMode = "default_query_exec_mode"

// connectPostgres returns a pool of connections. Unless the URL asks for another mode,
// connections to the server itself keep prepared statements: to plan them each time
// takes as long as to run them. Those to PgBouncer do not, because it may give each
// transaction another connection.
func connectPostgres(ctx context.Context, text string) (*sql.DB, error) {
	options, err := parsePostgres(text)
	if err != nil {
		return nil, err
	}
	db := options.open()
	if options.mode {
		return db, nil
	}
	var direct bool
	err = retry(ctx, func() (err error) {
		direct, err = isDirect(ctx, db)
		return err
	})
	if err == nil && !direct {
		return db, nil
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	options.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	return options.open(), nil
}

// A poolConfig is what a URL says.
type poolConfig struct {
	*pgx.ConnConfig
	size int  // connections at most
	mode bool // whether it names an execution mode
}

func (c poolConfig) open() *sql.DB {
	db := sql.OpenDB(newConnector(c.ConnConfig))
	db.SetMaxOpenConns(c.size)
	db.SetMaxIdleConns(c.size)
	return db
}

// isDirect reports whether connections go to the server itself. A pooler gives
// clients process IDs of its own.
func isDirect(ctx context.Context, db *sql.DB) (direct bool, err error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return false, err
	}
	err = c.Raw(func(driver any) error {
		conn := driver.(connection).Conn.Conn()
		var pid uint32
		err := conn.QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&pid)
		direct = pid == conn.PgConn().PID()
		return err
	})
	return direct, errors.Join(err, c.Close())
}

func parsePostgres(text string) (c poolConfig, err error) {
	u, err := url.Parse(text)
	if err != nil {
		return c, errors.New("the URL is not valid") // the error contains it
	}
	options := u.Query()
	c.size, c.mode = maxConnections, options.Has(execMode)
	if text := options.Get("pool_max_conns"); text != "" {
		if c.size, err = strconv.Atoi(text); err != nil || c.size < 1 {
			return c, errors.New("pool_max_conns in the URL is not a positive number")
		}
		options.Del("pool_max_conns")
	}
	for option, value := range map[string]string{
		execMode:           "cache_describe",
		"connect_timeout":  strconv.Itoa(int(connectTimeout.Seconds())),
		"application_name": "mabsbot",
	} {
		if !options.Has(option) {
			options.Set(option, value)
		}
	}
	u.RawQuery = options.Encode()
	if c.ConnConfig, err = pgx.ParseConfig(u.String()); err != nil {
		return c, errors.New("the URL has a parameter that is not valid") // the error may contain it
	}
	return c, nil
}

func (s *SQL) preparePostgres(ctx context.Context) error {
	var encoding string
	if err := s.read.QueryRowContext(ctx, `SELECT current_setting('server_encoding')`).Scan(&encoding); err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database has the encoding %s: create one with ENCODING 'UTF8'", encoding)
	}
	if err := retry(ctx, func() error { return migratePostgres(ctx, s.write) }); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return s.checkKey(ctx)
}

// migrationPoll is how often a process looks whether another one has finished to
// migrate the database. A migration takes milliseconds.
const migrationPoll = 100 * time.Millisecond

// migratePostgres brings the schema up to date. However many processes start
// together, one migrates. The lock is a row of a table: a lock of a session would
// not work behind PgBouncer.
func migratePostgres(ctx context.Context, db *sql.DB) error {
	dir, err := fs.Sub(migrations, "migrations/postgres")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresTableLocker(lock.WithTableLockTimeout(migrationPoll, uint64(5*time.Minute/migrationPoll)))
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, dir, goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true), goose.WithLocker(locker))
	if err != nil {
		return err
	}
	version, target, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return err
	case version > target:
		return fmt.Errorf("schema version %d is newer than %d, the newest that this program knows", version, target)
	case version < target:
		_, err = p.Up(ctx)
	}
	return err
}
