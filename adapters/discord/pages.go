package discord

import (
	"strings"

	"github.com/bwmarrin/discordgo"

	"mabsbot/adapters/chat"
	"mabsbot/bot"
)

// beginPage begins a page.
func (r *renderer) beginPage() { r.parts, r.left, r.components = nil, maxDisplay-r.reserved, 2 }

// endPage ends a page, if there is something on it, and begins another.
func (r *renderer) endPage() {
	r.flush()
	if len(r.parts) > 0 {
		r.pages = append(r.pages, []discordgo.MessageComponent{discordgo.Container{AccentColor: new(accent), Components: r.parts}})
	}
	r.beginPage()
}

// isLastPage reports whether no page may follow.
func (r *renderer) isLastPage() bool { return len(r.pages)+1 >= r.pageLimit }

const (
	// maxNote keeps a note to a few lines.
	maxNote = 300

	// maxQuestion and maxSmall keep a question and small print to what is read; they
	// are never cut by what stands before them.
	maxQuestion = 1000
	maxContext  = 400

	// maxReserved leaves more than half of a page to all else.
	maxReserved = 2000
)

// reserve keeps room for what is never cut, on every page: where it will stand
// shows only then. It returns which blocks have it.
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

// reservedSize is the room that a question or small print takes at most, 0 for all
// else.
func reservedSize(b bot.Block) int {
	switch b.Kind {
	case bot.BlockQuestion:
		return min(sizeOf(b.Text), maxQuestion) + len("****\n")
	case bot.BlockContext:
		return min(sizeOf(b.Text), maxContext) + len(b.URL) + len("-# [](<>)\n")
	}
	return 0
}

// write adds markdown for which there is room.
func (r *renderer) write(markdown string) { r.text.WriteString(markdown + "\n") }

// flush makes the texts since the last row a component.
func (r *renderer) flush() {
	if text := strings.TrimSpace(r.text.String()); text != "" {
		r.parts = append(r.parts, discordgo.TextDisplay{Content: text})
	}
	r.text.Reset()
}

// minPiece is the least room in which a text begins that goes on on the next page.
const minPiece = 400

// distribute writes a text, on as many pages as it takes: show makes markdown of a
// piece, of which each character takes size and what stands around it extra. A
// text that one page can hold is not parted.
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

// minCut is the shortest beginning of a text that is worth showing.
const minCut = 10

// cut writes as much of a text as there is room for, and says once that it is
// not all.
func (r *renderer) cut(text string, size chat.Size, extra int, show func(piece string) string) {
	if room := r.left - extra; room >= minCut {
		r.write(show(size.Shorten(text, room)))
	}
	if !r.truncated {
		r.write(escape(r.cutNote))
	}
	r.left, r.truncated = 0, true
}
