package console

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"mabsbot/bot"
)

// serveOne serves one request without a network.
func (s stage) serveOne(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.handler().ServeHTTP(w, r)
	return w
}

func TestPages(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	reply := s.says(t, "alex", SupportChannel, top, "next")
	asked := s.says(t, "alex", SupportChannel, "", "/mabs 319")
	cases := []struct {
		path   string
		status int
		want   string // in the body
		not    string // not in the body
	}{
		{"/?as=alex", 200, "about 319", ">작성자<"},
		{"/?as=minji", 200, ">작성자<", "only visible to you"},
		{"/?as=minji", 200, "about 319", asked},
		{"/?as=alex&in=escalations", 200, "Nobody has needed a person yet", "about 319"},
		{"/?as=alex&in=dm:alex", 200, "Message mabsbot", ""},
		{"/?as=alex&in=dm:minji", 200, "Message #backup-support", ""},
		{"/?as=alex&in=general", 200, "Message #backup-support", ""},
		{"/?as=alex&thread=" + top, 200, "Let the coordinator through", ""},
		{"/?as=alex&thread=m404", 200, "Try it", `id="list-t"`},
		{"/?as=alex&why=" + top, 200, "99.7%", ""},
		{"/?as=alex&why=" + asked, 200, "99.7%", ""},
		{"/?as=minji&why=" + asked, 200, `id="list-c"`, "99.7%"},
		{"/?as=minji&thread=" + top + "&why=" + top, 200, "319</mark>", `id="list-t"`},
		{"/?as=alex&why=" + top, 200, "One entry matches", "first reads it as a reply"},
		{"/?as=alex&why=" + reply, 200, "first reads it as a reply", ""},
		{"/?as=alex&why=m404", 200, `id="list-c"`, "One entry matches"},
		{"/?as=alex&side=search&find=ABOUT+319", 200, "<mark>about</mark> <mark>319</mark>", "No message"},
		{"/?as=minji&side=search&find=/mabs", 200, "이 단어가 모두 들어 있는 메시지가 없습니다", "<mark>"},
		{"/suggest?as=alex&q=/", 200, `data-value="/mabs policy-change"`, ""},
		{"/suggest?as=alex&q=/mabs", 200, `data-value="/mabs policy-change"`, ""},
		{"/suggest?as=alex&q=/mabs+polic", 200, "<mark>polic</mark>y", "agent-coordinator"},
		{"/suggest?as=minji&q=/mabs+%EC%A0%95%EC%B1%85", 200, "백업 <mark>정책</mark>을", ""},
		{"/suggest?as=alex&q=polic", 200, "", "option"},
		{"/suggest?as=alex&q=/mabs" + strings.Repeat("+x", 200), 200, "", "option"},
		{"/kb?as=alex", 200, "Replica is inconsistent", ""},
		{"/kb?as=alex&q=0X29834", 200, "The backup policy cannot be changed", "Replica"},
		{"/kb?as=alex&q=shorten+retention", 200, "The backup policy cannot be changed", "Replica"},
		{"/kb?as=alex&q=줄일", 200, "The backup policy cannot be changed", "Replica"},
		{"/kb?as=alex&q=nothing+of+it", 200, "No entry has all of these words", "Replica"},
		{"/kb?as=alex&q=polic&area=agent", 200, "Similar names", "Replica"},
		{"/kb?as=alex&area=agent", 200, "Agent Coordinator", "Replica"},
		{"/kb?as=alex&lang=ko", 200, "복제본이 불일치", "Replica"},
		{"/kb?as=minji", 200, "지식 베이스", "Replica"},
		{"/kb/policy-change?as=alex", 200, "On the backup server, set the monthly retention", "백업 서버"},
		{"/kb/policy-change?as=alex", 200, "-ComputerName</span>", ""},
		{"/kb/policy-change?as=alex&lang=ko", 200, "월별 보존 기간을 3개월 이상으로", ""},
		{"/kb/agent-coordinator?as=minji", 200, "The agent operation failed", ""},
		{"/kb/agent-coordinator?as=alex", 200, "If the answer to “Did it ever work?” is No, never:", ""},
		{"/kb/agent-coordinator?as=minji", 200, "‘된 적이 있나요?’ 질문의 답이 다음과 같으면(없음):", ""},
		{"/kb/nothing?as=alex", 404, "There is no such entry", ""},
		{"/kb?as=alex", 200, "agent/en", ""},
		{"/kb?as=alex", 200, `due=1`, "agent-team"},
		{"/kb?as=alex&due=1", 200, "2001-05-31</span> <span>agent-team", "Replica"},
		{"/kb?as=minji&due=1", 200, "검토 기한이 된 항목(1)", "policy-change"},
		{"/kb?as=alex&due=1&q=nothing+of+it", 200, `name="due" value="1"`, "agent-team"},
		{"/kb/agent-coordinator?as=alex", 200, "Review was due by 2001-05-31", ""},
		{"/kb/policy-change?as=alex", 200, "Kept by vault-team · next review by 9999-12-31", "Review was due"},
		{"/shadow?as=alex", 200, "Nothing yet", ""},
		{"/cases?as=alex", 200, "No case is open", ""},
		{"/cases?as=minji", 200, "열려 있는 요청이 없습니다", ""},
		{"/healthz", 200, "ok", ""},
		{"/static/app.js", 200, "import ", ""},
		{"/static/", 404, "", "<pre>"},
		{"/static/nothing.js", 404, "", ""},
		{"/nothing", 404, "does not exist", `href="#say-c"`},
		{"/nothing?as=minji", 404, "없는 페이지", ""},
		{"/login", 200, "Password", ""},
	}
	for _, c := range cases {
		w := s.serveOne(request("GET", c.path, ""))
		body := w.Body.String()
		if w.Code != c.status || !strings.Contains(body, c.want) || c.not != "" && strings.Contains(body, c.not) {
			t.Errorf("GET %s: %d, want %d with %q and without %q:\n%.2000s", c.path, w.Code, c.status, c.want, c.not, body)
		}
	}
}

