package discordfake

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// tryCreateMessage sends a message as the bot and returns the outcome: status
// and rate limit headers, or "broken".
func (g *stage) tryCreateMessage(ctx context.Context) string {
	g.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.s.APIURL()+"/v10/channels/"+g.c.ID+"/messages", strings.NewReader(`{"content":"x"}`))
	g.must(err)
	r.Header.Set("Authorization", "Bot "+g.s.Token)
	r.Header.Set("User-Agent", agent)
	r.Header.Set("Content-Type", "application/json")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return "broken"
	}
	defer w.Body.Close()
	return strings.TrimSpace(strings.Join([]string{w.Status[:3], w.Header.Get("Retry-After"), w.Header.Get("X-RateLimit-Scope")}, " "))
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault   Fault
		want    string
		shown   int // messages sent
		invalid int // invalid requests
	}{
		"an error":                               {Fault{Code: missingPermissions}, "403", 0, 1},
		"an error after the request":             {Fault{Code: missingPermissions, After: true}, "403", 1, 0},
		"HTTP 502":                               {Fault{Status: 502}, "502", 0, 0},
		"HTTP 500 after the request":             {Fault{Status: 500, After: true}, "500", 1, 0},
		"a rate limit":                           {Fault{RetryAfter: 1500 * time.Millisecond}, "429 2 user", 0, 1},
		"a global rate limit":                    {Fault{RetryAfter: time.Second, Scope: "global"}, "429 1 global", 0, 1},
		"a shared rate limit":                    {Fault{RetryAfter: time.Second, Scope: "shared"}, "429 1 shared", 0, 0},
		"a dropped connection":                   {Fault{Drop: true}, "broken", 0, 0},
		"a dropped connection after the request": {Fault{Drop: true, After: true}, "broken", 1, 0},
		"no response":                            {Fault{Hang: true}, "broken", 0, 0},
		"no response after the request":          {Fault{Hang: true, After: true}, "broken", 1, 0},
		"a late response":                        {Fault{Delay: time.Millisecond}, "200", 1, 0},
		"a fault of the route":                   {Fault{Route: CreateMessage, Status: 503}, "503", 0, 0},
		"a fault of another route":               {Fault{Route: EditMessage, Status: 503}, "200", 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t, Options{})
			g.s.Fail(c.fault)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if c.fault.Hang {
				go func() {
					_ = g.s.Until(ctx, func() bool { return len(g.s.Calls(CreateMessage)) == 1 })
					cancel()
				}()
			}
			if got := g.tryCreateMessage(ctx); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if n := len(g.s.Messages(g.c.ID)); n != c.shown {
				t.Errorf("got %d messages", n)
			}
			if n := len(g.s.Calls(CreateMessage)); n != 1 {
				t.Errorf("got %d calls in the journal", n)
			}
			if n := g.s.InvalidRequests(); n != c.invalid {
				t.Errorf("got %d invalid requests", n)
			}
			g.s.Heal()
			if got := g.tryCreateMessage(t.Context()); got != "200" {
				t.Errorf("after Heal: %q", got)
			}
		})
	}
}

// TestFaultTimes checks that a fault applies to as many requests as it says.
func TestFaultTimes(t *testing.T) {
	g := newStage(t, Options{})
	g.s.Fail(Fault{Route: CreateMessage, Status: 500, Times: 2})
	g.s.Fail(Fault{Status: 502, Times: -1})
	for i, want := range []string{"500", "500", "502", "502"} {
		if got := g.tryCreateMessage(t.Context()); got != want {
			t.Errorf("request %d: %q, want %q", i, got, want)
		}
	}
}

// TestRouteLimit checks the limit of five messages per five seconds and
// channel.
func TestRouteLimit(t *testing.T) {
	for limited, want := range map[bool]string{true: "429 5 user", false: "200"} {
		g := newStage(t, Options{RateLimits: limited})
		for i := range 5 {
			if got := g.tryCreateMessage(t.Context()); got != "200" {
				t.Errorf("%d: %s", i, got)
			}
		}
		if got := g.tryCreateMessage(t.Context()); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		g.c = g.s.AddChannel(Channel{Name: "other"})
		if got := g.tryCreateMessage(t.Context()); got != "200" {
			t.Errorf("in another channel: %s", got)
		}
		g.s.mu.Lock()
		for _, w := range g.s.limits {
			w.ends = time.Now()
		}
		g.s.mu.Unlock()
		if got := g.tryCreateMessage(t.Context()); got != "200" {
			t.Errorf("after the window: %s", got)
		}
	}
}

// TestLimitHeaders checks the rate limit headers.
func TestLimitHeaders(t *testing.T) {
	g := newStage(t, Options{RateLimits: true})
	header := func(route string, args ...any) http.Header {
		w, err := g.request(route, "", args...)
		g.must(err)
		w.Body.Close()
		return w.Header
	}
	one, two, three := header(GetChannel, g.c.ID), header(GetChannel, g.c.ID), header(GetChannel, g.s.AddChannel(Channel{Name: "other"}).ID)
	for key, want := range map[string][3]string{"X-RateLimit-Limit": {"10", "10", "10"}, "X-RateLimit-Remaining": {"9", "8", "9"}} {
		if got := [3]string{one.Get(key), two.Get(key), three.Get(key)}; got != want {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	if b := one.Get("X-RateLimit-Bucket"); b == "" || b != three.Get("X-RateLimit-Bucket") || b == header(GetCurrentUser).Get("X-RateLimit-Bucket") {
		t.Errorf("different buckets: %s", b)
	}
	if one.Get("X-RateLimit-Reset") == "" || one.Get("X-RateLimit-Reset-After") == "" {
		t.Errorf("%v", one)
	}
}

// TestGlobalLimit checks the limit of 50 requests per second, which interaction
// responses are exempt from.
func TestGlobalLimit(t *testing.T) {
	g := newStage(t, Options{RateLimits: true})
	i := g.typeCommand()
	g.s.mu.Lock()
	g.s.limits["global"] = &window{n: globalLimit, ends: time.Now().Add(time.Minute)}
	g.s.mu.Unlock()
	if status, o := g.call(GetCurrentUser, ""); status != 429 || o.(object)["global"] != true || o.(object)["retry_after"].(float64) < 50 {
		t.Errorf("%d %v", status, o)
	}
	if got := g.callback(i, `{"type":5}`); got != "204" {
		t.Error(got)
	}
}

// TestBan checks that too many invalid requests get all requests refused.
func TestBan(t *testing.T) {
	g := newStage(t, Options{InvalidLimit: 3})
	g.s.Deny(g.c.ID, SendMessages)
	for range 3 {
		if got := g.tryCreateMessage(t.Context()); got != "403" {
			t.Error(got)
		}
	}
	if got := g.tryCreateMessage(t.Context()); !strings.HasPrefix(got, "429 ") || g.s.InvalidRequests() != 3 {
		t.Errorf("%s, %d", got, g.s.InvalidRequests())
	}
	if w, err := g.request(getGateway, ""); err != nil || w.StatusCode != 429 || w.Header.Get("Content-Type") != "text/plain; charset=UTF-8" {
		t.Error(w, err)
	}
	g.s.mu.Lock()
	g.s.invalidRequests.ends = time.Now()
	g.s.mu.Unlock()
	if got := g.tryCreateMessage(t.Context()); got != "403" || g.s.InvalidRequests() != 1 {
		t.Errorf("after the ban: %s, %d", got, g.s.InvalidRequests())
	}
}
