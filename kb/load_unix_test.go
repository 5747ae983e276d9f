//go:build unix

package kb

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a pipe waits until somebody writes to it.
func TestLoadDoesNotOpenPipes(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.yaml"), 0o600); err != nil {
		t.Skip("no pipes here: ", err)
	}
	compare(t, mistakesOf(t, Layer{"kb", os.DirFS(dir)}), Mistakes{{"kb/pipe.yaml", 0, "this is no regular file"}})
}
