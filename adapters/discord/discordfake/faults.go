package discordfake

import (
	"cmp"
	"io"
	"net/http"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// A Fault is what happens to requests of a route instead of an answer.
type Fault struct {
	Route string // such as CreateMessage; File is the host of files; "" is every route
	Times int    // how many requests; 0 is one, less is all
	After bool   // the request is carried out before: whoever asked cannot know

	// What happens; one of these.
	Status     int           // an HTTP status, such as 502
	Code       int           // an error of Discord's with this code, such as 50013
	RetryAfter time.Duration // 429 with this wait
	Scope      string        // of RetryAfter: user, global or shared; "" is user
	Drop       bool          // the connection is cut without an answer
	Hang       bool          // no answer until the caller leaves
	Delay      time.Duration // the answer is late; nothing else is wrong
}

// Fail lets requests fail. Faults are used up in the order in which they are
// given.
func (s *Server) Fail(f Fault) { s.faults.Add(f.Route, f.Times, f) }

// Heal takes away all faults, of the gateway too.
func (s *Server) Heal() {
	s.faults.Clear()
	s.gatewayFaults.Clear()
}

// takeFault returns what is to happen to a request of the route, nil for nothing.
func (s *Server) takeFault(route string) *Fault {
	if f, ok := s.faults.Take(route); ok {
		return &f
	}
	return nil
}

// applyFault lets the fault happen, and keeps in the journal what had no answer
// before. It reports whether the request is answered, or never will be.
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
		_, _ = io.WriteString(w, http.StatusText(status)) // such as a proxy in front says it
	default:
		chatfake.Delay(s.http.Context(), c.r, f.Delay)
		return false
	}
	return true
}
