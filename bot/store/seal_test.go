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
	dir := t.TempDir()
	path, database := filepath.Join(dir, "new.key"), filepath.Join(t.TempDir(), "new")
	keys := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range keys { // several processes that start at once agree on one key
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

// TestKeyFileLost: a key is made for a new database only, and whatever else is
// found there stays as it was.
func TestKeyFileLost(t *testing.T) {
	const missing = "it is missing, and the database "
	made := filepath.Join(t.TempDir(), "made")
	closeStore(t, openFile(t, made))
	database, err := os.ReadFile(made)
	must(t, err)
	for name, tt := range map[string]struct {
		files   map[string]string // beside the key
		want    string            // in the error
		creates bool
	}{
		"new":                    {nil, "", true},
		"empty database":         {map[string]string{"db": ""}, "", true},
		"key without a database": {map[string]string{"db.key": string(testKey)}, "", false},
		"both":                   {map[string]string{"db": string(database), "db.key": string(testKey)}, "", false},
		"database without key":   {map[string]string{"db": string(database)}, missing, false},
		"only a header so far":   {map[string]string{"db": string(database[:100])}, missing, false},
		"another file":           {map[string]string{"db": "text"}, missing, false},
		"empty key":              {map[string]string{"db": string(database), "db.key": ""}, "32 bytes", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for name, data := range tt.files {
				must(t, os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600))
			}
			path := filepath.Join(dir, "db")
			for range 2 { // also at each later start
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
				t.Errorf("the folder holds %q", slices.Sorted(maps.Keys(left)))
			}
		})
	}
}

// wantError fails unless the text of err has want in it; "" wants no error.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("got error %v, want %q", err, want)
	}
}
