package console

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mabsbot/bot"
)

// A ballot has recorded posts, newest first, and votes on them.
type ballot struct {
	posts []bot.Post
	votes []bot.Vote
	cast  []string
	sick  error // returned by every call
}

func (b *ballot) Shadowed(_ context.Context, q bot.ShadowQuery) ([]bot.Post, error) {
	var found []bot.Post
	begun := q.Before == ""
	for _, p := range b.posts {
		if begun && (q.Channel == "" || q.Channel == p.Thread.Channel) && len(found) < q.Limit {
			found = append(found, p)
		}
		begun = begun || p.ID == q.Before
	}
	return found, b.sick
}

func (b *ballot) ShadowSums(context.Context) ([]bot.ShadowSum, error) {
	sums := map[bot.ShadowSum]bot.ShadowSum{}
	for _, v := range b.votes {
		key := bot.ShadowSum{Place: v.Place, Result: v.Result}
		sum := cmp.Or(sums[key], key)
		sum.N++
		if v.Right {
			sum.Right++
		} else if !v.Voted.IsZero() {
			sum.Wrong++
		}
		sums[key] = sum
	}
	var all []bot.ShadowSum
	for _, s := range sums {
		all = append(all, s)
	}
	return all, b.sick
}

func (b *ballot) Votes(_ context.Context, q bot.VoteQuery) ([]bot.Vote, error) {
	var found []bot.Vote
	for _, v := range b.votes {
		if q.Posts == nil && !v.Voted.IsZero() || slices.Contains(q.Posts, v.Post) {
			found = append(found, v)
		}
	}
	return found, b.sick
}

func (b *ballot) Vote(_ context.Context, post bot.PostID, right bool, by bot.User) error {
	i := slices.IndexFunc(b.votes, func(v bot.Vote) bool { return v.Post == post })
	if i < 0 {
		return bot.ErrNoVote
	}
	b.votes[i].Right, b.votes[i].By, b.votes[i].Voted = right, by, time.Now()
	b.cast = append(b.cast, fmt.Sprintf("%s %v by %s", post, right, by.ID))
	return b.sick
}

// someReport has 60 answers of a shadow channel, of which 24 are voted right and one
// wrong, and one question that the bot would have asked in another channel.
func someReport(at time.Time) sums {
	c1, c2 := bot.Place{Adapter: "slack", Workspace: "T1", Channel: "C1"}, bot.Place{Adapter: adapterName, Workspace: "w", Channel: SupportChannel}
	s := sums{rules: someRules()}
	add := func(id string, place bot.Place, result string, voted, right bool) {
		p := saying(id, "Restart the agent", bot.Thread{Adapter: place.Adapter, Workspace: place.Workspace, Channel: place.Channel, Root: id})
		p.Question = &bot.Question{Text: "FS-11: " + hostile + "\npassword: [password]", Result: result, Entry: "policy-change"}
		s.posts = append(s.posts, p)
		v := bot.Vote{Post: p.ID, Place: place, Result: result, Entry: "policy-change", At: at}
		if voted {
			v.Right, v.By, v.Voted = right, bot.User{ID: "console/ed", Name: "ed"}, at
		}
		s.votes = append(s.votes, v)
	}
	add("asked", c2, bot.ResultLikely, false, false)
	for i := range 60 {
		add(fmt.Sprint("p", i), c1, bot.ResultSure, i < 25, i != 3)
	}
	help := saying("help", "Paste an error", bot.Thread{Adapter: "slack", Workspace: "T1", Channel: "C1"})
	help.Question = &bot.Question{Text: "what can you do?"}
	s.posts = append(s.posts, help)
	s.posts = append(s.posts, saying("old", "an answer of an earlier version", bot.Thread{Adapter: "slack", Workspace: "T1", Channel: "C1"}))
	return s
}

// as opens a page as a user.
func (s stage) as(name, path string) string {
	r := request("GET", path, "")
	r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin(name)})
	return s.serveOne(r).Body.String()
}

