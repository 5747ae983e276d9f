package discordfake

import (
	"strings"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// A Call is a request to REST or to the host of files, as it was kept.
type Call struct {
	Route  string // such as CreateMessage
	Path   string // without the version
	Query  string
	Body   map[string]any // the JSON; nil where there is none
	List   []any          // the JSON where it is an array
	Files  []string       // names of what was uploaded
	Bot    bool           // it carried the bot's token
	Status int            // 0 where a fault struck before there was one
	Code   int            // of Discord's error; 0 is none
	Reason string         // what is wrong with the form, or with the body by the OpenAPI document
	At     time.Time
	Took   time.Duration // until the answer began
}

// record keeps a call. The caller holds s.mu.
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

// reason is what is wrong, in one line.
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

// Calls returns the calls of a route, oldest first; of all where it is "".
func (s *Server) Calls(route string) []Call {
	return s.journal.Select(func(c Call) bool { return route == "" || c.Route == route })
}

// Refused returns the calls that were answered with an error of the bot's own:
// of form, of permission, of something that is not there.
func (s *Server) Refused() []Call {
	return s.journal.Select(func(c Call) bool { return c.Code != 0 })
}
