package console

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"mabsbot/bot"
)

//go:embed static
var staticFiles embed.FS

// A refusal explains why a request cannot be fulfilled, as opposed to a
// failure. Users see its text in their language.
type refusal struct {
	status int
	key    string // the text key after "error_"
	args   []any  // of the text
}

func (r *refusal) Error() string { return "console: refused: " + r.key }

var (
	errEmpty       = &refusal{status: http.StatusBadRequest, key: "empty"}
	errBadRequest  = &refusal{status: http.StatusBadRequest, key: "bad_request"}
	errForged      = &refusal{status: http.StatusForbidden, key: "forged"}
	errLogin       = &refusal{status: http.StatusUnauthorized, key: "login"}
	errRole        = &refusal{status: http.StatusForbidden, key: "role"}
	errNotYours    = &refusal{status: http.StatusForbidden, key: "not_yours"}
	errNoPlace     = &refusal{status: http.StatusNotFound, key: "no_place"}
	errNoQuestion  = &refusal{status: http.StatusNotFound, key: "no_question"}
	errNoTeam      = &refusal{status: http.StatusConflict, key: "no_team"}
	errNoFile      = &refusal{status: http.StatusNotFound, key: "no_file"}
	errNoLetter    = &refusal{status: http.StatusNotFound, key: "no_letter"}
	errNoAnswer    = &refusal{status: http.StatusNotFound, key: "no_answer"}
	errNoFix       = &refusal{status: http.StatusNotFound, key: "no_fix"}
	errNoGroup     = &refusal{status: http.StatusNotFound, key: "no_group"}
	errStandby     = &refusal{status: http.StatusServiceUnavailable, key: "standby"}
	errStreams     = &refusal{status: http.StatusServiceUnavailable, key: "streams"}
	errUnknownUser = &refusal{status: http.StatusForbidden, key: "unknown_user"}
	errTooLong     = &refusal{status: http.StatusRequestEntityTooLarge, key: "too_long"}
)

// A route is an address, with the least role that may use it.
type route struct {
	pattern string
	role    Role
	serve   http.HandlerFunc
}

// routes returns the addresses of the console.
func (c *Console) routes() []route { return append(c.pageRoutes(), c.workspaceRoutes()...) }

// pageRoutes returns the addresses that every process serves.
func (c *Console) pageRoutes() []route {
	return []route{
		{"GET /overview", Viewer, c.overview},
		{"GET /overview.csv", Viewer, c.overviewCSV},
		{"GET /overview.json", Viewer, c.overviewJSON},
		{"GET /cases", Viewer, c.cases},
		{"GET /audit", Administrator, c.audit},
		{"GET /audit.csv", Administrator, c.auditCSV},
		{"GET /channels", Viewer, c.channels},
		{"POST /channels", Administrator, c.setChannel},
		{"GET /dead", Viewer, c.dead},
		{"POST /dead/resend", Editor, c.changeLetter(bot.AuditResend, c.operations.Resend)},
		{"POST /dead/drop", Editor, c.changeLetter(bot.AuditDiscard, c.operations.Discard)},
		{"GET /unanswered", Viewer, c.unanswered},
		{"POST /unanswered", Editor, c.markGroup},
		{"GET /fixes", Viewer, c.fixes},
		{"GET /fixes.csv", Viewer, c.fixesCSV},
		{"GET /fixes.json", Viewer, c.fixesJSON},
		{"POST /fixes", Editor, c.setFix},
		{"GET /shadow", Viewer, c.shadow},
		{"GET /shadow.csv", Viewer, c.shadowCSV},
		{"GET /shadow.json", Viewer, c.shadowJSON},
		{"POST /shadow/vote", Editor, c.vote},
		{"GET /kb", Viewer, c.entries},
		{"GET /kb/{id}", Viewer, c.entry},
		{"GET /kb/new", Viewer, c.newFile},
		{"POST /kb/new", Editor, c.changeFile},
		{"GET /kb/{id}/edit", Viewer, c.editFile},
		{"POST /kb/{id}/edit", Editor, c.changeFile},
		{"GET /kb/{id}/history", Viewer, c.fileHistory},
		{"GET /kb/_shared/negative.txt/edit", Viewer, c.editFile},
		{"POST /kb/_shared/negative.txt/edit", Editor, c.changeFile},
		{"GET /kb/_shared/negative.txt/history", Viewer, c.fileHistory},
		{"GET /", Viewer, c.missing},
		{"GET /login", 0, c.loginForm},
		{"POST /login", 0, c.login},
		{"POST /logout", 0, c.logout},
		{"GET /healthz", 0, c.healthy},
		{"GET /static/", 0, http.FileServerFS(staticFiles).ServeHTTP},
		{"GET /static/{$}", 0, c.missing}, // no list of the files
	}
}

