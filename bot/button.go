package bot

import (
	"errors"
	"strings"
)

// An Action says what a button does.
type Action string

// The actions. Each is a single letter because Discord limits a button's
// custom_id to 100 characters.
const (
	ActionStart       Action = "e" // start the walkthrough of Entry
	ActionAnswer      Action = "a" // answer the question Step with Choice
	ActionNext        Action = "n" // Step is done, or did not help
	ActionFixed       Action = "f" // the error is solved
	ActionBack        Action = "b" // one position back
	ActionAll         Action = "l" // show all steps
	ActionPerson      Action = "p" // ask for a person
	ActionSkip        Action = "s" // continue without the requested value, or without Step
	ActionCannot      Action = "x" // Step cannot be done
	ActionOther       Action = "o" // none of the offered entries
	ActionDirect      Action = "d" // continue in a direct message
	ActionPublish     Action = "c" // post a private answer in the channel
	ActionArea        Action = "r" // list the errors of the area Choice
	ActionStillSolved Action = "h" // follow-up: the error is still solved
	ActionCameBack    Action = "g" // follow-up: the error came back
	ActionTake        Action = "t" // the case with the number Choice is taken
	ActionSolve       Action = "v" // the case with the number Choice is solved
	ActionReopen      Action = "u" // the case with the number Choice is not solved after all
	ActionCollect     Action = "k" // show the command that reads the answer
	ActionApprove     Action = "y" // the proposal with the number Choice is published
	ActionReject      Action = "w" // the proposal with the number Choice is wrong
	ActionRecord      Action = "m" // a shortcut on a message: what it says solved the error of its thread
)

// A Button is everything that a button on a platform carries: the entry, the
// position within it, and an action. It holds no text, and the bot keeps
// nothing about it in memory, so a button works on a month-old message after
// any number of restarts.
type Button struct {
	Action   Action `json:"action"`
	Entry    string `json:"entry,omitempty"`    // at most 40 bytes; kb.Load checks that
	Revision string `json:"revision,omitempty"` // the first four digits of the entry's revision
	Step     string `json:"step,omitempty"`     // id of a step or question; at most 24 bytes
	Choice   string `json:"choice,omitempty"`   // at most 24 bytes
}

// buttonIDs are the IDs of the buttons that carry nothing but their action.
var buttonIDs = map[Action]string{
	ActionNext: "next", ActionFixed: "fixed", ActionBack: "back", ActionAll: "all", ActionPerson: "person",
	ActionSkip: "skip", ActionOther: ChoiceNone, ActionDirect: "direct", ActionPublish: "publish",
	ActionStillSolved: "held", ActionCameBack: "again", ActionCannot: "cannot", ActionCollect: "collect",
	ActionTake: "take", ActionSolve: "solve", ActionReopen: "reopen",
	ActionApprove: "approve", ActionReject: "reject",
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

// buttonPrefix distinguishes our buttons from those of other programs and of
// other versions of the encoding.
const buttonPrefix = "m1"

// ErrNotOurs reports a text that does not encode a button of this bot.
var ErrNotOurs = errors.New("bot: not a button of this bot")

// String encodes b in at most 100 bytes for ParseButton.
func (b Button) String() string {
	return strings.Join([]string{buttonPrefix, string(b.Action), b.Entry, b.Revision, b.Step, b.Choice}, "|")
}

// ParseButton parses the result of String. It returns ErrNotOurs for any other
// text.
func ParseButton(s string) (Button, error) {
	part := strings.Split(s, "|")
	if len(part) != 6 || part[0] != buttonPrefix || len(part[1]) != 1 || len(s) > 100 {
		return Button{}, ErrNotOurs
	}
	return Button{Action(part[1]), part[2], part[3], part[4], part[5]}, nil
}
