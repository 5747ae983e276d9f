package console

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// hashOf returns a hash that takes little time.
func hashOf(password string) string {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		panic(err)
	}
	return string(hash)
}

// withUsers gives the console a user for each role, a password, and a proxy.
func withUsers(o *Options) {
	locked(o)
	o.Users = []User{
		{"vi", hashOf("of vi"), Viewer},
		{"ed", hashOf("of ed"), Editor},
		{"ada", hashOf("of ada"), Administrator},
		{"prox", "", Editor},
	}
	o.Proxy = Proxy{Header: "X-Forwarded-User", From: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
}

// TestRoles opens every route with every role.
func TestRoles(t *testing.T) {
	for _, o := range []func(*Options){withUsers, func(o *Options) { withUsers(o); o.NoWorkspace = true }} {
		s := newStage(t, o)
		for _, route := range s.routes() {
			if strings.HasPrefix(route.pattern, "GET /events") {
				continue // it does not end; TestRoleOfStream
			}
			for name, role := range map[string]Role{"nobody": 0, "vi": Viewer, "ed": Editor, "ada": Administrator, "": Administrator} {
				method, path, _ := strings.Cut(route.pattern, " ")
				path = strings.NewReplacer("{$}", "", "{id}", "x").Replace(path)
				r := request(method, path, "{}")
				if role > 0 {
					r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin(name)})
				}
				w := s.serveOne(r)
				want := "served"
				switch {
				case role == 0 && route.role > 0:
					want = "log in again"
				case role < route.role:
					want = "Your role does not allow this"
				}
				got := "served"
				for text, status := range map[string]int{"log in again": http.StatusUnauthorized, "Your role does not allow this": http.StatusForbidden} {
					if strings.Contains(w.Body.String(), text) && w.Code == status {
						got = text
					}
				}
				if got != want {
					t.Errorf("%s as %q: %d, %s; want %s", route.pattern, name, w.Code, got, want)
				}
			}
		}
	}
}

// TestEveryChangeHasARole checks that only an editor changes something, and that no
// page of a change can be opened by a link.
func TestEveryChangeHasARole(t *testing.T) {
	for _, route := range newStage(t, withUsers).routes() {
		isForm := route.pattern == "POST /login" || route.pattern == "POST /logout"
		if strings.HasPrefix(route.pattern, "POST") && !isForm && route.role < Editor {
			t.Errorf("%s needs the role %q", route.pattern, route.role)
		}
	}
}

func TestRoleOfStream(t *testing.T) {
	s := newStage(t, withUsers)
	if w := s.serveOne(request("GET", "/events", "")); w.Code != http.StatusUnauthorized {
		t.Errorf("a stream without a login: %d", w.Code)
	}
}

// TestForgedForms sends each form from another site, in each way in which a browser
// says so or cannot hide it.
func TestForgedForms(t *testing.T) {
	s := newStage(t, withUsers)
	for _, route := range s.routes() {
		path, isForm := strings.CutPrefix(route.pattern, "POST ")
		if !isForm {
			continue
		}
		for name, forge := range map[string]func(*http.Request){
			"other site":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
			"same domain": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
			"old browser": func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
			"no origin":   func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
		} {
			if name == "no origin" && route.role == 0 {
				continue // a form that logs in or out is no JSON
			}
			r := request("POST", path, "{}")
			r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin("ada")})
			forge(r)
			w := s.serveOne(r)
			if w.Code != 400 && w.Code != 403 || !strings.Contains(w.Body.String(), `{"error":"`) {
				t.Errorf("%s from %s: %d %s", path, name, w.Code, w.Body)
			}
		}
	}
}

func TestUsersLogIn(t *testing.T) {
	s := newStage(t, withUsers)
	cases := []struct {
		name, password string
		status         int
	}{
		{"ed", "of ed", 303},
		{"", "open sesame", 303},
		{"ed", "of vi", 403},
		{"ed", "open sesame", 403},
		{"ED", "of ed", 403},
		{"", "of ed", 403},
		{"nobody", "of ed", 403},
		{"nobody", "", 403},
		{"prox", "", 403},
		{"ada", strings.Repeat("a", maxPassword+1), 403},
	}
	for i, c := range cases {
		w := s.tryPassword(c.password, func(r *http.Request) {
			r.RemoteAddr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), 1).String()
			r.Form = url.Values{"name": {c.name}, "password": {c.password}}
			r.PostForm = r.Form
		})
		if w.Code != c.status {
			t.Errorf("%q with %q: %d, want %d", c.name, c.password, w.Code, c.status)
		}
	}
}