// workspaceRoutes returns the addresses of the workspace, which one process serves.
func (c *Console) workspaceRoutes() []route {
	if !c.workspace {
		return []route{{"GET /{$}", Viewer, toPages}}
	}
	return []route{
		{"GET /{$}", Viewer, c.home},
		{"GET /events", Viewer, c.events},
		{"GET /suggest", Viewer, c.suggest},
		{"GET /text/{id}", Viewer, c.text},
		{"POST /message", Editor, c.action(c.say)},
		{"POST /edit", Editor, c.action(c.edit)},
		{"POST /delete", Editor, c.action(c.remove)},
		{"POST /retry", Editor, c.action(c.retry)},
		{"POST /press", Editor, c.action(c.press)},
		{"POST /solved", Editor, c.action(c.solved)},
		{"POST /reset", Administrator, c.recorded(bot.AuditReset, c.startOver)},
	}
}

// toPages leads from the workspace that is not served to the first page.
func toPages(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, firstPage, http.StatusSeeOther)
}

// firstPage is the page that opens first without the workspace.
const firstPage = "/overview"

// handler returns the HTTP handler of the whole console.
func (c *Console) handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range c.pageRoutes() {
		mux.HandleFunc(r.pattern, c.allow(r))
	}
	for _, r := range c.workspaceRoutes() {
		mux.HandleFunc(r.pattern, c.led(c.allow(r)))
	}
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.refuse(w, r, errForged) }))
	return headers(c.checkHost(origin.Handler(mux)))
}

// mayShow reports whether pages may show what belongs to an adapter. Without a
// password every account of the machine can open them, so they show nothing of
// other platforms.
func (c *Console) mayShow(adapter string) bool { return c.access.locked() || adapter == adapterName }

// healthy answers as /livez does. It is for a proxy that reaches only the
// console.
func (c *Console) healthy(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }

