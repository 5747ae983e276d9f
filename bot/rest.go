package bot

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	// hangTime is how long a failed attempt takes if the channel hangs. Requests
	// are answered or refused within a second or two; the adapters give up after
	// 9 s or more.
	hangTime = 5 * time.Second
	// minRest and maxRest bound how long a channel that hangs rests, which
	// doubles each time. The first is how long an attempt takes. A channel that
	// works again is used again within a minute.
	minRest = 10 * time.Second
	maxRest = time.Minute
)

// rests are the channels of an adapter to which the sender sends nothing for a
// while, because the platform limits their rate or they hang: each attempt would
// occupy a slot and change nothing. They are safe for concurrent use.
type rests struct {
	mu    sync.Mutex
	until map[Channel]time.Time
	hangs map[Channel]hangs
}

// hangs are the attempts in a channel that hung since the last that did not. As
// long as they are of one thread, it may have a problem of its own, and the other
// threads of the channel go on.
type hangs struct {
	thread  Thread // of the first
	several bool   // threads
	rests   int
}

// note records the result of an attempt that began at the given time.
func (r *rests) note(t Thread, began time.Time, err error) {
	c := t.In()
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	e, ok := errors.AsType[*DeliveryError](err)
	switch {
	case err == nil:
		delete(r.hangs, c)
	case ok && e.Channel:
		r.rest(c, now.Add(e.After))
	case now.Sub(began) >= hangTime:
		r.hang(c, t, now)
	}
}

// hang records an attempt that hung. The caller holds mu.
func (r *rests) hang(c Channel, t Thread, now time.Time) {
	if r.hangs == nil {
		r.hangs = map[Channel]hangs{}
	}
	h, ok := r.hangs[c]
	if !ok {
		h.thread = t
	}
	h.several = h.several || t != h.thread
	if h.several {
		r.rest(c, now.Add(min(minRest<<min(h.rests, 10), maxRest)))
		h.rests++
	}
	r.hangs[c] = h
}

// rest makes a channel rest, at least until the given time. The caller holds mu.
func (r *rests) rest(c Channel, until time.Time) {
	if r.until == nil {
		r.until = map[Channel]time.Time{}
	}
	if until.After(r.until[c]) {
		r.until[c] = until
	}
}

// resting returns the channels that rest, and how long until one of them does no
// more. wait is 0 if none rests.
func (r *rests) resting() (all []Channel, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(r.until, func(_ Channel, until time.Time) bool { return !until.After(now) })
	for _, until := range r.until {
		if left := until.Sub(now); wait == 0 || left < wait {
			wait = left
		}
	}
	return slices.Collect(maps.Keys(r.until)), wait
}
