package store

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"mabsbot/bot/store/postgrestest"
)

func TestInspect(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "test.db")
	key, other := bytes.Repeat([]byte{1}, KeySize), bytes.Repeat([]byte{2}, KeySize)
	if _, err := Inspect(t.Context(), path, key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("Inspect made a file")
	}
	s, err := Open(t.Context(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := Inspect(t.Context(), path, key) // while it is open
	if err != nil || c.Version == 0 || c.Pending != 0 || c.Newer {
		t.Errorf("a new database: %+v, %v", c, err)
	}
	if _, err := Inspect(t.Context(), path, other); !errors.Is(err, ErrKey) {
		t.Errorf("with another key: %v", err)
	}
	for change, want := range map[string]Condition{
		`DELETE FROM goose_db_version WHERE version_id = 16`:                      {Version: c.Version, Pending: 1},
		`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`: {Version: 99999, Newer: true},
	} {
		if _, err := s.write.ExecContext(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		if got, err := Inspect(t.Context(), path, key); err != nil || got != want {
			t.Errorf("after %s: %+v, %v, want %+v", change, got, err, want)
		}
		if _, err := s.write.ExecContext(t.Context(), `DELETE FROM goose_db_version WHERE version_id IN (16, 99999)`); err != nil {
			t.Fatal(err)
		}
		if _, err := s.write.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (16, 1)`); err != nil {
			t.Fatal(err)
		}
	}
	empty, wrong := filepath.Join(dir, "empty.db"), filepath.Join(dir, "wrong.db")
	for file, text := range map[string]string{empty: "", wrong: "this is not a database, but a text that is long enough to be the header of one, as a reader of databases would see"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Inspect(t.Context(), empty, key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := Inspect(t.Context(), wrong, key); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is no database: %v", err)
	}
}

func TestInspectPostgres(t *testing.T) {
	url := postgrestest.Start(t).NewDatabase(t)
	key, other := bytes.Repeat([]byte{1}, KeySize), bytes.Repeat([]byte{2}, KeySize)
	if _, err := InspectPostgres(t.Context(), url, key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a new database: %v", err)
	}
	s, err := OpenPostgres(t.Context(), url, key)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if c, err := InspectPostgres(t.Context(), url, key); err != nil || c.Version == 0 || c.Pending != 0 || c.Newer {
		t.Errorf("an open database: %+v, %v", c, err)
	}
	if _, err := InspectPostgres(t.Context(), url, other); !errors.Is(err, ErrKey) {
		t.Errorf("with another key: %v", err)
	}
}
