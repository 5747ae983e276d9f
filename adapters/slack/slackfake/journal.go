package slackfake

import (
	"maps"
	"time"
)

// A Call is the record of a call of the Web API.
type Call struct {
	Method string
	Args   map[string]string // without the token; JSON values are encoded
	Error  string            // "" if the call succeeded
	At     time.Time
}

// record adds a call to the journal.
func (s *Server) record(name string, c *call, code string) {
	s.journal.Record(Call{Method: name, Args: maps.Clone(c.args), Error: code, At: time.Now()})
}

// Calls returns the calls of a method, oldest first, or all calls if method is
// "".
func (s *Server) Calls(method string) []Call {
	return s.journal.Select(func(c Call) bool { return method == "" || c.Method == method })
}