// policy forbids pages to load anything from elsewhere, to run inline scripts,
// and to be framed.
const policy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// checkHost rejects requests for other host names, which prevents DNS
// rebinding: a foreign page whose name resolves to this machine must not read
// the console. With a login any host is accepted, because the browser sends
// the session cookie only to the host that set it. The health check is exempt
// and reveals nothing.
func (c *Console) checkHost(next http.Handler) http.Handler {
	if c.access.locked() {
		return next
	}
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host, _, err := net.SplitHostPort(c.addr); err == nil && host != "" {
		names = append(names, host)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" && !slices.Contains(names, hostname(r.Host)) {
			http.Error(w, "unknown host", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostname returns a Host header without its port and the brackets of IPv6.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// show writes a page.
func (c *Console) show(w http.ResponseWriter, status int, lang, name string, data any) {
	text, err := c.fragment(lang, name, data)
	if err != nil { // a bug in a template; half a page is useless
		c.log.Error("a page could not be written", "error", err)
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // the browser may have disconnected
}

func (c *Console) home(w http.ResponseWriter, r *http.Request) {
	v := c.view(r)
	c.show(w, http.StatusOK, v.Lang, "page", c.page(v))
}

// missing is the page for an address that does not exist.
func (c *Console) missing(w http.ResponseWriter, r *http.Request) {
	v := c.view(r)
	c.show(w, http.StatusNotFound, v.Lang, "missing", c.frame(v, "/missing", "missing"))
}

// maxSuggestions fit above the composer without scrolling.
const maxSuggestions = 8

// suggest completes a command while it is typed. q is the whole text so far.
func (c *Console) suggest(w http.ResponseWriter, r *http.Request) {
	v := c.view(r)
	q := r.URL.Query().Get("q")
	var all []bot.Suggestion
	rest, ok := command(q)
	begun := q != "" && strings.HasPrefix(commandWord, q)
	if begun || ok && len(q) <= 200 { // a query is at most a line
		all = c.library.Suggest(rest, v.Lang, maxSuggestions)
	}
	c.show(w, http.StatusOK, v.Lang, "suggestions", all)
}

// letters marks the letters of a label that the query matched.
func letters(s bot.Suggestion) []span {
	var marks []mark
	for _, at := range s.Matched {
		if at < 0 || at >= len(s.Label) {
			continue
		}
		marks = append(marks, mark{"code", at, at + len(firstLetter(s.Label[at:]))})
	}
	return highlight(s.Label, marks)
}

func firstLetter(s string) string {
	for i := range s {
		if i > 0 {
			return s[:i]
		}
	}
	return s
}

// A form is what the page sends for a user action. The user is part of the
// address. Each action uses some of the fields.
type form struct {
	Channel string     `json:"channel"` // message
	Root    string     `json:"root"`    // message, in a thread
	Text    string     `json:"text"`    // message, edit
	ID      string     `json:"id"`      // edit, delete, retry: the message
	Post    bot.PostID `json:"post"`    // press
	Button  string     `json:"button"`  // press
	Value   string     `json:"value"`   // press, if the button asks for a value
}

// maxForm allows the longest message even if every letter is escaped as two.
const maxForm = 2*maxText + 4096

// handleTimeout is far more than the bot needs for an event, and less than a
// user waits.
const handleTimeout = 20 * time.Second

// An action performs a user's request. It returns the ID of the message it
// created or changed, if any. If it returns an error as well, the message is
// stored but the bot has not taken it, which the message itself shows.
type action func(ctx context.Context, who bot.User, f form) (id string, err error)

// answer is the response to a form.
type answer struct {
	ID    string `json:"id,omitempty"`
	Error string `json:"error,omitempty"` // shown to the user
}

// action serves an action. It continues if the user closes the window.
func (c *Console) action(do action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f, err := decode[form](w, r)
		if err != nil {
			c.refuse(w, r, err)
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), handleTimeout)
		defer cancel()
		id, err := do(ctx, c.view(r).User, f)
		if err != nil && id == "" {
			c.refuse(w, r, err)
			return
		}
		if err != nil {
			c.log.Error("a message was not taken", "message", id, "error", err)
		}
		reply(w, http.StatusOK, answer{ID: id})
	}
}

// decode reads a form. It accepts JSON only, which a form on a foreign page
// cannot send, even in a browser that does not report the origin of a request.
func decode[T any](w http.ResponseWriter, r *http.Request) (T, error) {
	var f T
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return f, errBadRequest
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxForm))
	d.DisallowUnknownFields()
	err := d.Decode(&f)
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
		return f, errTooLong
	}
	if err != nil || d.More() {
		return f, errBadRequest
	}
	return f, nil
}

// refuse explains in the user's language why a request was not fulfilled.
func (c *Console) refuse(w http.ResponseWriter, r *http.Request, err error) {
	why := c.refusalOf(r, err)
	text, err := c.setup.text(c.view(r).Lang, "error_"+why.key, why.args...)
	if err != nil {
		text = why.Error()
	}
	reply(w, why.status, answer{Error: text})
}

// refusalOf returns what users read of an error, and logs what they do not.
func (c *Console) refusalOf(r *http.Request, err error) *refusal {
	if why, ok := errors.AsType[*refusal](err); ok {
		return why
	}
	c.log.Error("an action failed", "path", r.URL.Path, "error", err)
	return &refusal{status: http.StatusServiceUnavailable, key: "not_taken"}
}

func reply(w http.ResponseWriter, status int, a answer) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // the browser may have disconnected
}
