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

// A refusal is an error that is no failure: what somebody asked for cannot be
// done. They read why in their language.
type refusal struct {
	status int
	key    string // of the text, after "error_"
}

func (r *refusal) Error() string { return "console: refused: " + r.key }

var (
	errEmpty      = &refusal{http.StatusBadRequest, "empty"}
	errBadRequest = &refusal{http.StatusBadRequest, "bad_request"}
	errLogin      = &refusal{http.StatusUnauthorized, "login"}
	errNotYours   = &refusal{http.StatusForbidden, "not_yours"}
	errNoPlace    = &refusal{http.StatusNotFound, "no_place"}
	errTooLong    = &refusal{http.StatusRequestEntityTooLarge, "too_long"}
)

// handler is the whole of what the console serves.
func (c *Console) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.home)
	mux.HandleFunc("GET /events", c.events)
	mux.HandleFunc("GET /suggest", c.suggest)
	mux.HandleFunc("GET /why", c.why)
	mux.HandleFunc("GET /shadow", c.shadow)
	mux.HandleFunc("GET /kb", c.entries)
	mux.HandleFunc("GET /kb/{id}", c.entry)
	mux.HandleFunc("GET /login", c.loginForm)
	mux.HandleFunc("POST /login", c.login)
	mux.HandleFunc("GET /healthz", healthy)
	mux.Handle("GET /static/", http.FileServerFS(staticFiles))
	mux.HandleFunc("POST /message", c.action(c.say))
	mux.HandleFunc("POST /edit", c.action(c.edit))
	mux.HandleFunc("POST /delete", c.action(c.remove))
	mux.HandleFunc("POST /retry", c.action(c.retry))
	mux.HandleFunc("POST /press", c.action(c.press))
	mux.HandleFunc("POST /reset", c.action(c.startOver))
	guarded := c.guarded(http.NewCrossOriginProtection().Handler(mux))
	return headers(c.ours(guarded))
}

func healthy(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }

// policy lets a page load nothing from elsewhere, run no script of its own
// text, and stand in no frame.
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

// ours refuses requests for names that are not ours: a page elsewhere that
// makes its own name mean this machine must not read what is here. Behind a
// password any name will do, for the cookie of the session goes to none but the
// one that it was given for. A health check comes by any address and learns
// nothing.
func (c *Console) ours(next http.Handler) http.Handler {
	if c.password != "" {
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

// hostname is a Host header without its port and the brackets of IPv6.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// show writes a page.
func (c *Console) show(w http.ResponseWriter, status int, lang, name string, data any) {
	text, err := c.fragment(lang, name, data)
	if err != nil { // a mistake of ours, and half a page is none
		c.log.Error("a page could not be written", "error", err)
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // the browser may be gone
}

func (c *Console) home(w http.ResponseWriter, r *http.Request) {
	v := c.view(r)
	c.show(w, http.StatusOK, v.Lang, "page", c.page(v))
}

// why explains one message on its own; the page shows the same beside the
// channel.
func (c *Console) why(w http.ResponseWriter, r *http.Request) {
	v := c.view(r)
	m := c.look(v.Of)
	if m == nil {
		c.refuse(w, r, errNoPlace)
		return
	}
	c.show(w, http.StatusOK, v.Lang, "why", page{View: v, Why: c.explain(v, m)})
}

// mostSuggestions is what fits above the composer without scrolling.
const mostSuggestions = 8

// suggest completes a command while it is typed. q is the whole text so far.
func (c *Console) suggest(w http.ResponseWriter, r *http.Request) {
	v := c.view(r)
	q := r.URL.Query().Get("q")
	var all []bot.Suggestion
	rest, ok := command(q)
	begun := q != "" && strings.HasPrefix(commandWord, q)
	if begun || ok && len(q) <= 200 { // nobody looks up more than a line
		all = c.library.Suggest(rest, v.Lang, mostSuggestions)
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

// A form is what the page sends when somebody does something; who it is stands
// in the address. Each action uses some of the fields.
type form struct {
	Channel string     `json:"channel"` // message
	Root    string     `json:"root"`    // message, in a thread
	Text    string     `json:"text"`    // message, edit
	ID      string     `json:"id"`      // edit, delete, retry: the message
	Post    bot.PostID `json:"post"`    // press
	Button  string     `json:"button"`  // press
	Value   string     `json:"value"`   // press, where the button asks for one
}

// maxForm has room for the longest message when every letter of it is escaped
// by two.
const maxForm = 2*maxText + 4096

// handleTime is far more than the bot takes for an event, and less than a
// person waits.
const handleTime = 20 * time.Second

// An action does what somebody asked for. It returns the id of the message
// that stands in the workspace now, if it made or changed one: with an error
// besides, the message is there and the bot has not taken it, which the
// message itself shows.
type action func(ctx context.Context, who bot.User, f form) (id string, err error)

// answer is what the page gets back.
type answer struct {
	ID    string `json:"id,omitempty"`
	Error string `json:"error,omitempty"` // for the person to read
}

// action serves an action. It goes on when the person closes the window
// meanwhile.
func (c *Console) action(do action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f, err := decode(w, r)
		if err != nil {
			c.refuse(w, r, err)
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), handleTime)
		defer cancel()
		id, err := do(ctx, c.view(r).User, f)
		if err != nil && id == "" {
			c.refuse(w, r, err)
			return
		}
		reply(w, http.StatusOK, answer{ID: id})
	}
}

// decode reads a form. Only our own page can send JSON: a form elsewhere
// cannot, even in a browser that does not tell where a request comes from.
func decode(w http.ResponseWriter, r *http.Request) (form, error) {
	var f form
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

// refuse says in the person's language why something was not done.
func (c *Console) refuse(w http.ResponseWriter, r *http.Request, err error) {
	why, ok := errors.AsType[*refusal](err)
	if !ok {
		c.log.Error("an action failed", "path", r.URL.Path, "error", err)
		why = &refusal{http.StatusServiceUnavailable, "not_taken"}
	}
	text, err := c.setup.text(c.view(r).Lang, "error_"+why.key)
	if err != nil {
		text = why.Error()
	}
	reply(w, why.status, answer{Error: text})
}

func reply(w http.ResponseWriter, status int, a answer) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // the browser may be gone
}
