package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// maxRetries is how often a transaction is repeated. The waits before add up to
// half a second at most, because Slack and Discord wait for an acknowledgment.
// Adapters go on retrying what they have recorded.
const (
	maxRetries     = 3
	firstRetryWait = 20 * time.Millisecond
)

// retry calls f again if it fails with an error that passes. f must not have
// effects outside of its transaction.
func retry(ctx context.Context, f func() error) error {
	wait := firstRetryWait
	for n := 0; ; n++ {
		err := f()
		if err == nil || n == maxRetries || !passes(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait/2 + rand.N(wait/2)): // two that block each other must not meet again
		}
		wait *= 4
	}
}

// passes reports whether an error of PostgreSQL passes, so that the transaction
// may succeed if it is repeated: it was aborted because of another transaction, or
// the connection broke.
func passes(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return passingCode(e.Code)
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return pgconn.SafeToRetry(err) || slices.ContainsFunc([]error{driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, pgconn.ErrConnClosed},
		func(broken error) bool { return errors.Is(err, broken) })
}

// passingCode reports whether an error code is of a serialization failure, a
// deadlock, a server that shuts down or starts, or a broken connection. See
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func passingCode(code string) bool {
	return slices.Contains([]string{"40001", "40P01", "57P01", "57P02", "57P03"}, code) || strings.HasPrefix(code, "08")
}

// A reader is a connection pool that repeats queries whose connection broke.
type reader struct{ *sql.DB }

// QueryContext is like that of sql.DB.
func (r reader) QueryContext(ctx context.Context, query string, args ...any) (rows *sql.Rows, err error) {
	err = retry(ctx, func() (err error) {
		rows, err = r.DB.QueryContext(ctx, query, args...)
		return err
	})
	return rows, err
}

// QueryRowContext is like that of sql.DB.
func (r reader) QueryRowContext(ctx context.Context, query string, args ...any) (row *sql.Row) {
	_ = retry(ctx, func() error { // the row has the error
		row = r.DB.QueryRowContext(ctx, query, args...)
		return row.Err()
	})
	return row
}
