package slackfake

import (
	"cmp"
	"io"
	"net/http"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// A Fault makes calls of a method fail.
type Fault struct {
	Method string // a method, "response_url" or "file"; "" for all
	Times  int    // number of calls; 0 means one, negative means all
	After  bool   // carry out the call first, so that the caller cannot know

	// One of the following.
	Error      string        // respond with this error code, such as fatal_error
	Status     int           // respond with this HTTP status, such as 503
	RetryAfter time.Duration // respond with 429 and this Retry-After
	Drop       bool          // cut the connection without a response
	Hang       bool          // do not respond until the client gives up
	Delay      time.Duration // respond late, without another error
}

// Fail makes calls fail. Faults apply in the order in which they were added.
func (s *Server) Fail(f Fault) { s.faults.Add(f.Method, f.Times, f) }

// Heal removes all faults.
func (s *Server) Heal() { s.faults.Clear() }

// takeFault returns the fault for a call of the method, or nil. It records the
// call if the fault prevents it from being carried out.
func (s *Server) takeFault(name string, c *call) *Fault {
	f, ok := s.faults.Take(name)
	if !ok {
		return nil
	}
	if !f.After && f.Delay == 0 {
		s.record(name, c, cmp.Or(f.Error, "fault"))
		s.Note()
	}
	return &f
}

// applyFault applies the fault. It reports whether the call needs no other
// response.
func (s *Server) applyFault(w http.ResponseWriter, r *http.Request, f *Fault) bool {
	switch {
	case f.Drop:
		chatfake.Drop()
	case f.Hang:
		chatfake.Hang(s.http.Context(), r)
	case f.RetryAfter > 0:
		writeRateLimited(w, f.RetryAfter)
	case f.Status > 0:
		w.WriteHeader(f.Status)
	case f.Error != "":
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, `{"ok":false,"error":"`+f.Error+`"}`)
	default:
		chatfake.Delay(s.http.Context(), r, f.Delay)
		return false
	}
	return true
}
