package bot

import "strings"

// A Reply is what to say, without the markup of any platform. Strings may
// contain `code spans` in backquotes and line breaks; everything else is
// literal. Text from a paste contains no backquotes.
type Reply struct {
	Lang   string  `json:"lang"` // for labels that the adapter adds
	Blocks []Block `json:"blocks"`
}

// A BlockKind says what a block is for. Adapters decide how it looks.
type BlockKind string

// The kinds of blocks, and the fields of Block that each one uses.
const (
	BlockHeading  BlockKind = "heading"  // Text
	BlockProgress BlockKind = "progress" // Text, Number, Of: which step this is, such as "Step 2 of 4"; see Dots
	BlockText     BlockKind = "text"     // Text
	BlockCheck    BlockKind = "check"    // Label, Text: what to see after a step
	BlockQuestion BlockKind = "ask"      // Text: the question that the buttons after it answer
	BlockQuote    BlockKind = "quote"    // Text: a quote from the paste
	BlockTable    BlockKind = "table"    // Rows
	BlockCopy     BlockKind = "copy"     // Text, Shell: a command, key or path to copy; never translated, always shown whole
	BlockSteps    BlockKind = "steps"    // Items
	BlockFolded   BlockKind = "folded"   // Text, Items: steps on other ways, folded away where a platform can, otherwise their titles in small print
	BlockWarning  BlockKind = "warning"  // Text: something is deleted, restarted or registered again
	BlockLink     BlockKind = "link"     // Text, URL
	BlockThread   BlockKind = "jump"     // Text, Thread: a link to another thread
	BlockContext  BlockKind = "context"  // Text, optional URL: small print, such as the source
	BlockChoices  BlockKind = "choices"  // Buttons
)

// A Block is one part of a reply.
type Block struct {
	Kind    BlockKind       `json:"kind"`
	Text    string          `json:"text,omitempty"`
	Label   string          `json:"label,omitempty"` // such as "You should see:"
	Shell   string          `json:"shell,omitempty"` // "powershell", "cmd", or "" if Text is not a command
	URL     string          `json:"url,omitempty"`
	Thread  Thread          `json:"thread,omitzero"`
	Rows    [][]string      `json:"rows,omitempty"`
	Items   []Item          `json:"items,omitempty"`
	Number  int             `json:"number,omitempty"` // of Of
	Of      int             `json:"of,omitempty"`
	Buttons []LabeledButton `json:"buttons,omitempty"`
}

// An Item is one line of a BlockSteps block.
type Item struct {
	Text   string    `json:"text"`
	State  ItemState `json:"mark,omitempty"`
	Number string    `json:"number,omitempty"` // such as 4 or 4.1; if it is empty, its place in the list
}

// An ItemState says whether a step was tried.
type ItemState string

// The states of an item. The zero state is a step that is still to come.
const (
	ItemTried   ItemState = "tried"
	ItemCurrent ItemState = "current"
)

// A LabeledButton is a button with its label.
type LabeledButton struct {
	Label   string `json:"label"`
	Button  Button `json:"button"`
	Primary bool   `json:"main,omitempty"` // the most likely choice
	More    bool   `json:"more,omitempty"` // seldom pressed: in a menu or a row of its own, after the others
}

// maxDots is the most steps for which dots fit on a line of a phone.
const maxDots = 20

// Dots draws the progress of a BlockProgress, such as ●●○○ for 2 of 4. It is ""
// if there is nothing to draw, or too much.
func (b Block) Dots() string {
	if b.Number < 1 || b.Number > b.Of || b.Of > maxDots {
		return ""
	}
	return strings.Repeat("●", b.Number) + strings.Repeat("○", b.Of-b.Number)
}

// Titles returns the texts of the items in a line.
func (b Block) Titles() string {
	var all []string
	for _, item := range b.Items {
		all = append(all, item.Text)
	}
	return strings.Join(all, " · ")
}

// Buttons returns all buttons of a reply, in order. A user may type the index
// plus one instead of pressing.
func (r Reply) Buttons() []LabeledButton {
	var all []LabeledButton
	for _, b := range r.Blocks {
		all = append(all, b.Buttons...)
	}
	return all
}
