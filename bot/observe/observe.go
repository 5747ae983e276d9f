// Package observe reports what the bot does: to a Meter, and in the log, with one
// line for each event that leads to something. Neither gets what people wrote, and
// a Meter no ID of a user, channel or message.
//
// Adapter decorates a bot.Adapter: adapter.go counts its events and posts, and
// decision.go names what the core decided.
package observe

import (
	"time"

	"mabsbot/kb/match"
)

// A Meter counts and measures. Its methods are called for every event, so they
// return at once, and they may be called concurrently.
type Meter interface {
	// Received reports that an adapter handed an event to the core.
	Received(adapter string)
	// Handled reports what an event led to. Events that were handled before do not
	// count.
	Handled(Event)
	// Failed reports an event that could not be handled. The platform delivers it
	// again.
	Failed(adapter string)
	// Posted reports an attempt to send a post.
	Posted(Post)
}

// An Event is an event that was handled.
type Event struct {
	Adapter  string
	Kind     Kind
	Band     match.Band // of a message
	Decision Decision
	Entry    string // the ID of the entry that Decision is about, or ""
}

// A Kind is a kind of event.
type Kind string

// The kinds.
const (
	KindMessage  Kind = "message"
	KindEdit     Kind = "edit"
	KindDeletion Kind = "deletion"
	KindCommand  Kind = "command"
	KindPress    Kind = "press" // of a button, menu or modal
)

// A Post is an attempt to send a post.
type Post struct {
	Adapter string
	Result  Result
	Again   bool          // it is not the first attempt
	Waited  time.Duration // from the event that it answers to its delivery; 0 if that is not known
}

// A Result is the result of an attempt to send a post.
type Result string

// The results.
const (
	Delivered Result = "delivered"
	Throttled Result = "throttled" // the platform says when to try again
	Failed    Result = "failed"    // it is tried again
	Refused   Result = "refused"   // it becomes a dead letter
)

// Results returns all results.
func Results() []Result { return []Result{Delivered, Throttled, Failed, Refused} }
