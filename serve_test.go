package main

import (
	"io"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"testing"
)

// TestServeEndsItsTasks: where serving fails, too, nothing goes on working on a
// database that is closed.
func TestServeEndsItsTasks(t *testing.T) {
	c := root()
	c.SetArgs([]string{"--console.enabled=false", "--store.path", filepath.Join(t.TempDir(), "test.db")})
	c.SetOut(io.Discard)
	c.SetErr(io.Discard)
	if err := c.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "nothing to serve") {
		t.Fatalf("got %v, want that there is nothing to serve", err)
	}
	var stacks strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 2); err != nil {
		t.Fatal(err)
	}
	for _, task := range []string{").Maintain(", ").Watch("} {
		if strings.Contains(stacks.String(), task) {
			t.Errorf("%s still runs", task)
		}
	}
}
