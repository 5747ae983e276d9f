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

// A Node is a program on Node.js, in a process of its own. A line of its output
// that begins with «error» is a complaint.
type Node struct {
	t       testing.TB
	changes *Changes

	mu    sync.Mutex
	lines []string // of its output
}

// StartNode runs a program in the folder, with env besides the environment of the
// test, until the test ends. Each line of its output is a change. The test fails
// if the program complains, and is skipped where Node.js or the packages of the
// folder are not installed.
func StartNode(t testing.TB, changes *Changes, folder string, env []string, args ...string) *Node {
	t.Helper()
	binary, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join(folder, "node_modules"))
	}
	if err != nil && os.Getenv("TEST_NO_SKIP") != "" {
		t.Fatalf("no Node.js or no packages here, and nothing may be skipped: %v", err)
	}
	if err != nil {
		t.Skipf("no Node.js here, or `npm ci` was not run in %s", folder)
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
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()
		in.Close()
		reading.Wait()
		if n.Complaint() != "" || n.t.Failed() {
			n.t.Errorf("the program said\n%s", strings.Join(n.lines, "\n"))
		}
	})
}

// read keeps the output.
func (n *Node) read(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		n.mu.Lock()
		n.lines = append(n.lines, lines.Text())
		n.mu.Unlock()
		n.changes.Note()
	}
}

// Line is the first line of the output with the beginning, or "".
func (n *Node) Line(beginning string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	i := slices.IndexFunc(n.lines, func(l string) bool { return strings.HasPrefix(l, beginning) })
	if i < 0 {
		return ""
	}
	return n.lines[i]
}

// Complaint is the first complaint, or "".
func (n *Node) Complaint() string { return n.Line("error") }
