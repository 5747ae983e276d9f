package terminal

import (
	"context"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// A keyboard reads messages with line editing, and draws them under the output.
//
// golang.org/x/term has a line editor too, but it takes every character for one
// column wide: with Korean, the cursor is wrong.
type keyboard struct {
	in, out *os.File

	mu     sync.Mutex
	editor editor
	screen screen
}

// newKeyboard returns a keyboard for a terminal.
func newKeyboard(in, out *os.File, hidden string) *keyboard {
	k := &keyboard{in: in, out: out}
	k.screen = screen{out: out, size: func() (columns, rows int) { return size(out) }, hidden: hidden}
	return k
}

// size returns the size of the terminal.
func size(out *os.File) (columns, rows int) {
	columns, rows, err := term.GetSize(int(out.Fd()))
	if err != nil || columns <= 0 {
		return 80, 24 // of the first terminals, and still the default size of new ones
	}
	return max(columns, 20), rows // a narrower one shows nothing that can be read
}

// start switches the terminal to raw mode and bracketed paste mode, shows the
// prompt, and reads messages until ctx ends or the user leaves: by the end of the
// input (Ctrl-D), which closes the channel, or by Ctrl-C, which also calls
// cancel. restore must be called at the end.
func (k *keyboard) start(ctx context.Context, cancel func()) (messages <-chan string, restore func(), err error) {
	cooked, err := term.MakeRaw(int(k.in.Fd()))
	if err != nil {
		return nil, nil, err
	}
	endSequences, err := interpretSequences(k.out)
	if err != nil {
		term.Restore(int(k.in.Fd()), cooked)
		return nil, nil, err
	}
	k.print("\x1b[?2004h")
	endResize := onResize(func() { k.print("") })
	typed := make(chan string, 64) // Ctrl-C must be read even if the bot is slow
	go k.read(ctx, typed, cancel)
	return typed, func() {
		endResize()
		k.mu.Lock()
		defer k.mu.Unlock()
		var b strings.Builder
		k.screen.erase(&b)
		k.out.WriteString(b.String() + "\x1b[?2004l")
		endSequences()
		term.Restore(int(k.in.Fd()), cooked)
	}, nil
}

// print writes output above the message.
func (k *keyboard) print(s string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.screen.draw(k.editor, s)
}

// read reads keys until the input or ctx ends, or the user leaves.
func (k *keyboard) read(ctx context.Context, typed chan<- string, cancel func()) {
	defer close(typed)
	var d decoder
	buffer := make([]byte, 64<<10) // more than a terminal gives at once, which is 4 KiB on Linux
	for {
		n, err := k.in.Read(buffer)
		for _, pressed := range d.decode(buffer[:n]) {
			switch text, done := k.press(pressed); done {
			case keyEnter:
				select {
				case typed <- text:
				case <-ctx.Done():
					return
				}
			case keyInterrupt:
				cancel()
				return
			case keyEndOfInput:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// press does what the key says. It returns keyEnter with the message that is
// complete, keyInterrupt or keyEndOfInput if the user leaves, and "" otherwise.
func (k *keyboard) press(pressed key) (text string, done keyName) {
	k.mu.Lock()
	defer k.mu.Unlock()
	output := ""
	switch {
	case pressed.name == keyEnter:
		k.screen.leave()
		text, done = k.editor.take(), keyEnter
	case k.editor.text == "" && (pressed.name == keyInterrupt || pressed.name == keyEndOfInput):
		return "", pressed.name
	case pressed.name == keyInterrupt:
		k.editor.clear()
	case pressed.name == keyClearScreen:
		output = "\x1b[H\x1b[2J"
	default:
		k.editor.edit(pressed)
	}
	k.screen.draw(k.editor, output)
	return text, done
}
