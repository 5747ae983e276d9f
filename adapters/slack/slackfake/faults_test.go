package slackfake

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// post posts a message as the bot and returns the outcome: status and error
// code, or "broken".
func (g *stage) post(ctx context.Context) string {
	g.t.Helper()
	form := url.Values{"token": {g.s.BotToken}, "channel": {g.c.ID}, "text": {"hi"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.s.APIURL()+"chat.postMessage", strings.NewReader(form.Encode()))
	g.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return "broken"
	}
	defer w.Body.Close()
	if w.StatusCode != http.StatusOK {
		return strings.TrimSpace(w.Status[:3] + " " + w.Header.Get("Retry-After"))
	}
	code, _ := decodedBody(g.t, w)["error"].(string)
	return "200 " + code
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault Fault
		want  string
		shown int // messages posted
	}{
		"an error":                            {Fault{Error: "fatal_error"}, "200 fatal_error", 0},
		"an error after the call":             {Fault{Error: "internal_error", After: true}, "200 internal_error", 1},
		"HTTP 503":                            {Fault{Status: 503}, "503", 0},
		"HTTP 500 after the call":             {Fault{Status: 500, After: true}, "500", 1},
		"a rate limit":                        {Fault{RetryAfter: 1500 * time.Millisecond}, "429 2", 0},
		"a dropped connection":                {Fault{Drop: true}, "broken", 0},
		"a dropped connection after the call": {Fault{Drop: true, After: true}, "broken", 1},
		"no response":                         {Fault{Hang: true}, "broken", 0},
		"a late response":                     {Fault{Delay: time.Millisecond}, "200 ", 1},
		"a fault of another method":           {Fault{Method: "chat.update", Status: 503}, "200 ", 1},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t, Options{})
			g.s.Fail(c.fault)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if c.fault.Hang {
				go func() {
					_ = g.s.Until(ctx, func() bool { return len(g.s.Calls("chat.postMessage")) == 1 })
					cancel()
				}()
			}
			if got := g.post(ctx); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if n := len(g.s.Messages(g.c.ID)); n != c.shown {
				t.Errorf("got %d messages", n)
			}
			if n := len(g.s.Calls("chat.postMessage")); n != 1 {
				t.Errorf("got %d calls in the journal", n)
			}
			g.s.Heal()
			if got := g.post(t.Context()); got != "200 " {
				t.Errorf("after Heal: %q", got)
			}
		})
	}
}

// TestFaultTimes checks that a fault applies to as many calls as it says.
func TestFaultTimes(t *testing.T) {
	g := newStage(t, Options{})
	g.s.Fail(Fault{Method: "chat.postMessage", Status: 500, Times: 2})
	g.s.Fail(Fault{Error: "fatal_error", Times: -1})
	for i, want := range []string{"500", "500", "200 fatal_error", "200 fatal_error"} {
		if got := g.post(t.Context()); got != want {
			t.Errorf("call %d: %q, want %q", i, got, want)
		}
	}
}
