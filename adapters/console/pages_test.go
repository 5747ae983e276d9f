package console

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mabsbot/bot"
	"mabsbot/kb"
)

// everyPage has each page of the console, some of them in several states, for
// TestBrowserAccessible. A new page belongs here; TestEveryPage reports those that are
// missing.
var everyPage = []struct {
	path string
	open string // a JavaScript statement that opens a part of the page; "" is none
}{
	{"/", ""},
	{"/?in=escalations&side=try", ""},
	{"/?in=escalations&side=search&find=319", ""},
	{"/?thread=TOP", ""},
	{"/?why=TOP", ""},
	{"/overview", ""},
	{"/cases", ""},
	{"/audit", ""},
	{"/channels", ""},
	{"/dead", ""},
	{"/unanswered", `document.querySelectorAll(".misses details").forEach((d) => { d.open = true })`},
	{"/fixes", ""},
	{"/shadow", ""},
	{"/kb", `document.getElementById("rail").showPopover()`},
	{"/kb/agent-coordinator", ""},
	{"/kb/policy-change", ""},
	{"/kb/missing", ""},
	{"/kb/new", ""},
	{"/kb/tape-door/edit", ""},
	{"/kb/tape-door/history", ""},
	{"/kb/_shared/negative.txt/edit", ""},
	{"/kb/_shared/negative.txt/history", ""},
	{"/missing", `document.getElementById("keys").showModal()`},
	{"/login", ""},
}

// noPages are the addresses that are not opened as a page.
var noPages = []string{
	"GET /overview.csv", "GET /overview.json", "GET /fixes.csv", "GET /fixes.json", "GET /shadow.csv", "GET /shadow.json", "GET /audit.csv", "GET /events", "GET /suggest", "GET /text/{id}", "GET /healthz", "GET /static/", "GET /static/{$}",
}

// TestEveryPage checks that everyPage has each page.
func TestEveryPage(t *testing.T) {
	mux, found := http.NewServeMux(), map[string]bool{}
	routes := newStage(t).routes()
	for _, r := range routes {
		mux.HandleFunc(r.pattern, r.serve)
	}
	for _, p := range everyPage {
		_, pattern := mux.Handler(httptest.NewRequest(http.MethodGet, p.path, nil))
		found[pattern] = true
	}
	for _, r := range routes {
		if r.pattern[:4] == "GET " && !found[r.pattern] && !slices.Contains(noPages, r.pattern) {
			t.Errorf("everyPage lacks a line for %q", r.pattern)
		}
	}
}

// openEveryPage starts a console with something on every page, and a browser in which an
// administrator is logged in. open opens a page of everyPage.
func openEveryPage(t *testing.T) (b browser, open func(path, user string)) {
	t.Helper()
	slack := bot.Thread{Adapter: "slack", Workspace: "T1", Channel: "C1", Root: "1"}
	editor := newEditor(t)
	saveAs(t, editor, "tape-door.yaml", strings.Replace(tapeEntry, "A person", "Someone", 1))
	saveAs(t, editor, kb.Negative, "lunch at noon?\n")
	s := newStage(t, withUsers, withEditor(editor), func(o *Options) {
		library, operations := readEntries(t), someSums(30)
		operations.rules, operations.hits, operations.desk, operations.workbench = someRules(), someHits().hits, someMisses(), someFixes()
		report := someReport(time.Now())
		operations.ballot = ballot{posts: report.posts[:2], votes: report.votes[:2]}
		library.cases = []bot.OpenCase{
			{Case: bot.Case{Number: 17, Title: "Replica is inconsistent", For: bot.User{Name: "Alex"}, Opened: 1_800_000_000}, Team: slack},
			{Case: bot.Case{Number: 18, Title: "FS-11 is down", Taken: bot.Act{By: bot.User{Name: "Kim"}, At: 1_800_000_000}}, Team: slack},
		}
		letters := someLetters()
		operations.services, operations.letters = letters.services, letters.letters
		operations.services = append(operations.services, bot.Service{Adapter: "discord", State: bot.ServiceEnded})
		operations.ledger = someRecords(1).ledger
		o.Library, o.Operations = library, operations
		o.Ended = func() []string { return []string{"discord"} }
	})
	top := s.says(t, "alex", SupportChannel, "", "@mabsbot about 319")
	s.says(t, "alex", SupportChannel, top, "every block")
	s.says(t, "alex", SupportChannel, "", "/mabs 319")
	s.says(t, "minji", SupportChannel, "", "chatter")
	home := serve(t, s)
	b = newBrowser(t)
	b.do(chromedp.Navigate(home + "/login"))
	b.value(`document.cookie = "` + cookieName + "=" + s.begin("ada") + `"`)
	return b, func(path, user string) {
		b.do(chromedp.Navigate(home + withUser(strings.ReplaceAll(path, "TOP", top), user)))
	}
}
