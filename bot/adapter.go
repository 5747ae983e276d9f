package bot

import (
	"context"
	"errors"
	"time"
)

// Capabilities describe what a platform supports. The core asks for them and
// never for the name of a platform.
type Capabilities struct {
	DirectMessages bool // the bot can begin a direct message
	Private        bool // a message can be shown to one user of a channel alone
	Unprompted     bool // Private also works for a user who has not just used a command or button
	Edits          bool // a post can be changed or deleted later
}

// A Handler handles one event. Once it returns nil, the consequences of the
// event are committed and the adapter may acknowledge it to the platform. On an
// error the adapter must not acknowledge it.
type Handler func(ctx context.Context, event Event) error

// An Adapter connects the core to one platform.
type Adapter interface {
	// Name is the Adapter field of every Thread of this adapter.
	Name() string

	// Capabilities never change.
	Capabilities() Capabilities

	// Run connects and hands every event to handle until ctx ends, when it
	// returns nil, or until the platform refuses for good.
	Run(ctx context.Context, handle Handler) error

	// Post delivers one post. The outbox calls Post concurrently for different
	// threads, but never for two posts of one thread. An error made with
	// NotDelivered or Refused is definite; after any other error the post may
	// have been delivered.
	Post(ctx context.Context, post Post) (Delivery, error)
}

// A Simulator is an adapter that may replace a platform so that people can try
// the bot. Simulated adapters alone do not keep Bot.Run serving once the
// adapters of all platforms have ended, because a supervisor should notice
// that.
type Simulator interface {
	Adapter
	Simulated() bool
}

// A Standby is an adapter that one of several processes serves at a time; the others
// stand by. See Election.
type Standby interface {
	Adapter

	// StandsBy reports whether this process stands by. It then claims no posts of
	// the adapter, so that one process keeps to the platform's rate limits.
	StandsBy() bool
}

// A Profiler is an adapter whose platform does not send the locale of a user
// with every event.
type Profiler interface {
	Adapter

	// Profile returns the user with Name and Locale, if they are known. The
	// core calls it at most once per event, after the match, and only if the
	// event may be answered. If Profile fails, the event is handled without it.
	Profile(ctx context.Context, user User) (User, error)
}

// A ChannelChecker is an adapter that knows where the bot can post.
type ChannelChecker interface {
	Adapter

	// CanPost reports whether the bot can post to a channel. The core calls it before
	// an administrator makes the channel one of the team.
	CanPost(ctx context.Context, channel string) (bool, error)
}

// An Observer is an adapter that shows what the bot understood and decided, as a
// simulation does even where the answer is silence, or that measures it.
type Observer interface {
	Adapter

	// Observe reports the turn that follows from an event, with Seen. The core
	// calls it once, after the turn is committed, or at once if there is nothing to
	// commit; not for a duplicate, and not if the event cannot be handled.
	Observe(event Event, turn Turn)
}

// A Connector is an adapter that connects to a platform. Any other adapter serves
// as long as it runs.
type Connector interface {
	Adapter

	// Connection returns the state of the connection. It does not block.
	Connection() Connection
}

// A Connection is the state of the connection to a platform.
type Connection struct {
	Up          bool  // events arrive, as far as the adapter knows
	Reconnects  int64 // since the start: connections that replaced an earlier one
	Redelivered int64 // since the start: events that the platform delivered again
}

// As returns the adapter as a T, such as a Profiler. A decorator of an adapter has
// the method Unwrap() Adapter, so that the interfaces of the adapter below remain
// visible; its own take precedence.
func As[T Adapter](a Adapter) (T, bool) {
	for a != nil {
		if t, ok := a.(T); ok {
			return t, true
		}
		u, ok := a.(interface{ Unwrap() Adapter })
		if !ok {
			break
		}
		a = u.Unwrap()
	}
	var none T
	return none, false
}

// A DeliveryError says what is certain about a post that failed.
type DeliveryError struct {
	Err   error
	Final bool          // retrying is pointless
	After time.Duration // retry no sooner; 0 leaves the wait to the outbox
	// Channel says that the platform takes no message in the channel of the post
	// until then.
	Channel bool
}

func (e *DeliveryError) Error() string { return e.Err.Error() }
func (e *DeliveryError) Unwrap() error { return e.Err }

// NotDelivered returns an error saying that the post was certainly not
// delivered and may be retried after the given time.
func NotDelivered(err error, after time.Duration) error {
	return &DeliveryError{Err: err, After: after}
}

// ChannelBusy returns an error saying that the post was certainly not delivered,
// and that no post to its channel may be tried for the given time.
func ChannelBusy(err error, after time.Duration) error {
	return &DeliveryError{Err: err, After: after, Channel: true}
}

// Refused returns an error saying that the post was not delivered and never
// will be.
func Refused(err error) error { return &DeliveryError{Err: err, Final: true} }

// IsRefused reports whether err was made by Refused.
func IsRefused(err error) bool {
	e, ok := errors.AsType[*DeliveryError](err)
	return ok && e.Final
}
