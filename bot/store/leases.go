package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"mabsbot/bot"
)

var _ bot.Leases = (*SQL)(nil)

// holdLease takes or prolongs a lease. $3 is the time until which it is held, $4 the
// current time. A lease that is released or over keeps its row, because the term goes
// on from there.
const holdLease = `
	INSERT INTO leases (name, holder, term, held_until) VALUES ($1, $2, 1, $3)
	ON CONFLICT (name) DO UPDATE SET holder = $2, held_until = $3,
		term = CASE WHEN leases.holder = $2 THEN leases.term ELSE leases.term + 1 END
		WHERE leases.holder = $2 OR leases.held_until <= $4
	RETURNING term`

// Hold implements bot.Leases. Where it has to wait for another transaction, its time
// is that before the wait, so that the lease is rather too short than too long.
func (s *SQL) Hold(ctx context.Context, name, holder string, d time.Duration) (term int64, ok bool, err error) {
	err = s.update(ctx, "hold lease "+name, func(tx *sql.Tx) error {
		now, err := s.now(ctx, tx)
		if err != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, holdLease, name, holder, now+d.Milliseconds(), now).Scan(&term)
		ok = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return term, ok && err == nil, err
}

// Release implements bot.Leases.
func (s *SQL) Release(ctx context.Context, name, holder string) error {
	return s.wrap("release lease "+name, s.exec(ctx, `UPDATE leases SET held_until = 0 WHERE name = $1 AND holder = $2`, name, holder))
}

// Election returns the election of the process that does a work. It is nil on SQLite,
// whose processes do without.
func (s *SQL) Election(work string, log *slog.Logger) *bot.Election {
	if !s.postgres {
		return nil
	}
	return &bot.Election{Leases: s, Name: work, Log: log}
}
