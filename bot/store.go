package bot

import (
	"context"
	"errors"
	"time"
)

// The errors of Store.Apply.
var (
	// ErrDuplicate: the event was handled already. Do nothing.
	ErrDuplicate = errors.New("bot: event already handled")
	// ErrConflict: the walkthrough moved on since it was read. Load, decide
	// and apply again.
	ErrConflict = errors.New("bot: walkthrough changed since it was read")
)

// A Store keeps conversations. Bot.Handle calls Load and Recent for each event
// that may lead to something, and Apply for each that does, from many
// goroutines and possibly several processes at once.
type Store interface {
	// Load returns the walkthrough of a thread (the zero one with Thread set
	// where there is none) and the language that the user chose ("" if none).
	Load(ctx context.Context, thread Thread, user UserKey) (Walkthrough, string, error)

	// Recent returns the thread in which the entry was last begun in the
	// channel of near (same adapter, workspace and channel, another root) no
	// longer ago than window. ok is false where there is none. What others
	// cannot see does not count: private walkthroughs, and threads that are
	// still to be opened. Nor do those that are Choosing, Unmatched or have
	// the zero Status.
	Recent(ctx context.Context, near Thread, entry string, window time.Duration) (thread Thread, ok bool, err error)

	// Apply records in one transaction: the event as handled, the new states
	// (each only if the stored version is still Version; stored with
	// Version+1), the posts to send and the preference. On an error nothing is
	// written; ErrDuplicate comes before ErrConflict. A post whose id is known
	// already is not queued again. One that Replaces a post which still waits
	// for its Delay takes that back: it will not be sent.
	Apply(ctx context.Context, turn Turn) error

	// Shadowed returns the recorded posts with Shadow, the newest first, at
	// most limit. No outbox ever sees them.
	Shadowed(ctx context.Context, limit int) ([]Post, error)

	// Walkthroughs returns the walkthroughs whose Asker is the user, whatever
	// their Status, the one changed last first, at most limit. The user's
	// workspace is that of the threads.
	Walkthroughs(ctx context.Context, user UserKey, limit int) ([]Walkthrough, error)
}

// An Outbox is the other side of Apply: posts on their way. One sender for
// each adapter and process works on it.
type Outbox interface {
	// Claim returns up to limit posts of the adapter that are due, in the
	// order in which they were applied, and keeps them from other senders for
	// the lease. At most perChannel posts of one channel are out at a time. At most one post a thread is out at a time, and never one
	// with an earlier unsent post in its thread; a post with a Delay neither
	// waits for others nor holds them up, so it may be out beside another. A
	// post waits in any case for the one that it Replaces. Ref and Attempt are
	// filled in. After the lease a post can be claimed again, with a higher
	// Attempt: the lease must be longer than sending takes. Posts may come
	// beside an error, which tells of others that cannot be read.
	Claim(ctx context.Context, adapter string, limit, perChannel int, lease time.Duration) ([]Post, error)

	// Sent records that a claimed post was delivered. If the post opened its
	// thread, all that is kept under the provisional Post.Thread (its
	// walkthrough and further posts, which then open nothing any more) moves
	// to d.Thread and takes the place of a walkthrough there. Of a post that
	// is sent already, Sent, Retry and Drop change nothing.
	Sent(ctx context.Context, post PostID, d Delivery) error

	// Retry gives a claimed post back, to be claimed again after the time.
	Retry(ctx context.Context, post PostID, after time.Duration) error

	// Drop gives a claimed post up for good; later posts of the thread go on.
	Drop(ctx context.Context, post PostID) error

	// NextDue tells how long it is until a post of the adapter may be
	// claimable with the same perChannel; ok is false where none waits.
	NextDue(ctx context.Context, adapter string, perChannel int) (wait time.Duration, ok bool, err error)
}

// A Delivery is what became of a post on its platform.
type Delivery struct {
	Ref    string // the platform's own name of the message
	Thread Thread // for a post with Opens: the thread that now exists; zero is Post.Thread
}
