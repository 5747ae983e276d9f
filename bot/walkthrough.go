package bot

import "mabsbot/kb"

// A Walkthrough is where one thread stands in one entry. It holds the entry as
// it was when the walkthrough began, so that a reload of the knowledge base
// does not change a conversation under way. The store keeps it sealed, for it
// holds what people pasted.
type Walkthrough struct {
	Thread  Thread `json:"thread"`
	Version int    `json:"version"` // of the stored state; 0 is not stored yet

	Status   Status    `json:"status,omitempty"`
	Entry    *kb.Entry `json:"entry,omitempty"`
	Revision string    `json:"revision,omitempty"` // the entry's
	Lang     string    `json:"lang,omitempty"`
	Asker    User      `json:"asker,omitzero"`
	Private  bool      `json:"private,omitempty"` // the thread is shown to Asker alone

	At    Position          `json:"at,omitzero"`
	Path  []Position        `json:"path,omitempty"` // the positions before At, oldest first
	Slots map[string]string `json:"slots,omitempty"`
	Tried []Attempt         `json:"tried,omitempty"`
	Also  []string          `json:"also,omitempty"` // entries of further errors in the same paste

	Options  []string      `json:"options,omitempty"`  // Status Choosing: the entries among which to choose
	Source   EventID       `json:"source,omitempty"`   // the message that began it
	Text     string        `json:"text,omitempty"`     // what that message said
	Evidence []kb.Evidence `json:"evidence,omitempty"` // of the hit that began it
	Post     PostID        `json:"post,omitempty"`     // the last post with buttons
}

// A Status says what a walkthrough waits for.
type Status string

// The states of a walkthrough. The zero Status is a thread in which nothing
// began.
const (
	Choosing  Status = "choosing" // which of Options it is
	Walking   Status = "walking"  // at At
	Solved    Status = "solved"   // somebody said that it is fixed
	Escalated Status = "person"   // a person was asked for
	Ended     Status = "done"     // nothing left to try, or moved elsewhere
	Quiet     Status = "quiet"    // somebody asked the bot to be quiet here
)

// A Position is a question, a slot that is asked for, or a step.
type Position struct {
	Question string `json:"question,omitempty"`
	Slot     string `json:"slot,omitempty"`
	Step     string `json:"step,omitempty"`
}

// An Attempt is a step or question that was passed, and how.
type Attempt struct {
	Step   string `json:"step"`             // of a step or question
	Choice string `json:"choice,omitempty"` // the answer to a question
}