func TestShadowReport(t *testing.T) {
	report := someReport(time.Now())
	s := newStage(t, withUsers, withSums(&report))
	english := s.as("ada", "/shadow?as=alex")
	for _, want := range []string{
		"answered: 60</dt><dd>24 of 25 right; with 95 % confidence at least 80 %</dd>", "asked which error: 1</dt><dd>nobody has voted yet</dd>",
		"<h3>All channels</h3>", "slack · C1", "workspace T1 · shadow: I record", "FS-11: &lt;script&gt;", "[password]", "ed: wrong, ",
		`name="mode" value="on"><input type="hidden" name="language" value="ko"><input type="hidden" name="about" value=""><input type="hidden" name="unanswered" value="off">`,
		"Switch C1 on? From now on, mabsbot posts its answers there. This is how good they were:&#10;· answered: 24 of 25 right; with 95 % confidence at least 80 %\"",
		`<a data-go href="/kb/policy-change?`, `<a data-go href="/channels?`, "/kb/policy-change/edit?", "not=1", "text=FS-11", "/unanswered?",
		`name="version" value="7"`, "It is right if the error is among", `value="wrong" aria-pressed="true"`,
	} {
		if !strings.Contains(english, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(english, `data-change="/channels"`); n != 1 {
		t.Errorf("%d channels can be switched on, want only the one that is not on", n)
	}
	if strings.Contains(english, "<script>") {
		t.Error("text of a message became a script")
	}
	editor, viewer := s.as("ed", "/shadow?as=alex"), s.as("vi", "/shadow?as=alex")
	if strings.Contains(editor, `data-change="/channels"`) || !strings.Contains(editor, `name="vote"`) || strings.Contains(viewer, `name="vote"`) {
		t.Error("an editor can switch a channel on, or cannot vote, or a viewer can")
	}
	if korean := s.as("vi", "/shadow?as=minji"); !strings.Contains(korean, "맞음 24건(평가 25건 중), 95 % 신뢰도로 80 % 이상") {
		t.Errorf("in Korean:\n%s", korean)
	}
}

func TestShadowShowsUnsentPosts(t *testing.T) {
	p := saying("p1", hostile, bot.Thread{Adapter: "slack", Workspace: "T1", Channel: "C1", Root: "1.2"})
	p.To.Name, p.Reply.Blocks = "Kim", append(p.Reply.Blocks, everyBlock(p.Thread)...)
	s := newStage(t, locked, withSums(&sums{ballot: ballot{posts: []bot.Post{p}}}))
	body := s.serveOne(s.loggedIn("/shadow?as=alex")).Body.String()
	for _, want := range []string{"slack · C1", "to Kim", "&lt;script&gt;", "obengine</span>", " disabled>Fixed<"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in the page:\n%s", want, body)
		}
	}
	if strings.Contains(body, "<script>") {
		t.Error("text of a post became a script")
	}
}

// TestShadowPages checks that all posts are on some page, also those of one channel, and
// those that an earlier version recorded.
func TestShadowPages(t *testing.T) {
	report := someReport(time.Now())
	s := newStage(t, withUsers, withSums(&report))
	older := func(body string) string {
		_, link, _ := strings.Cut(body, `class="older"><a class="button" data-go href="`)
		link, _, _ = strings.Cut(link, `"`)
		return strings.ReplaceAll(link, "&amp;", "&")
	}
	for path, want := range map[string][]int{"/shadow?as=alex": {50, 13}, "/shadow?as=alex&adapter=slack&workspace=T1&channel=C1": {50, 12}, "/shadow?as=alex&channel=unknown": {0}, "/shadow?as=alex&before=unknown": {0}} {
		for i, n := range want {
			body := s.as("vi", path)
			if got := strings.Count(body, `<li id="post-`); got != n {
				t.Errorf("page %d of %s has %d posts, want %d", i+1, path, got, n)
			}
			if path = older(body); (path != "") != (i < len(want)-1) {
				t.Fatalf("page %d leads to %q", i+1, path)
			}
		}
	}
}

// TestVote checks who may vote on what.
func TestVote(t *testing.T) {
	for _, tt := range []struct {
		name, user, body string
		forged           bool
		status           int
		want             string
	}{
		{"right", "ed", `{"post":"asked","vote":"right"}`, false, 200, "asked true by console/ed"},
		{"wrong, after right", "ada", `{"post":"p0","vote":"wrong"}`, false, 200, "p0 false by console/ada"},
		{"a viewer", "vi", `{"post":"p0","vote":"wrong"}`, false, 403, "Your role does not allow this"},
		{"another site", "ed", `{"post":"p0","vote":"wrong"}`, true, 403, "did not come from a page"},
		{"an edited message", "ed", `{"post":"gone","vote":"right"}`, false, 404, "edited or removed in the meantime"},
		{"neither", "ed", `{"post":"p0","vote":"maybe"}`, false, 400, "could not be read"},
		{"no form", "ed", `post=p0`, false, 400, "could not be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report := someReport(time.Now())
			s := newStage(t, withUsers, withSums(&report))
			r := request("POST", "/shadow/vote?as=alex", tt.body)
			r.AddCookie(&http.Cookie{Name: cookieName, Value: s.begin(tt.user)})
			if tt.forged {
				r.Header.Set("Sec-Fetch-Site", "cross-site")
			}
			w := s.serveOne(r)
			if got := w.Body.String() + strings.Join(report.cast, "\n"); w.Code != tt.status || !strings.Contains(got, tt.want) || (w.Code == 200) != (len(report.cast) > 0) {
				t.Errorf("%d %s", w.Code, got)
			}
		})
	}
}

