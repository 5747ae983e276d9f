package discordapi

import (
	"errors"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Discord's rate limits. The headers of each response name the bucket of its
// route, how many requests the bucket still takes, and when it resets. Routes may
// share a bucket, and each top-level resource, such as a channel, has its own.
// https://docs.discord.com/developers/topics/rate-limits

// ErrRateLimited says that a request was not sent, because a rate limit that is
// known does not allow it yet.
var ErrRateLimited = errors.New("rate limited, not sent")

const (
	// globalLimit is for all requests of a second but those to interaction
	// endpoints. https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
	globalLimit = 50
	// globalBurst is how many of them may be sent at once. The others follow one
	// by one, so that no second has more than globalLimit, wherever it begins:
	// Discord's seconds are not the client's.
	globalBurst    = 10
	globalInterval = time.Second / (globalLimit - globalBurst)

	// invalidLimit is after how many invalid requests within invalidWindow none
	// are made: Discord bans an IP address after 10,000, and other programs may
	// use it, too.
	// https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
	invalidLimit  = 8000
	invalidWindow = 10 * time.Minute
)

// A limiter decides when a request may be sent. It is safe for concurrent use.
type limiter struct {
	mu      sync.Mutex
	names   map[string]string  // X-RateLimit-Bucket by route, once it is known
	buckets map[string]*bucket // by name, or by route until that is known, and resource
	global  tokenBucket
	invalid bucket // of requests that Discord counts as invalid
}

// A bucket allows a number of requests until it resets.
type bucket struct {
	known     bool          // a response has described it
	limit     int           // requests in a window; 0 if Discord did not say
	window    time.Duration // between two resets
	remaining int
	reset     time.Time
	inFlight  int // requests without a response: the last X-RateLimit-Remaining may lack them
}

// A tokenBucket holds up to globalBurst tokens, and gets one each globalInterval.
type tokenBucket struct{ full time.Time }

// wait returns how long it takes until there is a token.
func (b *tokenBucket) wait(now time.Time) time.Duration {
	if !b.full.After(now) { // the zero bucket, too
		return 0
	}
	return max(b.full.Sub(now)-(globalBurst-1)*globalInterval, 0)
}

// take takes a token.
func (b *tokenBucket) take(now time.Time) {
	if b.full.Before(now) {
		b.full = now
	}
	b.full = b.full.Add(globalInterval)
}

// empty removes all tokens, so that the next one is there at the given time.
func (b *tokenBucket) empty(until time.Time) { b.full = until.Add((globalBurst - 1) * globalInterval) }

// probeInterval is how often requests look whether the first one of a bucket has
// its response. They wait for it, because the bucket may allow only one.
const probeInterval = 5 * time.Millisecond

// take counts a request, or returns how long it has to wait.
func (b *bucket) take(now time.Time) time.Duration {
	if !b.known && b.inFlight > 0 {
		return probeInterval
	}
	if b.limit > 0 && !b.reset.After(now) { // assume what the next response will say
		b.remaining, b.reset = max(1, b.limit-b.inFlight), now.Add(b.window)
	}
	if b.reset.After(now) {
		if b.remaining <= 0 {
			return b.reset.Sub(now)
		}
		b.remaining--
	}
	b.inFlight++
	return 0
}

// sameWindow is by how much the resets that two responses of one window name may
// differ: X-RateLimit-Reset-After counts from when Discord sent the response.
const sameWindow = 250 * time.Millisecond

// learn reads the headers of a response. Responses may overtake each other, so
// that within a window none of them adds to what remains.
func (b *bucket) learn(h http.Header, now time.Time) {
	remaining, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	resetAfter := seconds(h.Get("X-RateLimit-Reset-After"))
	if err != nil || resetAfter == 0 {
		return
	}
	first := false // the request was the first of its window
	if limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit")); err == nil && limit > 0 {
		b.limit, first = limit, remaining == limit-1
		if first || b.window == 0 {
			b.window = resetAfter
		}
	}
	reset := now.Add(resetAfter)
	later := reset.Sub(b.reset)
	if later > sameWindow || first && later < -sameWindow { // a new window, or the assumed one was too long
		b.remaining, b.reset = remaining-b.inFlight, reset
	} else {
		b.remaining = min(b.remaining, remaining)
	}
}

func newLimiter() *limiter {
	return &limiter{names: map[string]string{}, buckets: map[string]*bucket{}}
}

// take counts a request and returns its bucket for learn, or how long it has to
// wait. Interaction endpoints are not bound to the global rate limit.
func (l *limiter) take(route, resource string, interaction bool) (*bucket, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.invalid.reset.After(now) && l.invalid.remaining <= 0 {
		return nil, l.invalid.reset.Sub(now)
	}
	if wait := l.global.wait(now); wait > 0 && !interaction {
		return nil, wait
	}
	b := l.bucket(l.name(route) + " " + resource)
	if wait := b.take(now); wait > 0 {
		return nil, wait
	}
	if !interaction {
		l.global.take(now)
	}
	return b, 0
}

// name returns the name of a route's bucket, or the route until that is known.
func (l *limiter) name(route string) string {
	if name := l.names[route]; name != "" {
		return name
	}
	return route
}

// maxBuckets is how many buckets are kept before those that have reset are
// dropped: one for each channel would be kept forever.
const maxBuckets = 1000

// bucket returns the bucket with the key, or a new one.
func (l *limiter) bucket(key string) *bucket {
	if l.buckets[key] == nil {
		if len(l.buckets) > maxBuckets {
			now := time.Now()
			maps.DeleteFunc(l.buckets, func(_ string, b *bucket) bool { return b.inFlight == 0 && b.reset.Before(now) })
		}
		l.buckets[key] = &bucket{}
	}
	return l.buckets[key]
}

// learn ends a request for which take returned the bucket, and reads the limits
// in its response. response is nil if there was none; refused is its error, if it
// is one.
func (l *limiter) learn(b *bucket, route, resource string, response *http.Response, refused *Error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.inFlight--
	if response == nil {
		return
	}
	b.known = true
	if name := response.Header.Get("X-RateLimit-Bucket"); name != "" {
		l.names[route] = name
		b = l.bucket(name + " " + resource)
		b.known = true
	}
	now := time.Now()
	switch {
	case refused == nil:
		b.learn(response.Header, now)
	case refused.Global:
		l.global.empty(now.Add(refused.RetryAfter))
	case refused.Status == http.StatusTooManyRequests:
		b.remaining, b.reset = 0, now.Add(refused.RetryAfter)
	}
	if refused != nil && refused.invalid() {
		l.countInvalid(now)
	}
}

func (l *limiter) countInvalid(now time.Time) {
	if !l.invalid.reset.After(now) {
		l.invalid = bucket{remaining: invalidLimit, reset: now.Add(invalidWindow)}
	}
	l.invalid.remaining--
}

// seconds parses a number of seconds in a header, or returns 0.
func seconds(s string) time.Duration {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n < 0 || n > 1e6 {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}
