package terminal

import (
	"fmt"
	"io"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// A screen shows output, and below it the message that the user writes. It keeps
// every line shorter than the terminal is wide, so that no terminal wraps one:
// they differ in where the cursor is then.
type screen struct {
	out    io.Writer
	size   func() (columns, rows int)
	hidden string // format of the line in place of those that do not fit

	drawn []int // the width of each line of the message on the screen, none if it is not there
	row   int   // the line of the cursor
	col   int   // and its column
}

// draw writes the output in place of the message, and the message under it.
func (s *screen) draw(e editor, output string) error {
	var b strings.Builder
	s.erase(&b)
	b.WriteString(strings.ReplaceAll(output, "\n", "\r\n"))
	s.message(&b, e)
	_, err := io.WriteString(s.out, b.String())
	return err
}

// erase removes the message and leaves the cursor where it began. A terminal that
// was made narrower since has wrapped its lines.
func (s *screen) erase(b *strings.Builder) {
	if s.drawn == nil {
		return
	}
	columns, _ := s.size()
	up := s.col / columns
	for _, width := range s.drawn[:s.row] {
		up += 1 + max(0, width-1)/columns
	}
	if up > 0 {
		fmt.Fprintf(b, "\x1b[%dA", up)
	}
	b.WriteString("\r\x1b[J")
	s.drawn, s.row, s.col = nil, 0, 0
}

// message draws an empty line and the message.
func (s *screen) message(b *strings.Builder, e editor) {
	columns, rows := s.size()
	lines, row, col := layout(e, columns-1)
	lines, row = s.fit(lines, row, max(2, rows-2))
	lines = append([]string{""}, lines...)
	row++
	for i, line := range lines {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(line)
		s.drawn = append(s.drawn, displaywidth.String(line))
	}
	if up := len(lines) - 1 - row; up > 0 {
		fmt.Fprintf(b, "\x1b[%dA", up)
	}
	b.WriteByte('\r')
	if col > 0 {
		fmt.Fprintf(b, "\x1b[%dC", col)
	}
	s.row, s.col = row, col
}

// fit returns the lines up to and after the cursor that the screen has room for.
func (s *screen) fit(lines []string, row, most int) ([]string, int) {
	if len(lines) <= most {
		return lines, row
	}
	first := max(0, min(row-most/2, len(lines)-most))
	shown := append([]string(nil), lines[first:first+most]...)
	if row -= first; first > 0 && row > 0 {
		shown[0] = fmt.Sprintf(s.hidden, first+1)
	}
	return shown, row
}

// layout returns the message in lines of at most columns, behind a prompt, and
// the position of the cursor.
func layout(e editor, columns int) (lines []string, row, col int) {
	const prompt, indent = "> ", "  "
	line, width := prompt, len(prompt)
	g := displaywidth.StringGraphemes(e.text)
	at := 0
	for {
		if at == e.at {
			row, col = len(lines), width
		}
		if !g.Next() {
			return append(lines, line), row, col
		}
		switch w := g.Width(); {
		case g.Value() == "\n":
			lines = append(lines, line)
			line, width = indent, len(indent)
		case width+w > columns:
			lines = append(lines, line)
			line, width = indent+g.Value(), len(indent)+w
			if at == e.at {
				row, col = len(lines), len(indent)
			}
		default:
			line += g.Value()
			width += w
		}
		at += len(g.Value())
	}
}

// leave moves the cursor under the message, which stays on the screen.
func (s *screen) leave() error {
	if s.drawn == nil {
		return nil
	}
	_, err := io.WriteString(s.out, strings.Repeat("\r\n", len(s.drawn)-s.row))
	s.drawn, s.row, s.col = nil, 0, 0
	return err
}
