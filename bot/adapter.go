package bot

import (
	"context"
	"errors"
	"time"
)

// Capabilities are what a platform can show, as data: the core asks for them
// and never for a platform's name.
type Capabilities struct {
	DirectMessages bool // the bot can begin a direct message
	Private        bool // a message can be shown to one user of a channel alone
	Edits          bool // a post can be changed or deleted later
}

// A Handler takes one event. Once it has returned nil, what follows from the
// event is committed, and the adapter may acknowledge it to its platform; on
// an error it must not.
type Handler func(ctx context.Context, event Event) error

// An Adapter speaks one platform.
type Adapter interface {
	// Name is the first part of every Thread of this adapter.
	Name() string

	// Capabilities are constant.
	Capabilities() Capabilities

	// Run connects and hands every event to handle until ctx ends (it then
	// returns nil) or the platform refuses for good.
	Run(ctx context.Context, handle Handler) error

	// Post delivers one post. The outbox calls it for several threads at once,
	// for one thread one post after the other. An error made with NotDelivered or Refused says what is certain;
	// after any other the post may have been delivered.
	Post(ctx context.Context, post Post) (Delivery, error)
}

// A Simulator is an adapter that may stand in for a platform, to try the bot.
// Such an adapter alone does not keep Bot.Run serving once the adapters of the
// platforms have ended: a supervisor should notice that.
type Simulator interface {
	Adapter
	Simulated() bool
}

// A Profiler is an adapter whose platform does not send the locale of a user
// with every event.
type Profiler interface {
	Adapter

	// Profile returns the user with Name and Locale as far as they are known.
	// The core calls it at most once for an event, after the match, and only
	// where the event may be answered. An event is handled without the profile
	// if Profile fails.
	Profile(ctx context.Context, user User) (User, error)
}

// An Observer is an adapter that shows what the bot understood and decided, as a
// simulation does even where the answer is silence.
type Observer interface {
	Adapter

	// Observe reports the turn that follows from an event. The core calls it
	// once, after the turn is committed, or at once if there is nothing to
	// commit; not for a duplicate, and not if the event cannot be handled.
	Observe(event Event, turn Turn)
}

// A DeliveryError says what is certain about a post that failed.
type DeliveryError struct {
	Err   error
	Final bool          // trying again is no use
	After time.Duration // try again no sooner; 0 leaves it to the outbox
}

func (e *DeliveryError) Error() string { return e.Err.Error() }
func (e *DeliveryError) Unwrap() error { return e.Err }

// NotDelivered says that the post was certainly not delivered and may be tried
// again after the time.
func NotDelivered(err error, after time.Duration) error {
	return &DeliveryError{Err: err, After: after}
}

// Refused says that the post was not delivered and never will be.
func Refused(err error) error { return &DeliveryError{Err: err, Final: true} }

// IsRefused reports whether err was made by Refused.
func IsRefused(err error) bool {
	e, ok := errors.AsType[*DeliveryError](err)
	return ok && e.Final
}
