package console

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func locked(o *Options) { o.Password = func() string { return "open sesame" } }

// tryPassword sends the login form.
func (s stage) tryPassword(password string) *httptest.ResponseRecorder {
	r := request("POST", "/login", url.Values{"password": {password}}.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.serveOne(r)
}

func TestPassword(t *testing.T) {
	s := newStage(t, locked)
	html := func(r *http.Request) { r.Header.Set("Accept", "text/html,*/*") }
	none := func(*http.Request) {}
	w := s.tryPassword("open sesame")
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) != 1 {
		t.Fatalf("the right password: %d, %v", w.Code, w.Result().Cookies())
	}
	cookie := w.Result().Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || len(cookie.Value) < 26 {
		t.Errorf("cookie %v", cookie)
	}
	in := func(r *http.Request) { r.AddCookie(cookie) }
	forged := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName, Value: "forged"}) }
	empty := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName}) }
	cases := []struct {
		method, path string
		change       func(*http.Request)
		status       int
	}{
		{"GET", "/", html, 303},
		{"GET", "/kb", html, 303},
		{"GET", "/", none, 401},
		{"GET", "/events", none, 401},
		{"GET", "/suggest", none, 401},
		{"GET", "/nothing", none, 401},
		{"POST", "/message", none, 401},
		{"POST", "/reset", forged, 401},
		{"POST", "/reset", empty, 401},
		{"GET", "/login", html, 200},
		{"GET", "/static/base.css", none, 200},
		{"GET", "/healthz", none, 200},
		{"GET", "/", in, 200},
		{"POST", "/message", in, 200},
	}
	for _, c := range cases {
		r := request(c.method, c.path, `{"channel":"backup-support","text":"hello"}`)
		c.change(r)
		if w := s.serveOne(r); w.Code != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.status)
		}
	}
}

func TestWrongPasswords(t *testing.T) {
	s := newStage(t, locked)
	for _, password := range []string{"", "open sesame ", "Open sesame"} {
		if w := s.tryPassword(password); w.Code != http.StatusForbidden || len(w.Result().Cookies()) != 0 {
			t.Errorf("%q: %d", password, w.Code)
		}
	}
	open := newStage(t)
	if w := open.tryPassword(""); w.Code != http.StatusForbidden {
		t.Errorf("no password where none is set: %d", w.Code)
	}
}

func TestGuessingIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, locked)
		for range maxGuesses {
			s.tryPassword("guess")
		}
		w := s.tryPassword("open sesame")
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
			t.Errorf("after %d guesses: %d", maxGuesses, w.Code)
		}
		time.Sleep(time.Minute)
		if w := s.tryPassword("open sesame"); w.Code != http.StatusSeeOther {
			t.Errorf("a minute later: %d", w.Code)
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s sessions
		first := s.begin()
		if !s.valid(first) || s.valid("") || s.valid("other") {
			t.Error("a session is not valid")
		}
		time.Sleep(sessionAge)
		if s.valid(first) {
			t.Error("a session outlives its age")
		}
		for range 2 * maxSessions {
			s.begin()
		}
		if len(s.until) > maxSessions {
			t.Errorf("%d sessions are kept", len(s.until))
		}
	})
}

// A console that other machines can reach accepts any host name.
func TestAnyNameBehindAPassword(t *testing.T) {
	s := newStage(t, locked)
	r := request("GET", "/", "")
	r.Host = "mabs.example:8080"
	if w := s.serveOne(r); w.Code == 421 || strings.Contains(w.Body.String(), "say-c") {
		t.Errorf("status %d; want the login", w.Code)
	}
}
