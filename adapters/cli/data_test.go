package cli

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mabsbot/bot/store/postgrestest"
)

// A shell runs commands on the database at path.
type shell struct {
	t    *testing.T
	path string
}

// run runs a command with its input, and returns what it wrote.
func (s shell) run(input string, args ...string) (string, error) {
	s.t.Helper()
	c := root()
	var out bytes.Buffer
	c.SetArgs(append(args, "--store.path", s.path))
	c.SetIn(strings.NewReader(input))
	c.SetOut(&out)
	c.SetErr(&out)
	err := c.ExecuteContext(s.t.Context())
	return out.String(), err
}

// want fails unless the command succeeds and writes the text.
func (s shell) want(text string, args ...string) {
	s.t.Helper()
	if out, err := s.run("", args...); err != nil || !strings.Contains(out, text) {
		s.t.Errorf("%q: got %q, %v; want %q", args, out, err, text)
	}
}

// refuses fails unless the command fails with the text.
func (s shell) refuses(text string, args ...string) {
	s.t.Helper()
	if out, err := s.run("", args...); err == nil || !strings.Contains(err.Error(), text) {
		s.t.Errorf("%q: got %q, %v; want an error with %q", args, out, err, text)
	}
}

// TestData backs a conversation up, restores it, changes its key in both ways and
// forgets it, with the commands that the documentation names.
func TestData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := shell{t, filepath.Join(dir, "test.db")}
	backup := filepath.Join(dir, "backup")
	for _, args := range [][]string{{"backup", backup}, {"forget", "slack:U1"}, {"key", "rotate"}} {
		s.refuses("no such file", args...)
	}
	s.refuses("put the key of the backup in its place first", "restore", backup)
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Fatalf("the folder has %v, %v", files, err)
	}

	if out, err := s.run("Replica is inconsistent (ID: 3106)\n", "chat"); err != nil || !strings.Contains(out, "3106") {
		t.Fatalf("got %q, %v", out, err)
	}
	s.want("encrypted with the key in "+s.path+".key", "backup", backup)
	s.refuses("exists", "backup", backup)
	s.refuses(s.path+" exists: stop the bot and move it away", "restore", backup)
	s.want("has a new key, in "+s.path+".key", "key", "rotate")
	s.refuses("--new-key-file is for a configured store.key", "key", "rotate", "--new-key-file", backup)

	if err := os.Rename(s.path, s.path+".away"); err != nil {
		t.Fatal(err)
	}
	s.refuses("encrypted with another key", "restore", backup)
	if err := os.Rename(s.path+".away", s.path); err != nil {
		t.Fatal(err)
	}
	second := backup + "2"
	s.want("Backed up", "backup", second)
	if err := os.Remove(s.path); err != nil {
		t.Fatal(err)
	}
	s.want("Restored "+s.path+" from "+second, "restore", second)

	for user, want := range map[string]string{
		"slack":    `"slack" is not a user: want ADAPTER:USER`,
		"teams:U1": `"teams:U1" is not a user`,
		"slack:":   `"slack:" is not a user`,
	} {
		s.refuses(want, "forget", user)
	}
	s.want("Removed 0 conversations of terminal:nobody", "forget", "terminal:nobody")
}

// TestRotateConfiguredKey changes a key that is configured.
func TestRotateConfiguredKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := shell{t, filepath.Join(dir, "test.db")}
	file := func(name string, key byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, fmt.Appendf(nil, "%x\n", bytes.Repeat([]byte{key}, 32)), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	old, next := file("old", 1), file("next", 2)
	if _, err := s.run("", "chat", "--store.key_file", old); err != nil {
		t.Fatal(err)
	}
	s.refuses("store.key is configured: write the new key to a file", "key", "rotate", "--store.key_file", old)
	s.refuses("want 32 bytes", "key", "rotate", "--store.key_file", old, "--new-key-file", s.path)
	s.want("set store.key to it before you start the bot", "key", "rotate", "--store.key_file", old, "--new-key-file", next)
	s.refuses("encrypted with another key", "chat", "--store.key_file", old)
	s.want("", "chat", "--store.key_file", next)
}

// TestStoreCopy moves a conversation to PostgreSQL and back, with the commands that
// the documentation names.
func TestStoreCopy(t *testing.T) {
	url := postgrestest.Start(t).NewDatabase(t)
	dir := t.TempDir()
	s := shell{t, filepath.Join(dir, "test.db")}
	if _, err := s.run("Backup of E: failed 0x80070005", "chat"); err != nil {
		t.Fatal(err)
	}
	s.refuses("store.url is not configured", "store", "copy", s.path, "store.url")
	key, err := os.ReadFile(s.path + ".key")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("MABSBOT_STORE_URL", url)
	s.refuses("store.path is", "store", "copy", s.path, "store.url")
	onURL := func(text string, args ...string) {
		t.Helper()
		c := root()
		var out bytes.Buffer
		c.SetArgs(args)
		c.SetOut(&out)
		err := c.ExecuteContext(t.Context())
		if got := fmt.Sprint(out.String(), err); !strings.Contains(got, text) || strings.Contains(got, url) {
			t.Errorf("%q: got %q, want %q", args, got, text)
		}
	}
	onURL("store.url requires a key", "store", "copy", s.path, "store.url")
	t.Setenv("MABSBOT_STORE_KEY", base64.StdEncoding.EncodeToString(key))
	onURL("want a file and store.url", "store", "copy", s.path, s.path)
	onURL("there is no database", "store", "copy", s.path+"2", "store.url")
	onURL("Copied ", "store", "copy", s.path, "store.url")
	onURL("not empty", "store", "copy", s.path, "store.url")
	onURL("Copied ", "store", "copy", "store.url", s.path+"2")
	onURL("pg_dump", "backup", filepath.Join(dir, "backup"))
	onURL("pg_restore", "restore", filepath.Join(dir, "backup"))
	onURL("Removed 0 conversations", "forget", "slack:U1")
	onURL("name it with --new-key-file", "key", "rotate")
	next := filepath.Join(dir, "next")
	if err := os.WriteFile(next, []byte(strings.Repeat("5a", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	onURL("set store.key to it", "key", "rotate", "--new-key-file", next)
	onURL("it has the new one already", "key", "rotate", "--new-key-file", next)
	onURL("another key", "outbox", "list")
	t.Setenv("MABSBOT_STORE_KEY", strings.Repeat("5a", 32))
	onURL("Removed 0 conversations", "forget", "slack:U1")
}
