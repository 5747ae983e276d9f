package chattest

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// Stored copies the database in adapters/cli/testdata/stored that commit 3c1bd8e wrote, and
// returns the path of the copy, which NewCore opens. root is the folder of the
// module, relative to the test.
func Stored(t testing.TB, root string) (path string) {
	t.Helper()
	f, err := os.Open(filepath.Join(root, "adapters", "cli", "testdata", "stored", "3c1bd8e.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "stored.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
