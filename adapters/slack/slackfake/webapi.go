package slackfake

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A method is a method of the Web API. It runs with s.mu held.
type method struct {
	run      func(s *Server, c *call) (object, error)
	scopes   []string // any of these is enough; %s is the type of the channel, such as im
	appToken bool     // needs the app-level token instead of the bot token
	required []string // required arguments
	tier     int      // calls per minute; 0 means unlimited
}

// Rate limit tiers, in calls per minute.
//
// https://docs.slack.dev/apis/web-api/rate-limits
const (
	tier2 = 20
	tier3 = 50
	tier4 = 100
)

// methods returns the methods that the fake implements. Scopes, arguments and
// tiers are from the documentation.
//
// https://docs.slack.dev/reference/methods
func methods() map[string]method {
	return map[string]method{
		"apps.connections.open": {run: (*Server).connectionsOpen, appToken: true},
		"auth.test":             {run: (*Server).authTest},
		"bots.info":             {run: (*Server).botsInfo, scopes: []string{"users:read"}, tier: tier3},
		"team.info":             {run: (*Server).teamInfo, scopes: []string{"team:read"}, tier: tier3},
		"users.info":            {run: (*Server).usersInfo, scopes: []string{"users:read"}, required: []string{"user"}, tier: tier4},

		"conversations.info":    {run: (*Server).conversationsInfo, scopes: []string{"%s:read"}, required: []string{"channel"}, tier: tier3},
		"conversations.open":    {run: (*Server).conversationsOpen, scopes: []string{"im:write"}, tier: tier3},
		"conversations.list":    {run: (*Server).conversationsList, scopes: []string{"%s:read"}, tier: tier2},
		"conversations.members": {run: (*Server).conversationsMembers, scopes: []string{"%s:read"}, required: []string{"channel"}, tier: tier4},
		"conversations.history": {run: (*Server).conversationsHistory, scopes: []string{"%s:history"}, required: []string{"channel"}, tier: tier3},
		"conversations.replies": {run: (*Server).conversationsReplies, scopes: []string{"%s:history"}, required: []string{"channel", "ts"}, tier: tier3},

		"chat.postMessage":   {run: (*Server).postMessage, scopes: []string{"chat:write"}, required: []string{"channel"}},
		"chat.postEphemeral": {run: (*Server).postEphemeral, scopes: []string{"chat:write"}, required: []string{"channel", "user"}, tier: tier4},
		"chat.update":        {run: (*Server).update, scopes: []string{"chat:write"}, required: []string{"channel", "ts"}, tier: tier3},
		"chat.delete":        {run: (*Server).delete, scopes: []string{"chat:write"}, required: []string{"channel", "ts"}, tier: tier3},
		"chat.getPermalink":  {run: (*Server).getPermalink, required: []string{"channel", "message_ts"}},

		"views.open":    {run: (*Server).viewsOpen, required: []string{"view"}, tier: tier4},
		"views.push":    {run: (*Server).viewsPush, required: []string{"view"}, tier: tier4},
		"views.update":  {run: (*Server).viewsUpdate, required: []string{"view"}, tier: tier4},
		"views.publish": {run: (*Server).viewsPublish, required: []string{"user_id", "view"}, tier: tier4},

		"files.info":    {run: (*Server).filesInfo, scopes: []string{"files:read"}, required: []string{"file"}, tier: tier4},
		"reactions.add": {run: (*Server).reactionsAdd, scopes: []string{"reactions:write"}, required: []string{"channel", "name", "timestamp"}, tier: tier3},

		"agents.sessions.setStatus":             {run: (*Server).setStatus, scopes: []string{"chat:write"}, required: []string{"channel_id", "status"}, tier: tier3},
		"agents.sessions.rename":                {run: (*Server).rename, scopes: []string{"chat:write"}, required: []string{"channel_id", "title"}, tier: tier3},
		"assistant.threads.setStatus":           {run: (*Server).setThreadStatus, scopes: []string{"assistant:write", "chat:write"}, required: []string{"channel_id", "thread_ts", "status"}},
		"assistant.threads.setSuggestedPrompts": {run: (*Server).setSuggestedPrompts, scopes: []string{"assistant:write"}, required: []string{"channel_id", "prompts"}, tier: tier4},
		"assistant.threads.setTitle":            {run: (*Server).setTitle, scopes: []string{"assistant:write"}, required: []string{"channel_id", "thread_ts", "title"}, tier: tier4},
	}
}

// allScopes returns the scopes that the fake knows.
func allScopes() []string {
	return []string{
		"app_mentions:read", "assistant:write", "channels:history", "channels:read", "chat:write", "commands", "files:read", "groups:history",
		"groups:read", "im:history", "im:read", "im:write", "metadata.message:read", "mpim:history", "mpim:read", "reactions:read", "reactions:write",
		"team:read", "users:read",
	}
}

// A call is a call of a method.
type call struct {
	args  map[string]string // JSON values are encoded
	token string
	base  string // base URL by which the client reaches the server
}

// A failure is an error response.
type failure struct {
	code     string
	messages []string // about blocks or arguments
	more     object
}

func (f *failure) Error() string { return f.code }

func fail(code string) error { return &failure{code: code} }

// serveAPI serves the Web API. Errors have status 200 too, except for rate
// limiting.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	c, err := readCall(r)
	fault := s.takeFault(name, c)
	if fault != nil && !fault.After && s.applyFault(w, r, fault) {
		return
	}
	w.Header().Set("X-OAuth-Scopes", strings.Join(s.options.Scopes, ","))
	answer, wait := s.handleCall(name, c, err)
	if fault != nil && fault.After && s.applyFault(w, r, fault) {
		return
	}
	if wait > 0 {
		writeRateLimited(w, wait)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(answer) // the client may be gone
}

