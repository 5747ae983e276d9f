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
	// maxGuesses is the number of attempts a minute, over all clients together:
	// a person who mistypes does not notice, and a list of common passwords
	// takes weeks.
	maxGuesses = 5
)

// sessions are the browsers that have logged in. They end with the program.
type sessions struct {
	mu      sync.Mutex
	until   map[string]time.Time
	guesses []time.Time
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

// guess reports whether a password may be tried now.
func (s *sessions) guess() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	var recent []time.Time
	for _, t := range s.guesses {
		if now.Sub(t) < time.Minute {
			recent = append(recent, t)
		}
	}
	s.guesses = recent
	if len(recent) >= maxGuesses {
		return false
	}
	s.guesses = append(recent, now)
	return true
}

// guarded requires a login if a password is set, except for the login page,
// static files and the health check.
func (c *Console) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie(cookieName)
		open := r.URL.Path == "/login" || r.URL.Path == "/healthz" || strings.HasPrefix(r.URL.Path, "/static/")
		switch {
		case c.password == "", open, err == nil && c.sessions.valid(cookie.Value):
			next.ServeHTTP(w, r)
		case r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html"):
			http.Redirect(w, r, "/login", http.StatusSeeOther)
		default:
			c.refuse(w, r, errLogin)
		}
	})
}

// loginPage is the data of the login page.
type loginPage struct{ Mistake string }

func (c *Console) loginForm(w http.ResponseWriter, r *http.Request) {
	c.show(w, http.StatusOK, c.view(r).Lang, "login", loginPage{})
}

func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096) // a password and its field name
	lang := c.view(r).Lang
	if !c.sessions.guess() {
		w.Header().Set("Retry-After", "60")
		c.show(w, http.StatusTooManyRequests, lang, "login", loginPage{"login_slow"})
		return
	}
	given, want := sha256.Sum256([]byte(r.PostFormValue("password"))), sha256.Sum256([]byte(c.password))
	if c.password == "" || subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
		c.show(w, http.StatusForbidden, lang, "login", loginPage{"login_wrong"})
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: c.sessions.begin(), Path: "/", MaxAge: int(sessionAge.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
