// Package scripted is the adapter behind "mabsbot chat --jsonl": a conversation
// for scripts, such as tests of a team's own entries. The platform is simulated,
// everything is kept in memory, and time passes only if the script says so.
// README.md describes the input and the output.
//
// scripted.go reads lines and writes answers, input.go takes a line apart,
// platform.go is the simulated platform, answer.go is the output, text.go shows
// replies as plain text.
package scripted

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"mabsbot/bot"
)

// Options configure Run. All fields are required.
type Options struct {
	In     io.Reader
	Out    io.Writer
	Policy bot.Policy // without what a reset decides: the channel and its mode
	// New returns a bot that remembers nothing and whose store has the clock now.
	New func(policy bot.Policy, now func() time.Time) *bot.Bot
}

// Run carries out the lines of the input, one after the other, until the input
// or ctx ends. It writes one answer per line, once all that follows from the
// line is done. A line that cannot be carried out changes nothing; an empty line
// is skipped.
func Run(ctx context.Context, o Options) error {
	in := bufio.NewReader(o.In)
	s := &session{o, newPlatform(o, defaultScene)}
	for ctx.Err() == nil {
		line, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("chat --jsonl: %w", err)
		}
		if len(bytes.TrimSpace(line)) > 0 || len(line) > maxLine {
			if err := writeLine(o.Out, s.answer(ctx, line)); err != nil {
				return fmt.Errorf("chat --jsonl: %w", err)
			}
		}
		if err != nil {
			return nil
		}
	}
	return context.Cause(ctx)
}

// A session is the conversation since the last reset.
type session struct {
	o Options
	*platform
}

// answer carries out a line and returns what follows from it.
func (s *session) answer(ctx context.Context, line []byte) answer {
	s.begin()
	in, err := parse(line)
	if err == nil {
		err = s.carryOut(ctx, in)
	}
	return s.platform.answer(err)
}

func (s *session) carryOut(ctx context.Context, in input) error {
	switch in.verb {
	case verbSay:
		return s.say(ctx, in.as, in.text)
	case verbPress:
		return s.press(ctx, in.as, in.text)
	case verbLater:
		return s.later(ctx)
	}
	s.platform = newPlatform(s.o, in.scene)
	return nil
}

// maxLine bounds the memory that a line takes. It leaves room for the longest
// text that the console accepts (1 MiB), each byte escaped as \u0041.
const maxLine = 8 << 20

// readLine reads up to the end of a line. It drops what exceeds maxLine, all but
// one byte, by which parse recognizes the line as too long.
func readLine(r *bufio.Reader) (line []byte, err error) {
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part[:min(len(part), maxLine+1-len(line))]...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}
