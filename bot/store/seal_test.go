package store

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
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
		t.Error("a sealed text contains plain text, or is always the same")
	}
	if got, err := s.open(sealed, "post", "a", "b"); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("got %q, %v", got, err)
	}
	for _, id := range [][]string{nil, {"post", "a", "c"}, {"post", "b", "a"}, {"post", "ab"}, {"post", "a b"}, {"post", `a" "b`}, {"post", "a", "b", ""}} {
		if _, err := s.open(sealed, id...); err == nil {
			t.Errorf("opened for row %q", id)
		}
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if _, err := s.open(broken, "post", "a", "b"); err == nil {
			t.Errorf("opened with byte %d changed", i)
		}
	}
	for n := range sealed {
		if _, err := s.open(sealed[:n], "post", "a", "b"); err == nil {
			t.Errorf("opened after %d bytes", n)
		}
	}
}

func TestKeyFile(t *testing.T) {
	dir := t.TempDir()
	path, database := filepath.Join(dir, "new.key"), filepath.Join(t.TempDir(), "new")
	keys := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range keys { // processes that start at the same time agree on one key
		wg.Go(func() {
			var err error
			if keys[i], err = KeyFile(path, database); err != nil {
				t.Error(err)
				return
			}
			s, err := Open(t.Context(), database, keys[i])
			if err != nil {
				t.Error(err)
				return
			}
			closeStore(t, s)
		})
	}
	wg.Wait()
	for _, key := range keys {
		if len(key) != KeySize || !bytes.Equal(key, keys[0]) {
			t.Fatalf("got keys %x and %x", keys[0], key)
		}
	}
	other, err := KeyFile(filepath.Join(t.TempDir(), "new.key"), "none")
	if err != nil || bytes.Equal(other, keys[0]) {
		t.Errorf("two databases have the same key %x, %v", other, err)
	}
	info, err := os.Stat(path)
	must(t, err)
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode %o, want 0600", mode)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("folder: %v, %v; want only the key file", left, err)
	}
}

func TestKeyFileRefuses(t *testing.T) {
	tests := []struct {
		name string
		size int
		mode os.FileMode
		want string // part of the error; "" for none
	}{
		{"mode 0600", 32, 0o600, ""},
		{"readable by its group", 32, 0o640, ""},
		{"read-only", 32, 0o400, ""},
		{"readable by others", 32, 0o644, "0644"},
		{"writable by others", 32, 0o602, "0602"},
		{"empty", 0, 0o600, "32 bytes"},
		{"short", 31, 0o600, "32 bytes"},
		{"long", 33, 0o600, "32 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.mode&0o007 != 0 && runtime.GOOS == "windows" {
				t.Skip("Windows has no permission bits")
			}
			path := filepath.Join(t.TempDir(), "key")
			must(t, os.WriteFile(path, testKey[:0:0], 0o600))
			must(t, os.Truncate(path, int64(tt.size)))
			must(t, os.Chmod(path, tt.mode))
			key, err := KeyFile(path, "none")
			wantError(t, err, tt.want)
			if tt.want == "" && !bytes.Equal(key, make([]byte, KeySize)) {
				t.Errorf("got key %x", key)
			}
		})
	}
	dir := t.TempDir()
	_, err := KeyFile(dir, "none")
	wantError(t, err, dir)
	_, err = KeyFile(filepath.Join(dir, "none", "key"), "none")
	wantError(t, err, "none")
}

// TestKeyFileLost checks that KeyFile creates a key only for a new database and
// changes no other file.
func TestKeyFileLost(t *testing.T) {
	const missing = "missing, but the database "
	made := filepath.Join(t.TempDir(), "made")
	closeStore(t, openFile(t, made))
	database, err := os.ReadFile(made)
	must(t, err)
	for name, tt := range map[string]struct {
		files   map[string]string // in the folder
		want    string            // part of the error; "" for none
		creates bool
	}{
		"new":                       {nil, "", true},
		"empty database":            {map[string]string{"db": ""}, "", true},
		"key without database":      {map[string]string{"db.key": string(testKey)}, "", false},
		"database and key":          {map[string]string{"db": string(database), "db.key": string(testKey)}, "", false},
		"database without key":      {map[string]string{"db": string(database)}, missing, false},
		"only a header without key": {map[string]string{"db": string(database[:100])}, missing, false},
		"another file without key":  {map[string]string{"db": "text"}, missing, false},
		"empty key":                 {map[string]string{"db": string(database), "db.key": ""}, "32 bytes", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for name, data := range tt.files {
				must(t, os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600))
			}
			path := filepath.Join(dir, "db")
			for range 2 { // a later start fails in the same way
				_, err := KeyFile(path+".key", path)
				wantError(t, err, tt.want)
				if err != nil && !strings.Contains(err.Error(), path+".key") {
					t.Errorf("%v does not name the key file", err)
				}
			}
			left := map[string]string{}
			entries, err := os.ReadDir(dir)
			must(t, err)
			for _, e := range entries {
				data, err := os.ReadFile(filepath.Join(dir, e.Name()))
				must(t, err)
				left[e.Name()] = string(data)
			}
			if tt.creates {
				delete(left, "db.key")
			}
			if !maps.Equal(left, tt.files) {
				t.Errorf("folder: %q, want the files as they were", slices.Sorted(maps.Keys(left)))
			}
		})
	}
}

// wantError fails unless err contains want, or is nil if want is "".
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("got error %v, want %q", err, want)
	}
}
