package console

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	cookieName = "mabsbot"
	// sessionAge covers a working day and the evening after it.
	sessionAge = 12 * time.Hour
	// maxSessions bounds the memory of abandoned logins; a team has fewer
	// members.
	maxSessions = 1000
)

// sessions are the browsers that have logged in. They end with the program.
type sessions struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// begin starts a session and returns the value of its cookie.
func (s *sessions) begin() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for token, until := range s.until {
		if now.After(until) || len(s.until) >= maxSessions {
			delete(s.until, token)
		}
	}
	if s.until == nil {
		s.until = map[string]time.Time{}
	}
	token := rand.Text() // at least 128 bits, so guessing needs no throttle
	s.until[token] = now.Add(sessionAge)
	return token
}

func (s *sessions) valid(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Before(s.until[token])
}

// end ends a session.
func (s *sessions) end(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.until, token)
}

// guarded requires a login if a password is set, except for the login page,
// static files and the health check.
func (c *Console) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		open := r.URL.Path == "/login" || r.URL.Path == "/healthz" || strings.HasPrefix(r.URL.Path, "/static/")
		switch {
		case open, c.loggedIn(r):
			next.ServeHTTP(w, r)
		case r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html"):
			http.Redirect(w, r, "/login", http.StatusSeeOther)
		default:
			c.refuse(w, r, errLogin)
		}
	})
}

// loggedIn reports whether a request has a valid session or needs none.
func (c *Console) loggedIn(r *http.Request) bool {
	return c.password == "" || c.sessions.valid(cookieOf(r, cookieName))
}

// cookieOf returns the value of a cookie, or "".
func cookieOf(r *http.Request, name string) string {
	cookie, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// loginPage is the data of the login page.
type loginPage struct{ Mistake string }

func (c *Console) loginForm(w http.ResponseWriter, r *http.Request) {
	c.show(w, http.StatusOK, c.view(r).Lang, "login", loginPage{})
}

func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096) // a password and its field name
	lang := c.view(r).Lang
	given := sha256.Sum256([]byte(r.PostFormValue("password"))) // before the attempt counts: the body may be slow
	client := c.client(r)
	wait, ok := c.attempts.begin(client)
	if !ok || !sleep(r.Context(), wait) {
		w.Header().Set("Retry-After", "60")
		c.show(w, http.StatusTooManyRequests, lang, "login", loginPage{"login_slow"})
		return
	}
	want := sha256.Sum256([]byte(c.password))
	if c.password == "" || subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
		c.show(w, http.StatusForbidden, lang, "login", loginPage{"login_wrong"})
		return
	}
	c.attempts.succeed(client)
	setCookie(w, r, cookieName, c.sessions.begin(), sessionAge)
	setCookie(w, r, knownName, c.newKnown(), knownAge)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// logout ends the session of a browser, and with it its streams.
func (c *Console) logout(w http.ResponseWriter, r *http.Request) {
	c.sessions.end(cookieOf(r, cookieName))
	setCookie(w, r, cookieName, "", -time.Second)
	c.update(func(*workspace) {}) // wakes the streams, which then find that the session ended
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// setCookie sets a cookie, or deletes it if age is negative. The cookie is
// Secure if the browser uses TLS, either with this program or with a proxy that
// says so in X-Forwarded-Proto. A client that lies there keeps only its own
// cookie from being sent.
func setCookie(w http.ResponseWriter, r *http.Request, name, value string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(age.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https"),
	})
}
