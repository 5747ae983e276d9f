package console

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"
)

const (
	cookieName = "mabsbot"
	// sessionAge covers a working day and the evening after it.
	sessionAge = 12 * time.Hour
)

// accountKey is the key of the account in the context of a request.
type accountKey struct{}

// accountOf returns who sent a request, as allow found.
func accountOf(r *http.Request) account {
	who, _ := r.Context().Value(accountKey{}).(account)
	return who
}

// allow serves a route to those who have its role. Without a role it is open to
// everyone.
func (c *Console) allow(route route) http.HandlerFunc {
	if route.role == 0 {
		return route.serve
	}
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := c.access.identify(r)
		r = r.WithContext(context.WithValue(r.Context(), accountKey{}, who))
		switch {
		case err == nil && who.Role >= route.role:
			route.serve(w, r)
		case err == nil:
			c.deny(w, r, errRole)
		case errors.Is(err, errLogin) && wantsPage(r):
			http.Redirect(w, r, "/login", http.StatusSeeOther)
		default:
			c.deny(w, r, err)
		}
	}
}

// wantsPage reports whether a request is that of a browser for a page.
func wantsPage(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// A deniedPage says why a request is refused.
type deniedPage struct{ Title, Text string } // text keys

// deny says why a request is refused: on a page if the browser asked for one, or sent a
// form.
func (c *Console) deny(w http.ResponseWriter, r *http.Request, err error) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		c.refuse(w, r, err)
		return
	}
	why := c.refusalOf(r, err)
	title := "denied"
	switch {
	case why == errStandby:
		title = "standby"
	case why.status == http.StatusNotFound:
		title = "not_found"
	case why.status != http.StatusForbidden:
		title = "not_done"
	}
	c.show(w, why.status, c.view(r).Lang, "denied", deniedPage{title, "error_" + why.key})
}

// stays reports whether who sent a request may still see what it asked for.
func (c *Console) stays(r *http.Request) bool {
	who, err := c.access.identify(r)
	return err == nil && who.Role >= accountOf(r).Role
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
type loginPage struct {
	Mistake string
	Name    string // as it was typed
	Named   bool   // the page asks for a name
	Which   string // the text key of what to type
}

func (c *Console) loginPage(mistake, name string) loginPage {
	p := loginPage{Mistake: mistake, Name: name, Named: c.access.asksName(), Which: "login_which"}
	switch {
	case p.Named && c.access.password != "":
		p.Which = "login_either"
	case p.Named:
		p.Which = "login_users"
	case c.access.password == "" && c.access.locked():
		p.Which = "login_proxy"
	}
	return p
}

func (c *Console) loginForm(w http.ResponseWriter, r *http.Request) {
	c.show(w, http.StatusOK, c.view(r).Lang, "login", c.loginPage("", ""))
}

func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096) // a name and a password
	lang := c.view(r).Lang
	password, name := r.PostFormValue("password"), r.PostFormValue("name") // before the attempt counts: the body may be slow
	client := c.client(r)
	wait, ok := c.attempts.begin(client)
	if !ok || !sleep(r.Context(), wait) {
		w.Header().Set("Retry-After", "60")
		c.show(w, http.StatusTooManyRequests, lang, "login", c.loginPage("login_slow", name))
		return
	}
	if !c.access.right(r.Context(), name, password) {
		c.show(w, http.StatusForbidden, lang, "login", c.loginPage("login_wrong", name))
		return
	}
	c.attempts.succeed(client)
	token := rand.Text() // at least 128 bits, so guessing needs no throttle
	known := rand.Text()
	err := errors.Join(c.access.sessions.Begin(r.Context(), c.access.sessionKey(name, token), sessionAge),
		c.access.sessions.Begin(r.Context(), knownKey(known), knownAge))
	if err != nil {
		c.log.Error("console: a login could not be stored", "error", err)
		c.show(w, http.StatusServiceUnavailable, lang, "login", c.loginPage("error_not_taken", name))
		return
	}
	setCookie(w, r, cookieName, joinCookie(name, token), sessionAge)
	setCookie(w, r, knownName, known, knownAge)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// logout ends the session of a browser, and with it its streams.
func (c *Console) logout(w http.ResponseWriter, r *http.Request) {
	if name, token := splitCookie(cookieOf(r, cookieName)); token != "" {
		if err := c.access.sessions.End(r.Context(), c.access.sessionKey(name, token)); err != nil {
			c.deny(w, r, err)
			return
		}
	}
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
