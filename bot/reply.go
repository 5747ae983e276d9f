package bot

// A Reply is what to say, without any platform's markup. Strings may hold
// `code spans` in backquotes and line breaks; nothing else in them is markup,
// and what came from a paste holds no backquotes.
type Reply struct {
	Lang   string  `json:"lang"` // for labels that the platform adds itself
	Blocks []Block `json:"blocks"`
}

// A BlockKind says what a block is for; how it looks is the adapter's.
type BlockKind string

// The kinds of blocks, and the fields of Block that each uses.
const (
	BlockHeading  BlockKind = "heading" // Text
	BlockText     BlockKind = "text"    // Text
	BlockQuestion BlockKind = "ask"     // Text: the question that the buttons after it answer
	BlockQuote    BlockKind = "quote"   // Text: words of the paste, shown as they are
	BlockTable    BlockKind = "table"   // Rows
	BlockCopy     BlockKind = "copy"    // Text, Shell: a command, key or path to copy; never wrapped or translated
	BlockSteps    BlockKind = "steps"   // Items
	BlockWarning  BlockKind = "warning" // Text: something is deleted, restarted or registered anew
	BlockLink     BlockKind = "link"    // Text, URL
	BlockThread   BlockKind = "jump"    // Text, Thread: a way to another thread of the platform
	BlockContext  BlockKind = "context" // Text, URL if it has one: small print, such as the source
	BlockChoices  BlockKind = "choices" // Buttons
)

// A Block is one part of a reply.
type Block struct {
	Kind    BlockKind       `json:"kind"`
	Text    string          `json:"text,omitempty"`
	Shell   string          `json:"shell,omitempty"` // "powershell", "cmd", or "" for what is no command
	URL     string          `json:"url,omitempty"`
	Thread  Thread          `json:"thread,omitzero"`
	Rows    [][]string      `json:"rows,omitempty"`
	Items   []Item          `json:"items,omitempty"`
	Buttons []LabeledButton `json:"buttons,omitempty"`
}

// An Item is one line of a Steps block.
type Item struct {
	Text  string    `json:"text"`
	State ItemState `json:"mark,omitempty"`
}

// An ItemState says where a step stands.
type ItemState string

// The states of an item; "" is one that is still to come.
const (
	ItemTried   ItemState = "tried"
	ItemCurrent ItemState = "current"
)

// A LabeledButton is a button: what stands on it and what it does.
type LabeledButton struct {
	Label   string `json:"label"`
	Button  Button `json:"button"`
	Primary bool   `json:"main,omitempty"` // the one that most people will want
}

// Buttons returns the choices of a reply, in order: the number that a person
// may type for one is its index plus one.
func (r Reply) Buttons() []LabeledButton {
	var all []LabeledButton
	for _, b := range r.Blocks {
		all = append(all, b.Buttons...)
	}
	return all
}
