package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mabsbot/bot"
)

// someFixes are fixes of an entry, of one that is gone, and without one; the last is
// dismissed.
func someFixes() workbench {
	at := time.Now().Add(-time.Hour)
	kim := bot.User{ID: "U2", Name: "Kim"}
	slack := bot.Thread{Adapter: "slack", Workspace: "T1", Channel: "C1", Root: "1"}
	return workbench{fixes: []bot.Fix{
		{ID: "f1", Thread: slack, At: at, By: kim, Entry: "agent-coordinator", Text: "Close the <b>door</b> twice.\nThen start the job.", Question: "the door of the library is open"},
		{ID: "f2", Thread: slack, At: at, By: kim, Text: "테이프를 다시 넣었습니다", Question: "tape door is open (ID: 90010)"},
		{ID: "f3", Thread: bot.Thread{Adapter: "slack", Workspace: "T1"}, At: at, Entry: "gone", Text: "=cmd|' /C calc'!A0"},
		{ID: "f4", Thread: slack, At: at, By: kim, Text: "had lunch", State: bot.FixDismissed},
	}}
}

// withFixes returns operations with fixes.
func withFixes(w workbench) *sums { return &sums{workbench: w} }

func TestFixes(t *testing.T) {
	s := newStage(t, withUsers, withSums(withFixes(someFixes())), func(o *Options) { o.Library = readEntries(t) })
	page := func(name, path string) string {
		r := request("GET", path, "")
		r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin(name)})
		return s.serveOne(r).Body.String()
	}
	for _, tt := range []struct {
		user, path    string
		wants, misses []string
	}{
		{"vi", "/fixes?as=alex", []string{"Captured fixes", "Close the &lt;b&gt;door", "the door of the library is open", "Kim says that it solved the error", "Someone says", "slack · C1", "direct messages", "no longer has this entry", "Without an entry", "Open (3)", "Used (0)", "Dismissed (1)", "The question is not known", "wait for an editor"}, []string{"had lunch", `data-change="/fixes"`, "/kb/new?"}},
		{"vi", "/fixes?as=alex&state=dismissed", []string{"had lunch"}, []string{"door&lt;/b&gt; twice"}},
		{"vi", "/fixes?as=alex&q=DOOR+twice", []string{"Close the", "Open (1)", "Dismissed (0)"}, []string{"테이프"}},
		{"vi", "/fixes?as=alex&q=zzz&state=nonsense", []string{"Nothing here", "This solved it"}, nil},
		{"ed", "/fixes?as=alex", []string{`data-change="/fixes"`, ">Dismiss<", `href="/kb/agent-coordinator/edit?`, "fix=f1", `href="/kb/new?`, "fix=f2"}, []string{"/kb/gone/edit"}},
		{"ed", "/fixes?as=alex&state=dismissed", []string{"Open again"}, []string{">Dismiss<"}},
		{"ed", "/fixes?as=minji", []string{"기록된 해결 방법", "Kim 님이 해결되었다고 기록함", "미처리 (3)"}, nil},
		{"vi", "/fixes.csv", []string{"at,by,entry,state", ",Kim,agent-coordinator,open,", "'=cmd|", ",dismissed,had lunch,"}, nil},
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
	var exported []exportedFix
	if err := json.Unmarshal([]byte(page("vi", "/fixes.json")), &exported); err != nil || len(exported) != 4 || exported[1].Text != "테이프를 다시 넣었습니다" {
		t.Errorf("exported %v, %v", exported, err)
	}
}

func TestSetFix(t *testing.T) {
	fixes := withFixes(someFixes())
	var log bytes.Buffer
	s := newStage(t, withUsers, withSums(fixes), func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	post := func(user, body string) int {
		r := request("POST", "/fixes?as=alex", body)
		r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin(user)})
		return s.serveOne(r).Code
	}
	for _, tt := range []struct {
		user, body string
		status     int
	}{
		{"vi", `{"id":"f1","state":"dismissed"}`, 403},
		{"ed", `{"id":"f1","state":"dismissed"}`, 200},
		{"ed", `{"id":"f4","state":""}`, 200},
		{"ed", `{"id":"f1","state":"used"}`, 400},
		{"ed", `{"id":"unknown","state":""}`, 404},
		{"ed", `{`, 400},
	} {
		if status := post(tt.user, tt.body); status != tt.status {
			t.Errorf("%s by %s: %d", tt.body, tt.user, status)
		}
	}
	if fixes.fixes[0].State != bot.FixDismissed || fixes.fixes[3].State != bot.FixOpen {
		t.Errorf("got fixes %v", fixes.fixes)
	}
	for _, want := range []string{`console: fix_dismiss" object=f1 by=ed role=editor`, `console: fix_reopen" object=f4 by=ed`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log has %q, not %q", log.String(), want)
		}
	}
	fixes.away = errors.New("away")
	if status := post("ed", `{"id":"f1","state":""}`); status != http.StatusServiceUnavailable {
		t.Errorf("without a database: %d", status)
	}
	r := request("GET", "/cases?as=alex", "") // pages do without the number in the menu
	r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin("vi")})
	if w := s.serveOne(r); w.Code != http.StatusOK {
		t.Errorf("a page without a database: %d", w.Code)
	}
}

