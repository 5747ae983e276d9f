package bot

import (
	"slices"
	"strings"

	"mabsbot/bot/locale"
	"mabsbot/kb"
)

// A voice renders replies in one language, for a direct message or a channel.
// It is passed by value.
type voice struct {
	rules  *Rules
	locale *locale.Locale
	direct bool // the reply is read in a direct message
}

// readIn returns the voice for replies in the thread.
func (v voice) readIn(t Thread) voice {
	v.direct = strings.HasPrefix(t.Channel, DirectChannel)
	return v
}

// text returns one of the texts of the bot; see locale.Locale.Text.
func (v voice) text(key string, pairs ...string) string { return v.locale.Text(key, pairs...) }

// paragraph returns one of the texts of the bot as a block.
func (v voice) paragraph(key string) Block { return paragraph(v.text(key)) }

// reply returns a Reply of the blocks that are not empty.
func (v voice) reply(blocks ...Block) Reply {
	blocks = slices.DeleteFunc(blocks, func(b Block) bool {
		return b.Text == "" && len(b.Rows) == 0 && len(b.Items) == 0 && len(b.Buttons) == 0
	})
	return Reply{Lang: v.locale.Lang, Blocks: blocks}
}

func heading(text string) Block              { return Block{Kind: BlockHeading, Text: text} }
func paragraph(text string) Block            { return Block{Kind: BlockText, Text: text} }
func ask(text string) Block                  { return Block{Kind: BlockQuestion, Text: text} }
func smallPrint(text string) Block           { return Block{Kind: BlockContext, Text: text} }
func choices(buttons ...LabeledButton) Block { return Block{Kind: BlockChoices, Buttons: buttons} }

// entryText returns a text of the entry in the language of the answer, with its
// slots filled.
func (v voice) entryText(t kb.Text, w Walkthrough) string {
	return strings.TrimSpace(fill(t.In(v.locale.Lang, v.rules.Policy.Language, locale.English), w.Slots))
}

// area returns the name of an area in the language of the answer.
func (v voice) area(id string) string {
	return v.rules.Base.Area(id, v.locale.Lang, v.rules.Policy.Language, locale.English)
}

// title returns the title of the walkthrough's entry, with the codes of the
// paste that the title lacks.
func (v voice) title(w Walkthrough) string {
	title := v.entryText(w.Entry.Title, w)
	for _, code := range w.Codes {
		if !strings.Contains(strings.ToLower(title), strings.ToLower(code)) {
			title += " · " + codeLabel(code)
		}
	}
	return title
}

// codeLabel returns a code the way people write it: a decimal code is an ID.
func codeLabel(code string) string {
	if strings.Trim(code, "0123456789") == "" {
		return "ID " + code
	}
	return code
}
