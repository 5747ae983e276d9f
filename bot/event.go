package bot

import (
	"strings"
	"time"

	"mabsbot/kb"
)

// An EventID identifies one occurrence on a platform, however often the
// platform delivers it. Adapters build it from workspace, channel and message,
// never from the ID of a delivery. The ID of an edit differs from that of the
// original and of other edits.
type EventID string

// A Thread is the key of all conversation state. Its fields are opaque outside
// the adapter that made them. Root is the message at the top of the thread; it
// is empty in a direct message, which is a single conversation.
type Thread struct {
	Adapter   string `json:"adapter"`
	Workspace string `json:"workspace,omitempty"`
	Channel   string `json:"channel"`
	Root      string `json:"root,omitempty"`
}

// A Channel is a channel of an adapter.
type Channel struct{ Workspace, ID string }

// In returns the channel of the thread.
func (t Thread) In() Channel { return Channel{t.Workspace, t.Channel} }

// A User is a person or bot on a platform. Name is the display name.
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

// Head holds the fields that all events have.
type Head struct {
	ID     EventID
	Thread Thread // where an answer goes
	From   User
	Direct bool      // a direct message: only the user and the bot can read it
	At     time.Time // when it happened; if it is zero, when the handler gets it
}

// About returns h; it makes every type that embeds Head an Event.
func (h Head) About() Head { return h }

// A Change says what happened to a message.
type Change int

// The changes of a message.
const (
	ChangePosted Change = iota
	ChangeEdited
	ChangeDeleted
)

// A Message is a message that was posted, edited or deleted, or a command. Text
// is plain: the adapter has removed the markup of the platform and appended
// attached text files.
type Message struct {
	Head
	At        time.Time // when it was written; zero if that is not known
	Text      string
	Change    Change
	Original  EventID   // ChangeEdited, ChangeDeleted: the ID of the message when it was posted
	Addressed bool      // a mention, direct message or shortcut: a person always gets an answer
	Command   bool      // /mabs; Text is the rest of the line. Only the asker sees the answer
	InThread  bool      // a reply in a thread
	Points    []Pointer // to messages that it may be about; see Reader
	Mentions  []Mention // those of a command, where Text lacks their IDs
	Unread    []Unread  // why attached files were not read, one for each

	// Set by the handler.
	Continues EventID       // the ID of the message that it continues; Text is that of both
	Collected *kb.Collected // the output of the collector, which Text then does not have
	Logged    bool          // Text is that of an event in Collected
	Quoted    *Quoted       // the message with the error, if it is not this one
	Looks     []Look        // what was looked at because this one has no error
	Secrets   []string      // the kinds of secrets that Text had; it has masks instead
}

// A Mention is a channel or user that a message names.
type Mention struct {
	Text string // as in Message.Text, such as "#team"
	ID   string
}

// id returns the ID that a word of a message names.
func (m Message) id(word string) string {
	for _, named := range m.Mentions {
		if named.Text == word {
			return named.ID
		}
	}
	return strings.TrimLeft(word, "#@")
}

// Unread is why an attached file was not read.
type Unread string

// The reasons. Any other file that is not text is UnreadBinary.
const (
	UnreadPicture Unread = "picture"
	UnreadPacked  Unread = "packed"
	UnreadLarge   Unread = "large"
	UnreadBinary  Unread = "binary"
)

// A Press is the use of a button, select menu or modal of the bot.
type Press struct {
	Head
	Button Button
	Post   PostID // the post with the button
	Value  string // the text that was typed, if the button asked for one

	// ActionRecord, a shortcut on a message.
	Message EventID   // the ID of the message when it was posted; Value is its text
	Points  []Pointer // to the message at the top of its thread; see Reader
	Asked   *Quoted   // that message, if its thread has no walkthrough; set by the handler
}

var (
	_ Event = Message{}
	_ Event = Press{}
)
