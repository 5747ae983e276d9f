package slackfake

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSign checks the example in Slack's documentation.
func TestSign(t *testing.T) {
	body, err := os.ReadFile(filepath.Join(samples, "signature-example.form"))
	if err != nil {
		t.Skip("Slack's samples are not available")
	}
	if got := Sign("8f742231b10e8888abcd99yyyzzz85a5", time.Unix(1531420618, 0), body); got != "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503" {
		t.Error(got)
	}
}

// An httpApp is an app in HTTP mode whose responses the test determines.
type httpApp struct {
	g       *stage
	seen    chan string
	answers chan http.HandlerFunc
}

// serveHTTPApp switches to HTTP mode. The app uses the responses in order, then
// responds with 200.
func (g *stage) serveHTTPApp(answers ...http.HandlerFunc) *httpApp {
	g.t.Helper()
	v := &httpApp{g, make(chan string, 100), make(chan http.HandlerFunc, 100)}
	server := httptest.NewServer(v)
	g.t.Cleanup(server.Close)
	g.must(g.s.UseHTTP(server.URL))
	<-v.seen
	for _, a := range answers {
		v.answers <- a
	}
	return v
}

func (v *httpApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		v.g.t.Error(err)
	}
	at := r.Header.Get("X-Slack-Request-Timestamp")
	if seconds, err := time.ParseDuration(at + "s"); err != nil || Sign(v.g.s.SigningSecret, time.Unix(int64(seconds.Seconds()), 0), body) != r.Header.Get("X-Slack-Signature") {
		v.g.t.Errorf("invalid signature of %s", body)
	}
	v.seen <- r.Header.Get("Content-Type") + " " + r.Header.Get("X-Slack-Retry-Num") + " " + r.Header.Get("X-Slack-Retry-Reason")
	if o, ok := decodeJSON(string(body)).(object); ok && o["type"] == "url_verification" {
		_, _ = io.WriteString(w, o["challenge"].(string))
		return
	}
	select {
	case answer := <-v.answers:
		answer(w, r)
	default:
	}
}

func fail500(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }

func fail500NoRetry(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("X-Slack-No-Retry", "1")
	w.WriteHeader(http.StatusInternalServerError)
}

func neverRespond(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func dropConnection(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func TestHTTPDelivery(t *testing.T) {
	for name, c := range map[string]struct {
		answers []http.HandlerFunc
		want    []string
	}{
		"taken":       {nil, []string{"application/json  "}},
		"failed once": {[]http.HandlerFunc{fail500}, []string{"application/json  ", "application/json 1 http_error"}},
		"too slow":    {[]http.HandlerFunc{neverRespond}, []string{"application/json  ", "application/json 1 http_timeout"}},
		"cut":         {[]http.HandlerFunc{dropConnection}, []string{"application/json  ", "application/json 1 connection_failed"}},
		"given up":    {[]http.HandlerFunc{fail500, fail500, fail500}, []string{"application/json  ", "application/json 1 http_error", "application/json 2 http_error"}},
		"no retry":    {[]http.HandlerFunc{fail500NoRetry}, []string{"application/json  "}},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t, Options{AckTimeout: 100 * time.Millisecond, RetryDelays: []time.Duration{0, 0}})
			v := g.serveHTTPApp(c.answers...)
			g.kim.Say(g.c.ID, "hi")
			g.until("not settled", g.s.Settled)
			var got []string
			for len(v.seen) > 0 {
				got = append(got, <-v.seen)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// TestCommandOverHTTP checks that the body of the response is shown.
func TestCommandOverHTTP(t *testing.T) {
	g := newStage(t, Options{})
	v := g.serveHTTPApp(
		func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"text":"as JSON"}`) },
		func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "as text") },
	)
	g.must(g.kim.Command(g.c.ID, "/mabs x"))
	g.must(g.kim.Command(g.c.ID, "/mabs x"))
	if got := <-v.seen; !strings.HasPrefix(got, "application/x-www-form-urlencoded") {
		t.Error(got)
	}
	g.shows("as JSON")
	g.shows("as text")
}

func TestUnverifiedURL(t *testing.T) {
	g := newStage(t, Options{})
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	if err := g.s.UseHTTP(server.URL); err == nil {
		t.Error("UseHTTP accepts an app that fails the challenge")
	}
}
