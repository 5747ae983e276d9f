package slackfake

import (
	"maps"
	"time"
)

// A Call is one of the Web API, as it was kept.
type Call struct {
	Method string
	Args   map[string]string // without the token; JSON values as JSON
	Error  string            // "" was granted
	At     time.Time
}

// record keeps a call. The caller holds s.mu.
func (s *Server) record(name string, c *call, code string) {
	s.calls = append(s.calls, Call{Method: name, Args: maps.Clone(c.args), Error: code, At: time.Now()})
}

// Calls returns the calls of a method, oldest first; of all where it is "".
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var calls []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			calls = append(calls, c)
		}
	}
	return calls
}
