package discordfake

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"
)

// A limit is a number of requests per time window.
type limit struct {
	requests int
	per      time.Duration
}

// Limits of all routes. The documentation has the global limit and the limit of
// invalid requests; routeLimit is usual in practice.
//
// https://docs.discord.com/developers/topics/rate-limits
const (
	globalLimit   = 50 // per second
	routeLimit    = 10 // per routeWindow
	routeWindow   = 10 * time.Second
	invalidWindow = 10 * time.Minute // in which invalid requests count
	unlimited     = 1_000_000        // limit of a route if rate limits are not enforced
)

// A window counts requests until it ends.
type window struct {
	n    int
	ends time.Time
}

// take counts a request and returns the remaining requests, which are negative
// over the limit, and the time until the window ends.
func (w *window) take(l limit, now time.Time) (left int, rest time.Duration) {
	if !now.Before(w.ends) {
		*w = window{ends: now.Add(l.per)}
	}
	w.n++
	return l.requests - w.n, w.ends.Sub(now)
}

func (s *Server) window(key string) *window {
	if s.limits[key] == nil {
		s.limits[key] = &window{}
	}
	return s.limits[key]
}

// checkRateLimit counts the request, sets the rate limit headers, and reports
// whether the request is within the limits.
func (s *Server) checkRateLimit(w http.ResponseWriter, c *call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if banned := s.invalidRequests.ends.Sub(now); s.invalidRequests.n >= s.options.InvalidLimit && banned > 0 {
		writeBanned(w, banned)
		s.record(c, http.StatusTooManyRequests, nil)
		return false
	}
	if left, rest := s.window("global").take(limit{globalLimit, time.Second}, now); left < 0 && s.options.RateLimits && !c.route.noGlobalLimit {
		s.refuseRateLimited(w, c, rest, "global")
		return false
	}
	l := c.route.limit
	switch {
	case !s.options.RateLimits:
		l = limit{unlimited, routeWindow}
	case l.requests == 0:
		l = limit{routeLimit, routeWindow}
	}
	left, rest := s.window(c.route.name+" "+c.majorParameters()).take(l, now)
	header := w.Header()
	header.Set("X-RateLimit-Bucket", c.route.bucket())
	header.Set("X-RateLimit-Limit", strconv.Itoa(l.requests))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, left)))
	header.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(now.Add(rest).UnixMilli())/1000))
	header.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", rest.Seconds()))
	if left < 0 {
		s.refuseRateLimited(w, c, rest, "user")
		return false
	}
	return true
}

// refuseRateLimited responds that a limit is exceeded.
func (s *Server) refuseRateLimited(w http.ResponseWriter, c *call, rest time.Duration, scope string) {
	writeRateLimited(w, rest, scope)
	s.record(c, http.StatusTooManyRequests, nil)
	s.countInvalid(http.StatusTooManyRequests, scope)
}

func writeRateLimited(w http.ResponseWriter, wait time.Duration, scope string) {
	header := w.Header()
	header.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	header.Set("X-RateLimit-Scope", scope)
	if scope == "global" {
		header.Set("X-RateLimit-Global", "true")
	}
	message := "You are being rate limited."
	if scope == "shared" {
		message = "The resource is being rate limited."
	}
	writeJSON(w, http.StatusTooManyRequests, object{"message": message, "retry_after": wait.Seconds(), "global": scope == "global"})
}

// writeBanned writes the response of Cloudflare, which is in front of Discord.
func writeBanned(w http.ResponseWriter, rest time.Duration) {
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(rest.Seconds()))))
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = io.WriteString(w, "error code: 1015")
}

// countInvalid counts an invalid request: 401, 403 or 429, except for shared
// limits. The caller holds s.mu.
func (s *Server) countInvalid(status int, scope string) {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		if scope != "shared" {
			s.invalidRequests.take(limit{s.options.InvalidLimit, invalidWindow}, time.Now())
		}
	}
}

// InvalidRequests returns the number of invalid requests in the last ten
// minutes.
func (s *Server) InvalidRequests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().After(s.invalidRequests.ends) {
		return 0
	}
	return s.invalidRequests.n
}