// loggedIn returns a request of a user who has logged in.
func (s stage) loggedIn(path string) *http.Request {
	r := request("GET", path, "")
	r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin("")})
	return r
}

// begin logs a user in and returns the value of the cookie.
func (s stage) begin(name string) string {
	if err := s.access.sessions.Begin(context.Background(), s.access.sessionKey(name, "token of "+name), sessionAge); err != nil {
		panic(err)
	}
	return joinCookie(name, "token of "+name)
}

// TestWithheld checks that without a password, when every account of the machine
// can open the pages, they show nothing of other platforms.
func TestWithheld(t *testing.T) {
	thread := bot.Thread{Adapter: "slack", Workspace: "T1", Channel: "C1", Root: "1.2"}
	s := newStage(t, func(o *Options) {
		o.Operations = &sums{ballot: ballot{posts: []bot.Post{saying("p1", "FS-11 is down", thread)}}}
		o.Library = shelfOf{
			cases: []bot.OpenCase{{Case: bot.Case{Number: 18, Title: "FS-11 is down"}, Team: thread}},
		}
	})
	for _, path := range []string{"/shadow?as=alex", "/cases?as=alex"} {
		body := s.serveOne(request("GET", path, "")).Body.String()
		if strings.Contains(body, "FS-11") || strings.Contains(body, "C1") || !strings.Contains(body, "set console.password") {
			t.Errorf("%s shows:\n%s", path, body)
		}
	}
}

// TestCases checks the list of open cases, one of the console and one of another
// platform.
func TestCases(t *testing.T) {
	var open []bot.OpenCase
	s := newStage(t, locked, func(o *Options) { o.Library = shelfOf{cases: []bot.OpenCase{{}, {}}} })
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	of := bot.Thread{Adapter: adapterName, Workspace: s.ws.name, Channel: SupportChannel, Root: top}
	open = append(open,
		bot.OpenCase{Case: bot.Case{Number: 17, Of: of, Title: hostile, For: bot.User{ID: "u", Name: "Alex"}, Opened: 1_800_000_000}, Team: of},
		bot.OpenCase{
			Case: bot.Case{Number: 18, Title: "Replica", For: bot.User{ID: "U9"}, Opened: 1, Taken: bot.Act{By: bot.User{ID: "U8", Name: "Sam"}, At: time.Now().Unix()}},
			Team: bot.Thread{Adapter: "slack", Channel: "C1"},
		})
	s.library = shelfOf{cases: open}
	body := s.serveOne(s.loggedIn("/cases?as=alex")).Body.String()
	for _, want := range []string{`"Case">17</td>`, "&lt;script&gt;", "Alex", "2027-01-15", "not taken yet", "thread=" + top, "the question", `"Case">18</td>`, "U9", "Sam, <time", "slack · C1"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in the page:\n%s", want, body)
		}
	}
	if strings.Contains(body, "<script>") {
		t.Error("text of a case became a script")
	}
}

