package chatfake

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A Node is a JavaScript program in a process of its own. It reports a failure by
// printing a line that starts with "error".
type Node struct {
	t       testing.TB
	changes *Changes

	mu    sync.Mutex
	lines []string // output so far
}

// StartNode runs a program in a folder until the test ends, with env added to the
// environment. Every line of output counts as a change. The test fails if the
// program reports an error. It is skipped if Node.js or the packages of the folder
// are not installed, unless TEST_NO_SKIP is set.
func StartNode(t testing.TB, changes *Changes, folder string, env []string, args ...string) *Node {
	t.Helper()
	binary, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join(folder, "node_modules"))
	}
	if err != nil && os.Getenv("TEST_NO_SKIP") != "" {
		t.Fatalf("TEST_NO_SKIP is set, but Node.js or its packages are missing: %v", err)
	}
	if err != nil {
		t.Skipf("Node.js is not installed, or `npm ci` was not run in %s", folder)
	}
	cmd := exec.Command(binary, args...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), env...)
	n := &Node{t: t, changes: changes}
	n.run(cmd)
	return n
}

func (n *Node) run(cmd *exec.Cmd) {
	n.t.Helper()
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() { n.read(out) })
	n.t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have exited already
		_ = cmd.Wait()
		in.Close()
		reading.Wait()
		if n.FirstError() != "" || n.t.Failed() {
			n.t.Errorf("output of the program:\n%s", strings.Join(n.lines, "\n"))
		}
	})
}

// read collects the output.
func (n *Node) read(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		n.mu.Lock()
		n.lines = append(n.lines, lines.Text())
		n.mu.Unlock()
		n.changes.Note()
	}
}

// Line returns the first line of output with the prefix, or "".
func (n *Node) Line(prefix string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	i := slices.IndexFunc(n.lines, func(l string) bool { return strings.HasPrefix(l, prefix) })
	if i < 0 {
		return ""
	}
	return n.lines[i]
}

// FirstError returns the first error that the program has printed, or "".
func (n *Node) FirstError() string { return n.Line("error") }
