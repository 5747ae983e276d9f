//go:build unix

package kb

import (
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a pipe blocks until another process opens it for writing.
func TestLoadDoesNotOpenPipes(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.yaml"), 0o600); err != nil {
		t.Skip("no pipes here: ", err)
	}
	compare(t, mistakesOf(t, Layer{"kb", dirFS(dir)}), Mistakes{{"kb/pipe.yaml", 0, "not a regular file"}})
}
