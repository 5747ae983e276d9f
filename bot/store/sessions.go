package store

import (
	"context"
	"database/sql"
	"time"
)

// Sessions are the logins that are valid, in all processes of the database. A key is
// a hash of what the browser has, so that the database does not let its readers in.
type Sessions struct{ sql *SQL }

// Sessions returns the logins.
func (s *SQL) Sessions() Sessions { return Sessions{s} }

// Begin adds a login that is valid for the given time, and removes those that have
// ended.
func (s Sessions) Begin(ctx context.Context, key string, age time.Duration) error {
	return s.sql.update(ctx, "begin session", func(tx *sql.Tx) error {
		now, err := s.sql.lock(ctx, tx, locks{})
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE valid_until <= $1`, now); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO sessions (key, valid_until) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET valid_until = $2`,
			key, now+age.Milliseconds())
		return err
	})
}

// Valid reports whether a login is valid.
func (s Sessions) Valid(ctx context.Context, key string) (bool, error) {
	now, err := s.sql.now(ctx, s.sql.read)
	if err != nil {
		return false, wrap("find session", err)
	}
	var n int
	err = s.sql.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM sessions WHERE key = $1 AND valid_until > $2`, key, now).Scan(&n)
	return n > 0, wrap("find session", err)
}

// End ends a login.
func (s Sessions) End(ctx context.Context, key string) error {
	return wrap("end session", s.sql.exec(ctx, `DELETE FROM sessions WHERE key = $1`, key))
}
