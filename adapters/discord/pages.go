package discord

import (
	"strings"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// beginPage starts a page.
func (r *renderer) beginPage() { r.parts, r.left, r.components = nil, maxDisplay-r.reserved, 2 }

// endPage completes the current page if it is not empty, and starts another.
func (r *renderer) endPage() {
	r.flush()
	if len(r.parts) > 0 {
		r.pages = append(r.pages, []discordgo.MessageComponent{discordgo.Container{AccentColor: new(accent), Components: r.parts}})
	}
	r.beginPage()
}

// isLastPage reports whether the current page is the last one allowed.
func (r *renderer) isLastPage() bool { return len(r.pages)+1 >= r.pageLimit }

const (
	// maxNote keeps a note to a few lines.
	maxNote = 300

	// maxQuestion and maxContext bound a question and small print, for which
	// space is reserved, to a few lines.
	maxQuestion = 1000
	maxContext  = 400

	// maxReserved leaves at least half of a page for everything else.
	maxReserved = 2000
)

// reserve reserves space for the blocks that are never cut. It does so on every
// page, because it is not known yet on which page a block will be. It reports
// which blocks have space.
func (r *renderer) reserve(all []bot.Block) []bool {
	reserved := make([]bool, len(all))
	for i, b := range all {
		if need := reservedSize(b); r.reserved+need <= maxReserved {
			r.reserved += need
			reserved[i] = true
		}
	}
	return reserved
}

// reservedSize returns the most space that a block that is never cut takes, or
// 0 for other blocks.
func reservedSize(b bot.Block) int {
	switch b.Kind {
	case bot.BlockQuestion:
		return min(sizeOf(b.Text), maxQuestion) + len("****\n")
	case bot.BlockContext:
		return min(sizeOf(b.Text), maxContext) + len(b.URL) + len("-# [](<>)\n")
	}
	return 0
}

// write adds markdown to the current page.
func (r *renderer) write(markdown string) { r.text.WriteString(markdown + "\n") }

// flush turns the texts since the last action row into a text display.
func (r *renderer) flush() {
	if text := strings.TrimSpace(r.text.String()); text != "" {
		r.parts = append(r.parts, discordgo.TextDisplay{Content: text})
	}
	r.text.Reset()
}

// minPiece is the least space in which a text starts that continues on the next
// page: a few lines.
const minPiece = 400

// distribute adds a text to as many pages as it takes. show renders a piece;
// each of its characters takes size, and the rendering takes extra. A text that
// fits on one page is not split.
func (r *renderer) distribute(text string, size chat.Size, extra int, show func(piece string) string) {
	for text != "" {
		need := size.Of(text) + extra
		switch whole := maxDisplay - r.reserved; {
		case need <= r.left:
			r.left -= need
			r.write(show(text))
			return
		case r.isLastPage():
			r.cut(text, size, extra, show)
			return
		case need <= whole || r.left-extra < minPiece:
			r.endPage()
		default:
			var piece string
			if piece, text = size.Part(text, r.left-extra); piece != "" {
				r.write(show(piece))
			}
			r.endPage()
		}
	}
}

// minCut is the shortest beginning of a cut text that is worth showing.
const minCut = 10

// cut adds the part of a text that fits, and notes once that a text was cut.
func (r *renderer) cut(text string, size chat.Size, extra int, show func(piece string) string) {
	if room := r.left - extra; room >= minCut {
		r.write(show(size.Shorten(text, room)))
	}
	r.noteCut()
	r.left = 0
}

// noteCut notes once that something is missing.
func (r *renderer) noteCut() {
	if !r.truncated {
		r.write(escape(r.cutNote))
	}
	r.truncated = true
}
