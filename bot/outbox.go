package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// The sender of one adapter: it claims posts from the outbox, hands them to the
// adapter and records the result.
//
// A post is sent at least once, and exactly once if the adapter can detect a
// repeat. One window remains: the process dies after the platform accepted a
// post and before Sent was committed. The post is then claimed again, with
// Attempt above 1, and the adapter has to find the first delivery or let the
// platform reject the second.

const (
	// maxInFlight bounds the posts of an adapter that are sent concurrently,
	// and maxPerChannel those of one channel, so that a channel that hangs
	// leaves the other slots free however many threads it has. Four are more
	// than a platform accepts from a bot in one channel (Slack: one message a
	// second; Discord: five in 5 s).
	maxInFlight   = 16
	maxPerChannel = 4
	// lease is how long a claimed post is hidden from other senders. It has to
	// exceed sendTimeout plus recordTimeout.
	lease         = 60 * time.Second
	sendTimeout   = 30 * time.Second
	recordTimeout = 10 * time.Second
	// pollInterval is how often the sender looks at the outbox if nothing wakes
	// it, because another process may have added a post.
	pollInterval = 5 * time.Second
	// sharedPollInterval is the same where other processes are to be expected: the
	// one that serves a platform sends what the others add, and what a dead one left.
	// A search takes a millisecond.
	sharedPollInterval = time.Second
	// minRetryWait and maxRetryWait bound the wait after a failure, which
	// doubles each time.
	minRetryWait = time.Second
	maxRetryWait = 5 * time.Minute
	// startInterval is between the starts of two posts to a channel, so that they
	// reach a rate limit in the order of their turns.
	startInterval = 10 * time.Millisecond
	// claimShare bounds the share of the time for which the sender searches the
	// outbox to a tenth. With thousands of posts a search takes tens of
	// milliseconds, and every new post wakes the sender. maxPause bounds the pause
	// after a search that waited for a database that is away.
	claimShare = 10
	maxPause   = time.Second
	// maxAttempts is the number of failures after which a post is a dead letter:
	// about an hour and a half with the waits above. An older answer is of no
	// use.
	maxAttempts = 25
	// maxRateLimited is the same for a platform that says when to retry, which
	// is within seconds. A post that waits for a rate limit has not failed.
	maxRateLimited = 1000
	// finishTime is how long posts in flight may take once the bot ends, and
	// finishRecordTime how long it may then take to record them. docker stop kills
	// a container 10 s after SIGTERM.
	finishTime       = 6 * time.Second
	finishRecordTime = 2 * time.Second
)

// send works until ctx ends, and then finishes the posts in flight. It claims
// no more posts than there are free slots and sends each at once, so that a
// lease need not cover any wait, and a slow post does not delay other threads.
func (b *Bot) send(ctx context.Context, a Adapter, wake chan struct{}) {
	busy := make(chan struct{}, maxInFlight)
	var rests rests
	var wg sync.WaitGroup
	defer wg.Wait()
	for ctx.Err() == nil {
		free := cap(busy) - len(busy) // only this loop takes slots
		if free == 0 {
			select {
			case <-ctx.Done():
			case <-wake:
			}
			continue
		}
		if standsBy(a) {
			sleep(ctx, nil, standbyInterval)
			continue
		}
		began := time.Now()
		resting, untilNext := rests.resting()
		posts, err := b.outbox.Claim(ctx, a.Name(), free, maxPerChannel, lease, resting...)
		if err != nil && ctx.Err() == nil {
			b.log.Log(ctx, FailureLevel(err, slog.LevelError), "outbox: claim failed", "adapter", a.Name(), "error", err)
		}
		before := map[Channel]time.Duration{}
		for _, p := range posts {
			wait := before[p.Thread.In()] * startInterval
			before[p.Thread.In()]++
			busy <- struct{}{}
			wg.Go(func() {
				time.Sleep(wait)
				at := time.Now()
				rests.note(p.Thread, at, b.deliver(ctx, a, p, began))
				<-busy
				wakeUp(wake) // to claim the next post of the thread
			})
		}
		wait := time.Duration(0)
		if len(posts) == 0 {
			wait = b.untilWork(ctx, a, err, resting, untilNext)
		}
		sleep(ctx, nil, min((claimShare-1)*time.Since(began), maxPause))
		if wait > 0 {
			sleep(ctx, wake, wait)
		}
	}
}

