package slack

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/store"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestSubscriptionCheck reports a mention that does not arrive as a message, too.
func TestSubscriptionCheck(t *testing.T) {
	for deliveries, want := range map[string]bool{"mention": true, "message": false, "mention message": false, "message mention": false, "mention mention": true} {
		synctest.Test(t, func(t *testing.T) {
			e, deaf := newSubscriptionCheck(), false
			for kind := range strings.FieldsSeq(deliveries) {
				m := bot.Message{Head: bot.Head{ID: "1", Thread: bot.Thread{Channel: "C1"}}, Addressed: true}
				e.observe(inbound{event: m, mention: kind == "mention"}, func(string) { deaf = true })
				time.Sleep(time.Second)
			}
			time.Sleep(messageTimeout)
			synctest.Wait()
			if deaf != want || len(e.seen) != 0 {
				t.Errorf("%s: deaf %v, want %v; %d remembered", deliveries, deaf, want, len(e.seen))
			}
		})
	}
}

// TestPacer lets one post per second into each channel, whichever comes first, and
// knows whether an attempt has reached Slack.
func TestPacer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := newPacer()
		take := func(id bot.PostID, attempt int, channel string, wantWait time.Duration, wantUnsent bool) {
			t.Helper()
			wait, unsent := pace.take(channel, bot.Post{ID: id, Attempt: attempt})
			if wait != wantWait || unsent != wantUnsent {
				t.Errorf("%s: wait %v, unsent %v, want %v, %v", id, wait, unsent, wantWait, wantUnsent)
			}
			if wait > maxInlineWait {
				pace.hold(channel, bot.Post{ID: id, Attempt: attempt}, unsent)
			}
		}
		take("a", 1, "C1", 0, true)
		take("b", 1, "C1", time.Second, true)
		take("c", 1, "C1", time.Second, true) // b has no place before it
		take("d", 1, "C2", 0, true)
		time.Sleep(970 * time.Millisecond)
		take("c", 2, "C1", 30*time.Millisecond, true) // within Post, and never sent
		take("b", 2, "C1", 1030*time.Millisecond, true)
		take("a", 2, "C1", 1030*time.Millisecond, false) // may have been sent
		time.Sleep(1030 * time.Millisecond)
		take("b", 3, "C1", 0, true)
		time.Sleep(time.Second)
		take("a", 3, "C1", 0, false) // has only waited since
		pace.block("m", time.Minute)
		if pace.wait("m") != time.Minute || pace.wait("n") != 0 {
			t.Errorf("blocked for %v and %v", pace.wait("m"), pace.wait("n"))
		}
		time.Sleep(time.Hour)
		take("e", 1, "C3", 0, true)
		if len(pace.next) != 1 {
			t.Errorf("%d channels are remembered", len(pace.next))
		}
	})
}

// TestResponseURLs uses a response URL five times within 30 minutes.
func TestResponseURLs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, me, other := newResponseURLs(nil), recipient{bot.Thread{Channel: "C1", Root: "1.1"}, "U1"}, recipient{bot.Thread{Channel: "C1", Root: "1.1"}, "U2"}
		want := func(key, address string) {
			t.Helper()
			if got, ok := l.take(t.Context(), key); got != address || ok != (address != "") {
				t.Errorf("got %q, %v, want %q", got, ok, address)
			}
		}
		want(me.key(), "")
		must(t, l.keep(t.Context(), "https://a", me.key(), postKey("p1")))
		want(other.key(), "")
		for i := range responseURLUses {
			want([]string{me.key(), postKey("p1")}[i%2], "https://a")
		}
		want(me.key(), "")
		must(t, l.keep(t.Context(), "https://b", me.key()))
		time.Sleep(responseURLLife + time.Second)
		want(me.key(), "")
		must(t, l.keep(t.Context(), "https://c", other.key()))
		if len(l.all) != 1 {
			t.Errorf("%d addresses are remembered", len(l.all))
		}
	})
}

// TestSharedResponseURLs uses the response URLs that another process received, and
// removes those that are over.
func TestSharedResponseURLs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inbox := store.NewMemory().Inbox("urls")
		a, b, me := newResponseURLs(inbox), newResponseURLs(inbox), recipient{bot.Thread{Channel: "C1", Root: "1.1"}, "U1"}
		want := func(key, address string) {
			t.Helper()
			if got, ok := b.take(t.Context(), key); got != address || ok != (address != "") {
				t.Errorf("got %q, %v, want %q", got, ok, address)
			}
		}
		want(me.key(), "")
		must(t, a.keep(t.Context(), "https://a", me.key(), postKey("p1")))
		want(postKey("p1"), "https://a")
		for range responseURLUses {
			want(me.key(), "https://a")
		}
		want(me.key(), "")
		time.Sleep(time.Minute)
		must(t, a.keep(t.Context(), "https://b", me.key()))
		want(me.key(), "https://b")
		want(postKey("p2"), "")
		ctx, cancel := context.WithCancel(t.Context())
		go a.clean(ctx)
		left := func() (n int) {
			synctest.Wait()
			must(t, inbox.Replay(t.Context(), func(string, []byte) error { n++; return nil }))
			return n
		}
		time.Sleep(responseURLLife - 2*time.Minute)
		if n := left(); n != 3 {
			t.Errorf("%d URLs are kept, want 3", n)
		}
		time.Sleep(2*time.Minute + cleanInterval)
		if n := left(); n != 0 {
			t.Errorf("%d URLs are left", n)
		}
		want(me.key(), "")
		cancel()
	})
}

// TestTrusted sends the token, and private answers, only to Slack's hosts.
func TestTrusted(t *testing.T) {
	s := &Slack{apiURL: "http://127.0.0.1:9000/api/"}
	for address, want := range map[string]bool{
		"https://files.slack.com/a":              true,
		"https://hooks.slack.com/commands/T/1/x": true,
		"https://slack.com/a":                    true,
		"https://FILES.slack-gov.com/a":          true,
		"http://files.slack.com/a":               false,
		"https://slack.com.evil.example/a":       false,
		"https://evilslack.com/a":                false,
		"http://127.0.0.1:9000/files-pri/a":      true,
		"http://127.0.0.1:9001/a":                false,
		"https://127.0.0.1:9000/a":               false,
		"http://10.0.0.1/a":                      false,
		"https://user:files.slack.com@evil.com":  false,
		"file:///etc/passwd":                     false,
		"://":                                    false,
		"":                                       false,
	} {
		if got := s.trustedAddress(address); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}

// TestForeignResponseURL checks that the bot connects to no other host although
// a signed request names it.
func TestForeignResponseURL(t *testing.T) {
	asked := false
	foreign := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer foreign.Close()
	for api, want := range map[string]error{"http://127.0.0.1:9000/api/": errNoResponseURL, foreign.URL + "/api/": nil} {
		s := &Slack{apiURL: api, http: foreign.Client()}
		if err := s.postResponse(t.Context(), foreign.URL+"/commands/1", response{Text: "private"}); !errors.Is(err, want) {
			t.Errorf("API at %s: %v, want %v", api, err, want)
		}
		if asked != (want == nil) {
			t.Errorf("API at %s: the other host was asked: %v", api, asked)
		}
		asked = false
	}
}
