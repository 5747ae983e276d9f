package chattest

import (
	"flag"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// A Program is the real program, run as a process.
type Program struct {
	t      testing.TB
	binary string
	env    []string
	cmd    *exec.Cmd
}

var binary = flag.String("program", "", "run this program instead of building it, to compare two")

// Build builds the program with go build. env is added to the environment of each
// process.
func Build(t testing.TB, env ...string) *Program {
	t.Helper()
	p := &Program{t: t, binary: filepath.Join(t.TempDir(), "mabsbot"), env: env}
	if runtime.GOOS == "windows" {
		p.binary += ".exe"
	}
	if *binary != "" {
		p.binary = *binary
		return p
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", p.binary, "mabsbot").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
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
