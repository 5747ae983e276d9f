// Package terminal is the adapter behind "mabsbot chat": a conversation with
// the bot in a terminal, which is a direct message of one user. Events and
// posts take the same way as on a chat platform.
//
// terminal.go reads and runs the conversation, events.go turns typed text into
// events, render.go formats replies.
package terminal

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"mabsbot/bot"
)

// Options configure a Terminal. In, Out and Drain are required.
type Options struct {
	In     io.Reader
	Out    io.Writer
	Locale string // of the user, such as "ko_KR.UTF-8"
	Color  bool
	Width  int // columns; 0 means 80
	// Interactive means that In is a keyboard: a prompt is shown, and lines that
	// arrive together are one paste. Otherwise each line is a message.
	Interactive bool
	// Drain waits until every post that follows from an event was delivered.
	Drain func(ctx context.Context) error
}

// A Terminal is the adapter. Create it with New.
type Terminal struct {
	o     Options
	began time.Time

	mu      sync.Mutex
	written int                 // events of this run
	buttons []bot.LabeledButton // of the last reply that had any
}

var _ bot.Adapter = (*Terminal)(nil)

// New returns the adapter.
func New(o Options) *Terminal {
	if o.Width <= 0 {
		o.Width = 80
	}
	return &Terminal{o: o, began: time.Now()}
}

// Name implements bot.Adapter.
func (t *Terminal) Name() string { return "terminal" }

// Capabilities implements bot.Adapter. A terminal can only append text; a user
// types the number of a button to press it.
func (t *Terminal) Capabilities() bot.Capabilities { return bot.Capabilities{} }

// Run reads messages until the end of the input, "/quit", or the end of ctx.
func (t *Terminal) Run(ctx context.Context, handle bot.Handler) error {
	messages := t.read(ctx)
	if err := t.o.Drain(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	for {
		t.prompt()
		select {
		case <-ctx.Done():
			return nil
		case text, ok := <-messages:
			if !ok || strings.TrimSpace(text) == "/quit" {
				return nil
			}
			if err := t.handle(ctx, handle, text); err != nil {
				return err
			}
		}
	}
}

// handle hands a message to the core and waits until its replies are shown.
func (t *Terminal) handle(ctx context.Context, handle bot.Handler, text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	if err := handle(ctx, t.event(text)); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		t.print("! " + err.Error() + "\n")
		return nil
	}
	if err := t.o.Drain(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Post implements bot.Adapter.
func (t *Terminal) Post(_ context.Context, p bot.Post) (bot.Delivery, error) {
	if err := t.print(t.render(p.Reply)); err != nil {
		return bot.Delivery{}, bot.Refused(err)
	}
	if buttons := p.Reply.Buttons(); len(buttons) > 0 {
		t.mu.Lock()
		t.buttons = buttons
		t.mu.Unlock()
	}
	return bot.Delivery{Ref: string(p.ID), Thread: p.Thread}, nil
}

func (t *Terminal) print(s string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err := io.WriteString(t.o.Out, s)
	return err
}

func (t *Terminal) prompt() {
	if t.o.Interactive {
		t.print("\n> ")
	}
}

// pause ends a paste. Terminals deliver the lines of a paste within a
// millisecond or two; a person types the next line much later.
const pause = 50 * time.Millisecond

// maxLine is the longest line that is read: a log file pasted as one line, up
// to the size of a text file that the bot reads.
const maxLine = 1 << 20

// read collects lines into messages. Its goroutine ends with the input, which
// on an open terminal is the end of the program.
func (t *Terminal) read(ctx context.Context) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		s := bufio.NewScanner(t.o.In)
		s.Buffer(nil, maxLine)
		for s.Scan() {
			select {
			case lines <- s.Text():
			case <-ctx.Done():
				return
			}
		}
		if err := s.Err(); err != nil {
			t.print(fmt.Sprintf("! input: %v\n", err))
		}
	}()
	if !t.o.Interactive {
		return lines
	}
	messages := make(chan string)
	go collect(ctx, lines, messages)
	return messages
}

// collect joins lines that arrive together.
func collect(ctx context.Context, lines <-chan string, messages chan<- string) {
	defer close(messages)
	for line := range lines {
		text, open := line, true
		for open {
			select {
			case more, ok := <-lines:
				if open = ok; ok {
					text += "\n" + more
				}
			case <-time.After(pause):
				open = false
			}
		}
		select {
		case messages <- text:
		case <-ctx.Done():
			return
		}
	}
}

// Stdio returns the options for a terminal, a file or a pipe. Colors are used
// only on a terminal, and not if NO_COLOR is set (https://no-color.org).
func Stdio(in io.Reader, out io.Writer) Options {
	return Options{
		In: in, Out: out, Interactive: isTerminal(in), Width: columnsOfEnvironment(),
		Locale: cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")), // as POSIX orders them
		Color:  isTerminal(out) && os.Getenv("NO_COLOR") == "",
	}
}

// isTerminal reports whether stream is an open terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// columnsOfEnvironment returns the width of the terminal from $COLUMNS, or 0 if
// it is not set or too narrow to use.
func columnsOfEnvironment() int {
	var n int
	if _, err := fmt.Sscan(os.Getenv("COLUMNS"), &n); err != nil || n < 20 {
		return 0
	}
	return n
}
