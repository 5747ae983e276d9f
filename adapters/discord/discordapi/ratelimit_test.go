package discordapi

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// answered is an answer with the headers of a bucket.
func answered(bucket string, limit, left int, rest time.Duration) *http.Response {
	h := http.Header{}
	h.Set("X-RateLimit-Bucket", bucket)
	h.Set("X-RateLimit-Limit", fmt.Sprint(limit))
	h.Set("X-RateLimit-Remaining", fmt.Sprint(left))
	h.Set("X-RateLimit-Reset-After", fmt.Sprint(rest.Seconds()))
	return &http.Response{StatusCode: http.StatusOK, Header: h}
}

// A limitStep is one thing that happens to a limiter: a request is taken, which
// has to wait so long, or is answered.
type limitStep struct {
	take   string // a route, and a channel behind a blank
	wait   time.Duration
	free   bool // it answers an interaction
	learn  string
	answer *http.Response
	failed *Error
	pass   time.Duration // time goes by
}

// TestLimiter has a story for each rule of the limits.
func TestLimiter(t *testing.T) {
	plain := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}}
	for name, steps := range map[string][]limitStep{
		"a bucket that is empty, until it is full again": {
			{take: "r 1"}, {learn: "r 1", answer: answered("b", 5, 0, 2*time.Second)},
			{take: "r 1", wait: 2 * time.Second}, {take: "r 2"}, {pass: 2 * time.Second}, {take: "r 1"},
		},
		"the first request finds out": {
			{take: "r 1"}, {take: "r 1", wait: probeInterval}, {take: "r 2"},
			{learn: "r 1", answer: answered("b", 5, 4, time.Second)}, {take: "r 1"}, {take: "r 1"},
		},
		"a first request without an answer": {{take: "r 1"}, {learn: "r 1"}, {take: "r 1"}, {take: "r 1", wait: probeInterval}},
		"no limits are told":                {{take: "r 1"}, {learn: "r 1", answer: plain}, {take: "r 1"}, {take: "r 1"}},
		"what is under way counts": {
			{take: "r 1"}, {learn: "r 1", answer: answered("b", 3, 2, time.Second)},
			{take: "r 1"}, {take: "r 1"}, {take: "r 1", wait: time.Second}, {learn: "r 1", answer: answered("b", 3, 1, time.Second)},
			{take: "r 1", wait: time.Second},
		},
		"answers overtake each other": {
			{take: "r 1"}, {learn: "r 1", answer: answered("b", 3, 2, time.Second)}, {take: "r 1"}, {take: "r 1"},
			{learn: "r 1", answer: answered("b", 3, 0, time.Second)}, {learn: "r 1", answer: answered("b", 3, 1, time.Second)},
			{take: "r 1", wait: time.Second},
		},
		"the next window takes what the last one took": {
			{take: "r 1"}, {learn: "r 1", answer: answered("b", 2, 1, time.Second)}, {pass: time.Second},
			{take: "r 1"}, {take: "r 1"}, {take: "r 1", wait: time.Second},
		},
		"a route changes its bucket": {
			{take: "r 1"}, {learn: "r 1", answer: answered("b", 2, 1, time.Second)}, {take: "r 1"}, {learn: "r 1", answer: answered("c", 2, 1, time.Second)},
			{take: "r 1"}, {learn: "r 1", answer: answered("b", 2, 1, time.Second)}, {pass: time.Hour},
			{take: "r 1"}, {take: "r 1"}, {take: "r 1", wait: time.Second},
		},
		"a long window was an exception": {
			{take: "r 1"}, {learn: "r 1", answer: answered("b", 2, 1, time.Minute)}, {pass: time.Minute},
			{take: "r 1"}, {learn: "r 1", answer: answered("b", 2, 1, time.Second)}, {pass: time.Second},
			{take: "r 1"}, {take: "r 1"}, {take: "r 1", wait: time.Second},
		},
		"routes share a bucket": {
			{take: "r 1"}, {learn: "r 1", answer: answered("b", 5, 3, time.Second)}, {take: "q 1"},
			{learn: "q 1", answer: answered("b", 5, 0, time.Second)}, {take: "r 1", wait: time.Second},
		},
		"refused, for one bucket": {
			{take: "r 1"}, {learn: "r 1", answer: plain, failed: &Error{Status: 429, RetryAfter: 3 * time.Second}},
			{take: "r 1", wait: 3 * time.Second}, {take: "r 2"},
		},
		"refused, for all": {
			{take: "r 1"}, {learn: "r 1", answer: plain, failed: &Error{Status: 429, RetryAfter: 3 * time.Second, Global: true}},
			{take: "r 2", wait: 3 * time.Second}, {take: "hook 3", free: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLimiter()
				flying := map[string][]*bucket{}
				for i, s := range steps {
					time.Sleep(s.pass)
					if s.take != "" {
						b, got := l.take(s.take[:len(s.take)-2], s.take[len(s.take)-1:], s.free)
						if got != s.wait {
							t.Errorf("step %d: %s waits %v, want %v", i, s.take, got, s.wait)
						}
						if b != nil {
							flying[s.take] = append(flying[s.take], b)
						}
					}
					if s.learn != "" {
						l.learn(flying[s.learn][0], s.learn[:len(s.learn)-2], s.learn[len(s.learn)-1:], s.answer, s.failed)
						flying[s.learn] = flying[s.learn][1:]
					}
				}
			})
		})
	}
}

// TestGlobalLimit lets 50 requests a second through, and those that answer
// interactions besides.
func TestGlobalLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter()
		for i := range globalLimit {
			if _, wait := l.take("r", fmt.Sprint(i), false); wait != 0 {
				t.Fatalf("request %d waits %v", i, wait)
			}
		}
		if _, wait := l.take("r", "x", false); wait != time.Second {
			t.Errorf("one more waits %v", wait)
		}
		if _, wait := l.take("hook", "x", true); wait != 0 {
			t.Errorf("an answer waits %v", wait)
		}
		time.Sleep(time.Second)
		if _, wait := l.take("r", "x", false); wait != 0 {
			t.Errorf("a second later %v", wait)
		}
	})
}

// TestInvalidRequests rests before Discord shuts the address out, and counts only
// what Discord counts.
func TestInvalidRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter()
		refuse := func(status int, shared bool) {
			failed := &Error{Status: status, Shared: shared}
			l.learn(&bucket{}, "r", "1", &http.Response{StatusCode: status, Header: http.Header{}}, failed)
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
			t.Errorf("one too few, and it waits %v", wait)
		}
		refuse(http.StatusUnauthorized, false)
		time.Sleep(time.Minute)
		for _, free := range []bool{false, true} {
			if _, wait := l.take("q", "2", free); wait != invalidWindow-time.Minute {
				t.Errorf("waits %v", wait)
			}
		}
		time.Sleep(invalidWindow - time.Minute)
		if _, wait := l.take("q", "2", false); wait != 0 {
			t.Errorf("afterwards it waits %v", wait)
		}
	})
}

// TestBuckets does not remember every channel for ever.
func TestBuckets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter()
		for i := range 20 * maxBuckets {
			channel := fmt.Sprint(i)
			b, _ := l.take("r", channel, true)
			l.learn(b, "r", channel, answered("b", 5, 4, time.Second), nil)
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(l.buckets); n > 2*maxBuckets {
			t.Errorf("%d buckets", n)
		}
	})
}
