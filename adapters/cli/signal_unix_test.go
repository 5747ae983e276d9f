//go:build unix

package cli

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"mabsbot/adapters/chat/chattest"
)

// TestSignals checks that SIGINT and SIGTERM end every command of the real
// program, whatever it is doing, with the exit status that a shell expects.
func TestSignals(t *testing.T) {
	p := chattest.Build(t)
	overlay := t.TempDir()
	var lines strings.Builder
	for i := range 50_000 { // 50,000 entries take seconds to load
		fmt.Fprintf(&lines, `{"id":"e-%[1]d","title":"The service w%[1]d failed","messages":["The service w%[1]d failed on <ServerName> because of v%[2]d."]}`+"\n", i, i%977)
	}
	if err := os.WriteFile(filepath.Join(overlay, "a.jsonl"), []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		for _, args := range runnable(root()) {
			t.Run(fmt.Sprintf("%s/configuring/%s", sig, strings.Join(args, " ")), func(t *testing.T) {
				cmd, config := withConfig(t, p.Command(args...))
				cmd.Stdin = strings.NewReader("a long password\n")
				ended := startCommand(t, cmd)
				select {
				case err := <-writeAsync(config, padding):
					if err != nil {
						t.Fatal(err)
					}
					wantEnd(t, cmd, ended, sig)
				case <-ended: // some commands need no configuration, or refuse "x" before they read it
					if !cmd.ProcessState.Success() && cmd.ProcessState.ExitCode() != 2 {
						t.Error(cmd.ProcessState)
					}
				}
			})
		}
		for _, args := range [][]string{nil, {"chat"}, {"match", "x"}, {"kb", "lint"}, {"kb", "test"}, {"kb", "list"}} {
			t.Run(fmt.Sprintf("%s/loading/%s", sig, strings.Join(args, " ")), func(t *testing.T) {
				cmd, config := withConfig(t, p.Command(args...))
				ended := startCommand(t, cmd)
				if err := <-writeAsync(config, fmt.Sprintf("%skb: {overlay: %q}\nconsole: {enabled: false}\n", padding, overlay)); err != nil {
					t.Fatal(err)
				}
				config.Close()
				wantEnd(t, cmd, ended, sig)
			})
		}
		for _, args := range [][]string{{"chat"}, {"chat", "--jsonl"}, {"match"}, {"match", "-"}, {"match", "--jsonl"}} {
			t.Run(fmt.Sprintf("%s/reading/%s", sig, strings.Join(args, " ")), func(t *testing.T) {
				cmd := p.Command(args...)
				in, err := cmd.StdinPipe()
				if err != nil {
					t.Fatal(err)
				}
				defer in.Close()
				ended := startCommand(t, cmd)
				// 256 KiB, more than the buffer of a pipe
				if err := <-writeAsync(in, strings.Repeat("\n", 1<<18)); err != nil {
					t.Fatal(err)
				}
				wantEnd(t, cmd, ended, sig)
				if left, err := filepath.Glob(filepath.Join(cmd.Dir, "*-wal")); err != nil || len(left) > 0 {
					t.Errorf("the database was not closed: %v, %v", left, err)
				}
			})
		}
	}
}

// padding is larger than the buffer of a pipe (64 KiB on Linux); see
// writeAsync.
var padding = strings.Repeat("# \n", 1<<16)

// writeAsync writes text to a pipe. If text is larger than the buffer of the
// pipe, the process has read from it when writeAsync is done, and waits for
// more.
func writeAsync(w io.Writer, text string) <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := io.WriteString(w, text)
		done <- err
	}()
	return done
}

// runnable returns the arguments of every command that can be run.
func runnable(c *cobra.Command) (all [][]string) {
	if c.Runnable() {
		args := strings.Fields(c.CommandPath())[1:]
		if _, wants, ok := strings.Cut(c.Use, " "); ok && !strings.HasPrefix(wants, "[") {
			args = append(args, "x")
			if len(strings.Fields(wants)) == 2 {
				args = append(args, "store.url")
			}
		}
		all = append(all, args)
	}
	for _, sub := range c.Commands() {
		all = append(all, runnable(sub)...)
	}
	return all
}

// withConfig makes a named pipe the configuration file of a command.
func withConfig(t *testing.T, cmd *exec.Cmd) (*exec.Cmd, *os.File) {
	t.Helper()
	path := filepath.Join(cmd.Dir, "config")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := os.OpenFile(path, os.O_RDWR, 0) // O_WRONLY would block until a reader opens the pipe
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { config.Close() })
	cmd.Env = append(cmd.Env, "MABSBOT_CONFIG="+path)
	return cmd, config
}

// startCommand starts a command and returns a channel that is closed when it
// has exited.
func startCommand(t *testing.T, cmd *exec.Cmd) <-chan struct{} {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // ProcessState has the result
		close(ended)
	}()
	return ended
}

// wantEnd sends a signal and checks that it ends the process.
func wantEnd(t *testing.T, cmd *exec.Cmd, ended <-chan struct{}, sig syscall.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(sig); err != nil {
		t.Error(err)
	}
	select {
	case <-ended:
	case <-time.After(time.Minute): // far longer than any command needs to exit
		t.Error("the process did not exit")
		_ = cmd.Process.Kill()
		<-ended
	}
	switch s := cmd.ProcessState.Sys().(syscall.WaitStatus); {
	case s.Signaled() && s.Signal() == sig:
	case s.Exited() && s.ExitStatus() == 128+int(sig): // a shell's status for a signal
	default:
		t.Errorf("the process exited with %v", cmd.ProcessState)
	}
}
