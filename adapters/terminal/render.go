package terminal

import (
	"cmp"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"mabsbot/bot"
)

// Colors of blocks: the basic eight of ECMA-48, which follow the theme of the
// terminal. Marks distinguish the kinds of blocks even without color.
const (
	bold, dim, red, cyan, plain = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[36m", "\x1b[0m"
)

// render formats a reply for the terminal.
func (t *Terminal) render(r bot.Reply) string {
	var b strings.Builder
	number := 0
	for _, block := range r.Blocks {
		b.WriteByte('\n')
		switch block.Kind {
		case bot.BlockHeading:
			t.lines(&b, "# ", "  ", bold, block.Text)
		case bot.BlockQuestion:
			t.lines(&b, "? ", "  ", bold, block.Text)
		case bot.BlockQuote:
			t.lines(&b, "> ", "> ", dim, block.Text)
		case bot.BlockWarning:
			t.lines(&b, "! ", "  ", red, block.Text)
		case bot.BlockContext:
			t.lines(&b, "  ", "  ", dim, block.Text)
			t.url(&b, block.URL)
		case bot.BlockCopy:
			t.copy(&b, block.Text)
		case bot.BlockLink:
			t.lines(&b, "  ", "  ", "", block.Text+":")
			t.url(&b, block.URL)
		case bot.BlockTable:
			t.table(&b, block.Rows)
		case bot.BlockSteps:
			t.steps(&b, block.Items)
		case bot.BlockChoices:
			number = t.choices(&b, block.Buttons, number)
		default:
			t.lines(&b, "  ", "  ", "", block.Text)
		}
	}
	return b.String()
}

// lines writes text wrapped at the width: the first line is prefixed with
// first, the others with next.
func (t *Terminal) lines(b *strings.Builder, first, next, color, text string) {
	mark := first
	for line := range strings.SplitSeq(safe(text), "\n") {
		for _, part := range wrap(line, t.o.Width-columns(first)) {
			b.WriteString(mark + t.colored(color, part) + "\n")
			mark = next
		}
	}
}

// url writes a URL on its own line, unwrapped, so that a terminal can open it.
func (t *Terminal) url(b *strings.Builder, url string) {
	if url != "" {
		b.WriteString("  " + t.colored(dim, safe(url)) + "\n")
	}
}

// copy writes a command on its own lines, unwrapped, so that it can be copied.
func (t *Terminal) copy(b *strings.Builder, text string) {
	for line := range strings.SplitSeq(safe(text), "\n") {
		b.WriteString("      " + t.colored(cyan, line) + "\n")
	}
}

func (t *Terminal) table(b *strings.Builder, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(safe(cell)))
		}
	}
	for _, row := range rows {
		b.WriteString("  ")
		for i, cell := range row {
			cell = safe(cell)
			if i+1 < len(row) {
				cell += strings.Repeat(" ", widths[i]-columns(cell)+2)
			}
			b.WriteString(cell)
		}
		b.WriteByte('\n')
	}
}

func (t *Terminal) steps(b *strings.Builder, items []bot.Item) {
	marks := map[bot.ItemState]string{bot.ItemTried: "✓ ", bot.ItemCurrent: "→ ", "": "  "}
	for i, item := range items {
		n := cmp.Or(item.Number, strconv.Itoa(i+1)) + ". "
		t.lines(b, "  "+marks[item.State]+n, "       ", "", item.Text)
	}
}

// choices writes buttons with numbers that continue through the whole reply,
// as the core counts them, and returns the last number.
func (t *Terminal) choices(b *strings.Builder, buttons []bot.LabeledButton, number int) int {
	line := ""
	for _, c := range buttons {
		number++
		part := "[" + strconv.Itoa(number) + "] " + safe(c.Label)
		if line != "" && columns(line)+columns(part)+5 > t.o.Width {
			b.WriteString("  " + line + "\n")
			line = ""
		}
		if line != "" {
			line += "   "
		}
		line += part
	}
	b.WriteString("  " + line + "\n")
	return number
}

func (t *Terminal) colored(color, text string) string {
	if color == "" || !t.o.Color || text == "" {
		return text
	}
	return color + text + plain
}

// safe removes control characters and bidirectional overrides, because a paste
// may contain escape sequences.
func safe(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' || r == 0x7f || 0x80 <= r && r < 0xa0 || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 {
			return -1
		}
		return r
	}, s)
}

// wrap breaks a line at spaces. A word longer than the line is cut.
func wrap(line string, most int) []string {
	most = max(most, 10) // the narrowest line that is still readable after a mark
	var lines []string
	now := ""
	for word := range strings.SplitSeq(line, " ") {
		if now != "" && columns(now)+1+columns(word) > most {
			lines = append(lines, now)
			now = ""
		}
		if now != "" {
			now += " "
		}
		now += word
		for columns(now) > most {
			head := cut(now, most)
			lines = append(lines, head)
			now = now[len(head):]
		}
	}
	return append(lines, now)
}

// cut returns the longest prefix of s that fits.
func cut(s string, most int) string {
	n := 0
	for i, r := range s {
		if n += runeColumns(r); n > most {
			return s[:i]
		}
	}
	return s
}

// columns returns the display width of s. Hangul takes two columns a letter.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
