//go:build unix

package store

import (
	"os"
	"syscall"
)

// lockFile holds a file beside the database as long as this process uses it,
// and reports whether no other process does. The file is one of its own, for
// SQLite's locks on the database end when any descriptor of that is closed.
func lockFile(path string) (f *os.File, alone bool, err error) {
	f, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, err
	}
	alone = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
	// Others may come from now on; where a file system has no locks, nobody is
	// known to be alone.
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	return f, alone, nil
}
