package discordapi

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// limited returns a response with the headers of a bucket.
func limited(bucket string, limit, remaining int, resetAfter time.Duration) *http.Response {
	h := http.Header{}
	h.Set("X-RateLimit-Bucket", bucket)
	h.Set("X-RateLimit-Limit", fmt.Sprint(limit))
	h.Set("X-RateLimit-Remaining", fmt.Sprint(remaining))
	h.Set("X-RateLimit-Reset-After", fmt.Sprint(resetAfter.Seconds()))
	return &http.Response{StatusCode: http.StatusOK, Header: h}
}

// A limitStep is one thing that happens to a limiter: time passes, a request asks
// whether it may be sent, or a request gets its response. A request is a route
// and a channel.
type limitStep struct {
	pass time.Duration

	take        string
	wait        time.Duration // what take returns
	interaction bool

	learn    string
	response *http.Response // nil is none
	refused  *Error
}

// TestLimiter has one case for each rule of the rate limits.
func TestLimiter(t *testing.T) {
	plain := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}}
	for name, steps := range map[string][]limitStep{
		"an exhausted bucket waits until it resets, other channels do not": {
			{take: "r 1"}, {learn: "r 1", response: limited("b", 5, 0, 2*time.Second)},
			{take: "r 1", wait: 2 * time.Second}, {take: "r 2"}, {pass: 2 * time.Second}, {take: "r 1"},
		},
		"requests wait for the response to the first one": {
			{take: "r 1"}, {take: "r 1", wait: probeInterval}, {take: "r 2"},
			{learn: "r 1", response: limited("b", 5, 4, time.Second)}, {take: "r 1"}, {take: "r 1"},
		},
		"the first request has no response": {{take: "r 1"}, {learn: "r 1"}, {take: "r 1"}, {take: "r 1", wait: probeInterval}},
		"no rate limit headers":             {{take: "r 1"}, {learn: "r 1", response: plain}, {take: "r 1"}, {take: "r 1"}},
		"requests in flight count": {
			{take: "r 1"}, {learn: "r 1", response: limited("b", 3, 2, time.Second)},
			{take: "r 1"}, {take: "r 1"}, {take: "r 1", wait: time.Second}, {learn: "r 1", response: limited("b", 3, 1, time.Second)},
			{take: "r 1", wait: time.Second},
		},
		"responses overtake each other": {
			{take: "r 1"}, {learn: "r 1", response: limited("b", 3, 2, time.Second)}, {take: "r 1"}, {take: "r 1"},
			{learn: "r 1", response: limited("b", 3, 0, time.Second)}, {learn: "r 1", response: limited("b", 3, 1, time.Second)},
			{take: "r 1", wait: time.Second},
		},
		"the next window has the limit of the last one": {
			{take: "r 1"}, {learn: "r 1", response: limited("b", 2, 1, time.Second)}, {pass: time.Second},
			{take: "r 1"}, {take: "r 1"}, {take: "r 1", wait: time.Second},
		},
		"a route changes its bucket": {
			{take: "r 1"}, {learn: "r 1", response: limited("b", 2, 1, time.Second)}, {take: "r 1"}, {learn: "r 1", response: limited("c", 2, 1, time.Second)},
			{take: "r 1"}, {learn: "r 1", response: limited("b", 2, 1, time.Second)}, {pass: time.Hour},
			{take: "r 1"}, {take: "r 1"}, {take: "r 1", wait: time.Second},
		},
		"a window that was longer than the others": {
			{take: "r 1"}, {learn: "r 1", response: limited("b", 2, 1, time.Minute)}, {pass: time.Minute},
			{take: "r 1"}, {learn: "r 1", response: limited("b", 2, 1, time.Second)}, {pass: time.Second},
			{take: "r 1"}, {take: "r 1"}, {take: "r 1", wait: time.Second},
		},
		"routes share a bucket": {
			{take: "r 1"}, {learn: "r 1", response: limited("b", 5, 3, time.Second)}, {take: "q 1"},
			{learn: "q 1", response: limited("b", 5, 0, time.Second)}, {take: "r 1", wait: time.Second},
		},
		"429 of a bucket": {
			{take: "r 1"}, {learn: "r 1", response: plain, refused: &Error{Status: 429, RetryAfter: 3 * time.Second}},
			{take: "r 1", wait: 3 * time.Second}, {take: "r 2"},
		},
		"429 of the global rate limit": {
			{take: "r 1"}, {learn: "r 1", response: plain, refused: &Error{Status: 429, RetryAfter: 3 * time.Second, Global: true}},
			{take: "r 2", wait: 3 * time.Second}, {take: "hook 3", interaction: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter()
				inFlight := map[string][]*bucket{}
				for i, s := range steps {
					time.Sleep(s.pass)
					if s.take != "" {
						b, got := l.take(s.take[:len(s.take)-2], s.take[len(s.take)-1:], s.interaction)
						if got != s.wait {
							t.Errorf("step %d: %s waits %v, want %v", i, s.take, got, s.wait)
						}
						if b != nil {
							inFlight[s.take] = append(inFlight[s.take], b)
						}
					}
					if s.learn != "" {
						l.learn(inFlight[s.learn][0], s.learn[:len(s.learn)-2], s.learn[len(s.learn)-1:], s.response, s.refused)
						inFlight[s.learn] = inFlight[s.learn][1:]
					}
				}
			})
		})
	}
}

