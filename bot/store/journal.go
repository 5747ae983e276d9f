package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
)

// A Journal is an append-only log of encrypted records. It is safe for
// concurrent use.
type Journal struct {
	sql  *SQL
	name string
}

// Journal returns the journal with the name. It is empty until the first
// Append.
func (s *SQL) Journal(name string) *Journal { return &Journal{s, name} }

// ErrInUse reports that another process uses a journal.
var ErrInUse = errors.New("another process uses it")

// Lock makes the journal that of this process until the database is closed, or
// returns ErrInUse if it is that of another one. A journal is read once, so a
// second process would miss what is appended from then on. Without file locks Lock
// does nothing, and on PostgreSQL, where an Election decides.
func (j *Journal) Lock() error {
	if j.sql.postgres {
		return nil
	}
	f, err := lockAlone(j.sql.path + "." + j.name + ".lock")
	if err != nil {
		return j.sql.wrap("lock journal "+j.name, err)
	}
	j.sql.journalLocks = append(j.sql.journalLocks, f)
	return nil
}

// Append adds a record. Once it returns nil, the record survives a crash.
func (j *Journal) Append(ctx context.Context, record []byte) error {
	return j.sql.updateOnce(ctx, "append to journal", func(tx *sql.Tx) error {
		if _, err := j.sql.lock(ctx, tx, locks{journal: j.name}); err != nil {
			return err
		}
		var seq int
		err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) + 1 FROM journal WHERE name = $1`, j.name).Scan(&seq)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO journal (name, seq, sealed) VALUES ($1, $2, $3)`,
			j.name, seq, j.sql.sealer.seal(record, j.row(seq)...))
		return err
	})
}

// Replay calls yield for each record that is in the journal at the time of the
// call, oldest first. If yield returns an error, Replay stops and returns it.
// Records that are unreadable are skipped and reported in a
// bot.ErrUnreadable at the end.
func (j *Journal) Replay(ctx context.Context, yield func(record []byte) error) error {
	records, err := j.records(ctx)
	for _, record := range records {
		if err := yield(record); err != nil {
			return err
		}
	}
	return j.sql.wrap("replay journal", err)
}

// records returns the readable records, and an error about the others.
func (j *Journal) records(ctx context.Context) (records [][]byte, unreadable error) {
	rows, err := j.sql.read.QueryContext(ctx, `SELECT seq, sealed FROM journal WHERE name = $1 ORDER BY seq`, j.name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var seq int
		var sealed []byte
		if err := rows.Scan(&seq, &sealed); err != nil {
			return nil, err
		}
		record, err := j.sql.sealer.open(sealed, j.row(seq)...)
		if err != nil {
			unreadable = errors.Join(unreadable, err)
			continue
		}
		records = append(records, record)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return records, unreadable
}

// Rewrite calls change for each readable record, oldest first, and stores what it
// returns in its place. nil keeps the record. change must not use the store.
func (j *Journal) Rewrite(ctx context.Context, change func(record []byte) []byte) error {
	return j.sql.update(ctx, "rewrite journal", func(tx *sql.Tx) error {
		if _, err := j.sql.lock(ctx, tx, locks{journal: j.name}); err != nil {
			return err
		}
		rows, err := sealedRows(tx.QueryContext(ctx, `SELECT seq, sealed FROM journal WHERE name = $1 ORDER BY seq`, j.name))
		if err != nil {
			return err
		}
		for _, r := range rows {
			seq := r.id.(int64)
			row := j.row(int(seq))
			record, err := j.sql.sealer.open(r.sealed, row...)
			if err != nil {
				continue // damaged
			}
			changed := change(record)
			if changed == nil {
				continue
			}
			_, err = tx.ExecContext(ctx, `UPDATE journal SET sealed = $1 WHERE name = $2 AND seq = $3`, j.sql.sealer.seal(changed, row...), j.name, seq)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Reset removes all records.
func (j *Journal) Reset(ctx context.Context) error {
	err := j.sql.exec(ctx, `DELETE FROM journal WHERE name = $1`, j.name)
	return j.sql.wrap("reset journal", err)
}

func (j *Journal) row(seq int) []string { return []string{"journal", j.name, strconv.Itoa(seq)} }
