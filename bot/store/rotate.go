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
var errInUse = errors.New("the bot uses the database: stop it first")

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
}

// selects returns the columns as the last ones of a SELECT.
func (t sealedTable) selects() string { return strings.TrimSuffix(", "+t.columns, ", ") }

// Rotate encrypts the database at path with another key. It is one transaction: a
// crash leaves the database with the old key or with the new one, and never with
// both. Values that cannot be read stay as they are, and are counted. No other
// process may use the database; where files cannot be locked, the caller has to
// see to that.
func Rotate(ctx context.Context, path string, old, next []byte) (unreadable int, err error) {
	unreadable, err = rotate(ctx, path, old, next)
	return unreadable, wrap("change the key of "+path, err)
}

func rotate(ctx context.Context, path string, old, next []byte) (unreadable int, err error) {
	from, err := newSealer(old)
	if err != nil {
		return 0, err
	}
	to, err := newSealer(next)
	if err != nil {
		return 0, err
	}
	if err := wantFile(path); err != nil {
		return 0, err
	}
	lock, alone, err := lockFile(path + ".lock")
	if err != nil {
		return 0, err
	}
	s := &SQL{sealer: from, fileLock: lock}
	defer func() { err = errors.Join(err, s.Close()) }()
	if lock != nil && !alone {
		return 0, errInUse
	}
	if err := s.start(ctx, path, alone); err != nil {
		return 0, err
	}
	err = s.transact(ctx, func(tx *sql.Tx) error {
		for _, t := range sealedTables {
			n, err := reseal(ctx, tx, t.table, t.kind, t.columns, from, to)
			if err != nil {
				return fmt.Errorf("%s: %w", t.table, err)
			}
			unreadable += n
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	_, err = s.write.ExecContext(ctx, `VACUUM`) // leaves nothing in free pages that the old key opens
	return unreadable, err
}

// reseal encrypts the values of a table for the same rows with another key.
func reseal(ctx context.Context, tx *sql.Tx, table, kind, columns string, from, to sealer) (unreadable int, err error) {
	var last int64
	for {
		rows, err := sealedRows(tx.QueryContext(ctx, `SELECT rowid, sealed`+strings.TrimSuffix(", "+columns, ", ")+
			` FROM `+table+` WHERE sealed IS NOT NULL AND rowid > $1 ORDER BY rowid LIMIT $2`, last, pruneBatch))
		if err != nil || len(rows) == 0 {
			return unreadable, err
		}
		for _, r := range rows {
			last = r.id
			row := append([]string{kind}, r.columns...)
			plain, err := from.open(r.sealed, row...)
			if err != nil && kind == "post" { // an earlier version sealed posts for their ID alone
				plain, err = from.open(r.sealed, row[:2]...)
			}
			if err != nil {
				unreadable++
				continue
			}
			if _, err := tx.ExecContext(ctx, `UPDATE `+table+` SET sealed = $1 WHERE rowid = $2`, to.seal(plain, row...), r.id); err != nil {
				return unreadable, err
			}
		}
	}
}

type sealedRow struct {
	id      int64
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
