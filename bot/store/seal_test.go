package store

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func TestSeal(t *testing.T) {
	s, err := newSealer(testKey)
	must(t, err)
	plain := []byte("the volume on FS-11")
	sealed := s.seal(plain, "post", "a", "b")
	if bytes.Contains(sealed, plain[:4]) || bytes.Equal(sealed, s.seal(plain, "post", "a", "b")) {
		t.Error("a sealed text can be recognised")
	}
	if got, err := s.open(sealed, "post", "a", "b"); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("got %q, %v", got, err)
	}
	for _, id := range [][]string{nil, {"post", "a", "c"}, {"post", "b", "a"}, {"post", "ab"}, {"post", "a b"}, {"post", `a" "b`}, {"post", "a", "b", ""}} {
		if _, err := s.open(sealed, id...); err == nil {
			t.Errorf("it opens for %q", id)
		}
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if _, err := s.open(broken, "post", "a", "b"); err == nil {
			t.Errorf("it opens with byte %d changed", i)
		}
	}
	for n := range sealed {
		if _, err := s.open(sealed[:n], "post", "a", "b"); err == nil {
			t.Errorf("it opens with %d bytes", n)
		}
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.key")
	keys := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range keys { // several processes that start at once agree on one key
		wg.Go(func() {
			var err error
			if keys[i], err = KeyFile(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, key := range keys {
		if len(key) != KeySize || !bytes.Equal(key, keys[0]) {
			t.Fatalf("got keys %x and %x", keys[0], key)
		}
	}
	other, err := KeyFile(filepath.Join(t.TempDir(), "new.key"))
	if err != nil || bytes.Equal(other, keys[0]) {
		t.Errorf("got the key %x twice, %v", other, err)
	}
	info, err := os.Stat(path)
	must(t, err)
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("the file has mode %o", mode)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

func TestKeyFileRefuses(t *testing.T) {
	tests := []struct {
		name string
		size int
		mode os.FileMode
		want string // in the error; "" if the key is good
	}{
		{"good", 32, 0o600, ""},
		{"for its group", 32, 0o640, ""},
		{"read only", 32, 0o400, ""},
		{"for others", 32, 0o644, "0644"},
		{"to be written by others", 32, 0o602, "0602"},
		{"empty", 0, 0o600, "32 bytes"},
		{"short", 31, 0o600, "32 bytes"},
		{"long", 33, 0o600, "32 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.mode&0o007 != 0 && runtime.GOOS == "windows" {
				t.Skip("Windows keeps no such permissions")
			}
			path := filepath.Join(t.TempDir(), "key")
			must(t, os.WriteFile(path, testKey[:0:0], 0o600))
			must(t, os.Truncate(path, int64(tt.size)))
			must(t, os.Chmod(path, tt.mode))
			key, err := KeyFile(path)
			wantError(t, err, tt.want)
			if tt.want == "" && !bytes.Equal(key, make([]byte, KeySize)) {
				t.Errorf("got key %x", key)
			}
		})
	}
	dir := t.TempDir()
	_, err := KeyFile(dir)
	wantError(t, err, dir)
	_, err = KeyFile(filepath.Join(dir, "none", "key"))
	wantError(t, err, "none")
}

// wantError fails unless the text of err has want in it; "" wants no error.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("got error %v, want %q", err, want)
	}
}
