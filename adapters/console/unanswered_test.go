package console

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mabsbot/bot"
)

// someMisses are unanswered messages of two groups, and of a third one that is ignored.
func someMisses() desk {
	at := time.Now().Add(-time.Hour)
	slack := bot.Place{Adapter: "slack", Workspace: "T1", Channel: "C1"}
	private := bot.Place{Adapter: "slack", Workspace: "T1"}
	return desk{
		unanswered: []bot.Unanswered{
			{ID: "u1", Place: slack, Key: "weather", At: at, Why: bot.MissUnmatched, Text: "what about the <b>weather</b> on <Server>?"},
			{ID: "u2", Place: private, Key: "agent", At: at.Add(-time.Hour), Why: bot.MissNone, Text: "the agent does not answer"},
			{ID: "u3", Place: slack, Key: "weather", At: at.Add(-2 * time.Hour), Why: bot.MissNear, Text: "any weather?"},
			{ID: "u4", Place: slack, Key: "lunch", At: at.Add(-3 * time.Hour), Why: bot.MissUnmatched, Text: "lunch?"},
		},
		marks: []bot.Mark{{Key: "lunch", State: bot.MarkIgnored, At: at}, {Key: "agent", State: bot.MarkDone, At: at.Add(-3 * time.Hour)}},
	}
}

func TestUnanswered(t *testing.T) {
	s := newStage(t, withUsers, withSums(&sums{desk: someMisses()}))
	page := func(name, path string) string {
		r := request("GET", path, "")
		r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin(name)})
		return s.serveOne(r).Body.String()
	}
	for _, tt := range []struct {
		user, path    string
		wants, misses []string
	}{
		{"vi", "/unanswered?as=alex", []string{"2×", "1×", "slack · C1", "direct messages", "&lt;b&gt;weather", "any weather?", "1 other wordings", "not recognized", "almost a question", "Open (2)", "Ignored (1)", "Done (0)"}, []string{"lunch", "data-change=\"/unanswered\""}},
		{"vi", "/unanswered?as=alex&state=ignored", []string{"lunch?"}, []string{"weather"}},
		{"vi", "/unanswered?as=alex&q=agent", []string{"the agent does not answer", "Open (1)", "Ignored (0)"}, []string{"weather"}},
		{"vi", "/unanswered?as=alex&q=c1+ANY", []string{"any weather?"}, []string{"the agent does not"}},
		{"vi", "/unanswered?as=alex&state=nonsense&q=zzz", []string{"Nothing here"}, nil},
		{"ed", "/unanswered?as=alex", []string{`data-change="/unanswered"`, `value="ignored"`, `href="/kb/new?`, "question=u1", "/kb/_shared/negative.txt/edit?", "question=u2"}, nil},
		{"ed", "/unanswered?as=alex&state=ignored", []string{"Open again"}, []string{`value="ignored">Ignore`}},
		{"ed", "/unanswered?as=minji", []string{"답하지 못한 질문", "2회", "인식하지 못함"}, nil},
	} {
		got := page(tt.user, tt.path)
		for _, want := range tt.wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s for %s lacks %q", tt.path, tt.user, want)
			}
		}
		for _, miss := range tt.misses {
			if strings.Contains(got, miss) {
				t.Errorf("%s for %s has %q", tt.path, tt.user, miss)
			}
		}
	}
}

