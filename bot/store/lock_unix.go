//go:build unix

package store

import (
	"os"
	"syscall"
)

// lockFile takes a shared lock on the file at path for as long as f is open,
// and reports whether no other process holds one. The database needs this file
// of its own because closing any descriptor of the database file would release
// SQLite's fcntl locks on it.
func lockFile(path string) (f *os.File, alone bool, err error) {
	f, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, err
	}
	alone = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
	// From now on other processes may take the shared lock. Errors are ignored:
	// on file systems without locks, alone is false.
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	return f, alone, nil
}
