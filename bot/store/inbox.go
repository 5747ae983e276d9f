package store

import (
	"context"
	"errors"
	"time"
)

// An Inbox keeps what was acknowledged to a platform before it could be
// handled, encrypted like all else, until it is done. It is safe for concurrent
// use. What is replayed may have been handled already, for a crash may come
// between the two: handling must be idempotent.
type Inbox struct {
	sql  *SQL
	name string
}

// Inbox returns the inbox with the name, which is empty at first.
func (s *SQL) Inbox(name string) *Inbox { return &Inbox{s, name} }

// DeadLetterTTL is for how long dead letters are kept: long enough to come back from
// a holiday and look.
const DeadLetterTTL = 30 * 24 * time.Hour

// Put records a payload under its key. When it returns nil, the payload
// survives a crash. One with a known key is the same again, and changes nothing.
func (i *Inbox) Put(ctx context.Context, key string, payload []byte) error {
	_, err := i.sql.write.ExecContext(ctx, `
		INSERT INTO inbox (name, key, dead, at, sealed) VALUES ($1, $2, 0, $3, $4) ON CONFLICT DO NOTHING`,
		i.name, key, nowMillis(), i.sql.sealer.seal(payload, i.row(key)...))
	return wrap("put into inbox", err)
}

// Done removes a payload. One that is not there is done already.
func (i *Inbox) Done(ctx context.Context, key string) error {
	_, err := i.sql.write.ExecContext(ctx, `DELETE FROM inbox WHERE name = $1 AND key = $2 AND dead = 0`, i.name, key)
	return wrap("take out of inbox", err)
}

// Bury records a payload as a dead letter: it is never replayed, and kept for
// DeadKeep.
func (i *Inbox) Bury(ctx context.Context, key string, payload []byte) error {
	_, err := i.sql.write.ExecContext(ctx, `
		INSERT INTO inbox (name, key, dead, at, sealed) VALUES ($1, $2, 1, $3, $4)
		ON CONFLICT (name, key) DO UPDATE SET dead = 1, at = $3, sealed = $4`,
		i.name, key, nowMillis(), i.sql.sealer.seal(payload, i.row(key)...))
	return wrap("bury", err)
}

// Replay calls yield for each payload that was there when it began, oldest
// first, until yield returns an error, which Replay then returns. An error
// after all were yielded tells of others that cannot be read.
func (i *Inbox) Replay(ctx context.Context, yield func(key string, payload []byte) error) error {
	return i.each(ctx, 0, yield)
}

// Dead calls yield for each dead letter, like Replay.
func (i *Inbox) Dead(ctx context.Context, yield func(key string, payload []byte) error) error {
	return i.each(ctx, 1, yield)
}

func (i *Inbox) each(ctx context.Context, dead int, yield func(key string, payload []byte) error) error {
	records, err := i.records(ctx, dead)
	for _, r := range records {
		if err := yield(r.key, r.payload); err != nil {
			return err
		}
	}
	return wrap("read inbox", err)
}

type inboxRecord struct {
	key     string
	payload []byte
}

// records returns what can be read, beside an error that tells of the rest: one
// broken row holds up nothing else.
func (i *Inbox) records(ctx context.Context, dead int) (all []inboxRecord, unread error) {
	rows, err := i.sql.read.QueryContext(ctx, `SELECT key, sealed FROM inbox WHERE name = $1 AND dead = $2 ORDER BY seq`, i.name, dead)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r inboxRecord
		var sealed []byte
		if err := rows.Scan(&r.key, &sealed); err != nil {
			return nil, err
		}
		if r.payload, err = i.sql.sealer.open(sealed, i.row(r.key)...); err != nil {
			unread = errors.Join(unread, err)
			continue
		}
		all = append(all, r)
	}
	return all, errors.Join(unread, rows.Err())
}

func (i *Inbox) row(key string) []string { return []string{"inbox", i.name, key} }
