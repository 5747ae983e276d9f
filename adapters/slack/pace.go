package slack

import (
	"errors"
	"sync"
	"time"

	"mabsbot/bot"
)

// errPaced is the error of a post that has to wait for a rate limit.
var errPaced = errors.New("slack: waiting for the rate limit")

// maxInlineWait is the longest wait within Post. After a longer one the outbox
// tries again, so that the post occupies none of its places meanwhile. A wait of
// up to 50 ms costs less than that.
const maxInlineWait = 50 * time.Millisecond

// A pacer lets one post per second into each channel, and none through a method
// that is rate limited. A post that has to wait gets no place in a queue: the
// outbox decides which one is next. It is safe for concurrent use.
type pacer struct {
	interval time.Duration // between two posts

	mu      sync.Mutex
	next    map[string]time.Time // when the next post may be sent, by channel
	held    map[destination]attempt
	blocked map[string]time.Time // the end of Retry-After, by method
}

// A destination is a post and the channel that it is sent to. A post that its
// channel refuses is sent to another.
type destination struct {
	channel string
	post    bot.PostID
}

// An attempt is the last one of a post that did not reach Slack.
type attempt struct {
	number int
	unsent bool // no attempt up to this one reached Slack
}

func newPacer() *pacer {
	return &pacer{interval: perChannel, next: map[string]time.Time{}, held: map[destination]attempt{}, blocked: map[string]time.Time{}}
}

// take returns how long the post has to wait, and whether no earlier attempt has
// reached Slack for certain. Unless the wait is longer than maxInlineWait, the
// post is counted.
func (t *pacer) take(channel string, p bot.Post) (wait time.Duration, unsent bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	at := destination{channel, p.ID}
	last, ok := t.held[at]
	unsent = p.Attempt <= 1 || ok && last.unsent && last.number == p.Attempt-1
	delete(t.held, at)
	if wait = max(t.next[channel].Sub(now), 0); wait <= maxInlineWait {
		t.removeIdle(now)
		t.next[channel] = now.Add(wait + t.interval)
	}
	return wait, unsent
}

// removeIdle removes channels that may be posted to at once.
func (t *pacer) removeIdle(now time.Time) {
	for channel, next := range t.next {
		if next.Before(now) {
			delete(t.next, channel)
		}
	}
}

// hold records an attempt that did not reach Slack. unsent is what take returned.
func (t *pacer) hold(channel string, p bot.Post, unsent bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.held) > maxHeld {
		clear(t.held) // posts that the outbox has given up
	}
	t.held[destination{channel, p.ID}] = attempt{p.Attempt, unsent}
}

// maxHeld is far more than the posts that wait at once.
const maxHeld = 10000

// block records the Retry-After of a method.
func (t *pacer) block(method string, after time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.blocked[method] = time.Now().Add(after)
}

// wait returns how long a method is rate limited.
func (t *pacer) wait(method string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(time.Until(t.blocked[method]), 0)
}