// TestFixesWithoutPassword checks that the pages show nothing of other platforms to every
// account of the machine.
func TestFixesWithoutPassword(t *testing.T) {
	s := newStage(t, withSums(withFixes(someFixes())), withEditor(newEditor(t)))
	for _, path := range []string{"/fixes?as=alex", "/fixes.json", "/fixes.csv", "/kb/new?fix=f1&as=alex"} {
		if got := s.serveOne(request("GET", path, "")).Body.String(); strings.Contains(got, "door twice") || strings.Contains(got, "wait for an editor") {
			t.Errorf("%s shows messages of Slack", path)
		}
	}
	if w := s.serveOne(request("POST", "/fixes?as=alex", `{"id":"f1","state":"dismissed"}`)); w.Code != http.StatusNotFound {
		t.Errorf("a hidden fix is dismissed: %d", w.Code)
	}
}

// TestDraftFix begins a change of an entry and a new entry with a fix, and saves one.
func TestDraftFix(t *testing.T) {
	editor, fixes := newEditor(t), withFixes(someFixes())
	saveAs(t, editor, "tape-door.yaml", strings.Replace(tapeEntry, "A person", "Someone", 1))
	s := newStage(t, withUsers, withEditor(editor), withSums(fixes))
	get := func(path string) (int, string) {
		r := request("GET", path, "")
		r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin("ed")})
		w := s.serveOne(r)
		return w.Code, w.Body.String()
	}
	for _, tt := range []struct {
		path   string
		status int
		wants  []string
	}{
		{"/kb/tape-door/edit?fix=f1&as=alex", 200, []string{`name="fix" value="f1"`, "- id: captured-fix", "en: Close the &lt;b&gt;door&lt;/b&gt; twice", "Then start the job.", "the door of the library is open"}},
		{"/kb/new?fix=f2&as=alex", 200, []string{`name="fix" value="f2"`, "테이프를 다시 넣었습니다", "tape door is open (ID: 90010)"}},
		{"/kb/new?fix=f3&as=alex", 200, []string{"calc"}},
		{"/kb/tape-door/edit?fix=unknown&as=alex", 404, nil},
		{"/kb/new?fix=unknown&as=alex", 404, nil},
	} {
		status, got := get(tt.path)
		if status != tt.status {
			t.Errorf("%s: %d", tt.path, status)
		}
		for _, want := range tt.wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %q", tt.path, want)
			}
		}
	}
	f, err := editor.File("tape-door.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(f.Text(), "Someone left", "Someone else left", 1)
	form := url.Values{"do": {"save"}, "mark": {f.Mark()}, "fix": {"f1"}, "base": {f.Text()}, "content": {changed}}
	r := request("POST", "/kb/tape-door/edit?as=alex", form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://127.0.0.1:8080")
	r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin("ed")})
	if w := s.serveOne(r); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if fixes.fixes[0].State != bot.FixUsed {
		t.Errorf("the fix is %q, want used", fixes.fixes[0].State)
	}
}

// TestBrowserFixes dismisses a fix with the keyboard, and finds it among the dismissed.
func TestBrowserFixes(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	fixes := someFixes()
	for i := range fixes.fixes {
		fixes.fixes[i].Thread.Adapter = adapterName
	}
	home := serve(t, newStage(t, withSums(withFixes(fixes))))
	b := newBrowser(t)
	b.media("prefers-color-scheme", "dark")
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(home+"/fixes?as=minji"))
	b.sees("#found", "door")
	b.fits()
	b.shot("57-fixes-narrow")
	b.do(chromedp.Focus(chromedp.CSS("[data-fix=f1] [value=dismissed]")), chromedp.KeyEvent(kb.Enter))
	b.wait(`document.querySelectorAll(".misses > li").length === 2`)
	b.media("prefers-color-scheme", "light")
	b.do(chromedp.EmulateViewport(1200, 900), chromedp.Navigate(home+"/fixes?as=alex&state=dismissed"))
	b.sees("#found", "door")
	b.shot("58-fixes")
}

// TestSolved names messages of the workspace as what solved an error.
func TestSolved(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "our tape robot hums")
	reply := s.says(t, "minji", SupportChannel, top, "@mabsbot I degaussed it")
	direct := s.says(t, "minji", directChannel("minji"), "", "my secret")
	post := func(id string) int {
		return s.serveOne(request("POST", "/solved?as=alex", `{"id":"`+id+`"}`)).Code
	}
	for id, status := range map[string]int{"unknown": 404, direct: 404} {
		if got := post(id); got != status {
			t.Errorf("%s: %d, want %d", id, got, status)
		}
	}
	if got := post(reply); got != http.StatusOK {
		t.Fatalf("status %d", got)
	}
	p, ok := s.core.events[len(s.core.events)-1].(bot.Press)
	if !ok || p.Button.Action != bot.ActionRecord || p.Value != "I degaussed it" || p.Message != postedID(reply) || p.Thread.Root != top || p.From.ID != "alex" || len(p.Points) != 1 {
		t.Fatalf("the core got %+v", p)
	}
	found, ok := s.Read(t.Context(), bot.Message{Head: p.Head}, p.Points[0])
	if !ok || len(found) != 1 || found[0].Text != "our tape robot hums" || found[0].ID != postedID(top) {
		t.Errorf("at the top is %v", found)
	}
	if got := s.serveOne(request("GET", "/?as=alex&thread="+top, "")).Body.String(); !strings.Contains(got, `data-solved="`+reply+`"`) || strings.Contains(got, `data-solved="`+top+`"`) {
		t.Error("the button is not at the reply alone")
	}
}
