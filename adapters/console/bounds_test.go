package console

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestPageHasTheNewest checks that a page has a bounded number of messages, and that
// those before are found.
func TestPageHasTheNewest(t *testing.T) {
	s := newStage(t)
	first := s.says(t, "alex", SupportChannel, "", "needle, the first message")
	for i := range maxCollected {
		s.says(t, "alex", SupportChannel, "", fmt.Sprint("message ", i))
		s.says(t, "alex", SupportChannel, first, fmt.Sprint("reply ", i))
	}
	p := s.page(view{User: s.setup.user("alex"), Lang: "en", Channel: SupportChannel, Root: first})
	if n := len(p.Rows); n != maxShown || p.Rows[n-1].Text != fmt.Sprint("message ", maxCollected-1) || p.Rows[0].Text != fmt.Sprint("message ", maxCollected-maxShown) {
		t.Errorf("%d messages, %q to %q", n, p.Rows[0].Text, p.Rows[n-1].Text)
	}
	if n := len(p.Replies); n != maxShown+1 || p.Replies[0].ID != first || p.Replies[n-1].Text != fmt.Sprint("reply ", maxCollected-1) {
		t.Errorf("%d replies, %q to %q", n, p.Replies[0].Text, p.Replies[n-1].Text)
	}
	if p.Replies[0].Answers.Count < maxCollected {
		t.Errorf("the root counts %d replies", p.Replies[0].Answers.Count)
	}
	body := s.serveOne(request("GET", "/?as=alex&thread="+first, "")).Body.String()
	if n := strings.Count(body, "Earlier messages are not shown"); n != 2 {
		t.Errorf("%d of 2 lists say that they are not complete", n)
	}
	for query, want := range map[string]string{"needle": "thread=" + first + "#t-" + first, fmt.Sprint("message ", maxCollected-1): "#c-"} {
		if hits := s.find(view{User: s.setup.user("alex"), Query: query}); len(hits) != 1 || !strings.Contains(hits[0].URL, want) {
			t.Errorf("a search for %q: %+v", query, hits)
		}
	}
	if body := newStage(t).serveOne(request("GET", "/?as=alex", "")).Body.String(); strings.Contains(body, "Earlier messages") {
		t.Error("an empty page says that it is not complete")
	}
}

// TestLongTextIsFolded checks that a page has the beginning of a long message, and
// that the whole text is for those who see the message.
func TestLongTextIsFolded(t *testing.T) {
	s := newStage(t)
	text := strings.Repeat("가나다라 <b>", maxText/20) + " the end"
	id := s.says(t, "alex", "dm:alex", "", text)
	body := s.serveOne(request("GET", "/?as=alex&in=dm:alex", "")).Body.String()
	if len(body) > 10*maxShownText || strings.Contains(body, "the end") || !strings.Contains(body, "/text/"+id) {
		t.Errorf("a page of %d bytes", len(body))
	}
	w := s.serveOne(request("GET", "/text/"+id+"?as=alex", ""))
	if w.Code != http.StatusOK || w.Body.String() != text || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("the whole text: %d, %d bytes of %s", w.Code, w.Body.Len(), w.Header().Get("Content-Type"))
	}
	if w := s.serveOne(request("GET", "/text/"+id+"?as=minji", "")); w.Code != http.StatusNotFound {
		t.Errorf("the text for another user: %d", w.Code)
	}
	short := s.says(t, "alex", SupportChannel, "", strings.Repeat("a", maxShownText))
	if body := s.serveOne(request("GET", "/?as=alex", "")).Body.String(); strings.Contains(body, "/text/"+short) {
		t.Error("a short message is folded")
	}
}

func TestLongQueriesAreCut(t *testing.T) {
	s := newStage(t)
	long := strings.Repeat("a+가+", 100_000)
	for _, path := range []string{"/kb?q=" + long, "/kb?area=" + long, "/kb?lang=" + long, "/?side=search&find=" + long, "/suggest?q=/mabs+" + long} {
		if w := s.serveOne(request("GET", path, "")); w.Code != http.StatusOK || w.Body.Len() > 200_000 {
			t.Errorf("%.30s…: %d, %d bytes", path, w.Code, w.Body.Len())
		}
	}
	home := serve(t, s)
	w, err := http.Get(home + "/kb?q=" + long)
	if err != nil {
		t.Fatal(err)
	}
	w.Body.Close()
	if w.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a long address: %s", w.Status)
	}
}

func TestStreamsAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer synctest.Wait()
		defer cancel()
		address := s.stream(t, "", "as=alex")
		for range maxStreams {
			go s.Console.events(&quiet{}, request("GET", address, "").WithContext(ctx))
		}
		synctest.Wait()
		w := httptest.NewRecorder()
		s.Console.events(w, request("GET", address, ""))
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("one more than %d: %d", maxStreams, w.Code)
		}
		cancel()
		synctest.Wait()
		if !s.streams.enter(1) {
			t.Error("streams that ended still count")
		}
	})
}

// TestStreamReloadsAfterMuch checks that a page that missed much is rendered again.
func TestStreamReloadsAfterMuch(t *testing.T) {
	s := newStage(t)
	home := serve(t, s)
	address := s.stream(t, home, "as=alex")
	for range maxChanged + 1 {
		s.says(t, "alex", SupportChannel, "", "meanwhile")
	}
	if a := listen(t, address, "").next(); a.kind != "reload" {
		t.Errorf("got %s", a.kind)
	}
}

// TestBrowserEditsWholeText checks that editing a message that is shown in part
// keeps the rest.
func TestBrowserEditsWholeText(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	s := newStage(t)
	home := serve(t, s)
	text := strings.Repeat("a long log\n", maxShownText/5) + "the end"
	id := s.says(t, "alex", SupportChannel, "", text)
	b := newBrowser(t)
	b.do(chromedp.Navigate(home + "/?as=alex"))
	b.sees("#c-"+id, "Show the whole message")
	b.do(chromedp.Focus(chromedp.CSS("#c-"+id+" [data-edit]")), chromedp.KeyEvent(kb.Enter))
	b.wait(fmt.Sprintf(`(({ value } = { value: "" }) => value.length === %d && value.endsWith("the end"))(document.querySelector(".editor textarea") ?? undefined)`, len(text)))
}
