// Package terminal is the adapter behind "mabsbot chat": a conversation with
// the bot in a terminal, which is a direct message of one user. Events and
// posts take the same way as on a chat platform.
//
// terminal.go reads and runs the conversation, events.go turns typed text into
// events, render.go formats replies, and text.go their texts. On a terminal,
// keyboard.go reads messages with line editing: keys.go decodes what the terminal
// sends, editor.go edits the message and keeps the history, and screen.go draws
// it. resize_unix.go, resize_other.go, console_windows.go and
// console_other.go hide how operating systems differ.
package terminal

import (
	"bufio"
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

//go:embed locale/*.yaml
var localeFiles embed.FS

// Options configure a Terminal. In, Out, Drain and Language are required.
type Options struct {
	In     io.Reader
	Out    io.Writer
	Locale string // of the user, such as "ko_KR.UTF-8"
	Color  bool
	Width  int // columns, if Out is not a terminal; 0 means 80
	// Interactive means that In and Out are a terminal that can move its cursor:
	// a message is edited there, and may have several lines. Otherwise each line
	// is a message.
	Interactive bool
	// Drain waits until every post that follows from an event was delivered.
	Drain func(ctx context.Context) error
	// Language returns the language of a user with the locale.
	Language func(ctx context.Context, user bot.UserKey, locale string) (string, error)
}

// A Terminal is the adapter. Create it with New.
type Terminal struct {
	o     Options
	texts chat.Texts
	began time.Time

	mu       sync.Mutex
	written  int                 // events of this run
	buttons  []bot.LabeledButton // of the last reply that had any
	source   bot.Block           // that was shown last
	keyboard *keyboard           // while an interactive conversation runs
}

var _ bot.Adapter = (*Terminal)(nil)

// New returns the adapter.
func New(o Options) (*Terminal, error) {
	texts, err := chat.LoadTexts(localeFiles)
	if err != nil {
		return nil, fmt.Errorf("terminal: %w", err)
	}
	o.Width = cmp.Or(max(0, o.Width), 80)
	return &Terminal{o: o, texts: texts, began: time.Now()}, nil
}

// Name implements bot.Adapter.
func (t *Terminal) Name() string { return "terminal" }

// Capabilities implements bot.Adapter. A terminal can only append text; a user
// types the number of a button to press it.
func (t *Terminal) Capabilities() bot.Capabilities { return bot.Capabilities{} }

// Run reads messages until the end of the input, "/quit", Ctrl-C on an empty
// line, or the end of ctx.
func (t *Terminal) Run(ctx context.Context, handle bot.Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	messages, restore, err := t.open(ctx, cancel)
	if err != nil {
		return err
	}
	defer restore()
	if err := t.o.Drain(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	for {
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

// open starts to read messages.
func (t *Terminal) open(ctx context.Context, cancel func()) (messages <-chan string, restore func(), err error) {
	if !t.o.Interactive {
		return t.read(ctx), func() {}, nil
	}
	lang, err := t.o.Language(ctx, bot.UserKey{Adapter: t.Name(), ID: user}, t.o.Locale)
	if err != nil {
		return nil, nil, err
	}
	words := t.texts.In(lang)
	var welcome strings.Builder
	t.lines(&welcome, "", "", "", words["welcome"])
	t.print(welcome.String())
	k := newKeyboard(t.o.In.(*os.File), t.o.Out.(*os.File), words["hidden_lines"])
	messages, end, err := k.start(ctx, cancel)
	if err != nil {
		t.print(fmt.Sprintf("! line editing: %v\n", err))
		return t.read(ctx), func() {}, nil
	}
	t.setKeyboard(k)
	return messages, func() {
		t.setKeyboard(nil)
		end()
	}, nil
}

// sourceOnce returns the reply without its source if the reply before had the
// same: a user at a terminal reads the replies one below the other.
func (t *Terminal) sourceOnce(r bot.Reply) bot.Reply {
	if !t.o.Interactive {
		return r
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	r.Blocks = slices.DeleteFunc(slices.Clone(r.Blocks), func(b bot.Block) bool {
		if b.Kind != bot.BlockContext || b.URL == "" {
			return false
		}
		repeated := b.Text == t.source.Text && b.URL == t.source.URL
		t.source = b
		return repeated
	})
	return r
}

func (t *Terminal) setKeyboard(k *keyboard) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keyboard = k
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
	if err := t.print(t.render(t.sourceOnce(p.Reply))); err != nil {
		return bot.Delivery{}, bot.Refused(err)
	}
	if buttons := p.Reply.Buttons(); len(buttons) > 0 {
		t.mu.Lock()
		t.buttons = buttons
		t.mu.Unlock()
	}
	return bot.Delivery{Ref: string(p.ID), Thread: p.Thread}, nil
}

// print writes s, above the message that the user is writing.
func (t *Terminal) print(s string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.keyboard != nil {
		return t.keyboard.print(s)
	}
	_, err := io.WriteString(t.o.Out, s)
	return err
}

// Log returns a writer for log lines. A line that goes to the terminal appears
// above the message that the user is writing.
func (t *Terminal) Log(w io.Writer) io.Writer {
	if t.o.Interactive && isTerminal(w) {
		return logWriter{t}
	}
	return w
}

// A logWriter writes to the terminal.
type logWriter struct{ t *Terminal }

func (w logWriter) Write(line []byte) (int, error) { return len(line), w.t.print(string(line)) }

// width returns the width of replies.
func (t *Terminal) width() int {
	const most = 100 // longer lines are hard to read
	if !t.o.Interactive {
		return t.o.Width
	}
	columns, _ := size(t.o.Out.(*os.File))
	return min(columns, most)
}

// maxLine is the longest line that is read from a pipe: a log file in one line,
// up to the size of a text file that the bot reads.
const maxLine = 1 << 20

// read reads lines, each of which is a message. Its goroutine ends with the
// input.
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
	return lines
}

// Stdio returns the options for a terminal, a file or a pipe. Colors are used
// only on a terminal, and not if NO_COLOR is set (https://no-color.org). A dumb
// terminal has neither colors nor a cursor to move.
func Stdio(in io.Reader, out io.Writer) Options {
	able := os.Getenv("TERM") != "dumb" && isTerminal(out)
	return Options{
		In: in, Out: out, Interactive: able && isTerminal(in), Width: columnsOfEnvironment(),
		Locale: cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"), // as POSIX orders them
			systemLanguage()),
		Color: able && os.Getenv("NO_COLOR") == "",
	}
}

// isTerminal reports whether stream is an open terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
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
