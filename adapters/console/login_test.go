package console

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func locked(o *Options) { o.Password = func() string { return "open sesame" } }

// tryPassword sends the login form.
func (s stage) tryPassword(password string, changes ...func(*http.Request)) *httptest.ResponseRecorder {
	r := request("POST", "/login", url.Values{"password": {password}}.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, change := range changes {
		change(r)
	}
	return s.serveOne(r)
}

func TestPassword(t *testing.T) {
	s := newStage(t, locked)
	html := func(r *http.Request) { r.Header.Set("Accept", "text/html,*/*") }
	none := func(*http.Request) {}
	w := s.tryPassword("open sesame")
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) != 2 {
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
		{"GET", "/static/", none, 404},
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
			if w := s.tryPassword("guess"); w.Code != http.StatusForbidden {
				t.Errorf("a guess: %d", w.Code)
			}
		}
		begun := time.Now()
		if w := s.tryPassword("another guess"); w.Code != http.StatusForbidden || time.Since(begun) != guessEvery {
			t.Errorf("after %d guesses: %d after %v", maxGuesses, w.Code, time.Since(begun))
		}
		codes := make(chan int, 100)
		for range cap(codes) {
			go func() { codes <- s.tryPassword("guess").Code }()
		}
		judged := 0
		for range cap(codes) {
			if <-codes == http.StatusForbidden {
				judged++
			}
		}
		if judged != 2 {
			t.Errorf("%d guesses at once were judged, want 2", judged)
		}
	})
}

// TestRightPasswordIsNeverLockedOut tries the right password while others guess.
func TestRightPasswordIsNeverLockedOut(t *testing.T) {
	from := func(address string) func(*http.Request) {
		return func(r *http.Request) { r.RemoteAddr = address }
	}
	cases := []struct {
		name           string
		attacker, user func(*http.Request)
		wait           time.Duration
	}{
		{"other address", from("192.0.2.1:1000"), from("192.0.2.2:1000"), 0},
		{"other network of IPv6", from("[2001:db8:0:1::1]:1000"), from("[2001:db8:0:2::1]:1000"), 0},
		{"same address", from("192.0.2.1:1000"), from("192.0.2.1:2000"), guessEvery},
		{"same network of IPv6", from("[2001:db8:0:1::1]:1000"), from("[2001:db8:0:1::2]:1000"), guessEvery},
		{"same address in IPv6", from("192.0.2.1:1000"), from("[::ffff:192.0.2.1]:1000"), guessEvery},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, locked)
				for range maxGuesses {
					s.tryPassword("guess", c.attacker)
				}
				begun := time.Now()
				if w := s.tryPassword("open sesame", c.user); w.Code != http.StatusSeeOther || time.Since(begun) != c.wait {
					t.Errorf("status %d after %v, want 303 after %v", w.Code, time.Since(begun), c.wait)
				}
			})
		})
	}
}

// TestKnownBrowser checks that a browser that has logged in can do so again
// although another client at its address has used up all attempts, and that
// other values of the cookie help no one.
func TestKnownBrowser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, locked)
		known := func(w *httptest.ResponseRecorder) func(*http.Request) {
			return func(r *http.Request) {
				for _, cookie := range w.Result().Cookies() {
					r.AddCookie(cookie)
				}
			}
		}(s.tryPassword("open sesame"))
		for range maxGuesses {
			s.tryPassword("guess")
		}
		var others sync.WaitGroup
		defer others.Wait()
		for range 10 {
			others.Go(func() { s.tryPassword("guess") }) // two of them wait
		}
		synctest.Wait()
		if w := s.tryPassword("open sesame", known); w.Code != http.StatusSeeOther {
			t.Errorf("a known browser: %d", w.Code)
		}
		for _, value := range []string{"x", "x.", knownKey("x")} {
			forged := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: knownName, Value: value}) }
			if w := s.tryPassword("guess", forged); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
				t.Errorf("a browser that says it is %q: %d", value, w.Code)
			}
		}
	})
}

func TestColleaguesLogInTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, locked)
		begun := time.Now()
		for i := range 10 * maxGuesses {
			if w := s.tryPassword("open sesame"); w.Code != http.StatusSeeOther || time.Since(begun) > 0 {
				t.Fatalf("login %d: %d after %v", i+1, w.Code, time.Since(begun))
			}
		}
	})
}

func TestAttemptsForgetClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in real time, the first may have all their guesses again
		var a attempts
		for i := range 2 * maxClients {
			a.begin(strconv.Itoa(i))
		}
		if len(a.free) != maxClients {
			t.Errorf("%d clients are remembered", len(a.free))
		}
	})
}

// TestSlowBodyIsNoGuess checks that an attempt counts only once its password has
// arrived.
func TestSlowBodyIsNoGuess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, locked)
		body, hold := io.Pipe()
		var slow sync.WaitGroup
		defer slow.Wait()
		defer hold.Close()
		for range 2 * maxGuesses {
			r := httptest.NewRequest("POST", "http://127.0.0.1/login", body)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			slow.Go(func() { s.serveOne(r) })
		}
		synctest.Wait()
		begun := time.Now()
		if w := s.tryPassword("open sesame"); w.Code != http.StatusSeeOther || time.Since(begun) > 0 {
			t.Errorf("status %d after %v", w.Code, time.Since(begun))
		}
	})
}

func TestLogout(t *testing.T) {
	s := newStage(t, locked)
	in := func(r *http.Request) {
		for _, cookie := range s.tryPassword("open sesame").Result().Cookies() {
			r.AddCookie(cookie)
		}
	}
	stays := request("GET", "/", "")
	in(stays)
	leaves := request("POST", "/logout", "")
	in(leaves)
	if page := s.serveOne(stays).Body.String(); !strings.Contains(page, `action="/logout"`) {
		t.Error("the page has no button to log out")
	}
	home := serve(t, s)
	r, err := http.NewRequestWithContext(t.Context(), "GET", home+"/events?as=alex", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = leaves.Header
	stream, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	w := s.serveOne(leaves)
	if cookies := w.Result().Cookies(); w.Code != http.StatusSeeOther || len(cookies) != 1 || cookies[0].MaxAge >= 0 {
		t.Errorf("logout: %d, %v", w.Code, cookies)
	}
	if _, err := io.ReadAll(stream.Body); err != nil { // it would end with the test only
		t.Error("a stream goes on:", err)
	}
	again := request("GET", "/", "")
	again.Header = leaves.Header
	if w := s.serveOne(again); w.Code != http.StatusUnauthorized {
		t.Errorf("after the logout: %d", w.Code)
	}
	if w := s.serveOne(stays); w.Code != http.StatusOK {
		t.Errorf("another session: %d", w.Code)
	}
	if page := newStage(t).serveOne(request("GET", "/", "")).Body.String(); strings.Contains(page, "/logout") {
		t.Error("a console without a password offers to log out")
	}
}

func TestSecureCookie(t *testing.T) {
	cases := []struct {
		name   string
		change func(*http.Request)
		want   bool
	}{
		{"plain", func(*http.Request) {}, false},
		{"TLS", func(r *http.Request) { r.TLS = &tls.ConnectionState{} }, true},
		{"proxy with TLS", func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") }, true},
		{"proxy without TLS", func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "http") }, false},
	}
	for _, c := range cases {
		s := newStage(t, locked)
		for _, cookie := range s.tryPassword("open sesame", c.change).Result().Cookies() {
			if cookie.Secure != c.want {
				t.Errorf("%s: %v", c.name, cookie)
			}
		}
	}
}

// TestSessionEnds checks that a login ends after its age.
func TestSessionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, locked)
		r := s.loggedIn("/kb")
		if w := s.serveOne(r); w.Code != http.StatusOK {
			t.Errorf("after the login: %d", w.Code)
		}
		time.Sleep(sessionAge)
		if w := s.serveOne(r); w.Code != http.StatusUnauthorized {
			t.Errorf("after %v: %d", sessionAge, w.Code)
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
