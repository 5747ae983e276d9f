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

// record keeps a call.
func (s *Server) record(name string, c *call, code string) {
	s.journal.Record(Call{Method: name, Args: maps.Clone(c.args), Error: code, At: time.Now()})
}

// Calls returns the calls of a method, oldest first; of all where it is "".
func (s *Server) Calls(method string) []Call {
	return s.journal.Select(func(c Call) bool { return method == "" || c.Method == method })
}
