package discordfake

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"
)

// A limit lets through so many requests in a time.
type limit struct {
	requests int
	per      time.Duration
}

// Limits that hold for all routes. That of a route where the table has none is
// as it is seen.
//
// https://docs.discord.com/developers/topics/rate-limits
const (
	globalLimit   = 50 // a second
	routeLimit    = 10 // in ten seconds
	routeWindow   = 10 * time.Second
	invalidWindow = 10 * time.Minute // in which invalid requests are counted
	unlimited     = 1_000_000        // of a route, where no bot is to wait
)

// A window counts requests until it is over.
type window struct {
	n    int
	ends time.Time
}

// take counts one more and returns how many are left, and how long the window
// lasts; less than none are left where it was one too many.
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

// checkRateLimit counts the request against the limits, sets the headers that tell of
// them, and reports whether it may go on.
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

// refuseRateLimited answers that a limit is reached.
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

// writeBanned answers as Cloudflare does in front of Discord.
func writeBanned(w http.ResponseWriter, rest time.Duration) {
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(rest.Seconds()))))
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = io.WriteString(w, "error code: 1015")
}

// countInvalid counts an invalid request. The caller holds s.mu.
func (s *Server) countInvalid(status int, scope string) {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests:
		if scope != "shared" {
			s.invalidRequests.take(limit{s.options.InvalidLimit, invalidWindow}, time.Now())
		}
	}
}

// InvalidRequests counts the requests that Discord holds against the bot: those of the
// last ten minutes that were answered with 401, 403 or 429.
func (s *Server) InvalidRequests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().After(s.invalidRequests.ends) {
		return 0
	}
	return s.invalidRequests.n
}
