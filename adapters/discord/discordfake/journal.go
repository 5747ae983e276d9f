package discordfake

import (
	"strings"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// A Call is the record of a request to REST or for an attachment.
type Call struct {
	Route  string // such as CreateMessage
	Path   string // without the version
	Query  string
	Body   map[string]any // JSON body; nil if there is none
	List   []any          // JSON body if it is an array
	Files  []string       // names of uploads
	Bot    bool           // the request has the bot's token
	Status int            // 0 if a fault prevented a response
	Code   int            // JSON error code; 0 if there is none
	Reason string         // errors in the form or from the OpenAPI document
	At     time.Time
	Took   time.Duration // until the response started
}

// record adds a request to the journal. The caller holds s.mu.
func (s *Server) record(c *call, status int, f *apiError) {
	kept := Call{
		Route: c.route.name, Path: c.path(), Query: c.r.URL.RawQuery, Body: chatfake.Clone(c.body), List: chatfake.Clone(c.list), Bot: c.hasBotToken(s), Status: status,
		At: c.at, Took: time.Since(c.at),
	}
	for _, u := range c.uploads {
		kept.Files = append(kept.Files, u.Name)
	}
	if f != nil {
		kept.Code, kept.Reason = f.code, f.reason()
	}
	s.journal.Record(kept)
	s.Note()
}

// reason returns the error in one line.
func (f *apiError) reason() string {
	if len(f.errors) == 0 {
		return f.message
	}
	var lines []string
	var walk func(at string, o object)
	walk = func(at string, o object) {
		for key, v := range o {
			switch v := v.(type) {
			case object:
				walk(fieldPath(at, key), v)
			case []any:
				for _, each := range v {
					lines = append(lines, at+": "+each.(object)["message"].(string))
				}
			}
		}
	}
	walk("", f.errors)
	return strings.Join(lines, "; ")
}

// Calls returns the calls of a route, oldest first, or all calls if route is
// "".
func (s *Server) Calls(route string) []Call {
	return s.journal.Select(func(c Call) bool { return route == "" || c.Route == route })
}

// Refused returns the calls with a JSON error: an invalid form, a missing
// permission, or an unknown resource.
func (s *Server) Refused() []Call {
	return s.journal.Select(func(c Call) bool { return c.Code != 0 })
}
