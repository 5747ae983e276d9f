//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// lockFile opens the file at path and locks it, until f is closed, if no other
// process has locked it. The database needs this file of its own because closing
// any descriptor of the database file would release SQLite's fcntl locks on it.
//
// On a file system without locks alone is false, as if another process used the
// database.
func lockFile(path string) (f *os.File, alone bool, err error) {
	f, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, err
	}
	return f, syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil, nil
}

// shareLock lets other processes share the lock. It reports false if another
// process does not share it.
func shareLock(f *os.File) bool {
	return !errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// lockAlone takes an exclusive lock on the file at path for as long as f is open,
// or returns ErrInUse. On file systems without locks it takes none.
func lockAlone(path string) (f *os.File, err error) {
	f, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(ErrInUse, f.Close())
	}
	return f, nil
}
