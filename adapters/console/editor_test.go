package console

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/chromedp/chromedp"
	keys "github.com/chromedp/chromedp/kb"

	"mabsbot/bot"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

const tapeEntry = `# A comment that stays.
id: tape-door
title: {en: The door of the tape library is open, ko: 테이프 라이브러리의 문이 열려 있음}
codes: ['0x70001']
cause:
  en: A person left it open.
  ko: 누군가 열어 두었습니다.
phrases:
  en: [the library door is open]
steps:
  items:
    - id: close
      title: {en: Close the door, ko: 문을 닫으세요}
      do: {en: Close it until it clicks., ko: 딸깍 소리가 날 때까지 닫습니다.}
examples:
  match:
    - failed with 0x70001
`

// diskEntry links to tapeEntry, which cannot be removed therefore.
const diskEntry = "id: disk-lost\ntitle: A disk is lost\ncodes: ['0x70002']\nrelated: [tape-door]\nexamples:\n  match:\n    - failed with 0x70002\n"

// newEditor returns an editor of two entries.
func newEditor(t testing.TB) *bot.Editor {
	return newEditorOn(t, store.NewMemory())
}

func newEditorOn(t testing.TB, s bot.FileStore) *bot.Editor {
	t.Helper()
	live, err := kb.Open(kb.Layer{Name: "overlay", FS: fstest.MapFS{"tape-door.yaml": {Data: []byte(tapeEntry)}, "disk-lost.yaml": {Data: []byte(diskEntry)}}})
	if err != nil {
		t.Fatal(err)
	}
	return bot.NewEditor(live, s, slog.New(slog.DiscardHandler))
}

