package discordapi

import (
	"errors"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Discord's limits of rate. It says in the headers of each answer to which bucket
// a route belongs, how many requests that still takes and until when; routes
// share buckets, and a bucket counts for each channel of its own. All together
// may not pass 50 requests a second, and who makes thousands of invalid ones is
// shut out. https://docs.discord.com/developers/topics/rate-limits

// ErrRateLimited says that requests are not made for a while.
var ErrRateLimited = errors.New("discord: the limit of rate is reached")

const (
	// https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
	perSecond = 50

	// 10,000 invalid requests in ten minutes shut an address out. Below that
	// the bot rests by itself.
	// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
	maxInvalid    = 8000
	invalidWindow = 10 * time.Minute
)

// A limiter says when a request may go. It is safe for concurrent use.
type limiter struct {
	mu      sync.Mutex
	names   map[string]string  // the bucket of a route, once it is known
	buckets map[string]*bucket // by bucket, or route, and channel
	second  bucket             // of all requests
	invalid bucket             // of those that Discord holds against us
}

// A bucket takes so many requests until a time. Those that are under way are not
// in what Discord last said.
type bucket struct {
	known  bool // Discord has answered
	limit  int  // in a window; 0 is not told
	window time.Duration
	left   int
	until  time.Time
	flying int
}

// probing is how soon it is looked again whether the first request of a bucket
// told what it takes: others wait for that, and do not run into a limit.
const probing = 5 * time.Millisecond

// take counts a request, or returns how long it has to wait.
func (b *bucket) take(now time.Time) time.Duration {
	if !b.known && b.flying > 0 {
		return probing
	}
	if b.limit > 0 && !b.until.After(now) { // what Discord will say of the next window
		b.left, b.until = max(1, b.limit-b.flying), now.Add(b.window)
	}
	if b.until.After(now) {
		if b.left <= 0 {
			return b.until.Sub(now)
		}
		b.left--
	}
	b.flying++
	return 0
}

// sameWindow is by how much two answers may differ on when a window ends.
const sameWindow = 250 * time.Millisecond

// learn notes what the headers of an answer say. Answers overtake each other:
// within a window no answer makes more of what is left.
func (b *bucket) learn(h http.Header, now time.Time) {
	left, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	rest := seconds(h.Get("X-RateLimit-Reset-After"))
	if err != nil || rest == 0 {
		return
	}
	opened := false // the request was the first of its window
	if limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit")); err == nil && limit > 0 {
		b.limit, opened = limit, left == limit-1
		if opened || b.window == 0 {
			b.window = rest
		}
	}
	until := now.Add(rest)
	later := until.Sub(b.until)
	if later > sameWindow || opened && later < -sameWindow { // of a new window, or ours was guessed too long
		b.left, b.until = left-b.flying, until
	} else {
		b.left = min(b.left, left)
	}
}

func newLimiter() *limiter {
	return &limiter{names: map[string]string{}, buckets: map[string]*bucket{}}
}

// take counts a request and returns its bucket, for learn, or how long it has to
// wait. Requests that answer interactions do not count for all.
func (l *limiter) take(route, major string, free bool) (*bucket, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.invalid.until.After(now) && l.invalid.left <= 0 {
		return nil, l.invalid.until.Sub(now)
	}
	if !free {
		if !l.second.until.After(now) {
			l.second = bucket{left: perSecond, until: now.Add(time.Second)}
		}
		if l.second.left <= 0 {
			return nil, l.second.until.Sub(now)
		}
	}
	b := l.bucket(l.name(route) + " " + major)
	if wait := b.take(now); wait > 0 {
		return nil, wait
	}
	if !free {
		l.second.left--
	}
	return b, 0
}

// name is the bucket of a route, as far as it is known.
func (l *limiter) name(route string) string {
	if name := l.names[route]; name != "" {
		return name
	}
	return route
}

// bucket returns the bucket with the key, which is new where there is none.
func (l *limiter) bucket(key string) *bucket {
	if l.buckets[key] == nil {
		if len(l.buckets) > maxBuckets {
			now := time.Now()
			maps.DeleteFunc(l.buckets, func(_ string, b *bucket) bool { return b.flying == 0 && b.until.Before(now) })
		}
		l.buckets[key] = &bucket{}
	}
	return l.buckets[key]
}

// maxBuckets is from when on buckets that are over are looked for.
const maxBuckets = 1000

// learn reads what the answer to a request says of the limits, whose bucket take
// returned. answer is nil where there was none.
func (l *limiter) learn(b *bucket, route, major string, answer *http.Response, failed *Error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.flying--
	if answer == nil {
		return
	}
	b.known = true
	if name := answer.Header.Get("X-RateLimit-Bucket"); name != "" {
		l.names[route] = name
		b = l.bucket(name + " " + major)
		b.known = true
	}
	now := time.Now()
	if failed == nil {
		b.learn(answer.Header, now)
	}
	switch {
	case failed == nil:
		return
	case failed.Global:
		l.second = bucket{until: now.Add(failed.RetryAfter)}
	case failed.Status == http.StatusTooManyRequests:
		b.left, b.until = 0, now.Add(failed.RetryAfter)
	}
	if failed.invalid() {
		l.count(now)
	}
}

// count counts an invalid request.
func (l *limiter) count(now time.Time) {
	if !l.invalid.until.After(now) {
		l.invalid = bucket{left: maxInvalid, until: now.Add(invalidWindow)}
	}
	l.invalid.left--
}

// seconds reads a number of seconds, as headers and bodies have them.
func seconds(s string) time.Duration {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n < 0 || n > 1e6 {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}
