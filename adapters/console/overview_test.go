package console

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mabsbot/bot"
)

// someSums returns sums of the days up to now.
func someSums(days int) *sums {
	var s sums
	today := dayOf(time.Now())
	for i := range days {
		for kind, n := range map[string]int{bot.ResultSure: 9 + i%7, bot.ResultLikely: 3 + i%4, bot.ResultUnmatched: i % 3, bot.ResultRepeat: i % 2} {
			s.byDay = append(s.byDay, bot.CountSum{Day: today - i, Adapter: adapterName, Kind: bot.CountQuestion, Detail: kind, N: n})
		}
	}
	for i := range 40 {
		s.byDay = append(s.byDay, bot.CountSum{Day: today, Adapter: adapterName, Kind: bot.CountAnswered, Detail: fmt.Sprint(25 + i%12), N: 40 - i},
			bot.CountSum{Day: today, Adapter: adapterName, Kind: bot.CountSolvedIn, Detail: fmt.Sprint(50 + i%14), N: 1 + i%3})
	}
	for i, entry := range []string{"agent-coordinator", "policy-change", "gone"} {
		for kind, n := range map[bot.CountKind]int{bot.CountBegun: 90, bot.CountSolved: 30, bot.CountHeld: 12, bot.CountReturned: 3, bot.CountEscalated: 8} {
			c := bot.CountSum{Adapter: adapterName, Kind: kind, Entry: entry, N: n / (i + 1)}
			if kind == bot.CountSolved {
				c.Detail = "firewall"
			}
			s.byEntry = append(s.byEntry, c)
		}
	}
	s.byEntry = append(s.byEntry, bot.CountSum{Adapter: adapterName, Kind: bot.CountSolved, Entry: "policy-change", N: 5},
		bot.CountSum{Adapter: adapterName, Kind: bot.CountEscalated, N: 4})
	return &s
}

func withSums(s *sums) func(*Options) { return func(o *Options) { o.Operations = s } }

func TestFigures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		today := dayOf(time.Now())
		count := func(day int, kind bot.CountKind, entry, detail string, n int) bot.CountSum {
			return bot.CountSum{Day: day, Adapter: adapterName, Kind: kind, Entry: entry, Detail: detail, N: n}
		}
		slack := count(today, bot.CountQuestion, "", bot.ResultSure, 100)
		slack.Adapter = "slack"
		s := newStage(t, withSums(&sums{
			byDay: []bot.CountSum{
				count(today-1, bot.CountQuestion, "", bot.ResultSure, 3), count(today, bot.CountQuestion, "", bot.ResultLikely, 2),
				count(today, bot.CountQuestion, "", bot.ResultRepeat, 1), count(today, bot.CountAnswered, "", "30", 9),
				count(today-1, bot.CountAnswered, "", "40", 1), count(today, bot.CountQuestion, "", "of a later version", 7), slack,
			},
			byEntry: []bot.CountSum{
				count(0, bot.CountBegun, "a", "", 2), count(0, bot.CountBegun, "b", "", 3), count(0, bot.CountSolved, "a", "one", 1),
				count(0, bot.CountSolved, "a", "", 1), count(0, bot.CountSolved, "b", "two", 2), count(0, bot.CountEscalated, "", "", 4),
			},
		}))
		f, withheld, err := s.figures(t.Context(), 2, time.Now())
		if err != nil || !withheld {
			t.Error("withheld:", withheld, err)
		}
		got, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		want := `{"from":"1999-12-31","to":"2000-01-01","days":[{"day":"1999-12-31","sure":3,"likely":0,"unmatched":0,"repeat":0},{"day":"2000-01-01","sure":0,"likely":2,"unmatched":0,"repeat":1}],` +
			`"errors":[{"entry":"b","asked":3,"solved":2,"held":0,"returned":0,"escalated":0},{"entry":"a","asked":2,"solved":2,"held":0,"returned":0,"escalated":0}],` +
			`"steps":[{"entry":"b","step":"two","solved":2},{"entry":"a","step":"","solved":1},{"entry":"a","step":"one","solved":1}],` +
			`"answered":{"n":10,"median_ms":1122,"p90_ms":1122},"solved_in":{"n":0,"median_ms":0,"p90_ms":0},"escalated":4}`
		if string(got) != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func TestTimes(t *testing.T) {
	for ms, want := range map[millis]string{0: "0.0 s", 1122: "1.1 s", 9999: "10.0 s", 70_794: "71 s", 3_000_000: "50 min", 100 * 60_000: "1.7 h", 3 * 86_400_000: "3.0 days"} {
		if got, err := ms.text(newStage(t).setup, "en"); got != want || err != nil {
			t.Errorf("%d: %q, %v; want %q", ms, got, err, want)
		}
	}
}

