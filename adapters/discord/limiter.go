package discord

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

// errRest says that requests are not made for a while.
var errRest = errors.New("discord: the limit of rate is reached")

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
	left   int
	until  time.Time
	flying int
}

func newLimiter() *limiter {
	return &limiter{names: map[string]string{}, buckets: map[string]*bucket{}}
}

// take counts a request and returns how long it has to wait; where that is more
// than nothing, it was not counted. Requests that answer interactions do not
// count for all.
func (l *limiter) take(route, major string, free bool) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.invalid.until.After(now) && l.invalid.left <= 0 {
		return l.invalid.until.Sub(now)
	}
	if !free {
		if !l.second.until.After(now) {
			l.second = bucket{left: perSecond, until: now.Add(time.Second)}
		}
		if l.second.left <= 0 {
			return l.second.until.Sub(now)
		}
	}
	b := l.bucket(l.name(route) + " " + major)
	if b.until.After(now) {
		if b.left <= 0 {
			return b.until.Sub(now)
		}
		b.left--
	}
	b.flying++
	if !free {
		l.second.left--
	}
	return 0
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

// learn reads what the answer to a request that take let go says of the limits.
// answer is nil where there was none.
func (l *limiter) learn(route, major string, answer *http.Response, failed *apiError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.bucket(l.name(route) + " " + major)
	before.flying = max(before.flying-1, 0)
	if answer == nil {
		return
	}
	if name := answer.Header.Get("X-RateLimit-Bucket"); name != "" {
		l.names[route] = name
	}
	now := time.Now()
	b := l.bucket(l.name(route) + " " + major)
	left, err := strconv.Atoi(answer.Header.Get("X-RateLimit-Remaining"))
	if rest := seconds(answer.Header.Get("X-RateLimit-Reset-After")); err == nil && rest > 0 {
		b.left, b.until = left-b.flying, now.Add(rest)
	}
	switch {
	case failed == nil:
		return
	case failed.global:
		l.second = bucket{until: now.Add(failed.after)}
	case failed.status == http.StatusTooManyRequests:
		b.left, b.until = 0, now.Add(failed.after)
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
