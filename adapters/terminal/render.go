package terminal

import (
	"cmp"
	"strconv"
	"strings"

	"mabsbot/bot"
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
			t.lines(&b, "| ", "| ", dim, block.Text) // not the mark of the prompt
		case bot.BlockWarning:
			t.lines(&b, "! ", "  ", red, block.Text)
		case bot.BlockContext:
			t.lines(&b, "  ", "  ", dim, block.Text)
			t.url(&b, block.URL)
		case bot.BlockProgress:
			t.lines(&b, "  ", "  ", dim, strings.TrimSpace(block.Dots()+" "+block.Text))
		case bot.BlockFolded:
			t.lines(&b, "  ", "  ", dim, block.Text+" "+block.Titles())
		case bot.BlockCheck:
			t.lines(&b, "  ", "  ", "", block.Label+" "+block.Text)
		case bot.BlockCopy:
			// At the margin and in whole lines, so that it can be copied as it is.
			t.literal(&b, "", cyan, block.Text)
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
	var wrapped []string
	for line := range strings.SplitSeq(t.prepare(text), "\n") {
		wrapped = append(wrapped, wrap(line, t.width()-columns(first))...)
	}
	mark := first
	for _, line := range t.colored(color, wrapped...) {
		b.WriteString(mark + line + "\n")
		mark = next
	}
}

// literal writes lines that are neither wrapped nor contain code spans.
func (t *Terminal) literal(b *strings.Builder, indent, color, text string) {
	for line := range strings.SplitSeq(safe(text), "\n") {
		b.WriteString(indent + t.colored(color, line)[0] + "\n")
	}
}

// url writes a URL on a line of its own, so that a terminal can open it.
func (t *Terminal) url(b *strings.Builder, url string) {
	if url != "" {
		t.literal(b, "  ", dim, url)
	}
}

func (t *Terminal) table(b *strings.Builder, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(t.prepare(cell)))
		}
	}
	for _, row := range rows {
		indent := "  "
		for i, cell := range row {
			if i+1 == len(row) {
				t.lines(b, indent, strings.Repeat(" ", columns(indent)), "", cell)
				break
			}
			cell = t.prepare(cell)
			indent += t.colored("", cell)[0] + strings.Repeat(" ", widths[i]-columns(cell)+2)
		}
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
	line, width := "", 0
	for _, c := range buttons {
		number++
		n := "[" + strconv.Itoa(number) + "]"
		label := t.prepare(c.Label)
		if width > 0 && width+3+columns(n)+1+columns(label) > t.width()-2 {
			b.WriteString("  " + line + "\n")
			line, width = "", 0
		}
		if width > 0 {
			line, width = line+"   ", width+3
		}
		line += t.colored(bold, n)[0] + " " + t.colored("", label)[0]
		width += columns(n) + 1 + columns(label)
	}
	b.WriteString("  " + line + "\n")
	return number
}
