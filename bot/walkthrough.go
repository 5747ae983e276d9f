package bot

import (
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// A Walkthrough is the state of a thread: its position in an entry, the message
// that started it, and the posts of the bot. It holds the entry as of its
// start, so that a reload of the knowledge base does not change a conversation
// in progress. The store encrypts it because it contains what people pasted.
type Walkthrough struct {
	Thread  Thread `json:"thread"`
	Version int    `json:"version"` // of the stored state; 0 if it is not stored yet

	// What it waits for, in which entry, and for whom.
	Status   Status    `json:"status,omitempty"`
	Entry    *kb.Entry `json:"entry,omitempty"`
	Revision string    `json:"revision,omitempty"` // of Entry
	Due      bool      `json:"due,omitempty"`      // Entry was due to be verified when the walkthrough started
	Lang     string    `json:"lang,omitempty"`
	Asker    User      `json:"asker,omitzero"`
	Private  bool      `json:"private,omitempty"` // only Asker sees the thread

	Maintenance int64 `json:"maintenance,omitempty"` // until when maintenance was planned for Entry when it started, as a Unix time in seconds

	// The position in the entry.
	At      Position          `json:"at,omitzero"`
	Path    []Visited         `json:"path,omitempty"` // positions before At, oldest first
	Slots   map[string]string `json:"slots,omitempty"`
	Known   map[string]string `json:"known,omitempty"`   // facts of the conversation: their answers by their IDs
	Read    map[string]string `json:"read,omitempty"`    // what the output of the collector has: the values of its lines by their keys
	Answers map[string]string `json:"answers,omitempty"` // its answers to questions of entries, by "entry/question"
	ReadIn  EventID           `json:"read_in,omitempty"` // the message with it
	About   string            `json:"about,omitempty"`   // the server that the conversation is about, if a message names it
	Tried   []Attempt         `json:"tried,omitempty"`
	Order   []Ordered         `json:"order,omitempty"`   // of the steps, if outcomes decided on it
	Counted bool              `json:"counted,omitempty"` // the outcomes of its steps count
	Also    []string          `json:"also,omitempty"`    // entries of other errors in the same paste
	Open    []string          `json:"open,omitempty"`    // entries that were left for this one before they were solved

	// The message that started it, and the result of its match.
	Options    []Option         `json:"options,omitempty"`  // the offered entries; StatusUnmatched: the nearest
	Source     EventID          `json:"source,omitempty"`   // the message that started it
	Text       string           `json:"text,omitempty"`     // text of Source
	Begun      int64            `json:"begun,omitempty"`    // when Source was written, as a Unix time in seconds; 0 if an earlier version stored it
	Named      string           `json:"named,omitempty"`    // the entry whose ID begins Text, which says nothing else about the error
	Evidence   []match.Evidence `json:"evidence,omitempty"` // of the hit that started it
	Confidence float64          `json:"confidence,omitempty"`
	Codes      []string         `json:"codes,omitempty"`  // codes of the entry that Text contains
	Looked     []Look           `json:"looked,omitempty"` // what was looked at because Source has no error
	Unread     Unread           `json:"unread,omitempty"` // why the file of Source, or of what was looked at, was not read

	// The posts of the bot.
	Posts      []PostID  `json:"posts,omitempty"`     // posts of the bot in the thread, oldest first
	Live       PostID    `json:"live,omitempty"`      // the post with the live buttons
	Intro      bool      `json:"intro,omitempty"`     // Live includes the introduction
	FollowUp   PostID    `json:"follow_up,omitempty"` // the post that asks, now or later, whether the fix held
	Asked      bool      `json:"asked,omitempty"`     // FollowUp was answered
	isNew      bool      // set while a decision is made: it begins with a new question
	unasked    bool      // set while a decision is made: FollowUp is not sent yet
	Offered    Action    `json:"offered,omitempty"`     // what the bot offered last, to which a user may say yes or no
	Doubted    bool      `json:"doubted,omitempty"`     // "fixed" was said in the middle of a chain, and the bot asked whether it is
	Company    Company   `json:"company,omitempty"`     // who else writes in the thread
	Puzzled    bool      `json:"puzzled,omitempty"`     // the bot said that it did not understand, and has not understood anything since
	Noted      bool      `json:"noted,omitempty"`       // the bot said that it noted a fact
	Facts      []string  `json:"facts,omitempty"`       // what users added, for the summary
	FactsOf    []EventID `json:"facts_of,omitempty"`    // the messages of Facts; fewer if an earlier version stored some
	Said       []Remark  `json:"said,omitempty"`        // the last remarks of the asker, for the team
	HandedOver bool      `json:"handed_over,omitempty"` // a person was requested
	AskedAt    int64     `json:"asked_at,omitempty"`    // when it was, as a Unix time in seconds
	Held       bool      `json:"held,omitempty"`        // a user said, when asked later, that the fix held; otherwise that is unknown
	Case       int       `json:"case,omitempty"`        // the number of the case in which the team was asked
	Proposal   int       `json:"proposal,omitempty"`    // the number under which the answer was proposed to the team
	Led        Led       `json:"led,omitzero"`          // the answer that led to this entry from another one
	Handover   *Case     `json:"handover,omitempty"`    // the case that is handed over to this thread, which is one of the team
	Elsewhere  Thread    `json:"elsewhere,omitzero"`    // StatusChoosing: the thread with the earlier answer to the only option
}

// An Option is one of several entries that a text may mean, with the result of
// its match.
type Option struct {
	Entry      string            `json:"entry"`
	Slots      map[string]string `json:"slots,omitempty"`
	Codes      []string          `json:"codes,omitempty"`
	Evidence   []match.Evidence  `json:"evidence,omitempty"`
	Confidence float64           `json:"confidence,omitempty"`
}

// A Status says what a walkthrough waits for.
type Status string

// The states of a walkthrough. The zero Status is a thread without one.
const (
	StatusChoosing  Status = "choosing"  // for the choice of one of Options
	StatusWalking   Status = "walking"   // for an answer at At
	StatusSolved    Status = "solved"    // a user said that it is fixed; whether that held is unknown
	StatusEscalated Status = "person"    // a person was requested
	StatusEnded     Status = "done"      // over: confirmed, withdrawn or moved elsewhere
	StatusUnmatched Status = "unmatched" // Text was not recognized; a person may be requested
	StatusQuiet     Status = "quiet"     // a user asked the bot to be quiet here

	StatusCase       Status = "case"        // the team's thread: Handover is open
	StatusCaseClosed Status = "case_closed" // the team's thread: Handover is closed

	StatusProposed       Status = "proposed"        // for a person of the team, who publishes the answer; see Proposal
	StatusProposal       Status = "proposal"        // the team's thread: Handover is a proposal that waits
	StatusProposalClosed Status = "proposal_closed" // the team's thread: Handover is a proposal with a Verdict
)

// Led is a question of another entry whose answer led to the present one.
type Led struct {
	Entry    string `json:"entry"`
	Question string `json:"question"`
}

// A Position is a question, a slot whose value is requested, or a step.
type Position struct {
	Question string `json:"question,omitempty"`
	Slot     string `json:"slot,omitempty"`
	Step     string `json:"step,omitempty"`
	Then     string `json:"then,omitempty"` // Question is about a fact: the ID of the question or step that waits for it
}

// A Visited position, with the number of attempts when it was reached.
type Visited struct {
	Position
	Tried int `json:"tried,omitempty"`
}

// An Attempt is a step or question that was passed, and how.
type Attempt struct {
	Step    string  `json:"step"`              // ID of a step or question
	Choice  string  `json:"choice,omitempty"`  // the answer to a question
	Outcome Outcome `json:"outcome,omitempty"` // of a step
	At      int64   `json:"at,omitempty"`      // Unix time in seconds; 0 if an earlier version stored it
}
