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
	// places is how many posts of an adapter are sent at once, and perChannel
	// how many of them may go to one channel: a channel that hangs, with however
	// many threads, leaves the other places free. Four at once are more than a
	// platform takes from a bot in one channel (Slack one message a second,
	// Discord five in 5 s).
	places     = 16
	perChannel = 4
	// lease is how long a claimed post is kept from other senders. It has to
	// exceed the longest time that sending and recording take.
	lease         = 60 * time.Second
	sendTimeout   = 30 * time.Second
	recordTimeout = 10 * time.Second
	// poll is how often the outbox is looked at when nothing wakes the sender:
	// another process may have recorded a post for it.
	poll = 5 * time.Second
	// retryFirst and retryMost bound the wait after a failure; it doubles.
	retryFirst = time.Second
	retryMost  = 5 * time.Minute
	// attempts is after how many failures a post is given up: with the waits
	// above that is about an hour and a half. What is older helps nobody.
	attempts = 25
	// turns is the same where the platform says when to come back, which is
	// seconds: a post that waits for its turn has not failed.
	turns = 1000
)

// send works until ctx ends, and then finishes what it began. It claims no more
// posts than there are free places, so that each is sent as soon as it is
// claimed: its lease need not cover a wait, and a slow post holds up no other
// thread.
func (b *Bot) send(ctx context.Context, a Adapter, wake chan struct{}) {
	busy := make(chan struct{}, places)
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
		posts, err := b.outbox.Claim(ctx, a.Name(), free, perChannel, lease)
		if err != nil && ctx.Err() == nil {
			b.log.Error("outbox: claim failed", "adapter", a.Name(), "error", err)
		}
		for _, p := range posts {
			busy <- struct{}{}
			wg.Go(func() {
				b.deliver(ctx, a, p)
				<-busy
				poke(wake) // for the next post of the thread
			})
		}
		if len(posts) == 0 {
			b.rest(ctx, a, wake, err)
		}
	}
}

// poke wakes a sender, unless something else does.
func poke(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// rest waits until there may be something to send. After an error it does not
// trust what seems to be due.
func (b *Bot) rest(ctx context.Context, a Adapter, wake <-chan struct{}, failed error) {
	wait := poll
	if due, ok, err := b.outbox.NextDue(ctx, a.Name(), perChannel); failed == nil && err == nil && ok {
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
	case IsRefused(err) || p.Attempt >= most(err):
		b.log.Error("outbox: post given up", "adapter", a.Name(), "post", p.ID, "attempt", p.Attempt, "error", err)
		err = b.outbox.Drop(ctx, p.ID)
	default:
		b.log.Log(ctx, gravity(err), "outbox: post failed, will be tried again", "adapter", a.Name(), "post", p.ID, "attempt", p.Attempt, "error", err)
		err = b.outbox.Retry(ctx, p.ID, backoff(err, p.Attempt))
	}
	if err != nil {
		b.log.Error("outbox: record failed", "adapter", a.Name(), "post", p.ID, "error", err)
	}
}

// gravity is how much a failure is worth telling. A platform that says when to
// come back is only slow.
func gravity(err error) slog.Level {
	if e, ok := errors.AsType[*DeliveryError](err); ok && e.After > 0 {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// most is how often a post is tried.
func most(err error) int {
	if e, ok := errors.AsType[*DeliveryError](err); ok && e.After > 0 {
		return turns
	}
	return attempts
}

// post gives the platform its time, and no more.
func post(ctx context.Context, a Adapter, p Post) (Delivery, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, sendTimeout, errors.New("bot: the platform did not answer in time"))
	defer cancel()
	return a.Post(ctx, p)
}

// backoff is how long to wait after the given failure.
func backoff(err error, attempt int) time.Duration {
	if e, ok := errors.AsType[*DeliveryError](err); ok && e.After > 0 {
		return e.After
	}
	return min(retryFirst<<min(attempt-1, 20), retryMost)
}

// Drain waits until every post of the adapter that is due has been sent, and
// every one that is tried again within the minute. Posts that are meant for
// later are not waited for.
func (b *Bot) Drain(ctx context.Context, adapter string) error {
	for {
		wait, ok, err := b.outbox.NextDue(ctx, adapter, perChannel)
		if err != nil || !ok || wait > lease+time.Second { // a claim may come after the store has looked at its clock
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(drainPoll):
		}
	}
}

// drainPoll is short beside the milliseconds that a commit takes, and long
// beside what looking costs.
const drainPoll = 2 * time.Millisecond
