package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Backup writes a copy of the database at path to a new file, as of one point in
// time. The bot may run meanwhile. The copy is encrypted with the same key, which
// is not in it. file exists only once the copy is complete and was checked.
func Backup(ctx context.Context, path, file string) error {
	if err := wantFile(path); err != nil {
		return wrap("back up "+path, err)
	}
	err := createWhole(file, func(f *os.File) error {
		db, err := connect(path, 1, "")
		if err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, `VACUUM INTO $1`, f.Name())
		if err := errors.Join(err, db.Close()); err != nil {
			return err
		}
		return checkFile(ctx, f.Name())
	})
	return wrap("back up to "+file, err)
}

// Restore creates the database at path from a backup, which was encrypted with the
// key. It replaces no database: one that exists must be moved away first. The
// database exists only once it is complete, was checked and has the schema of this
// program.
func Restore(ctx context.Context, path, file string, key []byte) error {
	if err := wantFile(file); err != nil {
		return wrap("restore "+file, err)
	}
	for _, existing := range []string{path, path + "-wal"} {
		if _, err := os.Lstat(existing); !errors.Is(err, fs.ErrNotExist) {
			return wrap("restore "+file, fmt.Errorf("%s exists: stop the bot and move it away", existing))
		}
	}
	stopped, err := lockStopped(path + ".lock")
	if err != nil {
		return wrap("restore "+file, err)
	}
	defer stopped.Close() // does nothing for nil
	err = createWhole(path, func(f *os.File) error {
		defer func() {
			for _, end := range []string{".lock", "-wal", "-shm"} {
				os.Remove(f.Name() + end)
			}
		}()
		if err := copyFile(f, file); err != nil {
			return err
		}
		if err := checkFile(ctx, f.Name()); err != nil {
			return fmt.Errorf("the file is not an undamaged backup of mabsbot; use another one: %v", err)
		}
		db, err := open(ctx, f.Name(), key)
		if err != nil {
			return err
		}
		return db.Close()
	})
	if errors.Is(err, ErrKey) {
		err = fmt.Errorf("the backup was encrypted with another key: restore that one, too")
	}
	return wrap("restore "+file, err)
}

// lockStopped takes the lock of a database that is to be restored, so that no bot uses
// it. A bot whose database was moved away goes on with that, and would write nothing to
// the restored one. Without the file of the lock no bot runs; a nil File can be closed.
func lockStopped(path string) (*os.File, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	lock, alone, err := lockFile(path)
	if err == nil && lock != nil && !alone {
		return nil, errors.Join(errors.New("the bot still runs: stop it first"), lock.Close())
	}
	return lock, err
}

func wantFile(path string) error {
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() == 0) {
		err = errors.New("not a database")
	}
	return err
}

func copyFile(to *os.File, path string) error {
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	_, err = io.Copy(to, from)
	return err
}

// checkFile returns an error unless the file is an undamaged database of this
// program.
func checkFile(ctx context.Context, path string) error {
	db, err := connect(path, 1, "_query_only=on")
	if err != nil {
		return err
	}
	defer db.Close()
	var result string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&result); err != nil {
		return err
	}
	if result != "ok" {
		return fmt.Errorf("damaged: %s", result)
	}
	var n int
	err = db.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_schema WHERE name = 'key_check'`).Scan(&n)
	if err == nil && n == 0 {
		err = errors.New("not a database of mabsbot")
	}
	return err
}