// TestLoginOfOtherProcess checks that a login is valid in another process and after a
// restart, that a logout ends it everywhere, and that so does a new password, or the
// removal of the user.
func TestLoginOfOtherProcess(t *testing.T) {
	shared := &logins{}
	users := []User{{"ed", hashOf("of ed"), Editor}}
	process := func(users []User) stage {
		return newStage(t, func(o *Options) { o.Sessions, o.Users = shared, users })
	}
	first := process(users)
	w := first.tryPassword("", func(r *http.Request) {
		r.PostForm = url.Values{"name": {"ed"}, "password": {"of ed"}}
		r.Form = r.PostForm
	})
	get := func(s stage, method, path string) int {
		r := request(method, path, "")
		for _, cookie := range w.Result().Cookies() {
			r.AddCookie(cookie)
		}
		return s.serveOne(r).Code
	}
	second := process(users)
	if got := get(second, "GET", "/kb"); got != http.StatusOK {
		t.Errorf("in another process: %d", got)
	}
	for name, changed := range map[string][]User{
		"new password": {{"ed", hashOf("another"), Editor}},
		"removed":      {{"vi", hashOf("of vi"), Viewer}},
		"no password":  {{"ed", "", Editor}},
	} {
		if got := get(process(changed), "GET", "/kb"); got != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, got)
		}
	}
	if got := get(second, "POST", "/logout"); got != http.StatusSeeOther {
		t.Errorf("logout: %d", got)
	}
	if got := get(first, "GET", "/kb"); got != http.StatusUnauthorized {
		t.Errorf("after a logout in another process: %d", got)
	}
}

func TestProxy(t *testing.T) {
	cases := []struct {
		from    string
		names   []string
		rest    Role // of users who are not listed
		status  int
		isNamed string
	}{
		{"10.1.2.3:1000", []string{"ed"}, 0, 200, "ed"},
		{"10.1.2.3:1000", []string{" prox "}, 0, 200, "prox"},
		{"[::ffff:10.1.2.3]:1000", []string{"ed"}, 0, 200, "ed"},
		{"[fd00::1%eth0]:1000", []string{"ed"}, 0, 200, "ed"},
		{"10.1.2.3:1000", []string{"someone"}, Viewer, 200, "someone"},
		{"10.1.2.3:1000", []string{"someone"}, 0, 403, ""},
		{"10.1.2.3:1000", []string{"ed", "ada"}, 0, 401, ""},
		{"10.1.2.3:1000", []string{""}, 0, 401, ""},
		{"10.1.2.3:1000", nil, 0, 401, ""},
		{"192.0.2.1:1000", []string{"ed"}, Viewer, 401, ""},
		{"nonsense", []string{"ed"}, Viewer, 401, ""},
		{"10.1.2.3:1000", []string{strings.Repeat("x", maxName+1)}, Viewer, 401, ""},
	}
	for _, c := range cases {
		s := newStage(t, withUsers, func(o *Options) { o.Proxy.Role = c.rest })
		r := request("GET", "/kb?as=alex", "")
		r.RemoteAddr = c.from
		for _, name := range c.names {
			r.Header.Add("X-Forwarded-User", name)
		}
		w := s.serveOne(r)
		if w.Code != c.status || c.isNamed != "" && !strings.Contains(w.Body.String(), "Logged in as "+c.isNamed) {
			t.Errorf("%q from %s, others %v: %d", c.names, c.from, c.rest, w.Code)
		}
		if w.Code == 200 && strings.Contains(w.Body.String(), "/logout") {
			t.Error("the page offers a logout that the proxy would undo")
		}
	}
}

