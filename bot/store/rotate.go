package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// errInUse reports that the database cannot be changed while the bot uses it.
var errInUse = errors.New("the bot uses the database: stop it first, on all machines (one that was killed counts for 15 s)")

// A sealedTable is a table with encrypted values, with the kind of its rows and the
// columns that identify a row. Together they are what a value is sealed for.
type sealedTable struct{ table, kind, columns string }

var sealedTables = []sealedTable{
	{"key_check", "key check", ""},
	{"walkthroughs", "walkthrough", "adapter, workspace, channel, root, version"},
	{"entries", "entry", "id, revision"},
	{"posts", "post", "id, adapter, workspace, channel, root, opens"},
	{"journal", "journal", "name, seq"},
	{"inbox", "inbox", "name, key"},
	{"setting_changes", "setting change", "version, adapter, workspace, channel"},
	{"kb_files", "kb file", "version, file"},
	{"shadow_answers", "vote", "about, adapter, workspace, channel"},
	{"audit", "audit", "id, kind, adapter, workspace, channel, object"},
	{"unanswered", "unanswered", "id"},
	{"unanswered_marks", "unanswered mark", "id"},
	{"fixes", "fix", "id"},
	{"incidents", "incident", "adapter, workspace, channel, entry, version"},
}

// selects returns the columns as the last ones of a SELECT.
func (t sealedTable) selects() string { return strings.TrimSuffix(", "+t.columns, ", ") }

// Rotate encrypts the database at path with another key. It is one transaction: a
// crash leaves the database with the old key or with the new one, and never with
// both. Values that cannot be read stay as they are, and are counted. No other
// process may use the database; where files cannot be locked, the caller has to
// see to that.
func Rotate(ctx context.Context, path string, old, next []byte) (unreadable int, err error) {
	unreadable, err = rotateFile(ctx, path, old, next)
	return unreadable, wrap("change the key of "+path, err)
}

func rotateFile(ctx context.Context, path string, old, next []byte) (unreadable int, err error) {
	if err := wantFile(path); err != nil {
		return 0, err
	}
	return rotate(ctx, old, next, func(key []byte) (*SQL, error) {
		sealer, err := newSealer(key)
		if err != nil {
			return nil, err
		}
		lock, alone, err := lockFile(path + ".lock")
		if err != nil {
			return nil, err
		}
		s := &SQL{sealer: sealer, fileLock: lock}
		err = errInUse
		if lock == nil || alone {
			err = s.start(ctx, path, alone)
		}
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		return s, nil
	})
}

// RotatePostgres is like Rotate, for the PostgreSQL database at a URL. It refuses
// while a process serves it. A process that was paused meanwhile and goes on with the
// old key can neither write nor claim anything; see SQL.lock.
func RotatePostgres(ctx context.Context, url string, old, next []byte) (unreadable int, err error) {
	unreadable, err = rotate(ctx, old, next, func(key []byte) (*SQL, error) { return openPostgres(ctx, url, key) })
	return unreadable, wrap("change the key", err)
}

// errRotated is an ErrKey.
var errRotated = fmt.Errorf("%w: it has the new one already", ErrKey)

// rotate changes the key of the database that open opens.
func rotate(ctx context.Context, old, next []byte, open func(key []byte) (*SQL, error)) (unreadable int, err error) {
	to, err := newSealer(next)
	if err != nil {
		return 0, err
	}
	s, err := open(old)
	if errors.Is(err, ErrKey) {
		if s, nextErr := open(next); nextErr == nil {
			err = errors.Join(errRotated, s.Close())
		}
	}
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if unreadable, err = s.resealAll(ctx, to); err != nil {
		return 0, err
	}
	return unreadable, s.vacuum(ctx)
}

