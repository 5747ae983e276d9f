package discordfake

import (
	"cmp"
	"io"
	"net/http"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// A Fault makes requests of a route fail.
type Fault struct {
	Route string // such as CreateMessage or GetAttachment; "" for all
	Times int    // number of requests; 0 means one, negative means all
	After bool   // carry out the request first, so that the caller cannot know

	// One of the following.
	Status     int           // respond with this HTTP status, such as 502
	Code       int           // respond with this JSON error code, such as 50013
	RetryAfter time.Duration // respond with 429 and this Retry-After
	Scope      string        // of RetryAfter: user, global or shared; "" for user
	Drop       bool          // cut the connection without a response
	Hang       bool          // do not respond until the client gives up
	Delay      time.Duration // respond late, without another error
}

// Fail makes requests fail. Faults apply in the order in which they were added.
func (s *Server) Fail(f Fault) { s.faults.Add(f.Route, f.Times, f) }

// Heal removes all faults, including those of the gateway.
func (s *Server) Heal() {
	s.faults.Clear()
	s.gatewayFaults.Clear()
}

// takeFault returns the fault for a request of the route, or nil.
func (s *Server) takeFault(route string) *Fault {
	if f, ok := s.faults.Take(route); ok {
		return &f
	}
	return nil
}

// applyFault applies the fault, and records the request if the fault prevents
// it from being carried out. It reports whether the request needs no other
// response.
func (s *Server) applyFault(w http.ResponseWriter, c *call, f *Fault) bool {
	status, failed := f.Status, (*apiError)(nil)
	if f.Code != 0 {
		failed = fail(f.Code).(*apiError)
		status = failed.status
	}
	if f.RetryAfter > 0 {
		status = http.StatusTooManyRequests
	}
	if !f.After && f.Delay == 0 {
		s.mu.Lock()
		s.record(c, status, failed)
		s.countInvalid(status, f.Scope)
		s.mu.Unlock()
	}
	switch {
	case f.Drop:
		chatfake.Drop()
	case f.Hang:
		chatfake.Hang(s.http.Context(), c.r)
	case f.RetryAfter > 0:
		writeRateLimited(w, f.RetryAfter, cmp.Or(f.Scope, "user"))
	case failed != nil:
		writeJSON(w, status, failed.json())
	case status > 0:
		w.WriteHeader(status)
		_, _ = io.WriteString(w, http.StatusText(status)) // like a proxy in front of Discord
	default:
		chatfake.Delay(s.http.Context(), c.r, f.Delay)
		return false
	}
	return true
}
