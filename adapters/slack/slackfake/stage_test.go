package slackfake

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// A stage is a server with a user and a channel.
type stage struct {
	t   *testing.T
	s   *Server
	kim *Person
	c   Channel
}

func newStage(t *testing.T, options Options) *stage {
	t.Helper()
	s := New(t, options)
	g := &stage{t: t, s: s, kim: s.Person(User{Name: "kim", Locale: "ko-KR", TZ: "Asia/Seoul"})}
	g.c = s.AddChannel(Channel{Name: "support", Members: []string{g.kim.ID}})
	return g
}

// call calls a method with the bot token and returns the response. args
// alternates names and values.
func (g *stage) call(method string, args ...string) object {
	g.t.Helper()
	return g.callAs(g.s.BotToken, method, args...)
}

func (g *stage) callAs(token, method string, args ...string) object {
	g.t.Helper()
	form := url.Values{"token": {token}}
	for i := 0; i < len(args); i += 2 {
		form.Set(args[i], args[i+1])
	}
	w, err := http.PostForm(g.s.APIURL()+method, form)
	g.must(err)
	defer w.Body.Close()
	return decodedBody(g.t, w)
}

func decodedBody(t *testing.T, w *http.Response) object {
	t.Helper()
	var answer object
	if err := json.NewDecoder(w.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func (g *stage) until(message string, condition func() bool) {
	g.t.Helper()
	g.s.Wait(g.t, message, condition)
}

// settled waits until every delivery is acknowledged or given up.
func (g *stage) settled() []*delivery {
	g.t.Helper()
	g.until("not settled", g.s.Settled)
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	return slices.Clone(g.s.deliveries)
}

func (g *stage) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// shows waits until kim sees the text.
func (g *stage) shows(text string) {
	g.t.Helper()
	g.until("not visible: "+text, func() bool {
		var all []string
		for _, m := range g.kim.Visible() {
			all = append(all, m.Plain())
		}
		return strings.Contains(strings.Join(all, "\n"), text)
	})
}
