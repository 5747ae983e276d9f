package discord

import (
	"errors"
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

// A bucket takes so many requests until a time.
type bucket struct {
	left  int
	until time.Time
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
			l.second = bucket{perSecond, now.Add(time.Second)}
		}
		if l.second.left <= 0 {
			return l.second.until.Sub(now)
		}
	}
	if b := l.bucket(route, major); b != nil && b.until.After(now) {
		if b.left <= 0 {
			return b.until.Sub(now)
		}
		b.left--
	}
	if !free {
		l.second.left--
	}
	return 0
}

func (l *limiter) bucket(route, major string) *bucket {
	name := l.names[route]
	if name == "" {
		name = route
	}
	return l.buckets[name+" "+major]
}

// learn reads what an answer says of the limits.
func (l *limiter) learn(route, major string, answer *http.Response, failed *apiError) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	name := answer.Header.Get("X-RateLimit-Bucket")
	if name != "" {
		l.names[route] = name
	} else {
		name = route
	}
	left, err := strconv.Atoi(answer.Header.Get("X-RateLimit-Remaining"))
	rest := seconds(answer.Header.Get("X-RateLimit-Reset-After"))
	if err == nil && rest > 0 {
		l.put(name+" "+major, bucket{left, now.Add(rest)})
	}
	if failed == nil {
		return
	}
	switch {
	case failed.global:
		l.second = bucket{0, now.Add(failed.after)}
	case failed.status == http.StatusTooManyRequests:
		l.put(name+" "+major, bucket{0, now.Add(failed.after)})
	}
	if failed.invalid() {
		l.count(now)
	}
}

// put notes a bucket. Where several answers come at once the smallest number
// holds.
func (l *limiter) put(key string, b bucket) {
	now := time.Now()
	if old := l.buckets[key]; old != nil && old.until.After(now) && old.until.Sub(b.until).Abs() < time.Second {
		b.left = min(b.left, old.left)
	}
	if len(l.buckets) > maxBuckets {
		for k, old := range l.buckets {
			if old.until.Before(now) {
				delete(l.buckets, k)
			}
		}
	}
	l.buckets[key] = &b
}

// maxBuckets is from when on buckets that are over are looked for.
const maxBuckets = 1000

// count counts an invalid request.
func (l *limiter) count(now time.Time) {
	if !l.invalid.until.After(now) {
		l.invalid = bucket{maxInvalid, now.Add(invalidWindow)}
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