func TestActionsByHTTP(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "about 319")
	post := string(s.ws.messages[1].Post)
	cases := []struct {
		path, body string
		status     int
		want       string
	}{
		{"/message", `{"channel":"backup-support","text":"hello"}`, 200, `"id":"m`},
		{"/message", `{"channel":"backup-support","text":" "}`, 400, "nothing to send"},
		{"/message", `{"channel":"backup-support","text":"x","colour":"red"}`, 400, "could not be read"},
		{"/message", `{"channel":"backup-support"} {}`, 400, "could not be read"},
		{"/message", `{`, 400, "could not be read"},
		{"/message", ``, 400, "could not be read"},
		{"/message", `{"channel":"general","text":"x"}`, 404, "no longer exists"},
		{"/edit", `{"id":"` + top + `","text":"0x29834"}`, 200, `"id":"` + top},
		{"/delete", `{"id":"m404"}`, 403, "Only the person who wrote"},
		{"/retry", `{"id":"` + top + `"}`, 200, `{}`},
		{"/press", `{"post":"` + post + `","button":"m1|n||||"}`, 200, `{}`},
		{"/press", `{"post":"p404","button":"m1|n||||"}`, 404, "no longer exists"},
		{"/delete", `{"id":"` + top + `"}`, 200, `{}`},
		{"/reset", `{}`, 200, `{}`},
	}
	for _, c := range cases {
		w := s.serveOne(request("POST", c.path+"?as=alex", c.body))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("POST %s %s: %d %s, want %d with %q", c.path, c.body, w.Code, w.Body, c.status, c.want)
		}
	}
	s.journal.fail = errDatabase
	for _, path := range []string{"/message", "/reset"} {
		w := s.serveOne(request("POST", path+"?as=minji", `{"channel":"backup-support","text":"hello"}`))
		if w.Code != 503 || !strings.Contains(w.Body.String(), "받지 못했습니다") {
			t.Errorf("POST %s with a journal that fails: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestMessageSizeLimit(t *testing.T) {
	s := newStage(t)
	text := strings.Repeat("가\n\"", maxText/5)
	body, err := json.Marshal(form{Channel: SupportChannel, Text: text})
	if err != nil {
		t.Fatal(err)
	}
	if w := s.serveOne(request("POST", "/message?as=alex", string(body))); w.Code != 200 || s.ws.messages[0].Text != strings.TrimSpace(text) {
		t.Errorf("a megabyte: %d %.100s", w.Code, w.Body)
	}
	for _, length := range []int{maxText + 1, 10 * maxText} {
		body := `{"channel":"backup-support","text":"` + strings.Repeat("a", length) + `"}`
		if w := s.serveOne(request("POST", "/message?as=alex", body)); w.Code != 413 || !strings.Contains(w.Body.String(), "At most 1 MB") {
			t.Errorf("%d bytes: %d %.100s", length, w.Code, w.Body)
		}
	}
}

// hostile is text with an effect if any part of the page does not escape it.
const hostile = `<script>alert(1)</script> "><img src=x onerror=alert(1)> {{.}} @everyone ' onclick='x' javascript:alert(1)`

func TestHostileTextIsEscaped(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", hostile+" 319")
	p := saying("p<1>\"'", hostile, s.thread(SupportChannel, top))
	p.Reply.Lang = `en" onclick="x`
	for _, b := range everyBlock(bot.Thread{}) {
		b.Text, b.URL, b.Shell = hostile, "javascript:alert(1)", hostile
		for i := range b.Rows {
			b.Rows[i] = []string{hostile}
		}
		for i := range b.Items {
			b.Items[i].Text = hostile
		}
		for i := range b.Buttons {
			b.Buttons[i].Label, b.Buttons[i].Button.Choice = hostile, hostile
		}
		p.Reply.Blocks = append(p.Reply.Blocks, b)
	}
	s.must(t, p)
	for _, path := range []string{
		"/?as=alex&thread=" + top, "/?as=alex&why=" + top, "/?as=" + hostile, "/?in=" + hostile + "&thread=" + hostile + "&why=" + hostile,
		"/kb?q=" + hostile + "&area=" + hostile + "&lang=" + hostile, "/kb/" + hostile, "/suggest?q=/mabs " + hostile,
	} {
		path = strings.NewReplacer(" ", "%20", `"`, "%22", "<", "%3C", ">", "%3E", "{", "%7B", "}", "%7D").Replace(path)
		body := s.serveOne(request("GET", path, "")).Body.String()
		for _, bad := range []string{"<script>", "<img src=x", ` onclick='x'`, ` onclick="x"`, `="javascript:`} {
			if strings.Contains(body, bad) {
				t.Errorf("GET %s: the page contains %s", path, bad)
			}
		}
	}
}

func TestCrossOriginRequestsAreRejected(t *testing.T) {
	s := newStage(t)
	cases := []struct {
		name, method, path string
		change             func(*http.Request)
		status             int
	}{
		{"our page", "POST", "/message", func(*http.Request) {}, 200},
		{"our page, as browsers say", "POST", "/message", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }, 200},
		{"another site", "POST", "/message", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		{"another port", "POST", "/message", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403},
		{"another origin, an old browser", "POST", "/message", func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, 403},
		{"a form, no origin", "POST", "/message", func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, 400},
		{"plain text", "POST", "/message", func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 400},
		{"no type", "POST", "/message", func(r *http.Request) { r.Header.Del("Content-Type") }, 400},
		{"localhost", "GET", "/", func(r *http.Request) { r.Host = "localhost:8080" }, 200},
		{"LOCALHOST", "GET", "/", func(r *http.Request) { r.Host = "LOCALHOST" }, 200},
		{"IPv6", "GET", "/", func(r *http.Request) { r.Host = "[::1]:8080" }, 200},
		{"a foreign name", "GET", "/", func(r *http.Request) { r.Host = "evil.example" }, 421},
		{"a foreign name acts", "POST", "/message", func(r *http.Request) { r.Host = "evil.example" }, 421},
		{"a name that ends like ours", "GET", "/", func(r *http.Request) { r.Host = "evil.localhost" }, 421},
		{"no name", "GET", "/", func(r *http.Request) { r.Host = "" }, 421},
		{"a health check by address", "GET", "/healthz", func(r *http.Request) { r.Host = "10.0.0.7:8080" }, 200},
		{"an action by GET", "GET", "/reset", func(*http.Request) {}, 404},
	}
	for _, c := range cases {
		r := request(c.method, c.path, `{"channel":"backup-support","text":"hello"}`)
		c.change(r)
		if w := s.serveOne(r); w.Code != c.status {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.status)
		}
	}
}

func TestHeaders(t *testing.T) {
	s := newStage(t)
	for _, path := range []string{"/", "/static/app.js", "/kb", "/nothing", "/healthz"} {
		h := s.serveOne(request("GET", path, "")).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "no-referrer",
		} {
			if h.Get(name) != want {
				t.Errorf("GET %s: %s is %q, want %q", path, name, h.Get(name), want)
			}
		}
	}
}

