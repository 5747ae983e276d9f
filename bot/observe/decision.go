package observe

import (
	"log/slog"
	"math"
	"slices"
	"strings"

	"mabsbot/bot"
	"mabsbot/kb/match"
)

// A Decision is what the core decided about an event.
type Decision string

// The decisions. Those from Answered to Ended are about a walkthrough.
const (
	DecisionNone Decision = "none" // the event leads to nothing: people talk with each other

	DecisionAnswered Decision = "answered"  // a walkthrough begins
	DecisionMoved    Decision = "moved"     // it moves, or its position is shown again
	DecisionSolved   Decision = "solved"    // the error is solved
	DecisionHeld     Decision = "held"      // the fix held, as a user confirms later
	DecisionCameBack Decision = "came_back" // it did not
	DecisionPerson   Decision = "person"    // a person is requested
	DecisionEnded    Decision = "ended"     // the walkthrough is withdrawn, or goes on elsewhere

	DecisionAsked     Decision = "asked"     // which of several errors is it?
	DecisionUnmatched Decision = "unmatched" // the bot says that it does not know the error
	DecisionQuiet     Decision = "quiet"     // the bot stays out of the thread
	DecisionProposed  Decision = "proposed"  // an answer is proposed to the team, in a supervised channel
	DecisionCase      Decision = "case"      // the team takes, solves or reopens a case
	DecisionReplied   Decision = "replied"   // any other reply, such as a list
	DecisionShadowed  Decision = "shadowed"  // the bot would reply, but the channel is in shadow mode
)

// IsOutcome reports whether a decision is an outcome of a walkthrough.
func (d Decision) IsOutcome() bool {
	switch d {
	case DecisionAnswered, DecisionSolved, DecisionHeld, DecisionCameBack, DecisionPerson, DecisionEnded:
		return true
	}
	return false
}

// subject returns the walkthrough that a turn is about: that of the thread of the
// event, or another one, which a person of the team changes from their thread. It
// returns nil if there is none. A walkthrough that goes on in another thread is the
// one there.
func subject(turn bot.Turn, here bot.Thread) *bot.Walkthrough {
	var w *bot.Walkthrough
	for i, other := range turn.States {
		if other.Handover == nil && (w == nil || w.Status == bot.StatusEnded || w.Thread != here && other.Status != bot.StatusEnded) {
			w = &turn.States[i]
		}
	}
	return w
}

// decide names what was decided, and the entry that it is about. w is the subject
// of the turn.
func decide(turn bot.Turn, w *bot.Walkthrough, here bot.Thread) (d Decision, entry string) {
	switch {
	case turn.Silent():
		return DecisionNone, ""
	case w != nil:
		if w.Entry != nil {
			entry = w.Entry.ID
		}
		return decideWalkthrough(turn, w, entry, here), entry
	case len(turn.States) > 0:
		return DecisionCase, ""
	case slices.ContainsFunc(turn.Posts, func(p bot.Post) bool { return p.Shadow }):
		return DecisionShadowed, turn.Seen.Hit
	}
	return DecisionReplied, ""
}

// published reports whether a person publishes an answer that was proposed.
func published(turn bot.Turn) bool {
	return slices.ContainsFunc(turn.States, func(w bot.Walkthrough) bool {
		return w.Handover != nil && w.Handover.Verdict == bot.VerdictPublished && !w.Handover.Withdrawn
	})
}

func decideWalkthrough(turn bot.Turn, w *bot.Walkthrough, entry string, here bot.Thread) Decision {
	before := turn.Seen
	if published(turn) {
		before = bot.Seen{Status: bot.StatusProposed}
	} else if w.Thread != here { // how it was before is not known, but it was under way
		before = bot.Seen{Status: bot.StatusWalking, Entry: entry}
	}
	switch w.Status {
	case bot.StatusWalking:
		switch {
		case before.Entry != entry || w.Source == turn.Event || before.Status == bot.StatusEnded:
			return DecisionAnswered
		case before.Status == bot.StatusSolved:
			return DecisionCameBack
		}
	case bot.StatusProposed:
		return DecisionProposed
	case bot.StatusChoosing:
		return DecisionAsked
	case bot.StatusUnmatched:
		return DecisionUnmatched
	case bot.StatusQuiet:
		return DecisionQuiet
	}
	if w.Status == before.Status {
		return DecisionMoved
	}
	switch {
	case w.Status == bot.StatusSolved:
		return DecisionSolved
	case w.Status == bot.StatusEscalated:
		return DecisionPerson
	case w.Status == bot.StatusEnded && w.Held:
		return DecisionHeld
	case w.Status == bot.StatusEnded:
		return DecisionEnded
	}
	return DecisionMoved
}

// describe returns the line of the log about an event: what was decided, and why.
// Everything in it is an ID of a platform or an entry, a word of this program, or a
// number.
func describe(e Event, w *bot.Walkthrough, event bot.Event, turn bot.Turn) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("adapter", e.Adapter), slog.String("event", string(turn.Event)), slog.String("kind", string(e.Kind)), slog.String("decision", string(e.Decision)),
	}
	if e.Entry != "" {
		attrs = append(attrs, slog.String("entry", e.Entry))
	}
	if e.Band != match.Silent {
		attrs = append(attrs, slog.String("band", e.Band.String()), slog.String("hit", turn.Seen.Hit))
	}
	if w != nil && w.Source == turn.Event && len(w.Evidence) > 0 {
		attrs = append(attrs, slog.Float64("confidence", math.Round(w.Confidence*1000)/1000), slog.String("evidence", kinds(w.Evidence)))
	}
	if u := turn.Understood; u.Intent != bot.IntentNone {
		attrs = append(attrs, slog.String("understood", string(u.Intent)))
	}
	if p, ok := event.(bot.Press); ok {
		attrs = append(attrs, slog.String("button", p.Button.ID()))
	}
	return append(attrs, slog.Int("posts", len(turn.Posts)))
}

// kinds returns the kinds of the evidence, such as "code,message".
func kinds(evidence []match.Evidence) string {
	var all []string
	for _, e := range evidence {
		if !slices.Contains(all, e.Kind) {
			all = append(all, e.Kind)
		}
	}
	return strings.Join(all, ",")
}
