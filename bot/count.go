package bot

import (
	"math"
	"strconv"
	"time"
)

// A CountKind is what a Count counts.
type CountKind string

// The kinds of counts by day. Each has a Detail and no Entry.
const (
	CountQuestion CountKind = "question"  // Detail is one of the results of a question
	CountAnswered CountKind = "answered"  // a question got its first answer; Detail is TimeBucket
	CountSolvedIn CountKind = "solved_in" // the time from a question to "fixed"; Detail is TimeBucket
)

// CountChannel counts the questions of a channel on a day. Detail is its ID. Direct
// messages do not count.
const CountChannel CountKind = "channel"

// The kinds of counts by entry.
const (
	CountBegun     CountKind = "begun"     // a walkthrough of the entry began
	CountSolved    CountKind = "solved"    // a user or the team said that it is fixed; Detail is the step that helped, or ""
	CountHeld      CountKind = "held"      // a user said, when asked later, that the fix held
	CountReturned  CountKind = "returned"  // the error came back
	CountEscalated CountKind = "escalated" // a person was requested; Entry may be ""
	CountPublished CountKind = "published" // a person of the team published a proposal; Detail is ResultSure or ResultLikely
	CountRejected  CountKind = "rejected"  // a person of the team said that a proposal is wrong; Detail is as for CountPublished
)

// The results of a question.
const (
	ResultSure      = "sure"      // it got an answer
	ResultLikely    = "likely"    // the bot asked which error it is
	ResultUnmatched = "unmatched" // it was for the bot, and was not recognized
	ResultRepeat    = "repeat"    // it got a link to the answer to the same error
)

// A Count is something that happened once. It has no user and no text.
type Count struct {
	Adapter, Workspace string
	Kind               CountKind
	Entry, Detail      string
}

// A CountSum is how often something happened. Sums by day have a Day, in days since
// 1970 (UTC); sums by entry have none.
type CountSum struct {
	Day     int
	Adapter string
	Kind    CountKind
	Entry   string
	Detail  string
	N       int
}

// bucketsPerTenfold divides times from 1 to 10 and so on into ten buckets, each 26 %
// wider than the one before: a median is off by 12 % at most.
const bucketsPerTenfold = 10

// TimeBucket returns the bucket of a time as the Detail of a Count.
func TimeBucket(d time.Duration) string {
	ms := max(float64(d.Milliseconds()), 1)
	return strconv.Itoa(int(math.Floor(bucketsPerTenfold * math.Log10(ms))))
}

// BucketTime returns the middle of a bucket, or 0 if detail names none.
func BucketTime(detail string) time.Duration {
	n, err := strconv.Atoi(detail)
	if err != nil || n < 0 || n > 20*bucketsPerTenfold {
		return 0
	}
	return time.Duration(math.Pow(10, (float64(n)+0.5)/bucketsPerTenfold) * float64(time.Millisecond))
}

// counted adds to a turn what its event makes of the figures.
func counted(state State, event Event, turn Turn) Turn {
	head := event.About()
	add := func(t Thread, kind CountKind, entry, detail string) {
		turn.Counts = append(turn.Counts, Count{t.Adapter, t.Workspace, kind, entry, detail})
	}
	for _, w := range turn.States {
		if w.Handover != nil {
			continue
		}
		was := state.before(w.Thread)
		isNew := w.Source != "" && w.Source != was.Source
		if result := w.result(); isNew && result != "" {
			add(w.Thread, CountQuestion, "", result)
			if !head.Direct && w.Thread.Channel == head.Thread.Channel {
				add(w.Thread, CountChannel, "", w.Thread.Channel)
			}
			if w.Status != StatusProposed {
				turn.Posts = askedAt(turn.Posts, w.Thread, writtenAt(event))
			}
		}
		entry := entryOf(w)
		if kind := verdictOf(turn, w, was); kind != "" {
			add(w.Thread, kind, was.proposedEntry(), was.result())
			if kind == CountPublished && w.Begun > 0 {
				turn.Posts = askedAt(turn.Posts, w.Thread, time.Unix(w.Begun, 0))
			}
		}
		switch {
		case w.Status == StatusWalking && was.Status == StatusSolved && entry == entryOf(was) && !isNew:
			add(w.Thread, CountReturned, entry, "")
		case w.Status == StatusWalking && (isNew || entry != entryOf(was) || was.Status == StatusProposed):
			add(w.Thread, CountBegun, entry, "")
		case w.Status == StatusSolved && was.Status != StatusSolved:
			add(w.Thread, CountSolved, entry, w.helpedBy())
			if w.Begun > 0 && !head.At.IsZero() {
				add(w.Thread, CountSolvedIn, "", TimeBucket(head.At.Sub(time.Unix(w.Begun, 0))))
			}
		case w.Status == StatusEscalated && was.Status != StatusEscalated:
			add(w.Thread, CountEscalated, entry, "")
		}
		if w.Held && !was.Held {
			add(w.Thread, CountHeld, entry, "")
		}
	}
	return turn
}

// verdictOf returns how a person of the team judged what the walkthrough waited for, or "".
func verdictOf(turn Turn, w, was Walkthrough) CountKind {
	if was.Status != StatusProposed {
		return ""
	}
	for _, t := range turn.States {
		switch {
		case t.Handover == nil || t.Handover.Of != w.Thread || t.Handover.Number != was.Proposal:
		case t.Handover.Verdict == VerdictPublished:
			return CountPublished
		case t.Handover.Verdict == VerdictWrong:
			return CountRejected
		}
	}
	return ""
}

// proposedEntry returns the entry of a proposed answer, or the first that it offers.
func (w *Walkthrough) proposedEntry() string {
	if w.Entry == nil && len(w.Options) > 0 {
		return w.Options[0].Entry
	}
	return entryOf(*w)
}

// before returns the walkthrough of a thread as it was read, or the zero one.
func (s State) before(t Thread) Walkthrough {
	switch {
	case s.Walkthrough.Thread == t:
		return s.Walkthrough
	case s.Cases != nil && s.Cases.About.Thread == t:
		return s.Cases.About
	}
	return Walkthrough{}
}

// result returns the result of the question that began the walkthrough, or "".
func (w *Walkthrough) result() string {
	switch {
	case w.Elsewhere != (Thread{}):
		return ResultRepeat
	case w.Status == StatusWalking, w.Status == StatusProposed && w.Entry != nil:
		return ResultSure
	case w.Status == StatusChoosing, w.Status == StatusProposed:
		return ResultLikely
	case w.Status == StatusUnmatched:
		return ResultUnmatched
	}
	return ""
}

// helpedBy returns the ID of the step that helped, or "" if none did: a person
// solved it, or it was fixed before a step.
func (w *Walkthrough) helpedBy() string {
	if n := len(w.Tried); n > 0 && w.Tried[n-1].Outcome == OutcomeHelped {
		return w.Tried[n-1].Step
	}
	return ""
}

func entryOf(w Walkthrough) string {
	if w.Entry == nil {
		return ""
	}
	return w.Entry.ID
}

// writtenAt returns when an event happened.
func writtenAt(event Event) time.Time {
	if m, ok := event.(Message); ok && !m.At.IsZero() {
		return m.At
	}
	return event.About().At
}

// askedAt marks the first post to a thread as the answer to a question.
func askedAt(posts []Post, t Thread, at time.Time) []Post {
	for i, p := range posts {
		if p.Thread == t && p.Delay == 0 && !p.Withdraw && !p.Shadow && !at.IsZero() {
			posts[i].Answers = at.UnixMilli()
			return posts
		}
	}
	return posts
}
