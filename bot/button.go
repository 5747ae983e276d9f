package bot

import (
	"errors"
	"strings"
)

// An Action is what a button does.
type Action string

// The actions. Each is one letter, for the sake of Discord's limit of 100
// characters for a whole button.
const (
	ActionStart       Action = "e" // begin the walkthrough of Entry
	ActionAnswer      Action = "a" // answer the question Step with Choice
	ActionNext        Action = "n" // the step Step is done, or did not help
	ActionFixed       Action = "f" // solved
	ActionBack        Action = "b" // one position back
	ActionAll         Action = "l" // show all steps
	ActionPerson      Action = "p" // get a person
	ActionSkip        Action = "s" // go on without the value that was asked for
	ActionOther       Action = "o" // none of the entries that were to choose from
	ActionDirect      Action = "d" // continue in a direct message
	ActionPublish     Action = "c" // post in the channel
	ActionArea        Action = "r" // list the errors of the area Choice
	ActionStillSolved Action = "h" // asked later: it is still solved
	ActionCameBack    Action = "g" // asked later: it came back
)

// A Button is all that a button carries: where in which entry it stood, and
// what it does. It never carries text, and nothing about it lives in memory,
// so that it works on a month-old message after any number of restarts.
type Button struct {
	Action   Action `json:"action"`
	Entry    string `json:"entry,omitempty"`    // at most 40 bytes, which kb.Load sees to
	Revision string `json:"revision,omitempty"` // the first four digits of the entry's
	Step     string `json:"step,omitempty"`     // of a step or question; at most 24 bytes
	Choice   string `json:"choice,omitempty"`   // at most 24 bytes
}

// buttonIDs are the IDs of the buttons that carry nothing but their action.
var buttonIDs = map[Action]string{
	ActionNext: "next", ActionFixed: "fixed", ActionBack: "back", ActionAll: "all", ActionPerson: "person",
	ActionSkip: "skip", ActionOther: ChoiceNone, ActionDirect: "direct", ActionPublish: "publish",
	ActionStillSolved: "held", ActionCameBack: "again",
}

// ID names what the button does by the IDs of the entries, the same in every
// language and revision, for scripts. It is never stored or sent to a platform.
func (b Button) ID() string {
	switch b.Action {
	case ActionStart:
		return "entry:" + b.Entry
	case ActionAnswer:
		return "choice:" + b.Choice
	case ActionArea:
		return "area:" + b.Choice
	}
	return buttonIDs[b.Action]
}

// buttonPrefix tells our buttons from those of other programs and of earlier
// forms of the encoding.
const buttonPrefix = "m1"

// ErrNotOurs says that a text is no button of ours.
var ErrNotOurs = errors.New("bot: not a button of this bot")

// String encodes b in at most 100 bytes, as ParseButton reads it.
func (b Button) String() string {
	return strings.Join([]string{buttonPrefix, string(b.Action), b.Entry, b.Revision, b.Step, b.Choice}, "|")
}

// ParseButton reads what String wrote. It returns ErrNotOurs for anything else.
func ParseButton(s string) (Button, error) {
	part := strings.Split(s, "|")
	if len(part) != 6 || part[0] != buttonPrefix || len(part[1]) != 1 || len(s) > 100 {
		return Button{}, ErrNotOurs
	}
	return Button{Action(part[1]), part[2], part[3], part[4], part[5]}, nil
}
