//go:build unix

package terminal

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
)

// A desk is a terminal with a user: what they type goes through a real terminal
// device, and what the program writes appears on a screen.
type desk struct {
	t        *testing.T
	terminal *Terminal
	device   *os.File // the user's side
	events   chan bot.Event
	ran      chan error

	mu      sync.Mutex
	screen  *fakeScreen
	changed chan struct{} // closed at each output
}

// newDesk runs a terminal of 60 columns and 20 rows, and waits for its prompt.
func newDesk(t *testing.T) *desk {
	t.Helper()
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	t.Setenv("LC_ALL", "ko_KR.UTF-8")
	device, stdio, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { device.Close(); stdio.Close() })
	d := &desk{t: t, device: device, events: make(chan bot.Event), ran: make(chan error, 1), screen: newFakeScreen(60, 20), changed: make(chan struct{})}
	d.resize(60, 20)
	d.terminal = terminal(t, Stdio(stdio, stdio))
	go d.watch()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	t.Cleanup(func() { cancel(); wg.Wait() }) // before the device is closed
	wg.Go(func() {
		d.ran <- d.terminal.Run(ctx, func(ctx context.Context, e bot.Event) error {
			select {
			case d.events <- e:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	d.wait("> |")
	return d
}

func (d *desk) resize(columns, rows int) {
	if err := pty.Setsize(d.device, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		d.t.Fatal(err)
	}
}

// watch shows the output.
func (d *desk) watch() {
	buffer := make([]byte, 4096)
	for {
		n, err := d.device.Read(buffer)
		if err != nil {
			return
		}
		d.mu.Lock()
		d.screen.Write(buffer[:n])
		close(d.changed)
		d.changed = make(chan struct{})
		d.mu.Unlock()
	}
}

// wait waits until the screen ends with the lines, where | is the cursor.
func (d *desk) wait(lines string) {
	d.t.Helper()
	d.until(lines, func(f *fakeScreen) bool { return strings.HasSuffix("\n"+f.String(), "\n"+lines) })
}

func (d *desk) until(what string, shown func(f *fakeScreen) bool) {
	d.t.Helper()
	for {
		d.mu.Lock()
		ok, changed, screen, problems := shown(d.screen), d.changed, d.screen.String(), d.screen.problems
		d.mu.Unlock()
		if len(problems) > 0 {
			d.t.Fatalf("%s; the screen is\n%s", problems, screen)
		}
		if ok {
			return
		}
		select {
		case <-changed:
		case <-time.After(time.Minute): // only a failing test waits for it
			d.t.Fatalf("%s does not appear; the screen is\n%s", what, screen)
		}
	}
}

// types presses keys and waits until the screen shows the lines.
func (d *desk) types(keys, lines string) {
	d.t.Helper()
	if _, err := d.device.WriteString(keys); err != nil {
		d.t.Fatal(err)
	}
	d.wait(lines)
}

// wantMessage checks the next message.
func (d *desk) wantMessage(text string) {
	d.t.Helper()
	if m, ok := (<-d.events).(bot.Message); !ok || m.Text != text {
		d.t.Errorf("the message is %q, want %q", m.Text, text)
	}
}

func TestTyping(t *testing.T) {
	d := newDesk(t)
	d.types("오류 3106이", "> 오류 3106이|")
	d.types("\x7f", "> 오류 3106|")
	d.types("\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x7f가", "> 오가| 3106")
	d.types("\x05 떠요", "> 오가 3106 떠요|")
	d.types("\r", "> 오가 3106 떠요\n\n> |")
	d.wantMessage("오가 3106 떠요")
	d.types("next\r", "> next\n\n> |")
	d.wantMessage("next")
	d.types("dra", "> dra|")
	d.types("\x1b[A", "> next|")
	d.types("\x1b[A", "> 오가 3106 떠요|")
	d.types("\x1b[B\x1b[B", "> dra|")
	d.types("\x1b[A\r", "> next\n\n> |")
	d.wantMessage("next")
}

func TestPaste(t *testing.T) {
	d := newDesk(t)
	var log strings.Builder
	for i := range 40 {
		fmt.Fprintf(&log, "%d번째 줄\n", i+1)
	}
	d.types("see \x1b[200~"+strings.ReplaceAll(log.String(), "\n", "\r")+"\x1b[201~", "  39번째 줄\n  40번째 줄\n  |")
	d.types("end", "  40번째 줄\n  end|")
	d.types("\r", "  40번째 줄\n  end\n\n> |")
	d.wantMessage("see " + log.String() + "end")
	d.types("1번\r2번\r\r3번", "> 1번\n  2번\n\n  3번|") // without bracketed paste mode
	d.types("\r", "> 1번\n  2번\n\n  3번\n\n> |")
	d.wantMessage("1번\n2번\n\n3번")
}

// TestOutput checks that a post and a log line appear above the message that the
// user is writing, and that its buttons are pressed by number.
func TestOutput(t *testing.T) {
	d := newDesk(t)
	d.types("아직 쓰는\x1b[D", "> 아직 쓰|는")
	if _, err := d.terminal.Post(t.Context(), bot.Post{Reply: bottest.Replies()["korean"]}); err != nil {
		t.Fatal(err)
	}
	d.wait("  [4] 담당자 연결\n\n> 아직 쓰|는")
	fmt.Fprintln(d.terminal.Log(d.terminal.o.Out), "WARN a log line")
	d.wait("  [4] 담당자 연결\nWARN a log line\n\n> 아직 쓰|는")
	d.types("\x15\x1b[C\x7f2\r", "> 2\n\n> |")
	if p, ok := (<-d.events).(bot.Press); !ok || p.Button.Action != bot.ActionNext {
		t.Errorf("2 is %+v", p)
	}
}

func TestLeave(t *testing.T) {
	for _, tt := range []struct{ name, keys string }{
		{"Ctrl-C on an empty line", "\x03"},
		{"Ctrl-D on an empty line", "\x04"},
		{"/quit", "/quit\r"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			d.types("ab\x1b[D\x04\x01", "> |a") // Ctrl-D in a line deletes
			d.types("\x03", "> |")              // Ctrl-C clears it
			d.until("bracketed paste mode", func(f *fakeScreen) bool { return f.pasteMode })
			if _, err := d.device.WriteString(tt.keys); err != nil {
				t.Fatal(err)
			}
			if err := <-d.ran; err != nil {
				t.Error(err)
			}
			d.until("the end", func(f *fakeScreen) bool { return !f.pasteMode })
			// The terminal is as it was: it echoes what is typed.
			d.types("echo", "echo|")
		})
	}
}

func TestResize(t *testing.T) {
	d := newDesk(t)
	d.types(strings.Repeat("가", 25), "> "+strings.Repeat("가", 25)+"|")
	d.mu.Lock()
	d.screen = newFakeScreen(40, 20) // shows what is drawn from now on
	d.screen.row = 5
	d.mu.Unlock()
	d.resize(40, 20)
	if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil { // as the kernel does to the programs of a terminal
		t.Fatal(err)
	}
	d.wait("> " + strings.Repeat("가", 18) + "\n  " + strings.Repeat("가", 7) + "|")
	d.types("나", "> "+strings.Repeat("가", 18)+"\n  "+strings.Repeat("가", 7)+"나|")
}

// TestColors checks that colors depend on the terminal and on NO_COLOR, and line
// editing on the terminal alone.
func TestColors(t *testing.T) {
	_, stdio, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer stdio.Close()
	for _, tt := range []struct {
		term, noColor string
		color, edit   bool
	}{
		{"xterm", "", true, true},
		{"xterm", "1", false, true},
		{"dumb", "", false, false},
	} {
		t.Setenv("TERM", tt.term)
		t.Setenv("NO_COLOR", tt.noColor)
		if o := Stdio(stdio, stdio); o.Color != tt.color || o.Interactive != tt.edit {
			t.Errorf("TERM=%s NO_COLOR=%s: color %t, editing %t", tt.term, tt.noColor, o.Color, o.Interactive)
		}
		if o := Stdio(strings.NewReader(""), stdio); o.Color != tt.color || o.Interactive {
			t.Errorf("TERM=%s, input from a pipe: color %t, editing %t", tt.term, o.Color, o.Interactive)
		}
	}
}
