package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// An Inbox stores payloads that were acknowledged to a platform before they
// were handled, encrypted, until they are done. It is safe for concurrent use.
// Handling must be idempotent, because a payload is replayed if the program
// crashes between handling it and Done.
type Inbox struct {
	sql  *SQL
	name string
}

// Inbox returns the inbox with the name. It is empty until the first Put.
func (s *SQL) Inbox(name string) *Inbox { return &Inbox{s, name} }

// DeadLetterTTL is for how long dead letters are kept: long enough to come back from
// a holiday and look.
const DeadLetterTTL = 30 * 24 * time.Hour

// Put records a payload under its key. Once it returns nil, the payload
// survives a crash. Put does nothing if the key is known.
func (i *Inbox) Put(ctx context.Context, key string, payload []byte) error {
	now, err := i.sql.now(ctx, i.sql.read)
	if err == nil && i.sql.postgres {
		err = i.sql.process.live(ctx, i.sql)
	}
	if err != nil {
		return i.sql.wrap("put into inbox", err)
	}
	return i.write(ctx, "put into inbox", `
		INSERT INTO inbox (name, key, dead, at, sealed, holder) VALUES ($1, $2, 0, $3, $4, $5) ON CONFLICT DO NOTHING`,
		i.name, key, now, i.sql.sealer.seal(payload, i.row(key)...), i.sql.process.id)
}

// Done removes a payload. It does nothing if the key is unknown or a dead
// letter.
func (i *Inbox) Done(ctx context.Context, key string) error {
	return i.write(ctx, "remove from inbox", `DELETE FROM inbox WHERE name = $1 AND key = $2 AND dead = 0`, i.name, key)
}

// Bury records a payload as a dead letter: it is kept for DeadLetterTTL and
// never replayed.
func (i *Inbox) Bury(ctx context.Context, key string, payload []byte) error {
	now, err := i.sql.now(ctx, i.sql.read)
	if err != nil {
		return i.sql.wrap("bury in inbox", err)
	}
	return i.write(ctx, "bury in inbox", `
		INSERT INTO inbox (name, key, dead, at, sealed) VALUES ($1, $2, 1, $3, $4)
		ON CONFLICT (name, key) DO UPDATE SET dead = 1, at = $3, sealed = $4`,
		i.name, key, now, i.sql.sealer.seal(payload, i.row(key)...))
}

func (i *Inbox) write(ctx context.Context, what, query string, args ...any) error {
	return i.sql.updateTogether(ctx, what, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := i.sql.lock(ctx, tx, locks{}); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

// Replay calls yield for each payload that is in the inbox at the time of the
// call, oldest first. If yield returns an error, Replay stops and returns it.
// Payloads that cannot be read are skipped and reported in the error at the
// end.
func (i *Inbox) Replay(ctx context.Context, yield func(key string, payload []byte) error) error {
	return i.each(ctx, "", 0, yield)
}

// Adopt calls yield for each payload that no living process handles, oldest first;
// from then on this process does. On SQLite, where it is called once after a start,
// these are all. It returns errors like Replay.
func (i *Inbox) Adopt(ctx context.Context, yield func(key string, payload []byte) error) error {
	if !i.sql.postgres {
		return i.Replay(ctx, yield)
	}
	records, err := i.adopt(ctx)
	return i.yieldAll(records, err, yield)
}

// Shared reports whether other processes may end, and leave payloads to Adopt.
func (i *Inbox) Shared() bool { return i.sql.postgres }

// Find calls yield for each payload whose key has the prefix, like Replay.
func (i *Inbox) Find(ctx context.Context, prefix string, yield func(key string, payload []byte) error) error {
	return i.each(ctx, prefix, 0, yield)
}

// Dead calls yield for each dead letter, like Replay.
func (i *Inbox) Dead(ctx context.Context, yield func(key string, payload []byte) error) error {
	return i.each(ctx, "", 1, yield)
}

func (i *Inbox) each(ctx context.Context, prefix string, dead int, yield func(key string, payload []byte) error) error {
	records, err := i.records(ctx, prefix, dead)
	return i.yieldAll(records, err, yield)
}

// yieldAll calls yield for the records, and returns an error about those that could
// not be read.
func (i *Inbox) yieldAll(records []inboxRecord, unread error, yield func(key string, payload []byte) error) error {
	for _, r := range records {
		if err := yield(r.key, r.payload); err != nil {
			return err
		}
	}
	return i.sql.wrap("read inbox", unread)
}

type inboxRecord struct {
	key     string
	payload []byte
}

// records returns the readable records whose key has the prefix, and an error about
// the others: a broken row does not block the rest.
func (i *Inbox) records(ctx context.Context, prefix string, dead int) (all []inboxRecord, unread error) {
	rows, err := i.sql.read.QueryContext(ctx, `
		SELECT key, sealed FROM inbox WHERE name = $1 AND substr(key, 1, length($2)) = $2 AND dead = $3 ORDER BY seq`, i.name, prefix, dead)
	return i.read(rows, err)
}

// read reads rows with a key and a payload.
func (i *Inbox) read(rows *sql.Rows, err error) (all []inboxRecord, unread error) {
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
