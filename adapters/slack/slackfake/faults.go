package slackfake

import (
	"cmp"
	"io"
	"net/http"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// A Fault is what happens to calls of a method instead of an answer.
type Fault struct {
	Method string // "" is every method
	Times  int    // how many calls; 0 is one, less is all
	After  bool   // the call is carried out before: whoever called cannot know

	// What happens; one of these.
	Error      string        // an answer with this code, such as fatal_error
	Status     int           // an HTTP status, such as 503
	RetryAfter time.Duration // 429 with this wait
	Drop       bool          // the connection is cut without an answer
	Hang       bool          // no answer until the caller leaves
	Delay      time.Duration // the answer is late; nothing else is wrong
}

// Fail lets calls fail. Faults are used up in the order in which they are given.
func (s *Server) Fail(f Fault) { s.faults.Add(f.Method, f.Times, f) }

// Heal takes away all faults.
func (s *Server) Heal() { s.faults.Clear() }

// takeFault returns what is to happen to a call of the method, nil for nothing. A
// call that a fault meets before it is carried out is kept in the journal here.
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

// applyFault lets the fault happen. It reports whether the call is answered, or
// never will be.
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
