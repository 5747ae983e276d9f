package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// The sender of one adapter: it takes posts from the outbox, hands them to the
// adapter, and records what became of them.
//
// A post is sent at least once, and exactly once wherever the adapter can tell
// a repeat. The window that remains: the process dies after the platform took
// a post and before Sent was committed. The post is then claimed again, with
// Attempt above 1, and the adapter is asked to find the first one or to let the
// platform refuse the second.

const (
	// maxInFlight is how many posts of an adapter are sent at once, and perChannel
	// how many of them may go to one channel: a channel that hangs, with however
	// many threads, leaves the other places free. Four at once are more than a
	// platform takes from a bot in one channel (Slack one message a second,
	// Discord five in 5 s).
	maxInFlight   = 16
	maxPerChannel = 4
	// lease is how long a claimed post is kept from other senders. It has to
	// exceed the longest time that sending and recording take.
	lease         = 60 * time.Second
	sendTimeout   = 30 * time.Second
	recordTimeout = 10 * time.Second
	// pollInterval is how often the outbox is looked at when nothing wakes the sender:
	// another process may have recorded a post for it.
	pollInterval = 5 * time.Second
	// minRetryWait and retryMost bound the wait after a failure; it doubles.
	minRetryWait = time.Second
	maxRetryWait = 5 * time.Minute
	// maxAttempts is after how many failures a post is given up: with the waits
	// above that is about an hour and a half. What is older helps nobody.
	maxAttempts = 25
	// maxRateLimited is the same where the platform says when to come back, which is
	// seconds: a post that waits for its turn has not failed.
	maxRateLimited = 1000
)

// send works until ctx ends, and then finishes what it began. It claims no more
// posts than there are free places, so that each is sent as soon as it is
// claimed: its lease need not cover a wait, and a slow post holds up no other
// thread.
func (b *Bot) send(ctx context.Context, a Adapter, wake chan struct{}) {
	busy := make(chan struct{}, maxInFlight)
	var wg sync.WaitGroup
	defer wg.Wait()
	for ctx.Err() == nil {
		free := cap(busy) - len(busy) // only this loop takes places
		if free == 0 {
			select {
			case <-ctx.Done():
			case <-wake:
			}
			continue
		}
		posts, err := b.outbox.Claim(ctx, a.Name(), free, maxPerChannel, lease)
		if err != nil && ctx.Err() == nil {
			b.log.Error("outbox: claim failed", "adapter", a.Name(), "error", err)
		}
		for _, p := range posts {
			busy <- struct{}{}
			wg.Go(func() {
				b.deliver(ctx, a, p)
				<-busy
				wakeUp(wake) // for the next post of the thread
			})
		}
		if len(posts) == 0 {
			b.waitForWork(ctx, a, wake, err)
		}
	}
}

// wakeUp wakes a sender, unless something else does.
func wakeUp(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// waitForWork waits until there may be something to send. After an error it does not
// trust what seems to be due.
func (b *Bot) waitForWork(ctx context.Context, a Adapter, wake <-chan struct{}, failed error) {
	wait := pollInterval
	if due, ok, err := b.outbox.NextDue(ctx, a.Name(), maxPerChannel); failed == nil && err == nil && ok {
		wait = min(wait, max(due, time.Millisecond))
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// deliver sends one post and records what became of it. It finishes what it
// began even if ctx ends meanwhile: a post that was delivered is recorded.
func (b *Bot) deliver(ctx context.Context, a Adapter, p Post) {
	ctx = context.WithoutCancel(ctx)
	d, err := post(ctx, a, p)
	ctx, cancel := context.WithTimeout(ctx, recordTimeout)
	defer cancel()
	switch {
	case err == nil:
		err = b.outbox.Sent(ctx, p.ID, d)
	case IsRefused(err) || p.Attempt >= attemptLimit(err):
		b.log.Error("outbox: giving up on post", "adapter", a.Name(), "post", p.ID, "attempt", p.Attempt, "error", err)
		err = b.outbox.Drop(ctx, p.ID)
	default:
		b.log.Log(ctx, logLevel(err), "outbox: retrying post", "adapter", a.Name(), "post", p.ID, "attempt", p.Attempt, "error", err)
		err = b.outbox.Retry(ctx, p.ID, backoff(err, p.Attempt))
	}
	if err != nil {
		b.log.Error("outbox: recording the delivery failed", "adapter", a.Name(), "post", p.ID, "error", err)
	}
}

// logLevel is how much a failure is worth telling. A platform that says when to
// come back is only slow.
func logLevel(err error) slog.Level {
	if e, ok := errors.AsType[*DeliveryError](err); ok && e.After > 0 {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// attemptLimit is how often a post is tried.
func attemptLimit(err error) int {
	if e, ok := errors.AsType[*DeliveryError](err); ok && e.After > 0 {
		return maxRateLimited
	}
	return maxAttempts
}

// post gives the platform its time, and no more.
func post(ctx context.Context, a Adapter, p Post) (Delivery, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, sendTimeout, errors.New("bot: platform did not answer in time"))
	defer cancel()
	return a.Post(ctx, p)
}

// backoff is how long to wait after the given failure.
func backoff(err error, attempt int) time.Duration {
	if e, ok := errors.AsType[*DeliveryError](err); ok && e.After > 0 {
		return e.After
	}
	return min(minRetryWait<<min(attempt-1, 20), maxRetryWait)
}

// Flush sends the posts of an adapter that are due, one after the other in the
// order of the outbox, and returns when none is left. It takes the place of the
// sender for an adapter that Run does not serve.
func (b *Bot) Flush(ctx context.Context, a Adapter) error {
	for {
		posts, err := b.outbox.Claim(ctx, a.Name(), 1, 1, lease)
		if err != nil || len(posts) == 0 {
			return err
		}
		b.deliver(ctx, a, posts[0])
	}
}

// Drain waits until every post of the adapter that is due has been sent, and
// every one that is tried again within the minute. Posts that are meant for
// later are not waited for.
func (b *Bot) Drain(ctx context.Context, adapter string) error {
	for {
		wait, ok, err := b.outbox.NextDue(ctx, adapter, maxPerChannel)
		if err != nil || !ok || wait > lease+time.Second { // a claim may come after the store has looked at its clock
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(drainInterval):
		}
	}
}

// drainInterval is short beside the milliseconds that a commit takes, and long
// beside what looking costs.
const drainInterval = 2 * time.Millisecond