// sleep waits for a time, or until it is woken or ctx ends.
func sleep(ctx context.Context, wake <-chan struct{}, wait time.Duration) {
	if wait <= 0 { // also, Go 1.26's race detector crashes when a timer of a synctest bubble is due at once
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// wakeUp wakes a sender, unless it has already been woken.
func wakeUp(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// untilWork returns how long to wait until there may be something to send, unless
// the sender is woken. After a failed claim that is the whole interval. untilNext is
// when one of the resting channels does not rest any more, or 0.
func (b *Bot) untilWork(ctx context.Context, a Adapter, failed error, resting []Channel, untilNext time.Duration) time.Duration {
	wait := pollInterval
	if b.outbox.Shared() {
		wait = sharedPollInterval
	}
	if due, ok, err := b.outbox.NextDue(ctx, a.Name(), maxPerChannel, resting...); failed == nil && err == nil && ok {
		wait = min(wait, max(due, time.Millisecond))
	}
	if untilNext > 0 && failed == nil {
		wait = min(wait, untilNext)
	}
	return wait
}

// deliver sends one post and records the result, even if ctx ends meanwhile, so
// that a delivered post is always recorded. It returns why the post failed. claimed
// is the time before the claim.
func (b *Bot) deliver(ctx context.Context, a Adapter, p Post, claimed time.Time) error {
	finishing, cancel := outlive(ctx, finishTime)
	d, err := post(finishing, a, p, claimed)
	cancel()
	failed := err
	recording, cancel := outlive(ctx, finishRecordTime)
	defer cancel()
	ctx, cancel = context.WithTimeout(recording, recordTimeout)
	defer cancel()
	switch {
	case err == nil:
		err = b.outbox.Sent(ctx, p.ID, d)
	case IsRefused(err) || p.Attempt-p.Spent >= attemptLimit(err):
		b.log.Error("outbox: giving up on post, which is kept as a dead letter", "adapter", a.Name(), "post", p.ID, "attempt", p.Attempt, "error", err)
		err = b.outbox.Drop(ctx, p.ID, p.Attempt, err.Error())
	default:
		b.log.Log(ctx, logLevel(err), "outbox: retrying post", "adapter", a.Name(), "post", p.ID, "attempt", p.Attempt, "error", err)
		err = b.outbox.Retry(ctx, p.ID, p.Attempt, backoff(err, p.Attempt-p.Spent))
	}
	if err != nil {
		b.log.Log(ctx, FailureLevel(err, slog.LevelError), "outbox: recording the delivery failed", "adapter", a.Name(), "post", p.ID, "error", err)
	}
	return failed
}

// outlive returns a context that ends d after ctx ends.
func outlive(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-longer.Done():
		}
		cancel()
	})
	return longer, func() { stop(); cancel() }
}

// logLevel returns the level at which to log a delivery failure. Rate limiting
// is expected and logged at debug level.
func logLevel(err error) slog.Level {
	if e, ok := errors.AsType[*DeliveryError](err); ok && e.After > 0 {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// attemptLimit returns how often to try a post that fails with err.
func attemptLimit(err error) int {
	if e, ok := errors.AsType[*DeliveryError](err); ok && e.After > 0 {
		return maxRateLimited
	}
	return maxAttempts
}

// errLate is why a post fails that took longer than sendTimeout.
var errLate = errors.New("bot: platform did not answer in time")

// post hands a post to the adapter, with a timeout. A sender that was paused since the
// claim does not begin: after the lease another one may have sent the post.
func post(ctx context.Context, a Adapter, p Post, claimed time.Time) (Delivery, error) {
	ctx, cancel := context.WithDeadlineCause(ctx, claimed.Add(sendTimeout), errLate)
	defer cancel()
	if ctx.Err() != nil {
		return Delivery{}, context.Cause(ctx)
	}
	return a.Post(ctx, p)
}

// backoff returns how long to wait after the given failed attempt.
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
		claimed := time.Now()
		posts, err := b.outbox.Claim(ctx, a.Name(), 1, 1, lease)
		if err != nil || len(posts) == 0 {
			return err
		}
		b.deliver(ctx, a, posts[0], claimed)
	}
}

// Drain waits until every post of the adapter that is due has been sent, and
// every post that will be retried within the minute. It does not wait for
// delayed posts.
func (b *Bot) Drain(ctx context.Context, adapter string) error {
	for {
		wait, ok, err := b.outbox.NextDue(ctx, adapter, maxPerChannel)
		if err != nil || !ok || wait > lease+time.Second { // a claim may follow the look at the clock of the store
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(drainInterval):
		}
	}
}

// drainInterval is short compared with a commit, which takes milliseconds, and
// long compared with NextDue.
const drainInterval = 2 * time.Millisecond
