package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"mabsbot/bot"
)

// An Inbox keeps acknowledged events until they are handled. The stores of
// bot/store have one for each adapter.
type Inbox interface {
	// Put records a payload under its key. Once it has returned nil, the payload
	// survives a crash. A known key changes nothing.
	Put(ctx context.Context, key string, payload []byte) error
	// Done removes a payload.
	Done(ctx context.Context, key string) error
	// Bury makes a payload a dead letter: it is kept for an operator to look at,
	// and never replayed.
	Bury(ctx context.Context, key string, payload []byte) error
	// Replay calls yield for each payload that is not done, oldest first.
	Replay(ctx context.Context, yield func(key string, payload []byte) error) error
	// Adopt is like Replay for the payloads that no living process handles. This
	// process then does.
	Adopt(ctx context.Context, yield func(key string, payload []byte) error) error
	// Shared reports whether other processes may end, and leave payloads to Adopt.
	Shared() bool
	// Find is like Replay for the payloads whose key has the prefix.
	Find(ctx context.Context, prefix string, yield func(key string, payload []byte) error) error
}

// The errors of reading a payload. They hold nothing of its content.
var (
	ErrOtherApp   = errors.New("the payload is for another app")
	ErrIncomplete = errors.New("the payload lacks a required field")
	ErrUnknown    = errors.New("the payload is of an unknown kind")
)

// ErrBusy is why an event is not taken: too many are waiting. The platform delivers
// it again.
var ErrBusy = errors.New("too many events are waiting")

// ErrPanic is why an event whose handler panicked is kept as a dead letter.
var ErrPanic = errors.New("the handler panicked")

// An Intake takes events from a platform and makes one promise: an event that
// was acknowledged is handled, or kept as a dead letter, whatever happens to the
// process, the database or the network.
//
//	arrives --> Quick --+--> handled -------------------> acknowledged
//	                    +--> Record --> acknowledged --> Postpone --> handled --> Done
//	                                                        |
//	starts --> Replay --------------------------------------+
//
// The adapter decides which way an event goes, and acknowledges: Slack wants an
// answer within seconds, Discord waits until the next heartbeat. An event may be
// handled more than once, because the process may die after the handler and
// before the acknowledgement or Done. The core recognizes a repeated event by its
// ID and ignores it. chattest.TestIntake checks the promise sentence by sentence.
type Intake struct {
	Quick *Lanes // events, in the order of their arrival in a conversation
	Later *Lanes // recorded events: they wait for the network
	Pages *Lanes // modals, suggestions and pages, for which a user waits

	name   string // the adapter's; log messages begin with it
	inbox  Inbox
	log    *slog.Logger
	warned sync.Map // the keys of First

	adopting sync.WaitGroup

	mu      sync.Mutex
	refused int       // events since overload was last logged
	logged  time.Time // when it was
}

// How many jobs run at once. Handling an event is a transaction of a millisecond
// or two; recorded events wait for downloads.
const (
	quickJobs = 32
	laterJobs = 16
)

// How many jobs may be unfinished, so that overload takes no memory. At the 1,000
// errors a second of a small machine, 256 wait for a quarter of a second; platforms
// wait for 3 s. A waiting event takes 35 to 40 kB with its goroutines, and over HTTP
// with its connection.
const (
	quickRoom = 256
	laterRoom = 256
	pagesRoom = 256
)

// busyInterval is how often overload is logged.
const busyInterval = 10 * time.Second

// NewIntake returns an intake that runs at most pages jobs of Pages at once.
func NewIntake(name string, inbox Inbox, pages int, log *slog.Logger) *Intake {
	return &Intake{Quick: NewLanes(quickJobs, quickRoom), Later: NewLanes(laterJobs, laterRoom), Pages: NewLanes(pages, pagesRoom), name: name, inbox: inbox, log: log}
}

// Refused notes that an event was not taken because of ErrBusy, and logs overload
// from time to time: a line for each event would be a load of its own.
func (i *Intake) Refused() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.refused++
	if time.Since(i.logged) < busyInterval {
		return
	}
	i.log.Warn(i.name+": overloaded, events are refused and will be redelivered", "refused", i.refused)
	i.refused, i.logged = 0, time.Now()
}

// Record puts an event into the inbox. After it has returned nil, the event may
// be acknowledged; the caller then calls Postpone.
func (i *Intake) Record(ctx context.Context, key string, payload []byte) error {
	if err := i.inbox.Put(ctx, key, payload); err != nil {
		return fmt.Errorf("record %s: %w", key, err)
	}
	return nil
}

// Postpone handles a recorded event after those that were postponed before it in
// its lane, and then removes it from the inbox. If ctx ends before it is handled,
// the event stays there for the next run. If handle panics, it becomes a dead
// letter; if it returns an error, which it does only where retrying is of no use,
// the event is given up.
func (i *Intake) Postpone(ctx context.Context, lane, key string, payload []byte, handle func(context.Context) error) {
	i.Later.Do(lane, func() {
		defer i.Guard(key, func() { i.Lost(ctx, key, payload) })
		if err := handle(ctx); err != nil {
			if ctx.Err() != nil {
				return
			}
			i.log.Error(i.name+": event given up", "event", key, "error", err)
		}
		i.Done(ctx, key)
	})
}

