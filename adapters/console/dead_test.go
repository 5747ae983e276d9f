package console

import (
	"bytes"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mabsbot/bot"
)

// someLetters returns operations with dead letters of Slack, the second of which
// cannot be read.
func someLetters() *sums {
	thread := bot.Thread{Adapter: "slack", Channel: "C1", Root: "1"}
	return &sums{
		services: []bot.Service{{Adapter: "slack", State: bot.ServiceUp}, {Adapter: adapterName, State: bot.ServiceStandby}},
		letters: []bot.DeadLetter{
			{Post: bot.Post{ID: "one", Thread: thread, To: bot.User{Name: "Alex"}, Reply: bot.Reply{Lang: "en", Blocks: step(2)}}, Why: "not_in_channel", At: time.Now()},
			{Post: bot.Post{ID: "two", Thread: thread}, At: time.Now()},
		},
	}
}

func TestDeadLetters(t *testing.T) {
	fake := someLetters()
	var log bytes.Buffer
	s := newStage(t, withUsers, withSums(fake), func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	page := func(name string) string {
		r := request("GET", "/dead?as=alex", "")
		r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin(name)})
		return s.serveOne(r).Body.String()
	}
	post := func(path, id string) (int, string) {
		r := request("POST", path+"?as=alex", `{"post":"`+id+`"}`)
		r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin("ed")})
		w := s.serveOne(r)
		return w.Code, w.Body.String()
	}
	for _, want := range []string{"not_in_channel", "slack · C1", "to Alex", "Restart the coordinator", "The text cannot be read"} {
		if !strings.Contains(page("vi"), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page("vi"), "data-letter") || !strings.Contains(page("ed"), `data-letter="/dead/resend"`) {
		t.Error("a viewer gets buttons, or an editor none")
	}
	for _, c := range []struct {
		path, id string
		status   int
	}{{"/dead/resend", "one", 200}, {"/dead/resend", "one", 404}, {"/dead/drop", "two", 200}, {"/dead/drop", "", 404}} {
		if status, body := post(c.path, c.id); status != c.status || status == 404 && !strings.Contains(body, "in the meantime") {
			t.Errorf("%s %s: %d %s", c.path, c.id, status, body)
		}
	}
	if want := []string{"resend one", "discard two"}; !slices.Equal(fake.done, want) {
		t.Errorf("done %q, want %q", fake.done, want)
	}
	if got := log.String(); !strings.Contains(got, "console: resend") || strings.Count(got, "by=ed role=editor") != 2 {
		t.Errorf("the log does not say who did it:\n%s", got)
	}
	if got, want := fake.written(), "resend slack//C1 one by console/ed, discard slack//C1 two by console/ed"; got != want {
		t.Errorf("recorded %s, want %s", got, want)
	}
	if !strings.Contains(page("vi"), "Every answer was sent") {
		t.Error("the page says nothing when it is empty")
	}
}

// TestDeadLettersWithheld checks that without a login the page shows nothing of other
// platforms.
func TestDeadLettersWithheld(t *testing.T) {
	s := newStage(t, withSums(someLetters()))
	for path, hidden := range map[string]string{"/dead?as=alex": "not_in_channel", "/overview?as=alex": "<b>slack</b>"} {
		if body := s.serveOne(request("GET", path, "")).Body.String(); strings.Contains(body, hidden) {
			t.Errorf("%s shows %s", path, hidden)
		}
	}
}

// TestBrowserDead sends a dead letter again with the keyboard.
func TestBrowserDead(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	fake := someLetters()
	for i := range fake.letters {
		fake.letters[i].Thread.Adapter = adapterName
	}
	home := serve(t, newStage(t, withSums(fake)))
	b := newBrowser(t)
	b.media("prefers-color-scheme", "dark")
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(home+"/dead?as=minji"))
	b.sees("#content", "not_in_channel")
	b.fits()
	b.shot("50-dead-narrow")
	b.do(chromedp.Focus(chromedp.CSS("[data-letter='/dead/resend']")), chromedp.KeyEvent(kb.Enter))
	b.sees("#confirm", "다시 보낼까요?")
	b.shot("51-dead-confirm")
	b.do(chromedp.Focus(chromedp.CSS("#confirm .danger")), chromedp.KeyEvent(kb.Enter))
	b.wait(`document.querySelectorAll(".shadows > li").length === 1`)
	b.media("prefers-color-scheme", "light")
	b.do(chromedp.EmulateViewport(1200, 900), chromedp.Navigate(home+"/dead?as=alex"))
	b.shot("52-dead")
}