// TestExport checks that both exports have what the page shows, and more.
func TestExport(t *testing.T) {
	fake := someSums(40)
	s := newStage(t, withSums(fake))
	rows, err := csv.NewReader(s.serveOne(request("GET", "/overview.csv?days=40", "")).Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"figure day entry step count", "asked  agent-coordinator  90", "solved_by  policy-change firewall 15", "solved_by  policy-change  5"} {
		if !slices.ContainsFunc(rows, func(row []string) bool { return strings.Join(row, " ") == want }) {
			t.Errorf("no row %q", want)
		}
	}
	w := s.serveOne(request("GET", "/overview.json?days=40", ""))
	var f Figures
	if err := json.NewDecoder(w.Body).Decode(&f); err != nil || len(f.Days) != 40 || len(f.Errors) != 3 {
		t.Errorf("%d days, %d errors, %v", len(f.Days), len(f.Errors), err)
	}
	if name := w.Header().Get("Content-Disposition"); !strings.HasPrefix(name, `attachment; filename="mabsbot-`) {
		t.Error(name)
	}
}

// TestOverviewAsks checks what the page does with days that no one can mean, and
// without a database.
func TestOverviewAsks(t *testing.T) {
	for days, want := range map[string]int{"": 30, "7": 7, "366": 366, "0": 30, "-1": 30, "367": 30, "99999999999999999999": 30, "x": 30} {
		fake := someSums(1)
		s := newStage(t, withSums(fake))
		if w := s.serveOne(request("GET", "/overview?days="+days, "")); w.Code != http.StatusOK || fake.to-fake.from+1 != want {
			t.Errorf("%q: %d, %d days", days, w.Code, fake.to-fake.from+1)
		}
	}
	for _, path := range []string{"/overview", "/overview.csv", "/overview.json"} {
		w := newStage(t, withSums(&sums{fail: errDatabase})).serveOne(request("GET", path+"?as=alex", ""))
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "Please try again") {
			t.Errorf("%s without the database: %d %s", path, w.Code, w.Body)
		}
	}
	if body := newStage(t).serveOne(request("GET", "/overview?as=alex", "")).Body.String(); !strings.Contains(body, "Nothing has been asked") {
		t.Error("an empty database:", body)
	}
}

// TestOverviewConfiguration checks that the page shows what became of a changed
// configuration.
func TestOverviewConfiguration(t *testing.T) {
	for name, tt := range map[string]struct {
		config bot.Configuration
		want   string // or nothing about it
	}{
		"in use":  {bot.Configuration{}, ""},
		"refused": {bot.Configuration{Problem: `a.yaml:1: <b>bot</b>`}, "The changed configuration is not in use:</b> <code>a.yaml:1: &lt;b&gt;bot&lt;/b&gt;</code>"},
		"waits":   {bot.Configuration{Restart: []string{"http.addr", "store.path"}}, "used after a restart:</b> <code>http.addr</code> <code>store.path</code>"},
	} {
		body := newStage(t, withSums(&sums{config: tt.config})).serveOne(request("GET", "/overview?as=alex", "")).Body.String()
		if !strings.Contains(body, tt.want) || tt.want == "" && strings.Contains(body, "onfiguration") {
			t.Errorf("%s: %s", name, body)
		}
	}
}

// TestBars checks that the parts of a day are stacked, and that the most is as high as
// the plot.
func TestBars(t *testing.T) {
	all, most := bars([]DayFigures{{Sure: 1, Likely: 3}, {}, {Unmatched: 1}})
	got := fmt.Sprint(most, all)
	if want := "4 [{0 [{sure 75 25} {likely 0 75}]} {10 []} {20 [{unmatched 75 25}]}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if all, most := bars([]DayFigures{{}}); most != 0 || len(all[0].Parts) != 0 {
		t.Error("no questions:", all, most)
	}
}

// TestBrowserOverview opens the overview in both languages, on a phone and in the
// dark, and goes through it with the keyboard.
func TestBrowserOverview(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	home := serve(t, newStage(t, withSums(someSums(90))))
	b := newBrowser(t)
	b.media("prefers-color-scheme", "light")
	b.do(chromedp.EmulateViewport(1200, 1500), chromedp.Navigate(home+"/overview?as=alex"))
	b.wait(`document.querySelectorAll(".plot rect").length > 60 && document.querySelector(".plot svg").getBoundingClientRect().height > 100`)
	b.wait(`document.querySelector(".plot svg").getAttribute("aria-label").includes("questions, at most")`)
	b.fits()
	b.shot("40-overview")
	b.do(chromedp.Focus(chromedp.CSS(".figures summary")), chromedp.KeyEvent(kb.Enter))
	b.wait(`document.querySelectorAll(".figures details[open] tbody tr").length === 30`)
	b.do(chromedp.Focus(chromedp.CSS(".spans .areas a")), chromedp.KeyEvent(kb.Enter))
	b.wait(`new URL(location.href).searchParams.get("days") === "7" && document.querySelectorAll(".figures tbody tr").length < 30`)
	b.media("prefers-color-scheme", "dark")
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(home+"/overview?as=minji&days=90"))
	b.sees("h1", "개요")
	b.fits()
	b.shot("41-overview-narrow")
	b.value(`String(document.getElementById("by-error").scrollIntoView())`)
	b.shot("42-overview-narrow-errors")
	b.do(chromedp.EmulateViewport(1200, 1500))
	b.shot("43-overview-dark")
}