// Done removes an event from the inbox, however long the database is away. If
// ctx ends first, the next run handles the event again.
func (i *Intake) Done(ctx context.Context, key string) {
	_ = i.Retry(ctx, "remove event from inbox", func(ctx context.Context) error { return i.inbox.Done(ctx, key) })
}

// Lost makes a recorded event whose handler panicked a dead letter, however long
// the database is away.
func (i *Intake) Lost(ctx context.Context, key string, payload []byte) {
	_ = i.Retry(ctx, "keep dead letter", func(ctx context.Context) error { return i.Bury(ctx, key, payload, ErrPanic) })
}

// Bury makes a payload a dead letter, for the reason why.
func (i *Intake) Bury(ctx context.Context, key string, payload []byte, why error) error {
	i.log.Warn(i.name+": payload kept as dead letter", "key", key, "bytes", len(payload), "error", why)
	return i.inbox.Bury(ctx, key, payload)
}

// Replay hands the events that an earlier run acknowledged and did not handle to
// again, oldest first, and until ctx ends those of other processes that die. An event
// for which again returns false cannot be read and becomes a dead letter. An error is
// logged: the rest is replayed later.
func (i *Intake) Replay(ctx context.Context, again func(key string, payload []byte) bool) {
	i.adopt(ctx, again)
	if !i.inbox.Shared() {
		return
	}
	i.adopting.Go(func() {
		for Sleep(ctx, adoptInterval) == nil {
			i.adopt(ctx, again)
		}
	})
}

// adoptInterval is how often events of dead processes are looked for. A process
// counts as dead after 15 s.
const adoptInterval = 10 * time.Second

func (i *Intake) adopt(ctx context.Context, again func(key string, payload []byte) bool) {
	n := 0
	var unburied error
	err := i.inbox.Adopt(ctx, func(key string, payload []byte) error {
		if again(key, payload) {
			n++
		} else {
			unburied = errors.Join(unburied, i.Bury(ctx, key, payload, ErrUnknown))
		}
		return nil
	})
	if err = errors.Join(err, unburied); err != nil && ctx.Err() == nil {
		i.log.Error(i.name+": inbox not fully replayed", "error", err)
	}
	if n > 0 {
		i.log.Info(i.name+": replaying events of an earlier run", "events", n)
	}
}

// Guard limits a panic to the event that caused it: it recovers, logs the panic,
// and calls failed. It must be deferred.
func (i *Intake) Guard(event string, failed func()) {
	if p := recover(); p != nil {
		i.log.Error(i.name+": panic", "event", event, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		failed()
	}
}

// Retry calls f with backoff until it succeeds or ctx ends, and returns its last
// error. It is for what must be done once an event is acknowledged: a database
// that is away will be back.
func (i *Intake) Retry(ctx context.Context, op string, f func(context.Context) error) error {
	for attempt := 0; ; attempt++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := f(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		level := bot.FailureLevel(err, slog.LevelWarn)
		if errors.Is(err, bot.ErrConflict) {
			level = slog.LevelDebug // expected in a busy conversation
		}
		i.log.Log(ctx, level, i.name+": retrying", "op", op, "error", err)
		if Sleep(ctx, Backoff(attempt)) != nil {
			return err
		}
	}
}

// WarnOnce logs a warning only the first time, for conditions that outsiders can
// trigger at will.
func (i *Intake) WarnOnce(message string, args ...any) {
	if i.First(message) {
		i.log.Warn(i.name+": "+message+"; logged only once", args...)
	}
}

// First reports whether it is called for the first time with a key.
func (i *Intake) First(key string) bool {
	_, known := i.warned.LoadOrStore(key, true)
	return !known
}

// Attached appends the text of attached files to a message. read returns the text
// of the n-th file. A file that cannot be read is logged and left out: an answer
// without it is better than none. unread says why, if the file itself is the reason.
func (i *Intake) Attached(ctx context.Context, text string, files []string, read func(ctx context.Context, n int) (string, error)) (_ string, unread []bot.Unread) {
	parts := []string{text}
	for n, id := range files {
		part, err := read(ctx, n)
		if err != nil {
			i.log.Warn(i.name+": attached file not read", "file", id, "error", err)
			if why, ok := unreadBecause(err); ok {
				unread = append(unread, why)
			}
		}
		parts = append(parts, part)
	}
	return CutBytes(strings.TrimSpace(strings.Join(parts, "\n")), MaxText), unread
}

// What counts as "the error above": the last messages that the same user wrote in
// the channel, unless they are from another conversation.
const (
	MaxAbove = 3
	AboveAge = time.Hour
)

// Wait returns when no job runs or waits. No event may arrive meanwhile, and the
// context of Replay has ended.
func (i *Intake) Wait() {
	i.adopting.Wait()
	for !i.Idle() { // a job of one kind may start one of another
		i.Pages.Wait()
		i.Quick.Wait()
		i.Later.Wait()
	}
}

// Idle reports whether no job runs or waits.
func (i *Intake) Idle() bool { return i.Pages.Idle() && i.Quick.Idle() && i.Later.Idle() }

// LaneOf names the lane of a conversation, whose events are handled in order. No ID
// of a platform contains the separator.
func LaneOf(e bot.Event) string {
	t := e.About().Thread
	return strings.Join([]string{t.Adapter, t.Workspace, t.Channel, t.Root}, "\n")
}
