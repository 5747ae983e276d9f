package slackfake

import "time"

// Limits of rate for messages: one a second and channel. Slack allows bursts
// and names no figure; three is the fake's own.
//
// https://docs.slack.dev/apis/web-api/rate-limits
const (
	postEvery = time.Second
	postBurst = 3
)

// limits are token buckets, one for a method, for messages one for a channel.
type limits map[string]*bucket

// A bucket lets through a call every so often, and a burst at first.
type bucket struct {
	full time.Time // when the whole burst is there again
}

// take takes one out and returns 0, or how long it will be until there is one.
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

// limit returns how long a call must wait, 0 where it need not. The caller
// holds s.mu.
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
