package slack

import (
	"errors"
	"sync"
	"time"

	"mabsbot/bot"
)

// errTurn says that a post waits for its turn.
var errTurn = errors.New("slack: the channel takes one message a second")

// patience is for how long a post waits for its turn where it stands. A longer
// wait is handed back to the outbox: it holds none of its places.
const patience = 50 * time.Millisecond

// Turns let one post a second into each channel, and none by a method that Slack
// asked to leave alone. A post that was sent back keeps its turn. They are safe
// for concurrent use.
type turns struct {
	perChannel time.Duration // between two posts

	mu      sync.Mutex
	next    map[string]time.Time // by channel: when the next post may go
	given   map[place]turn
	blocked map[string]time.Time // by method
}

// A place is where a post is to go: one that a channel does not take goes to
// another.
type place struct {
	channel string
	post    bot.PostID
}

// A turn is when a post may go, the attempt that it was given to, and whether
// Slack is certain to know nothing of the post by then.
type turn struct {
	at      time.Time
	attempt int
	unsent  bool
}

func newTurns() *turns {
	return &turns{perChannel: perChannel, next: map[string]time.Time{}, given: map[place]turn{}, blocked: map[string]time.Time{}}
}

// take returns how long the post has to wait, and whether Slack is certain to
// know nothing of it yet: no attempt before this one was sent.
func (t *turns) take(channel string, p bot.Post) (wait time.Duration, unsent bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	at := place{channel, p.ID}
	mine, ok := t.given[at]
	unsent = p.Attempt <= 1 || ok && mine.unsent && mine.attempt == p.Attempt-1
	delete(t.given, at)
	if !ok {
		mine.at = now
		if next := t.next[channel]; next.After(now) {
			mine.at = next
		}
		t.forget(now)
		t.next[channel] = mine.at.Add(t.perChannel)
	}
	return max(mine.at.Sub(now), 0), unsent
}

// forget drops the channels that wait for nothing.
func (t *turns) forget(now time.Time) {
	for channel, next := range t.next {
		if next.Before(now) {
			delete(t.next, channel)
		}
	}
}

// keep gives the post the channel's turn after the time. This attempt was not sent, and
// unsent says whether that is true of those before it.
func (t *turns) keep(channel string, p bot.Post, after time.Duration, unsent bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.given) > maxTurns {
		clear(t.given) // of posts that were given up
	}
	t.given[place{channel, p.ID}] = turn{time.Now().Add(after), p.Attempt, unsent}
}

// maxTurns is more posts than ever wait at once.
const maxTurns = 10000

// block leaves a method alone for a time.
func (t *turns) block(method string, after time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.blocked[method] = time.Now().Add(after)
}

// free returns how long a method is to be left alone.
func (t *turns) free(method string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(time.Until(t.blocked[method]), 0)
}
