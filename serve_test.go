package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"testing"
)

// TestServeEndsItsTasks checks that background tasks have ended before the
// database closes, even if serving fails.
func TestServeEndsItsTasks(t *testing.T) {
	c := root()
	c.SetArgs([]string{"--console.enabled=false", "--store.path", filepath.Join(t.TempDir(), "test.db")})
	c.SetOut(io.Discard)
	c.SetErr(io.Discard)
	if err := c.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "nothing to serve") {
		t.Fatalf("got %v, want an error with \"nothing to serve\"", err)
	}
	var stacks strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 2); err != nil {
		t.Fatal(err)
	}
	for _, task := range []string{").Maintain(", ").Watch("} {
		if strings.Contains(stacks.String(), task) {
			t.Errorf("%s is still running", task)
		}
	}
}

// TestLostKey checks that no command replaces the key of an existing database,
// and that store.key needs no key file.
func TestLostKey(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "test.db")
	run := func(args ...string) error {
		c := root()
		c.SetArgs(append(args, "--console.enabled=false", "--store.path", path))
		c.SetIn(strings.NewReader(""))
		c.SetOut(io.Discard)
		c.SetErr(io.Discard)
		return c.ExecuteContext(t.Context())
	}
	if err := run("chat"); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(path + ".key")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path + ".key"); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"chat"}, nil, {"chat"}} {
		if err := run(args...); err == nil || !strings.Contains(err.Error(), path+".key: missing, but the database "+path) {
			t.Errorf("%q: %v", args, err)
		}
		if _, err := os.Stat(path + ".key"); err == nil {
			t.Fatalf("%q created another key", args)
		}
	}
	file := filepath.Join(dir, "kept")
	if err := os.WriteFile(file, fmt.Appendf(nil, "%x", key), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run("chat", "--store.key_file", file); err != nil {
		t.Error(err)
	}
}
