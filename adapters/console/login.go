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
	// sessionAge is a working day and the evening after it.
	sessionAge = 12 * time.Hour
	// mostSessions bounds the memory of forgotten logins; a team is smaller.
	mostSessions = 1000
	// mostGuesses in a minute from all sides together: a person who mistypes
	// does not notice, and a list of common passwords takes weeks.
	mostGuesses = 5
)

// sessions are the browsers that know the password. They end with the program.
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
		if now.After(until) || len(s.until) >= mostSessions {
			delete(s.until, token)
		}
	}
	if s.until == nil {
		s.until = map[string]time.Time{}
	}
	token := rand.Text() // 128 bits or more: no brake is needed on guessing it
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
	if len(recent) >= mostGuesses {
		return false
	}
	s.guesses = append(recent, now)
	return true
}

// guarded lets only browsers through that have logged in, where a password is
// set. What a browser needs to log in, and the health check, stay open.
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

// loginPage is what the login page shows.
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
