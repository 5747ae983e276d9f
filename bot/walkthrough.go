package bot

import (
	"mabsbot/kb"
	"mabsbot/kb/match"
)

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
	Path  []Visited         `json:"path,omitempty"` // the positions before At, oldest first
	Slots map[string]string `json:"slots,omitempty"`
	Tried []Attempt         `json:"tried,omitempty"`
	Also  []string          `json:"also,omitempty"` // entries of further errors in the same paste

	Options    []Option         `json:"options,omitempty"`  // the entries among which to choose; Status Unmatched: the nearest
	Source     EventID          `json:"source,omitempty"`   // the message that began it
	Text       string           `json:"text,omitempty"`     // what that message said
	Evidence   []match.Evidence `json:"evidence,omitempty"` // of the hit that began it
	Confidence float64          `json:"confidence,omitempty"`
	Codes      []string         `json:"codes,omitempty"`       // of the entry, that stand in Text
	Posts      []PostID         `json:"posts,omitempty"`       // ours in the thread, oldest first
	Live       PostID           `json:"live,omitempty"`        // the post whose buttons hold
	Intro      bool             `json:"intro,omitempty"`       // Live carries the introduction, too
	FollowUp   PostID           `json:"follow_up,omitempty"`   // the post that asks, or will ask, whether the fix held
	Asked      bool             `json:"asked,omitempty"`       // that question was answered
	HandedOver bool             `json:"handed_over,omitempty"` // a person was asked for
	Elsewhere  Thread           `json:"elsewhere,omitzero"`    // Status Choosing: where the one of Options was answered first
}

// An Option is one of several entries that a text may mean, with what the
// matcher found of it.
type Option struct {
	Entry      string            `json:"entry"`
	Slots      map[string]string `json:"slots,omitempty"`
	Codes      []string          `json:"codes,omitempty"`
	Evidence   []match.Evidence  `json:"evidence,omitempty"`
	Confidence float64           `json:"confidence,omitempty"`
}

// A Status says what a walkthrough waits for.
type Status string

// The states of a walkthrough. The zero Status is a thread in which nothing
// began.
const (
	StatusChoosing  Status = "choosing"  // which of Options it is
	StatusWalking   Status = "walking"   // at At
	StatusSolved    Status = "solved"    // somebody said that it is fixed
	StatusEscalated Status = "person"    // a person was asked for
	StatusEnded     Status = "done"      // nothing left to try, or moved elsewhere
	StatusUnmatched Status = "unmatched" // Text was not recognised; a person may be asked for
	StatusQuiet     Status = "quiet"     // somebody asked the bot to be quiet here
)

// A Position is a question, a slot that is asked for, or a step.
type Position struct {
	Question string `json:"question,omitempty"`
	Slot     string `json:"slot,omitempty"`
	Step     string `json:"step,omitempty"`
}

// A Visited position, with how much had been tried when it was reached.
type Visited struct {
	Position
	Tried int `json:"tried,omitempty"`
}

// An Attempt is a step or question that was passed, and how.
type Attempt struct {
	Step   string `json:"step"`             // of a step or question
	Choice string `json:"choice,omitempty"` // the answer to a question
}
