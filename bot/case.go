package bot

import (
	"cmp"
	"context"
	"time"

	"mabsbot/kb"
)

// A Case is a request for a person, or a proposal in a supervised channel: a request to
// publish an answer. The thread that the team's post opens has it, and the walkthrough
// that it is about has its number.
type Case struct {
	Number    int     `json:"number"`              // unique in its workspace, and short enough to type
	Of        Thread  `json:"of"`                  // the thread of the walkthrough
	For       User    `json:"for"`                 // who asked for a person
	Title     string  `json:"title"`               // of the error, without names of servers
	Opened    int64   `json:"opened"`              // Unix time in seconds
	Taken     Act     `json:"taken,omitzero"`      // by the person who helps
	Closed    Act     `json:"closed,omitzero"`     // by the person who solved it, or the asker
	Withdrawn bool    `json:"withdrawn,omitempty"` // closed because the question was deleted
	Verdict   Verdict `json:"verdict,omitempty"`   // of a closed proposal
	Done      string  `json:"done,omitempty"`      // what solved it, in the words of the person who did it

	Post     PostID   `json:"post"`               // the team's post
	Brief    []Block  `json:"brief"`              // of Post, without the state of the case
	Reminder PostID   `json:"reminder,omitempty"` // the post that reminds the team, now or later; it replaces Post when a proposal expires
	Notice   PostID   `json:"notice,omitempty"`   // the note to the asker, sent when the proposal expires
	Remarks  int      `json:"remarks,omitempty"`  // how many remarks of the asker were passed on
	Noticed  []string `json:"noticed,omitempty"`  // users who got the state of the case since it changed
}

// An Act is who did something, and when.
type Act struct {
	By User  `json:"by"`
	At int64 `json:"at"` // Unix time in seconds
}

func (a Act) done() bool { return a.By.ID != "" }

// Cases are what the store knows of cases, as far as a decision needs it.
type Cases struct {
	Last     int           // the highest number in the workspace
	Recent   int           // how many the sender of the event opened within handOverWindow
	Case     Walkthrough   // of the team's thread; its Handover is nil if no case has the number
	About    Walkthrough   // of the thread that Case is about
	Proposal Walkthrough   // of the team's thread with the proposal of the event's thread
	Open     []Walkthrough // those of the team's threads with open cases, oldest first
}

// A CaseQuery says what a decision needs of the cases.
type CaseQuery struct {
	Number   int  // the case with the number
	New      bool // what a new case needs
	Open     bool // the open cases
	Proposal int  // the proposal with the number; set by cases
}

// handOverWindow and maxHandOvers limit how many cases one person opens. A person
// who works through errors needs ten minutes or more for each before asking
// makes sense, so five an hour is more than people need, and as many as a team
// can read.
const (
	handOverWindow = time.Hour
	maxHandOvers   = 5
)

// cases returns what the store knows of the cases, or nil. In that case the
// handler decides again with it, and what the decision does until then is
// discarded.
func (d decision) cases(q CaseQuery) *Cases {
	if d.state.Cases == nil {
		before := d.turn.Needs.Cases
		d.turn.Needs.Cases = CaseQuery{
			Number: cmp.Or(q.Number, before.Number), New: q.New || before.New, Open: q.Open || before.Open,
			Proposal: d.state.Walkthrough.Proposal,
		}
	}
	return d.state.Cases
}

// loadCases reads what a decision needs of the cases.
func (b *Bot) loadCases(ctx context.Context, head Head, q CaseQuery) (*Cases, error) {
	var c Cases
	var err error
	adapter, workspace := head.Thread.Adapter, head.Thread.Workspace
	if q.New {
		if c.Last, c.Recent, err = b.store.CaseCount(ctx, UserKey{adapter, workspace, head.From.ID}, handOverWindow); err != nil {
			return nil, err
		}
	}
	if q.Open {
		c.Open, err = b.store.OpenCases(ctx, adapter, workspace, maxOpenCases+1)
		if err = b.skipUnreadable(err); err != nil {
			return nil, err
		}
	}
	if q.Proposal > 0 {
		if c.Proposal, _, err = b.store.Case(ctx, adapter, workspace, q.Proposal); err != nil {
			return nil, err
		}
	}
	if q.Number > 0 {
		found := false
		if c.Case, found, err = b.store.Case(ctx, adapter, workspace, q.Number); err == nil && found {
			c.About, _, err = b.store.Load(ctx, c.Case.Handover.Of, UserKey{})
		}
	}
	return &c, err
}

// decide calls Decide, and again with the steps and cases that it needs to know about.
// The steps come first, because what begins may need a case.
func (b *Bot) decide(ctx context.Context, rules Rules, state State, event Event, found kb.Result) (turn Turn, err error) {
	for range 3 {
		turn = Decide(rules, state, event, found)
		switch needs := turn.Needs; {
		case needs.Steps != (StepQuery{}):
			state.Steps, err = b.loadSteps(ctx, needs.Steps)
		case needs.Cases != (CaseQuery{}):
			state.Cases, err = b.loadCases(ctx, event.About(), needs.Cases)
		}
		if err != nil {
			return Turn{}, err
		}
		if turn.Needs == (Needs{}) {
			break
		}
	}
	turn = counted(state, event, turn)
	if rules.Policy.Learning.counts() {
		turn = learn(state, turn)
	}
	if rules.Policy.Incident.People > 0 {
		turn = reported(rules, state, event, turn)
	} else {
		turn.Reports = nil
	}
	return turn, nil
}
