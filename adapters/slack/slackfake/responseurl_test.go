package slackfake

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// responseURL creates a response URL for kim, from a button on m unless m is
// nil.
func (g *stage) responseURL(m *Message) string {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	if m != nil {
		m = g.s.message(m.Channel, m.TS)
	}
	return g.s.newResponseURL(responseURL{user: g.kim.ID, channel: g.c.ID, message: m})
}

func (g *stage) respond(url, body string) string {
	g.t.Helper()
	w, err := http.Post(url, "application/json", strings.NewReader(body))
	g.must(err)
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	g.must(err)
	return w.Status[:3] + " " + strings.TrimSpace(string(text))
}

func TestResponseURL(t *testing.T) {
	g := newStage(t, Options{})
	lee := g.s.Person(User{Name: "lee"})
	url := g.responseURL(nil)
	for i := range maxResponseURLUses {
		if got := g.respond(url, `{"text":"w"}`); got != "200 ok" {
			t.Errorf("use %d: %s", i, got)
		}
	}
	if got := g.respond(url, `{"text":"w"}`); got != `404 {"error":"used_url","ok":false}` {
		t.Error(got)
	}
	if len(g.kim.Ephemerals()) != 5 || len(lee.Ephemerals()) != 0 || len(g.s.Messages(g.c.ID)) != 0 {
		t.Errorf("kim sees %d messages, lee %d, the channel has %d", len(g.kim.Ephemerals()), len(lee.Ephemerals()), len(g.s.Messages(g.c.ID)))
	}
	g.kim.reload()
	if len(g.kim.Ephemerals()) != 0 {
		t.Error("ephemeral messages survive a reload")
	}
	if got := g.respond(g.s.URL()+"/respond/R404", `{"text":"w"}`); !strings.Contains(got, "expired_url") {
		t.Error(got)
	}
	g.respond(g.responseURL(nil), `{"text":"all","response_type":"in_channel"}`)
	if m := g.s.Messages(g.c.ID); len(m) != 1 || m[0].Text != "all" {
		t.Errorf("%+v", m)
	}
}

func TestResponseURLExpires(t *testing.T) {
	g := newStage(t, Options{ResponseURLTTL: time.Nanosecond})
	if got := g.respond(g.responseURL(nil), `{"text":"w"}`); !strings.Contains(got, "expired_url") {
		t.Error(got)
	}
}

// TestReplaceAndDeleteOriginal checks that a response can replace or delete the
// message with the button, public or ephemeral.
func TestReplaceAndDeleteOriginal(t *testing.T) {
	g := newStage(t, Options{})
	g.respond(g.responseURL(nil), `{"text":"choose"}`)
	ephemeral, public := g.kim.Ephemerals()[0], g.postButton()
	for _, m := range []Message{ephemeral, public} {
		url := g.responseURL(&m)
		g.respond(url, `{"text":"chosen","replace_original":true}`)
		if all := g.kim.Visible(); len(all) != 2 || !strings.Contains(all[0].Text+all[1].Text, "chosen") {
			t.Errorf("%+v", all)
		}
	}
	for left, m := range []Message{public, ephemeral} {
		g.respond(g.responseURL(&m), `{"delete_original":true}`)
		if all := g.kim.Visible(); len(all) != 1-left {
			t.Errorf("%+v", all)
		}
	}
}

const modal = `{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[]}`

func TestTriggerIDs(t *testing.T) {
	g := newStage(t, Options{})
	trigger := func() string {
		g.s.mu.Lock()
		defer g.s.mu.Unlock()
		return g.s.newTriggerID(g.kim.ID)
	}
	used := trigger()
	for i, c := range []struct{ method, trigger, want string }{
		{"views.push", trigger(), "not_found"},
		{"views.open", used, ""},
		{"views.open", used, "exchanged_trigger_id"},
		{"views.push", trigger(), ""},
		{"views.push", trigger(), ""},
		{"views.push", trigger(), "push_limit_reached"},
	} {
		if code, _ := g.call(c.method, "trigger_id", c.trigger, "view", modal)["error"].(string); code != c.want {
			t.Errorf("call %d: %q, want %q", i, code, c.want)
		}
	}
	g.s.options.TriggerTTL = -time.Second
	if answer := g.call("views.open", "trigger_id", trigger(), "view", modal); answer["error"] != "expired_trigger_id" {
		t.Error(answer)
	}
}