// TestVotesExport checks the files, in which a name is no formula, and which have no text.
func TestVotesExport(t *testing.T) {
	report := someReport(time.Unix(0, 0))
	report.votes[1].By.Name = `=HYPERLINK("https://example.com")`
	s := newStage(t, withUsers, withSums(&report))
	rows, err := csv.NewReader(strings.NewReader(s.as("vi", "/shadow.csv?as=alex"))).ReadAll()
	if err != nil || len(rows) != 26 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	for i, want := range []string{
		"voted by vote result entry asked adapter workspace channel",
		`1970-01-01T00:00:00Z '=HYPERLINK("https://example.com") right sure policy-change 1970-01-01T00:00:00Z slack T1 C1`,
	} {
		if got := strings.Join(rows[i], " "); got != want {
			t.Errorf("row %d is %s\nwant %s", i, got, want)
		}
	}
	data := s.as("vi", "/shadow.json?as=alex")
	if !strings.Contains(data, `{"voted":"1970-01-01T00:00:00Z","by":"ed","vote":"wrong","result":"sure"`) || strings.Contains(data, "FS-11") {
		t.Errorf("the JSON is %s", data)
	}
}

// TestShadowWithheld checks that without a login nothing of another platform is shown,
// exported or voted on.
func TestShadowWithheld(t *testing.T) {
	report := someReport(time.Now())
	s := newStage(t, withSums(&report))
	for _, path := range []string{"/shadow?as=alex", "/shadow.csv?as=alex", "/shadow.json?as=alex"} {
		if body := s.serveOne(request("GET", path, "")).Body.String(); strings.Contains(body, "C1") {
			t.Errorf("%s shows\n%s", path, body)
		}
	}
	if w := s.serveOne(request("POST", "/shadow/vote?as=alex", `{"post":"p0","vote":"wrong"}`)); w.Code != 404 || len(report.cast) > 0 {
		t.Errorf("a vote on another platform: %d %s", w.Code, w.Body)
	}
}

// TestShadowEmpty checks the page of an empty database, and of one that is away.
func TestShadowEmpty(t *testing.T) {
	fake := &sums{}
	s := newStage(t, withUsers, withSums(fake))
	if body := s.as("vi", "/shadow?as=alex"); !strings.Contains(body, "Nothing yet") || strings.Contains(body, "How good") {
		t.Errorf("the empty page is\n%s", body)
	}
	fake.sick = errors.New("away")
	if body := s.as("vi", "/shadow?as=alex"); !strings.Contains(body, "Please try again") {
		t.Errorf("without the database:\n%s", body)
	}
}

// TestBrowserShadow votes and switches a channel on with the keyboard.
func TestBrowserShadow(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	report := someReport(time.Now())
	s := newStage(t, withUsers, withSums(&report))
	home := serve(t, s)
	b := newBrowser(t)
	b.media("prefers-color-scheme", "dark")
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(home+"/login"))
	b.do(chromedp.KeyEvent("ada"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("of ada"))
	b.submits()
	b.wait(`location.pathname === "/"`)
	b.do(chromedp.Navigate(home + "/shadow?as=minji"))
	b.sees(".rules", "맞음 24건(평가 25건 중)")
	b.inside("390 px")
	b.shot("62-shadow-narrow")
	b.do(chromedp.Focus(chromedp.CSS("#vote-p30 [value=right]")))
	b.shot("63-shadow-votes")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.sees("#vote-p30", "ada 님: 맞음")
	b.wait(`document.activeElement.closest("form")?.id === "vote-p30" && document.getElementById("content").scrollTop > 500`)
	b.sees(".rules", "맞음 25건(평가 26건 중)")
	b.media("prefers-color-scheme", "light")
	b.do(chromedp.EmulateViewport(1200, 900), chromedp.Navigate(home+"/shadow?as=alex"))
	b.inside("1200 px")
	b.shot("64-shadow")
	b.do(chromedp.Focus(chromedp.CSS(".rules .main")), chromedp.KeyEvent(kb.Enter))
	b.sees("#confirm", "25 of 26 right; with 95 % confidence at least 81 %")
	b.shot("65-shadow-on")
	b.do(chromedp.Focus(chromedp.CSS("#confirm .danger")), chromedp.KeyEvent(kb.Enter))
	b.gone(".rules .main")
	if got := strings.Join(report.set, "\n"); got != "slack/T1/C1 7 on ko  off by console/ada" {
		t.Errorf("changed %q", got)
	}
}
