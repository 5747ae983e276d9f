package chattest

import (
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// A Program is the real program, run as a process.
type Program struct {
	Log *Buffer // gets what the processes log, unless it is nil

	t      testing.TB
	binary string
	env    []string
	cmd    *exec.Cmd
}

var binary = flag.String("program", "", "run this program instead of building it, to compare two")

// folder is where build puts the program, or empty.
var folder string

// build builds the program with go build, once for all tests of a package.
var build = sync.OnceValues(func() (path string, err error) {
	if *binary != "" {
		return *binary, nil
	}
	if folder, err = os.MkdirTemp("", "mabsbot-test-"); err != nil {
		return "", err
	}
	path = filepath.Join(folder, "mabsbot")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", path, "mabsbot").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// Main runs the tests of a package that uses Build, and removes what it has built.
func Main(m *testing.M) {
	m.Run()
	if folder != "" {
		_ = os.RemoveAll(folder) // what is left is in the folder for temporary files
	}
}

// Build returns the program. env is added to the environment of each process. The
// package needs a TestMain that calls Main.
func Build(t testing.TB, env ...string) *Program {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	p := &Program{t: t, binary: path, env: env}
	t.Cleanup(func() {
		if p.cmd != nil && p.cmd.ProcessState == nil { // a failed test leaves it running
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	return p
}

// Command returns a command in an empty directory.
func (p *Program) Command(args ...string) *exec.Cmd {
	p.t.Helper()
	cmd := exec.Command(p.binary, args...)
	cmd.Dir = p.t.TempDir()
	cmd.Env = append(os.Environ(), p.env...)
	return cmd
}

// Start starts the program, configured by its environment alone.
func (p *Program) Start() {
	p.t.Helper()
	p.Run(p.Command())
}

// Run starts a command that Command returned. Kill and Stop end it.
func (p *Program) Run(cmd *exec.Cmd) {
	p.t.Helper()
	if testing.Verbose() {
		cmd.Stderr = os.Stderr
	}
	if p.Log != nil {
		cmd.Stderr = p.Log
	}
	p.cmd = cmd
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
}

// PID returns the ID of the running process.
func (p *Program) PID() int { return p.cmd.Process.Pid }

// Kill kills the process, as a power cut would.
func (p *Program) Kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	_ = p.cmd.Wait() // reports the signal
}

// Stop interrupts the process, as an orchestrator does, and waits until it exits.
// Windows has no signal for that.
func (p *Program) Stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("the program ends with %v", err)
	}
}

// FreeAddress returns an address on which no process listens.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