// TestDeniedPage checks that a browser gets a page with one sentence, and another
// program the sentence.
func TestDeniedPage(t *testing.T) {
	s := newStage(t, withUsers)
	r := request("GET", "/kb?as=minji", "")
	r.RemoteAddr = "10.1.2.3:1000"
	r.Header.Set("X-Forwarded-User", "someone")
	r.Header.Set("Accept", "text/html")
	if w := s.serveOne(r); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "이곳에 대한 역할이 없습니다") || !strings.Contains(w.Body.String(), "<h1>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestDeniedForms checks what a browser shows when a page or a form is refused.
func TestDeniedForms(t *testing.T) {
	s := newStage(t, withUsers, withEditor(newEditor(t)), withSums(&sums{}))
	for _, c := range []struct {
		name, user, method, path string
		own                      bool // the browser says that it is our form
		status                   int
		title, text              string
	}{
		{"a role", "vi", "GET", "/audit", false, 403, "Not allowed", "Your role does not allow this"},
		{"a form", "vi", "POST", "/kb/tape-door/edit", true, 403, "Not allowed", "Your role does not allow this"},
		{"a forged form", "ed", "POST", "/kb/tape-door/edit", false, 403, "Not allowed", "did not come from a page of mabsbot"},
		{"no file", "ed", "GET", "/kb/nothing/edit", false, 404, "Not found", "no such file"},
		{"no message", "ed", "GET", "/kb/tape-door/edit?question=gone", false, 404, "Not found", "no longer kept"},
		{"no page", "ed", "GET", "/nothing", false, 404, "This page does not exist", "Back to the workspace"},
	} {
		r := request(c.method, c.path, "do=save")
		r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin(c.user)})
		r.Header.Set("Accept", "text/html,*/*")
		r.Header.Set("Accept-Language", "en")
		if c.method == "POST" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if c.own {
			r.Header.Set("Origin", "http://"+r.Host)
		}
		w := s.serveOne(r)
		if body := w.Body.String(); w.Code != c.status || !strings.Contains(body, c.title+"</h1>") || !strings.Contains(body, c.text) {
			t.Errorf("%s: %d\n%s", c.name, w.Code, body)
		}
	}
}

// TestSessionsAway checks that a login fails without the database, and that earlier
// ones are valid once it is back.
func TestSessionsAway(t *testing.T) {
	s := newStage(t, withUsers)
	r := s.loggedIn("/kb")
	s.access.sessions.(*logins).fail = errDatabase
	if w := s.serveOne(r); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a page: %d", w.Code)
	}
	if w := s.tryPassword("open sesame"); w.Code != http.StatusServiceUnavailable || len(w.Result().Cookies()) > 0 {
		t.Errorf("a login: %d", w.Code)
	}
	s.access.sessions.(*logins).fail = nil
	if w := s.serveOne(r); w.Code != http.StatusOK {
		t.Errorf("once it is back: %d", w.Code)
	}
}

// TestWithoutWorkspace checks that the pages are served without the simulated
// channels.
func TestWithoutWorkspace(t *testing.T) {
	s := newStage(t, locked, func(o *Options) { o.NoWorkspace, o.Journal = true, nil })
	serve(t, s)
	page := func(path string) *httptest.ResponseRecorder { return s.serveOne(s.loggedIn(path)) }
	if w := page("/"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != firstPage {
		t.Errorf("/: %d %s", w.Code, w.Header().Get("Location"))
	}
	body := page("/cases?as=alex").Body.String()
	for _, text := range []string{"backup-support", "Start over", "Alex", "/events"} {
		if strings.Contains(body, `>`+text) || strings.Contains(body, `data-events="`+text) {
			t.Errorf("a page has %q", text)
		}
	}
	if !strings.Contains(body, `lang="ko-KR"`) {
		t.Error("a page cannot be read in Korean")
	}
}

func TestHashPassword(t *testing.T) {
	hash, err := HashPassword("of ed")
	if err != nil || bcrypt.CompareHashAndPassword([]byte(hash), []byte("of ed")) != nil {
		t.Errorf("%q, %v", hash, err)
	}
	if cost, err := bcrypt.Cost([]byte(noHash)); err != nil || cost != hashCost {
		t.Errorf("a name that does not exist takes another time: %d, %v", cost, err)
	}
	for _, password := range []string{"", strings.Repeat("x", maxPassword+1)} {
		if _, err := HashPassword(password); err == nil {
			t.Errorf("a password of %d bytes is hashed", len(password))
		}
	}
}
