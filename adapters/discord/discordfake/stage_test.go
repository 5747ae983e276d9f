package discordfake

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A stage is a server with a user and a channel.
type stage struct {
	t   *testing.T
	s   *Server
	kim *Person
	c   Channel

	version string // API version; "" for v10
}

func newStage(t *testing.T, options Options) *stage {
	t.Helper()
	s := New(t, options)
	g := &stage{t: t, s: s, kim: s.Person(User{Name: "kim", Locale: "ko"})}
	g.c = s.AddChannel(Channel{Name: "support"})
	return g
}

// agent is a valid User-Agent.
const agent = "DiscordBot (https://example.com, 1)"

// request makes a request as the bot. body is JSON or "".
func (g *stage) request(route, body string, args ...any) (*http.Response, error) {
	method, path, _ := strings.Cut(route, " ")
	for _, each := range args {
		i, j := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:i] + fmt.Sprint(each) + path[j+1:]
	}
	r, err := http.NewRequestWithContext(g.t.Context(), method, g.s.APIURL()+"/"+cmp.Or(g.version, "v10")+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bot "+g.s.Token)
	r.Header.Set("User-Agent", agent)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return http.DefaultClient.Do(r)
}

// call makes a request as the bot and returns status and body of the response.
// JSON numbers are float64.
func (g *stage) call(route, body string, args ...any) (int, any) {
	g.t.Helper()
	w, err := g.request(route, body, args...)
	g.must(err)
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	g.must(err)
	if len(text) == 0 {
		return w.StatusCode, nil
	}
	var v any
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&v); err != nil {
		g.t.Fatalf("%s: response is not JSON: %s", route, text)
	}
	g.checkAnswer(route, w.StatusCode, v)
	return w.StatusCode, v
}

// checkAnswer validates a response with Discord's OpenAPI document.
func (g *stage) checkAnswer(route string, status int, v any) {
	g.t.Helper()
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	if err := g.s.spec.check(route, fmt.Sprintf("/responses/%d/content/application~1json/schema", status), v); err != nil {
		g.t.Errorf("%s: invalid response: %v", route, err)
	}
}

// post sends a message in the channel as the bot.
func (g *stage) post(body string) Message {
	g.t.Helper()
	status, o := g.call(CreateMessage, body, g.c.ID)
	if status != http.StatusOK {
		g.t.Fatal(status, o)
	}
	return g.s.messageByID(o.(object)["id"].(string))
}

func (g *stage) until(message string, condition func() bool) {
	g.t.Helper()
	g.s.Wait(g.t, message, condition)
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
