package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
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
		c.SetArgs(append(args, "--store.path", path))
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
	for _, args := range [][]string{{"chat"}, {"--console.enabled=false"}, {"chat"}} {
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

// TestSecondConsole checks that a second process does not serve the console of a
// database: posts that the wrong one claims would be lost.
func TestSecondConsole(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no lock here")
	}
	path := filepath.Join(t.TempDir(), "test.db")
	t.Setenv("MABSBOT_CONSOLE_ADDR", "127.0.0.1:0")
	t.Setenv("MABSBOT_STORE_PATH", path)
	ctx, cancel := context.WithCancel(t.Context())
	first, out := root(), &syncBuffer{}
	first.SetArgs(nil)
	first.SetOut(out)
	first.SetErr(io.Discard)
	ended := make(chan error, 1)
	go func() { ended <- first.ExecuteContext(ctx) }()
	for !strings.Contains(out.String(), "http://") {
		select {
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(5 * time.Millisecond):
		}
	}
	second := root()
	second.SetArgs(nil)
	second.SetOut(io.Discard)
	second.SetErr(io.Discard)
	if err := second.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "another process serves the console of this database") {
		t.Errorf("the second one: %v", err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	again, stop := context.WithCancel(t.Context())
	stop() // it ends at once
	third := root()
	third.SetArgs(nil)
	third.SetOut(io.Discard)
	third.SetErr(io.Discard)
	if err := third.ExecuteContext(again); err != nil && strings.Contains(err.Error(), "another process") {
		t.Errorf("after the first has ended: %v", err)
	}
}