// saveAs saves a file.
func saveAs(t testing.TB, e *bot.Editor, file, content string) {
	t.Helper()
	f, err := e.File(file)
	if err == nil {
		_, err = e.Save(t.Context(), bot.Edit{File: file, Mark: f.Mark(), Content: content, By: bot.User{Name: "Alex"}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func withEditor(e *bot.Editor) func(*Options) { return func(o *Options) { o.Editor = e } }

// A pen edits as a user.
type pen struct {
	*testing.T
	stage
	user string
}

func (p pen) get(path string) string {
	p.Helper()
	r := request("GET", path+"?as=alex", "")
	r.AddCookie(&http.Cookie{Name: cookieName, Value: p.begin(p.user)})
	return p.serveOne(r).Body.String()
}

// post sends a form, as a browser does.
func (p pen) post(path string, form url.Values, change ...func(*http.Request)) (status int, body, to string) {
	p.Helper()
	r := request("POST", path+"?as=alex", form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://"+r.Host)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: p.begin(p.user)})
	for _, f := range change {
		f(r)
	}
	w := p.serveOne(r)
	return w.Code, html.UnescapeString(w.Body.String()), w.Header().Get("Location")
}

var markField = regexp.MustCompile(`name="mark" value="([^"]+)"`)

// form returns what a page sends if its YAML is content.
func (p pen) form(path, do, content string) url.Values {
	p.Helper()
	m := markField.FindStringSubmatch(p.get(path))
	if m == nil {
		p.Fatalf("%s has no form", path)
	}
	return url.Values{"mark": {m[1]}, "do": {do}, "content": {content}}
}

func newPen(t *testing.T, e *bot.Editor, change ...func(*Options)) pen {
	return pen{t, newStage(t, append([]func(*Options){withUsers, withEditor(e)}, change...)...), "ed"}
}

func TestEditSaves(t *testing.T) {
	memory := store.NewMemory()
	e := newEditorOn(t, memory)
	var log bytes.Buffer
	p := newPen(t, e, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	const path = "/kb/tape-door/edit"
	corrected := strings.Replace(tapeEntry, "A person", "Someone", 1)
	status, _, to := p.post(path, p.form(path, "save", strings.ReplaceAll(corrected, "\n", "\r\n")))
	if f, err := e.File("tape-door.yaml"); status != 303 || !strings.HasPrefix(to, "/kb/tape-door/history?") || f.Content != corrected || f.By != "ed" || err != nil {
		t.Errorf("%d %s\n%s\n%v", status, to, f.Content, err)
	}
	if !strings.Contains(log.String(), "file=tape-door.yaml version=1 removed=false by=ed role=editor") {
		t.Errorf("the log does not say who did it:\n%s", log.String())
	}
	history := p.get("/kb/tape-door/history")
	for _, want := range []string{"Version 1, saved by ed", "A person left it open.", "Someone left it open.", "The file in overlay is not used"} {
		if !strings.Contains(history, want) {
			t.Errorf("the history lacks %q", want)
		}
	}
	p.post(path, p.form(path, "save", strings.Replace(tapeEntry, "A person", "Nobody", 1)))
	undo := p.form(path, "undo", "")
	undo.Set("version", "1")
	if status, body, _ := p.post(path, undo); status != 303 {
		t.Errorf("undo: %d\n%s", status, body)
	}
	if f, _ := e.File("tape-door.yaml"); f.Version != 3 || f.Content != corrected {
		t.Errorf("after undo: %+v", f)
	}
	if status, _, _ := p.post(path, p.form(path, "remove", "")); status != 303 {
		t.Errorf("remove: %d", status)
	}
	audit, err := memory.Audit(t.Context(), bot.AuditQuery{Limit: 9})
	var kinds []bot.AuditKind
	for _, r := range audit {
		kinds = append(kinds, r.Kind)
		if r.Object != "tape-door.yaml" || r.By != (bot.User{ID: "console/ed", Name: "ed"}) {
			t.Errorf("audited %+v", r)
		}
	}
	if want := []bot.AuditKind{bot.AuditRemove, bot.AuditUndo, bot.AuditSave, bot.AuditSave}; !slices.Equal(kinds, want) || err != nil {
		t.Errorf("audited %v, %v; want %v", kinds, err, want)
	}
	if f, _ := e.File("tape-door.yaml"); f.Saved() || f.Text() != tapeEntry {
		t.Errorf("after it was removed: %+v", f)
	}
	if body := p.get("/kb"); !strings.Contains(body, "/kb/new?") {
		t.Error("the list does not lead to a new entry")
	}
}

// TestEditFields changes the YAML by the form.
func TestEditFields(t *testing.T) {
	e := newEditor(t)
	p := newPen(t, e)
	const path = "/kb/tape-door/edit"
	form := p.form(path, "check", tapeEntry)
	form.Set("base", tapeEntry)
	form.Set("field/title/en", "The library is open")
	form.Set("field/cause/ko", "누군가 열어 두었습니다.") // as it was
	form.Set("field/phrases/en", "the library door is open\r\n\r\nthe door\r\n")
	form.Set("field/steps/close/do/en", "Push it.")
	form["field/examples/match"] = []string{"failed with 0x70001", "", "door open, code 0x70001"}
	want := strings.NewReplacer("en: The door of the tape library is open", "en: The library is open", "[the library door is open]", "[the library door is open, the door]",
		"en: Close it until it clicks.", "en: Push it.", "    - failed with 0x70001\n", "    - failed with 0x70001\n    - door open, code 0x70001\n").Replace(tapeEntry)
	status, body, _ := p.post(path, form)
	if status != 200 || !strings.Contains(body, ">\n"+want+"</textarea>") || !strings.Contains(body, "No mistakes") {
		t.Errorf("%d\n%s", status, body)
	}
	form.Set("content", "id: [")
	if _, body, _ := p.post(path, form); !strings.Contains(body, "not valid YAML") || !strings.Contains(body, "can be changed in the YAML only") {
		t.Errorf("broken YAML:\n%s", body)
	}
	form.Set("content", tapeEntry)
	form.Set("do", "save")
	if status, _, _ := p.post(path, form); status != 303 {
		t.Errorf("save: %d", status)
	}
	if f, _ := e.File("tape-door.yaml"); f.Content != want {
		t.Errorf("saved\n%s", f.Content)
	}
}

func TestEditChecks(t *testing.T) {
	p := newPen(t, newEditor(t))
	const path = "/kb/tape-door/edit"
	for _, c := range []struct{ name, content, try, want string }{
		{"correct", tapeEntry, "", "No mistakes"},
		{"a mistake with its line", strings.Replace(tapeEntry, "cause:", "cuase:", 1), "", "database/tape-door.yaml:5</code> unknown field \"cuase\""},
		{"an example that leads nowhere", tapeEntry + "    - lunch is ready\n", "", "the example does not lead here"},
		{"a text", strings.Replace(tapeEntry, "'0x70001'", "'0x70001', '0x70009'", 1), "failed with 0x70009", "no answer → <b>the answer <code>tape-door</code></b>"},
		{"the code of another", strings.Replace(tapeEntry, "'0x70001'", "'0x70001', '0x70002'", 1), "", `the entry "disk-lost" has the code`},
		{"the examples of others", tapeEntry, "", "1 tried, 0 of them answered in another way"},
		{"too large", tapeEntry + strings.Repeat("#", kb.MaxFile), "", "larger than 256 kB"},
	} {
		form := p.form(path, "check", c.content)
		form.Set("try", c.try)
		if status, body, _ := p.post(path, form); status != 200 || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d\n%s", c.name, status, body[strings.Index(body, `id="checked"`):])
		}
	}
}

func TestEditRefuses(t *testing.T) {
	e := newEditor(t)
	p := newPen(t, e)
	const path = "/kb/tape-door/edit"
	stale := p.form(path, "save", strings.Replace(tapeEntry, "A person", "Mine", 1))
	if status, _, _ := p.post(path, p.form(path, "save", strings.Replace(tapeEntry, "A person", "Theirs", 1))); status != 303 {
		t.Fatal(status)
	}
	set := func(f url.Values, pairs ...string) url.Values {
		for i := 0; i < len(pairs); i += 2 {
			f.Set(pairs[i], pairs[i+1])
		}
		return f
	}
	for _, c := range []struct {
		name, path string
		form       url.Values
		change     func(*http.Request)
		status     int
		want       string
	}{
		{"two editors", path, stale, nil, 409, "Theirs left it open."},
		{"nothing changed", path, p.form(path, "save", strings.Replace(tapeEntry, "A person", "Theirs", 1)), nil, 409, "nothing changed"},
		{"an entry that breaks another", path, p.form(path, "save", strings.Replace(tapeEntry, "'0x70001'", "'0x70001', '0x70002'", 1)), nil, 409, `the entry "disk-lost" has the code`},
		{"another ID", path, p.form(path, "save", strings.Replace(tapeEntry, "id: tape-door", "id: other", 1)), nil, 409, "database/tape-door.yaml:2"},
		{"not YAML", path, p.form(path, "save", "id: ["), nil, 409, "not valid YAML"},
		{"not UTF-8", path, p.form(path, "save", "id: \xff"), nil, 409, "not valid UTF-8"},
		{"empty", path, p.form(path, "save", ""), nil, 409, "the file is empty"},
		{"too large", path, p.form(path, "save", tapeEntry+strings.Repeat("# x\n", kb.MaxFile/4)), nil, 413, "larger than 256 kB"},
		{"much too large", path, set(p.form(path, "save", ""), "content", strings.Repeat("x", maxEdit)), nil, 413, "too long"},
		{"no action", path, p.form(path, "", tapeEntry), nil, 400, ""},
		{"another action", path, p.form(path, "drop", tapeEntry), nil, 400, ""},
		{"a version of another file", path, set(p.form(path, "undo", ""), "version", "99"), nil, 404, ""},
		{"no version", path, set(p.form(path, "undo", ""), "version", "x"), nil, 400, ""},
		{"an entry that exists as a new one", "/kb/new", p.form("/kb/new", "save", diskEntry+"# new\n"), nil, 409, "Someone else changed this file"},
		{"a new entry without an ID", "/kb/new", p.form("/kb/new", "save", "title: x\n"), nil, 409, "id"},
		{"a new entry with a path as ID", "/kb/new", p.form("/kb/new", "save", "id: ../../etc/passwd\ntitle: x\ncodes: ['1']\n"), nil, 409, "database/new-entry.yaml"},
		{"a file that does not exist", "/kb/nothing/edit", p.form(path, "save", tapeEntry), nil, 404, "no such file"},
		{"a path", "/kb/..%2ftape-door/edit", p.form(path, "save", tapeEntry), nil, 404, "no such file"},
		{"another shared file", "/kb/_shared/edit", p.form(path, "save", tapeEntry), nil, 404, "no such file"},
		{"a foreign page", path, p.form(path, "save", tapeEntry), func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, 403, ""},
		{"no origin", path, p.form(path, "save", tapeEntry), func(r *http.Request) { r.Header.Del("Origin") }, 403, ""},
		{"a viewer", path, p.form(path, "save", tapeEntry), func(r *http.Request) {
			r.Header.Del("Cookie")
			r.AddCookie(&http.Cookie{Name: cookieName, Value: p.begin("vi")})
		}, 403, ""},
	} {
		change := c.change
		if change == nil {
			change = func(*http.Request) {}
		}
		if status, body, _ := p.post(c.path, c.form, change); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d, want %d with %q\n%.3000s", c.name, status, c.status, c.want, body)
		}
	}
	if f, _ := e.File("tape-door.yaml"); f.Version != 1 {
		t.Errorf("something was saved: %+v", f)
	}
	_, body, _ := p.post(path, stale)
	if m := markField.FindStringSubmatch(body); m == nil || !strings.Contains(body, "Mine left it open.") {
		t.Error("the text of the second editor is lost")
	} else if status, _, _ := p.post(path, set(stale, "mark", m[1])); status != 303 { // knowing the other's version
		t.Errorf("saving again: %d", status)
	}
}

// TestEditPages checks who sees what.
func TestEditPages(t *testing.T) {
	p := newPen(t, newEditor(t))
	if body := p.get("/kb/tape-door/edit"); !strings.Contains(body, `value="save"`) || !strings.Contains(body, "The file in overlay is used.") {
		t.Errorf("the editor:\n%s", body)
	}
	p.user = "vi"
	if body := p.get("/kb/tape-door/edit"); strings.Contains(body, `value="save"`) || !strings.Contains(body, "Your role lets you read this") || !strings.Contains(body, "readonly") {
		t.Errorf("a viewer:\n%s", body)
	}
	text := url.QueryEscape("the door will not close")
	for path, want := range map[string]string{
		"/kb/tape-door/edit?as=alex&text=" + text:                              "- the door will not close",
		"/kb/new?as=alex&text=" + text:                                         "- the door will not close",
		"/kb/_shared/negative.txt/edit?as=alex&text=" + text:                   "the door will not close",
		"/kb/_shared/negative.txt/history?as=alex":                             "Nothing was saved yet",
		"/kb/tape-door/history?as=minji&before=x":                              "아직 저장된 내용이 없습니다",
		"/kb/tape-door/edit?as=minji":                                          "이 항목으로 이어져야 하는 문장",
		"/kb/tape-door/edit?as=alex&text=" + strings.Repeat("%ED%95%9C", 3000): "한한한",
	} {
		r := request("GET", path, "")
		r.AddCookie(&http.Cookie{Name: cookieName, Value: p.begin("ed")})
		if w := p.serveOne(r); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%.80s: %d\n%s", path, w.Code, w.Body)
		}
	}
	closed := newStage(t)
	for _, path := range []string{"/kb/policy-change/edit", "/kb/new", "/kb/policy-change/history"} {
		if w := closed.serveOne(request("GET", path, "")); w.Code != 404 {
			t.Errorf("%s without an editor: %d", path, w.Code)
		}
	}
}

// TestBrowserEdit corrects an entry with the keyboard, on a phone and on a wide screen.
func TestBrowserEdit(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	e := newEditor(t)
	home := serve(t, newStage(t, withEditor(e)))
	b := newBrowser(t)
	b.media("prefers-color-scheme", "dark")
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(home+"/kb/tape-door/edit?as=minji"))
	b.sees("#fields", "이 항목으로 이어져야 하는 문장")
	b.inside("390 px")
	b.shot("60-edit-narrow")
	b.media("prefers-color-scheme", "light")
	b.do(chromedp.EmulateViewport(1400, 900), chromedp.Navigate(home+"/kb/tape-door/edit?as=alex"))
	b.do(chromedp.Focus(chromedp.CSS("[name='field/cause/en']")), chromedp.KeyEvent(keys.End), chromedp.KeyEvent(" Close it."))
	b.wait(`document.getElementById("yaml").value.includes("A person left it open. Close it.")`)
	b.sees("#checked", "No mistakes")
	b.inside("1400 px")
	b.shot("61-edit")
	b.do(chromedp.Focus(chromedp.CSS("#yaml")), chromedp.KeyEvent("x"))
	b.sees("#checked", "Mistakes")
	b.do(chromedp.KeyEvent(keys.Backspace))
	b.sees("#checked", "No mistakes")
	b.do(chromedp.Focus(chromedp.CSS("[value=save]")), chromedp.KeyEvent(keys.Enter))
	b.sees(".versions", "A person left it open. Close it.")
	b.inside("the history")
	b.shot("62-edit-history")
	if f, err := e.File("tape-door.yaml"); err != nil || f.Version != 1 {
		t.Error(fmt.Sprint(f, err))
	}
}

// TestEditText begins a change with a text.
func TestEditText(t *testing.T) {
	p := newPen(t, newEditor(t))
	for _, c := range []struct{ name, path, query, want, says string }{
		{"an example", "/kb/tape-door/edit", "text=my 0x70001", "  match:\n    - failed with 0x70001\n    - my 0x70001\n", "the last of the texts that lead here"},
		{"a phrase", "/kb/tape-door/edit", "text=nobody shut it", "en: [the library door is open, nobody shut it]", "among how users describe it"},
		{"a counterexample", "/kb/tape-door/edit", "not=1&text=nobody shut it", "  silent:\n    - nobody shut it\n", "the last of the texts that must not lead here"},
		{"talk", "/kb/_shared/negative.txt/edit", "text=nobody shut it", "nobody shut it\n", "the last line"},
	} {
		r := request("GET", c.path+"?as=alex&"+strings.ReplaceAll(c.query, " ", "+"), "")
		r.AddCookie(&http.Cookie{Name: cookieName, Value: p.begin("ed")})
		body := html.UnescapeString(p.serveOne(r).Body.String())
		if !strings.Contains(body, c.want) || !strings.Contains(body, c.says) {
			t.Errorf("%s: the page lacks %q or %q", c.name, c.want, c.says)
		}
	}
}

// TestCheckTime gives each part of a check its share of the time, however long the ones
// before take.
func TestCheckTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), checkTime)
		defer cancel()
		for range 2 {
			left := time.Until(deadline(t, ctx))
			inHalf(ctx, func(ctx context.Context) {
				<-ctx.Done()
				if got := time.Until(deadline(t, ctx)); got != 0 {
					t.Errorf("%s are left", got)
				}
			})
			if got := time.Until(deadline(t, ctx)); got != left/2 || ctx.Err() != nil {
				t.Errorf("%s of %s are left", got, left)
			}
		}
	})
}

