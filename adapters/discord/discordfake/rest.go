package discordfake

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// Limits of requests.
//
// https://docs.discord.com/developers/reference#uploading-files
const (
	maxRequest = 25 << 20
	maxFile    = 10 << 20
)

// A call is a request.
type call struct {
	route   route
	r       *http.Request
	at      time.Time
	body    object
	list    []any // body if it is an array
	uploads []upload
	status  int // of the response; 0 for the route's default
}

// An upload is a file in a request.
type upload struct {
	File
	key string // files[0]
}

// path returns the path without the version.
func (c *call) path() string {
	_, path, _ := strings.Cut(strings.TrimPrefix(c.r.URL.Path, "/api/"), "/")
	return "/" + path
}

// arg returns a parameter of the path, such as channel.
func (c *call) arg(name string) string { return c.r.PathValue(name) }

// majorParameters returns the parameters that have separate rate limits:
// channel, guild, application and token.
func (c *call) majorParameters() string {
	return c.arg("channel") + c.arg("guild") + c.arg("application") + c.arg("token")
}

// hasBotToken reports whether the request has the bot's token.
func (c *call) hasBotToken(s *Server) bool { return c.r.Header.Get("Authorization") == "Bot "+s.Token }

// serve handles a request of the route.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, at route) {
	c := &call{route: at, r: r, at: time.Now()}
	broken := c.read()
	fault := s.takeFault(at.name)
	if fault != nil && !fault.After && s.applyFault(w, c, fault) {
		return
	}
	if !s.checkRateLimit(w, c) {
		return
	}
	status, body := s.run(c, broken)
	if fault != nil && fault.After && s.applyFault(w, c, fault) {
		return
	}
	writeJSON(w, status, body)
}

// writeJSON writes a response. A nil body is no body.
func writeJSON(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
}

// run carries out the request and records it.
func (s *Server) run(c *call, broken error) (status int, body any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := s.carryOut(c, broken)
	if err != nil {
		f, ok := errors.AsType[*apiError](err)
		if !ok {
			f = &apiError{status: http.StatusBadRequest, code: invalidFormBody, message: "Invalid Form Body: " + err.Error()}
		}
		s.record(c, f.status, f)
		s.countInvalid(f.status, "user")
		return f.status, f.json()
	}
	status = c.status
	switch {
	case status != 0:
	case body == nil:
		status = http.StatusNoContent
	default:
		status = max(c.route.status, http.StatusOK)
	}
	s.record(c, status, nil)
	return status, body
}

func (s *Server) carryOut(c *call, broken error) (any, error) {
	if version := c.arg("version"); version != "v9" && version != "v10" {
		return nil, fail(invalidVersion)
	}
	if !strings.HasPrefix(c.r.UserAgent(), "DiscordBot (") {
		return nil, fail(blockedByProxy) // https://docs.discord.com/developers/reference#user-agent
	}
	if !c.route.noToken && (!c.hasBotToken(s) || s.revoked) {
		return nil, statusError(http.StatusUnauthorized)
	}
	if broken != nil {
		return nil, broken
	}
	if err := s.checkBody(c); err != nil {
		return nil, err
	}
	return c.route.run(s, c)
}

// checkBody validates the body with Discord's OpenAPI document.
func (s *Server) checkBody(c *call) error {
	switch {
	case c.list != nil:
		return s.spec.request(c.route.name, c.list)
	case c.body != nil:
		return s.spec.request(c.route.name, c.body)
	}
	return nil
}

// read reads the body: JSON, or a form with JSON and files.
func (c *call) read() error {
	kind, parameters, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	body, err := io.ReadAll(io.LimitReader(c.r.Body, maxRequest+1))
	switch {
	case err != nil:
		return fail(invalidJSON)
	case len(body) > maxRequest:
		return fail(requestTooLarge)
	case kind == "multipart/form-data":
		return c.readForm(body, parameters["boundary"])
	case len(body) == 0:
		return nil
	case kind != "application/json":
		f := fail(invalidFormBody).(*apiError)
		f.message = `Expected "Content-Type" header to be one of {'application/json'}.`
		return f
	}
	return c.readJSON(body)
}

func (c *call) readJSON(body []byte) error {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return fail(invalidJSON)
	}
	switch v := v.(type) {
	case object:
		c.body = v
	case []any:
		c.list = v
	case nil: // discordgo sends null for an empty body
	default:
		return fail(invalidFormBody)
	}
	return nil
}