// TestPagesKeepTheirPolicy checks that the page works under its own content security policy:
// nothing inline, nothing from elsewhere.
func TestPagesKeepTheirPolicy(t *testing.T) {
	s := newStage(t)
	top := s.says(t, "alex", SupportChannel, "", "every block")
	for _, path := range []string{"/?as=alex&thread=" + top, "/?as=alex&why=" + top, "/kb", "/kb/policy-change", "/login"} {
		body := s.serveOne(request("GET", path, "")).Body.String()
		for _, bad := range []string{"<style", " style=", "<script>", "src=\"http", "src=\"//", " onclick="} {
			if strings.Contains(body, bad) {
				t.Errorf("GET %s: the page contains %s", path, bad)
			}
		}
	}
}

func TestServerOverTheNetwork(t *testing.T) {
	home := serve(t, newStage(t))
	r, err := http.Get(home + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if body, err := io.ReadAll(r.Body); err != nil || string(body) != "ok\n" {
		t.Errorf("%q, %v", body, err)
	}
}

// The pages name the adapters that have ended.
func TestPagesNameEnded(t *testing.T) {
	s := newStage(t, func(o *Options) { o.Ended = func() []string { return []string{"slack", "discord"} } })
	if body := s.serveOne(request("GET", "/?as=alex", "")).Body.String(); !strings.Contains(body, "slack has stopped.") || !strings.Contains(body, "discord has stopped.") {
		t.Errorf("the page does not name them:\n%s", body)
	}
}