// TestProbe explains a text that is not recorded, as it would be read in a channel.
func TestProbe(t *testing.T) {
	s := newStage(t, withUsers, withSums(&sums{desk: someMisses(), rules: someRules()}))
	for _, c := range []struct{ name, user, query, want, misses string }{
		{"nothing", "ed", "", "A message is not in the list?", `id="probe"`},
		{"talk", "ed", "&text=lunch+is+ready%3F", "mabsbot does not recognize it.", "only watches this channel"},
		{"the editors", "ed", "&text=lunch+is+ready%3F", "/kb/new?as=alex&amp;in=backup-support&amp;text=lunch", ""},
		{"a viewer", "vi", "&text=lunch+is+ready%3F", "mabsbot does not recognize it.", "/kb/new?"},
		{"an error", "vi", "&text=0x29834", "mabsbot recognizes it.", ""},
		{"where the bot only watches", "vi", "&text=0x29834&place=slack+T1+C1", "slack · C1</option>", ""},
		{"another place", "vi", "&text=0x29834&place=slack+T9+C9", "mabsbot recognizes it.", "only watches this channel"},
	} {
		body := s.as(c.user, "/unanswered?as=alex"+c.query)
		if !strings.Contains(body, c.want) || c.misses != "" && strings.Contains(body, c.misses) {
			t.Errorf("%s: the page lacks %q or has %q", c.name, c.want, c.misses)
		}
	}
}

func TestMarkGroup(t *testing.T) {
	misses := &sums{desk: someMisses()}
	var log bytes.Buffer
	s := newStage(t, withUsers, withSums(misses), func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	for _, tt := range []struct {
		user, body string
		status     int
	}{
		{"vi", `{"key":"weather","state":"ignored"}`, 403},
		{"ed", `{"key":"weather","state":"ignored"}`, 200},
		{"ed", `{"key":"weather","state":""}`, 200},
		{"ed", `{"key":"agent","state":"done"}`, 200},
		{"ed", `{"key":"gone","state":"done"}`, 404},
		{"ed", `{"key":"agent","state":"nonsense"}`, 400},
		{"ed", `{`, 400},
	} {
		r := request("POST", "/unanswered?as=alex", tt.body)
		r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin(tt.user)})
		if w := s.serveOne(r); w.Code != tt.status {
			t.Errorf("%s by %s: %d %s", tt.body, tt.user, w.Code, w.Body)
		}
	}
	if groups := bot.GroupUnanswered(misses.unanswered, misses.marks); groups[0].State != "" || groups[1].State != bot.MarkDone {
		t.Errorf("got groups %v", groups)
	}
	if got := log.String(); !strings.Contains(got, "console: ignore\" object=weather by=ed role=editor") {
		t.Errorf("the log has %q", got)
	}
	misses.failing = errors.New("away")
	r := request("POST", "/unanswered?as=alex", `{"key":"agent","state":"done"}`)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin("ed")})
	if w := s.serveOne(r); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without a database: %d", w.Code)
	}
}

// TestUnansweredWithoutPassword checks that the page shows nothing of other platforms to
// every account of the machine.
func TestUnansweredWithoutPassword(t *testing.T) {
	s := newStage(t, withSums(&sums{desk: someMisses()}))
	got := s.serveOne(request("GET", "/unanswered?as=alex", "")).Body.String()
	if strings.Contains(got, "weather") || !strings.Contains(got, "Nothing here") {
		t.Error("the page shows messages of Slack")
	}
	if w := s.serveOne(request("POST", "/unanswered?as=alex", `{"key":"weather","state":"done"}`)); w.Code != http.StatusNotFound {
		t.Errorf("a hidden group is marked: %d", w.Code)
	}
}

// TestBrowserUnanswered ignores a group with the keyboard, and finds it among the ignored.
func TestBrowserUnanswered(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	misses := someMisses()
	for i := range misses.unanswered {
		misses.unanswered[i].Place.Adapter = adapterName
	}
	home := serve(t, newStage(t, withSums(&sums{desk: misses})))
	b := newBrowser(t)
	b.media("prefers-color-scheme", "dark")
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(home+"/unanswered?as=minji"))
	b.sees("#found", "weather")
	b.fits()
	b.shot("55-unanswered-narrow")
	b.do(chromedp.Focus(chromedp.CSS("[data-group=weather] [value=ignored]")), chromedp.KeyEvent(kb.Enter))
	b.wait(`document.querySelectorAll(".misses > li").length === 1`)
	b.media("prefers-color-scheme", "light")
	b.do(chromedp.EmulateViewport(1200, 900), chromedp.Navigate(home+"/unanswered?as=alex&state=ignored"))
	b.sees("#found", "weather")
	b.shot("56-unanswered")
}
