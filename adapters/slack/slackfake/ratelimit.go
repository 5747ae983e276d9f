package slackfake

import "time"

// Rate limit of chat.postMessage: one message per second and channel. Slack
// allows short bursts without naming a number; three is the fake's choice.
//
// https://docs.slack.dev/apis/web-api/rate-limits
const (
	postEvery = time.Second
	postBurst = 3
)

// limits holds a token bucket for each method, and for chat.postMessage one for
// each channel.
type limits map[string]*bucket

// A bucket allows a burst of calls and then one call per interval.
type bucket struct {
	full time.Time // when the bucket is full again
}

// take takes a token and returns 0, or returns the time until there is one.
func (b *bucket) take(now time.Time, every time.Duration, burst int) time.Duration {
	full := b.full
	if full.Before(now) {
		full = now
	}
	if wait := full.Sub(now) - time.Duration(burst-1)*every; wait > 0 {
		return wait
	}
	b.full = full.Add(every)
	return 0
}

// limit returns how long a call must wait, or 0. The caller holds s.mu.
func (s *Server) limit(name string, m method, c *call) time.Duration {
	if !s.options.RateLimits {
		return 0
	}
	key, every, burst := name, time.Minute/time.Duration(max(1, m.tier)), m.tier
	switch {
	case name == "chat.postMessage":
		key, every, burst = name+" "+c.args["channel"], postEvery, postBurst
	case m.tier == 0:
		return 0
	}
	if s.limits[key] == nil {
		s.limits[key] = &bucket{}
	}
	return s.limits[key].take(time.Now(), every, burst)
}
