package scripted

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"mabsbot/bot"
)

// PlainText returns all blocks of a reply but the buttons as plain text, each on
// lines of its own. Code spans keep their backquotes, as in the entries.
func PlainText(r bot.Reply) string {
	var lines []string
	for _, b := range r.Blocks {
		switch b.Kind {
		case bot.BlockTable:
			for _, row := range b.Rows {
				lines = append(lines, strings.Join(row, " | "))
			}
		case bot.BlockSteps:
			for i, item := range b.Items {
				lines = append(lines, cmp.Or(item.Number, strconv.Itoa(i+1))+". "+marks[item.State]+item.Text)
			}
		case bot.BlockCheck:
			lines = append(lines, b.Label+" "+b.Text)
		case bot.BlockFolded:
			lines = append(lines, b.Text+" "+b.Titles())
		case bot.BlockLink, bot.BlockContext:
			lines = append(lines, strings.TrimSpace(b.Text+" "+b.URL))
		case bot.BlockChoices:
		default:
			lines = append(lines, b.Text)
		}
	}
	return bot.ShowTimes(strings.Join(lines, "\n"), func(at time.Time) string { return at.UTC().Format(time.RFC3339) })
}

// marks show the state of an item, as the terminal does.
var marks = map[bot.ItemState]string{bot.ItemTried: "✓ ", bot.ItemCurrent: "→ "}