func deadline(t *testing.T, ctx context.Context) time.Time {
	t.Helper()
	end, ok := ctx.Deadline()
	if !ok {
		t.Fatal("no deadline")
	}
	return end
}

// TestEditQuestion begins a change with a question, tries it on the questions that were
// asked, and marks the question when the change is saved.
func TestEditQuestion(t *testing.T) {
	fake := &sums{desk: desk{
		questions:  []bot.PastQuestion{{ID: "q1", Adapter: "slack", Text: "failed with 0x70009", At: time.Now()}, {ID: "q2", Adapter: "slack", Text: "failed with 0x70002", Entry: "disk-lost", At: time.Now()}},
		unanswered: []bot.Unanswered{{ID: "q1", Key: "group"}},
	}}
	p := newPen(t, newEditor(t), withSums(fake))
	const path = "/kb/tape-door/edit"
	r := request("GET", path+"?as=alex&question=q1", "")
	r.AddCookie(&http.Cookie{Name: cookieName, Value: p.begin("ed")})
	if body := p.serveOne(r).Body.String(); !strings.Contains(body, "    - failed with 0x70009") || !strings.Contains(body, "[the library door is open, failed with 0x70009]") || !strings.Contains(body, `name="question" value="q1"`) {
		t.Errorf("the page:\n%s", body)
	}
	form := p.form(path, "check", strings.Replace(tapeEntry, "'0x70001'", "'0x70001', '0x70009'", 1))
	form.Set("question", "q1")
	if _, body, _ := p.post(path, form); !strings.Contains(body, "Questions of the last 30 days") || !strings.Contains(body, "2 tried, 1 of them answered in another way") {
		t.Errorf("the check:\n%s", body)
	}
	form.Set("do", "save")
	if status, _, _ := p.post(path, form); status != 303 || len(fake.marks) != 1 || fake.marks[0].State != bot.MarkDone {
		t.Errorf("saved: %d, %v", status, fake.marks)
	}
	r = request("GET", path+"?as=alex&question=gone", "")
	r.AddCookie(&http.Cookie{Name: cookieName, Value: p.begin("ed")})
	if w := p.serveOne(r); w.Code != 404 {
		t.Errorf("a question that is gone: %d", w.Code)
	}
	open := newStage(t, withSums(fake), withEditor(newEditor(t)))
	if w := open.serveOne(request("GET", path+"?as=alex&question=q1", "")); w.Code != 404 {
		t.Errorf("a question of Slack without a login: %d", w.Code)
	}
}
