package slack

import (
	"errors"
	"sync"
	"time"

	"mabsbot/bot"
)

// errPaced says that a post waits for its turn.
var errPaced = errors.New("slack: the channel takes one message a second")

// maxInlineWait is for how long a post waits for its turn where it stands. A longer
// wait is handed back to the outbox: it holds none of its places.
const maxInlineWait = 50 * time.Millisecond

// Turns let one post a second into each channel, and none by a method that Slack
// asked to leave alone. A post that was sent back keeps its turn. They are safe
// for concurrent use.
type pacer struct {
	interval time.Duration // between two posts

	mu       sync.Mutex
	next     map[string]time.Time // by channel: when the next post may go
	reserved map[destination]slot
	blocked  map[string]time.Time // by method
}

// A destination is where a post is to go: one that a channel does not take goes to
// another.
type destination struct {
	channel string
	post    bot.PostID
}

// A slot is when a post may go, the attempt that it was given to, and whether
// Slack is certain to know nothing of the post by then.
type slot struct {
	at      time.Time
	attempt int
	unsent  bool
}

func newPacer() *pacer {
	return &pacer{interval: perChannel, next: map[string]time.Time{}, reserved: map[destination]slot{}, blocked: map[string]time.Time{}}
}

// take returns how long the post has to wait, and whether Slack is certain to
// know nothing of it yet: no attempt before this one was sent.
func (t *pacer) take(channel string, p bot.Post) (wait time.Duration, unsent bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	at := destination{channel, p.ID}
	mine, ok := t.reserved[at]
	unsent = p.Attempt <= 1 || ok && mine.unsent && mine.attempt == p.Attempt-1
	delete(t.reserved, at)
	if !ok {
		mine.at = now
		if next := t.next[channel]; next.After(now) {
			mine.at = next
		}
		t.removeIdle(now)
		t.next[channel] = mine.at.Add(t.interval)
	}
	return max(mine.at.Sub(now), 0), unsent
}

// removeIdle drops the channels that wait for nothing.
func (t *pacer) removeIdle(now time.Time) {
	for channel, next := range t.next {
		if next.Before(now) {
			delete(t.next, channel)
		}
	}
}

// reserve gives the post the channel's turn after the time. This attempt was not sent, and
// unsent says whether that is true of those before it.
func (t *pacer) reserve(channel string, p bot.Post, after time.Duration, unsent bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.reserved) > maxReserved {
		clear(t.reserved) // of posts that were given up
	}
	t.reserved[destination{channel, p.ID}] = slot{time.Now().Add(after), p.Attempt, unsent}
}

// maxReserved is more posts than ever wait at once.
const maxReserved = 10000

// block leaves a method alone for a time.
func (t *pacer) block(method string, after time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.blocked[method] = time.Now().Add(after)
}

// wait returns how long a method is to be left alone.
func (t *pacer) wait(method string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(time.Until(t.blocked[method]), 0)
}