// writeRateLimited writes a 429 response. Retry-After is in whole seconds.
func writeRateLimited(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(max(1, int((wait+time.Second-1)/time.Second))))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = io.WriteString(w, `{"ok":false,"error":"ratelimited"}`)
}

// handleCall runs the method and records the call. If the call is rate limited,
// it returns how long to wait.
func (s *Server) handleCall(name string, c *call, err error) (answer object, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.Note()
	if err == nil {
		answer, wait, err = s.run(name, c)
	}
	if wait > 0 {
		s.record(name, c, "ratelimited")
		return nil, wait
	}
	if err == nil {
		s.record(name, c, "")
		answer["ok"] = true
		return answer, 0
	}
	s.record(name, c, err.Error())
	return errorResponse(err), 0
}

func errorResponse(err error) object {
	answer := object{"ok": false, "error": err.Error()}
	f, ok := errors.AsType[*failure](err)
	if !ok {
		return answer
	}
	maps.Copy(answer, f.more)
	if len(f.messages) > 0 {
		answer["errors"] = f.messages
		answer["response_metadata"] = object{"messages": f.messages}
	}
	return answer
}

func (s *Server) run(name string, c *call) (object, time.Duration, error) {
	m, ok := s.methods[name]
	if !ok {
		return nil, 0, &failure{code: "unknown_method", more: object{"req_method": name}}
	}
	if err := s.checkToken(m, c); err != nil {
		return nil, 0, err
	}
	for _, need := range m.required {
		if c.args[need] == "" {
			return nil, 0, missingArgument(need)
		}
	}
	if wait := s.limit(name, m, c); wait > 0 {
		return nil, wait, nil
	}
	answer, err := m.run(s, c)
	return answer, 0, err
}

// missingArgument returns the error of a missing argument. Some arguments have
// an error code of their own.
func missingArgument(arg string) error {
	switch arg {
	case "channel", "channel_id":
		return fail("channel_not_found")
	case "user":
		return fail("user_not_found")
	case "file":
		return fail("file_not_found")
	}
	return &failure{code: "invalid_arguments", messages: []string{"[ERROR] missing required field: " + arg}}
}

// checkToken checks the token and its scopes.
func (s *Server) checkToken(m method, c *call) error {
	want, other := s.BotToken, s.AppToken
	if m.appToken {
		want, other = other, want
	}
	switch {
	case c.token == "":
		return fail("not_authed")
	case c.token == other:
		return fail("not_allowed_token_type")
	case c.token != want:
		return fail("invalid_auth")
	case s.revoked != "":
		return fail(s.revoked)
	}
	return s.checkScopes(m.scopes, c)
}

// checkScopes checks that the bot has one of the scopes.
func (s *Server) checkScopes(scopes []string, c *call) error {
	if len(scopes) == 0 {
		return nil
	}
	var needed []string
	for _, scope := range scopes {
		if prefix, rest, ok := strings.Cut(scope, "%s"); ok {
			scope = prefix + s.scopeFamily(cmp.Or(c.args["channel"], c.args["channel_id"])) + rest
		}
		if slices.Contains(s.options.Scopes, scope) {
			return nil
		}
		needed = append(needed, scope)
	}
	return &failure{code: "missing_scope", more: object{"needed": strings.Join(needed, ","), "provided": strings.Join(s.options.Scopes, ",")}}
}

// scopeFamily returns the first part of the scopes for a channel.
func (s *Server) scopeFamily(channel string) string {
	if c := s.channel(channel); c != nil {
		return scopeFamilyOf(c.Type)
	}
	return "channels"
}

func scopeFamilyOf(kind string) string {
	switch kind {
	case privateChannel:
		return "groups"
	case directMessage, groupMessage:
		return kind
	}
	return "channels"
}

// maxBody limits the body of a request, in bytes. The number is
// the fake's.
const maxBody = 4 << 20

// readCall reads the token and arguments from wherever a client may put them.
func readCall(r *http.Request) (*call, error) {
	c := &call{args: map[string]string{}, base: "http://" + r.Host}
	c.token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/json" {
		return c, c.readJSON(r.Body)
	}
	if err := r.ParseMultipartForm(maxBody); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return c, fail("invalid_form_data")
	}
	c.readForm(r.Form)
	return c, nil
}

func (c *call) readForm(form url.Values) {
	for k, v := range form {
		c.args[k] = v[0]
	}
	c.token = cmp.Or(c.token, c.args["token"])
	delete(c.args, "token")
}

func (c *call) readJSON(body io.Reader) error {
	var fields map[string]json.RawMessage
	if err := json.NewDecoder(body).Decode(&fields); err != nil && !errors.Is(err, io.EOF) {
		return fail("invalid_json")
	}
	for k, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		if text != "null" {
			c.args[k] = text
		}
	}
	delete(c.args, "token") // with JSON, only the header can carry the token
	return nil
}

// list returns an argument that is a JSON array.
func (c *call) list(name string) ([]any, bool) {
	v, ok := decodeJSON(c.args[name]).([]any)
	return v, ok
}

// boolean returns an argument, or false if it is missing or invalid.
func (c *call) boolean(name string) bool {
	v, _ := strconv.ParseBool(c.args[name])
	return v
}

// number returns an argument, or fallback if it is missing or invalid.
func (c *call) number(name string, fallback int) int {
	n, err := strconv.Atoi(c.args[name])
	if err != nil {
		return fallback
	}
	return n
}
