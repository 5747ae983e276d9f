package bot

// An EventID names one thing that happened on a platform, the same however
// often the platform delivers it: adapters make it of workspace, channel and
// message, never of a delivery's own id. An edit adds what tells it from the
// original and from other edits.
type EventID string

// A Thread is the key of all conversation state. Its parts are opaque outside
// the adapter that made them. Root is the message that the thread hangs under;
// it is "" in a direct message, which is one conversation.
type Thread struct {
	Adapter   string `json:"adapter"`
	Workspace string `json:"workspace,omitempty"`
	Channel   string `json:"channel"`
	Root      string `json:"root,omitempty"`
}

// A User is somebody on a platform. Name is how a text shows them.
type User struct {
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"`
	Locale string `json:"locale,omitempty"` // the platform's setting, such as "ko-KR"
	Bot    bool   `json:"bot,omitempty"`
}

// An Event is what an adapter hands to the core: a Message or a Press.
type Event interface {
	About() Head
}

// Head is what all events have.
type Head struct {
	ID     EventID
	Thread Thread // where an answer belongs
	From   User
	Direct bool // a direct message: nobody else reads along
}

// About returns h; it makes every type that embeds Head an Event.
func (h Head) About() Head { return h }

// A Change says what became of a message.
type Change int

// What can become of a message.
const (
	ChangePosted Change = iota
	ChangeEdited
	ChangeDeleted
)

// A Message is something that somebody wrote, edited or deleted, or a command.
// Text is plain: the platform's markup is already undone, attached text files
// are appended.
type Message struct {
	Head
	Text      string
	Change    Change
	Original  EventID // Edited, Deleted: the ID that the message had when it was posted
	Addressed bool    // a mention, a direct message or a shortcut: a person gets an answer in any case
	Command   bool    // `/mabs …`; Text is what follows it. The answer is for the asker alone
	InThread  bool    // written in a thread under an earlier message
}

// A Press is somebody's use of a button, a select or a modal of ours.
type Press struct {
	Head
	Button Button
	Post   PostID // the post that carried the button
	Value  string // what was typed, where the button asked for text
}

var (
	_ Event = Message{}
	_ Event = Press{}
)