func (s *SQL) resealAll(ctx context.Context, to sealer) (unreadable int, err error) {
	err = s.transact(ctx, func(tx *sql.Tx) error {
		now, err := s.lock(ctx, tx, locks{alone: true})
		if err != nil {
			return err
		}
		if err := s.wantUnused(ctx, tx, now); err != nil {
			return err
		}
		for _, t := range sealedTables {
			n, err := s.reseal(ctx, tx, t, to)
			if err != nil {
				return fmt.Errorf("%s: %w", t.table, err)
			}
			unreadable += n
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM outcome_askers`); err != nil { // hashes with the old key
			return err
		}
		if s.postgres {
			_, err = tx.ExecContext(ctx, `SELECT nextval('key_changes')`)
		}
		return err
	})
	return unreadable, err
}

// wantUnused returns an error if a process serves the PostgreSQL database: each holds
// leases, and one of them that of maintenance. Those of one that was killed end after
// 15 s.
func (s *SQL) wantUnused(ctx context.Context, tx *sql.Tx, now int64) error {
	if !s.postgres {
		return nil // the lock of the file says that
	}
	var held int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM leases WHERE held_until > $1`, now).Scan(&held)
	if err == nil && held > 0 {
		err = errInUse
	}
	return err
}

// vacuum leaves nothing in free pages that the old key opens.
func (s *SQL) vacuum(ctx context.Context) error {
	if !s.postgres {
		_, err := s.write.ExecContext(ctx, `VACUUM`)
		return err
	}
	for _, t := range sealedTables {
		if _, err := s.write.ExecContext(ctx, `VACUUM FULL `+t.table); err != nil {
			return fmt.Errorf("the key is changed, but what the old one opens may be left in free pages: %w", err)
		}
	}
	return nil
}

// reseal encrypts the values of a table for the same rows with another key.
func (s *SQL) reseal(ctx context.Context, tx *sql.Tx, t sealedTable, to sealer) (unreadable int, err error) {
	update := `UPDATE ` + t.table + ` SET sealed = $1 WHERE rowid = $2`
	if s.postgres {
		update = `UPDATE ` + t.table + ` SET sealed = $1 WHERE ctid = CAST(CAST($2 AS TEXT) AS tid)`
	}
	next, err := s.sealedBatches(ctx, tx, t)
	for err == nil {
		var rows []sealedRow
		if rows, err = next(); err != nil || len(rows) == 0 {
			break
		}
		for _, r := range rows {
			row := append([]string{t.kind}, r.columns...)
			plain, openErr := s.sealer.open(r.sealed, row...)
			if openErr != nil && t.kind == "post" { // an earlier version sealed posts for their ID alone
				plain, openErr = s.sealer.open(r.sealed, row[:2]...)
			}
			if openErr != nil {
				unreadable++
				continue
			}
			if _, err := tx.ExecContext(ctx, update, to.seal(plain, row...), r.id); err != nil {
				return unreadable, err
			}
		}
	}
	return unreadable, err
}

// sealedBatches returns a function that returns the next rows of a table, as they
// are now. A cursor of PostgreSQL does not see what changes since.
func (s *SQL) sealedBatches(ctx context.Context, tx *sql.Tx, t sealedTable) (next func() ([]sealedRow, error), err error) {
	if s.postgres {
		_, err := tx.ExecContext(ctx, `DECLARE sealed_`+t.table+` NO SCROLL CURSOR FOR SELECT CAST(ctid AS TEXT), sealed`+t.selects()+` FROM `+t.table+` WHERE sealed IS NOT NULL`)
		return func() ([]sealedRow, error) {
			return sealedRows(tx.QueryContext(ctx, fmt.Sprintf(`FETCH %d FROM sealed_%s`, pruneBatch, t.table)))
		}, err
	}
	var last any = int64(0)
	return func() ([]sealedRow, error) {
		rows, err := sealedRows(tx.QueryContext(ctx, `SELECT rowid, sealed`+t.selects()+` FROM `+t.table+` WHERE sealed IS NOT NULL AND rowid > $1 ORDER BY rowid LIMIT $2`, last, pruneBatch))
		if len(rows) > 0 {
			last = rows[len(rows)-1].id
		}
		return rows, err
	}, nil
}

type sealedRow struct {
	id      any // of the row
	sealed  []byte
	columns []string
}

func sealedRows(rows *sql.Rows, err error) ([]sealedRow, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all []sealedRow
	for rows.Next() {
		r := sealedRow{columns: make([]string, len(names)-2)}
		into := []any{&r.id, &r.sealed}
		for i := range r.columns {
			into = append(into, &r.columns[i])
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// nextKeyFile names the file of a key to which RotateKeyFile is changing.
func nextKeyFile(path string) string { return path + ".next" }

// RotateKeyFile encrypts the database with a new random key, and replaces the file
// that has the key. After a crash, OpenKeyFile finds which of both is in use.
func RotateKeyFile(ctx context.Context, path, database string) (unreadable int, err error) {
	if err := wantFile(database); err != nil {
		return 0, wrap("change the key of "+database, err)
	}
	s, err := OpenKeyFile(ctx, path, database) // also completes an earlier rotation
	if err != nil {
		return 0, err
	}
	if err := s.Close(); err != nil {
		return 0, err
	}
	old, err := ReadKeyFile(path)
	if err != nil {
		return 0, err
	}
	next := nextKeyFile(path)
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a rotation that did not happen
		return 0, err
	}
	if err := createKeyFile(next); err != nil {
		return 0, wrap("key file "+next, err)
	}
	key, err := ReadKeyFile(next)
	if err != nil {
		return 0, err
	}
	if unreadable, err = Rotate(ctx, database, old, key); err != nil {
		return 0, err
	}
	return unreadable, useNextKey(path)
}

func useNextKey(path string) error {
	err := os.Rename(nextKeyFile(path), path)
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	return wrap("key file "+path, err)
}

// OpenKeyFile opens a database whose key is in the file at path; see KeyFile. If a
// change of the key was interrupted after the database had changed, it completes
// the change.
func OpenKeyFile(ctx context.Context, path, database string) (*SQL, error) {
	key, err := KeyFile(path, database)
	if err != nil {
		return nil, err
	}
	s, err := Open(ctx, database, key)
	if !errors.Is(err, ErrKey) {
		return s, err
	}
	next, nextErr := readKeyFile(nextKeyFile(path))
	if nextErr != nil {
		return nil, err
	}
	s, nextErr = Open(ctx, database, next)
	if nextErr != nil {
		return nil, err
	}
	if err := useNextKey(path); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}
