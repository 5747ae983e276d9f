package bottest

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"mabsbot/bot"
)

// The revision of an entry, at the end of a context block or after the ID of
// the entry. It changes with every word of the entry, so goldens leave it out.
var (
	revision      = regexp.MustCompile(`[0-9a-f]{4}$`)
	entryRevision = regexp.MustCompile(`^([a-z0-9-]+) [0-9a-f]{4}$`)
)

// Text returns a reply as text for goldens: each kind of block has its own
// mark, and nothing is wrapped or left out but times.
func Text(r bot.Reply) string {
	var b strings.Builder
	for _, block := range r.Blocks {
		switch block.Kind {
		case bot.BlockHeading:
			writeLine(&b, "# ", block.Text)
		case bot.BlockProgress:
			writeLine(&b, "= ", strings.TrimSpace(block.Dots()+" "+block.Text))
		case bot.BlockCheck:
			writeLine(&b, "  ", block.Label+" "+block.Text)
		case bot.BlockQuestion:
			writeLine(&b, "? ", block.Text)
		case bot.BlockQuote:
			writeLine(&b, "> ", block.Text)
		case bot.BlockWarning:
			writeLine(&b, "! ", block.Text)
		case bot.BlockCopy:
			writeLine(&b, strings.TrimSpace("$ "+block.Shell)+" ", block.Text)
		case bot.BlockContext:
			writeLine(&b, "~ ", revision.ReplaceAllString(block.Text, "REV"))
		case bot.BlockLink:
			writeLine(&b, "@ ", block.Text+" "+block.URL)
		case bot.BlockThread:
			writeLine(&b, "^ ", fmt.Sprintf("%s %s/%s", block.Text, block.Thread.Channel, block.Thread.Root))
		case bot.BlockTable:
			for _, row := range block.Rows {
				var cells []string
				for _, cell := range row {
					cells = append(cells, entryRevision.ReplaceAllString(cell, "$1 REV"))
				}
				writeLine(&b, "| ", strings.Join(cells, " | "))
			}
		case bot.BlockSteps:
			for _, item := range block.Items {
				writeLine(&b, "- ", strings.Join(strings.Fields(item.Number+" "+item.Text+" "+strings.ToUpper(string(item.State))), " "))
			}
		case bot.BlockFolded:
			writeLine(&b, "~ ", block.Text+" "+block.Titles())
		case bot.BlockChoices:
			for i, c := range block.Buttons {
				if i > 0 && c.More && !block.Buttons[i-1].More {
					b.WriteString("+ ")
				}
				b.WriteString("[" + c.Label + "] ")
			}
			b.WriteByte('\n')
		default:
			writeLine(&b, "  ", block.Text)
		}
	}
	return bot.ShowTimes(b.String(), func(time.Time) string { return "TIME" })
}

func writeLine(b *strings.Builder, mark, text string) {
	for part := range strings.SplitSeq(text, "\n") {
		b.WriteString(strings.TrimRight(mark+part, " ") + "\n")
	}
}