// TestGlobalLimit sends as many requests as it can for 3 s, and checks that no
// second has more than 50, wherever it begins, and that those to interaction
// endpoints do not count.
func TestGlobalLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, began := newLimiter(), time.Now()
		var sent []time.Duration
		for n := 0; time.Since(began) < 3*time.Second; n++ {
			if _, wait := l.take("hook", fmt.Sprint(n), true); wait != 0 {
				t.Fatalf("an interaction waits %v", wait)
			}
			if _, wait := l.take("r", fmt.Sprint(n), false); wait > 0 {
				time.Sleep(wait)
				continue
			}
			sent = append(sent, time.Since(began))
		}
		for i := globalLimit; i < len(sent); i++ {
			if within := sent[i] - sent[i-globalLimit]; within < time.Second {
				t.Fatalf("%d requests within %v", globalLimit+1, within)
			}
		}
		if n := len(sent); n < 3*(globalLimit-globalBurst) {
			t.Errorf("%d requests in 3 s", n)
		}
	})
}

// TestInvalidRequests stops requests before Discord bans the IP address, and counts
// only what Discord counts as invalid.
func TestInvalidRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter()
		refuse := func(status int, shared bool) {
			refused := &Error{Status: status, Shared: shared}
			l.learn(&bucket{}, "r", "1", &http.Response{StatusCode: status, Header: http.Header{}}, refused)
		}
		refuse(http.StatusForbidden, false)
		for range invalidLimit {
			refuse(http.StatusNotFound, false)
			refuse(http.StatusTooManyRequests, true)
		}
		for range invalidLimit - 2 {
			refuse(http.StatusForbidden, false)
		}
		if _, wait := l.take("r", "1", false); wait != 0 {
			t.Errorf("below the limit it waits %v", wait)
		}
		refuse(http.StatusUnauthorized, false)
		time.Sleep(time.Minute)
		for _, interaction := range []bool{false, true} {
			if _, wait := l.take("q", "2", interaction); wait != invalidWindow-time.Minute {
				t.Errorf("waits %v", wait)
			}
		}
		time.Sleep(invalidWindow - time.Minute)
		if _, wait := l.take("q", "2", false); wait != 0 {
			t.Errorf("afterwards it waits %v", wait)
		}
	})
}

// TestBuckets drops the buckets of channels that are not used any more.
func TestBuckets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter()
		for i := range 20 * maxBuckets {
			channel := fmt.Sprint(i)
			b, _ := l.take("r", channel, true)
			l.learn(b, "r", channel, limited("b", 5, 4, time.Second), nil)
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(l.buckets); n > 2*maxBuckets {
			t.Errorf("%d buckets", n)
		}
	})
}
