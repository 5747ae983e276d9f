package slackfake

import (
	"context"
	"strings"
	"testing"
	"time"
)

// A stage is a server with a person and a channel.
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

// until waits, no longer than a test should last.
func (g *stage) until(what string, condition func() bool) {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), 20*time.Second)
	defer cancel()
	if err := g.s.Until(ctx, condition); err != nil {
		g.t.Fatalf("%s: %v", what, err)
	}
}

func (g *stage) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// shows waits until the person sees the text.
func (g *stage) shows(text string) {
	g.t.Helper()
	g.until("nothing shows "+text, func() bool {
		var all []string
		for _, m := range g.kim.Visible() {
			all = append(all, m.Plain())
		}
		return strings.Contains(strings.Join(all, "\n"), text)
	})
}
