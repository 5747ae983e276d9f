package console

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mabsbot/bot"
)

// A ledger has audit records, latest first.
type ledger struct {
	records []bot.AuditRecord
	added   []bot.AuditRecord
	full    error // returned by every call
}

func (l *ledger) Audit(_ context.Context, q bot.AuditQuery) ([]bot.AuditRecord, error) {
	var found []bot.AuditRecord
	begun := q.Before == (bot.AuditMark{})
	for _, r := range l.records {
		if begun && (q.Kind == "" || q.Kind == r.Kind) && len(found) < q.Limit {
			found = append(found, r)
		}
		begun = begun || q.Before.ID == r.ID && q.Before.At.Equal(r.At)
	}
	return found, l.full
}

func (l *ledger) Record(_ context.Context, r bot.AuditRecord) error {
	l.added = append(l.added, r)
	return l.full
}

// written returns the records that were added, as text.
func (l *ledger) written() string {
	var all []string
	for _, r := range l.added {
		all = append(all, fmt.Sprintf("%s %s/%s/%s %s by %s", r.Kind, r.Adapter, r.Workspace, r.Channel, r.Object, r.By.ID))
	}
	return strings.Join(all, ", ")
}

// someRecords are n dead letters that were sent again, after two changes of a channel.
func someRecords(n int) *sums {
	at := time.UnixMilli(1_800_000_000_000)
	c1 := bot.Place{Adapter: "slack", Workspace: "T1", Channel: "C1"}
	var all []bot.AuditRecord
	for i := range n {
		all = append(all, bot.AuditRecord{ID: fmt.Sprint("R", i), At: at, Kind: bot.AuditResend, Place: c1, Object: "0df20692c1c3ee257d350bfa", By: bot.User{ID: "console/ed", Name: "ed"}})
	}
	byChat := &bot.SettingsChange{Before: bot.Settings{Mode: bot.ModeShadow}, After: bot.Settings{Mode: bot.ModeOn, Bots: []string{"B1", "B2"}}}
	byPage := &bot.SettingsChange{ByPage: true, After: bot.Settings{Mode: bot.ModeShadow}}
	all = append(all,
		bot.AuditRecord{ID: "~2", At: at.Add(-time.Hour), Kind: bot.AuditSettings, Place: c1, By: bot.User{ID: "U1", Name: "=kim"}, Change: byChat},
		bot.AuditRecord{ID: "~1", At: at.Add(-2 * time.Hour), Kind: bot.AuditSettings, Place: c1, By: bot.User{ID: "console"}, Change: byPage},
		bot.AuditRecord{ID: "F", At: at.Add(-2 * time.Hour), Kind: bot.AuditUndo, Object: "tape-door.yaml", By: bot.User{ID: "console/ed", Name: "ed"}},
		bot.AuditRecord{ID: "S", At: at.Add(-3 * time.Hour), Kind: bot.AuditReset, By: bot.User{ID: "console"}},
	)
	return &sums{ledger: ledger{records: all}}
}

func TestAuditPage(t *testing.T) {
	fake := someRecords(1)
	s := newStage(t, withUsers, withSums(fake))
	page := s.as("ada", "/audit?as=alex")
	for _, want := range []string{
		"<b>ed</b> · sent an answer again · slack · C1", "0df20692c1c3ee257d350bfa", "<b>=kim</b> · changed a channel · slack · C1", "</time> · by chat",
		"<code>bots</code> as in the configuration → [B1 B2]", "<code>mode</code> shadow → on", "<code>mode</code> as in the configuration → shadow",
		"<b>ed</b> · went back to an earlier version of a file<", `href="/kb/tape-door/history?as=alex&amp;in=`,
		"<b>console</b> · started the simulated workspace over<", "</time> · on a page",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for path, n := range map[string]int{"/audit?as=alex": 5, "/audit?as=alex&kind=settings": 2, "/audit?as=alex&kind=reset": 1, "/audit?as=alex&kind=undo": 1, "/audit?as=alex&kind=unknown": 5, "/audit?as=alex&before=x": 5} {
		if got := strings.Count(s.as("ada", path), "<time"); got != n {
			t.Errorf("%s has %d records, want %d", path, got, n)
		}
	}
	if korean := s.as("ada", "/audit?as=minji"); !strings.Contains(korean, "답변 다시 보냄") || strings.Contains(korean, "did_") {
		t.Errorf("in Korean:\n%s", korean)
	}
	if !strings.Contains(s.as("ed", "/audit?as=alex"), "Your role does not allow this") || strings.Contains(s.as("ed", "/dead?as=alex"), `href="/audit`) {
		t.Error("an editor can read the audit log, or is led there")
	}
	fake.records = nil
	if !strings.Contains(s.as("ada", "/audit?as=alex"), "Nothing has been changed yet") {
		t.Error("an empty page says nothing")
	}
	fake.full = errors.New("away")
	if got := s.as("ada", "/audit?as=alex"); !strings.Contains(got, "Please try again") {
		t.Errorf("without the database:\n%s", got)
	}
}

// TestAuditOlder checks that each record is on one page.
func TestAuditOlder(t *testing.T) {
	s := newStage(t, withUsers, withSums(someRecords(2*maxAudited)))
	path, got := "/audit?as=alex", []int{}
	for path != "" && len(got) < 9 {
		body := s.as("ada", path)
		got = append(got, strings.Count(body, "<time"))
		_, path, _ = strings.Cut(body, `class="older"><a class="button" data-go href="`)
		path, _, _ = strings.Cut(path, `"`)
		path = strings.ReplaceAll(path, "&amp;", "&")
	}
	if want := []int{maxAudited, maxAudited, 4}; !slices.Equal(got, want) {
		t.Errorf("pages of %v records, want %v", got, want)
	}
}

// TestAuditExport checks the file, in which a name is no formula.
func TestAuditExport(t *testing.T) {
	s := newStage(t, withUsers, withSums(someRecords(0)))
	rows, err := csv.NewReader(strings.NewReader(s.as("ada", "/audit.csv?as=alex"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, strings.Join(r, "|"))
	}
	want := []string{
		"at|by|user|kind|adapter|workspace|channel|object|setting|before|after",
		"2027-01-15T07:00:00Z|'=kim|U1|settings|slack|T1|C1||bots||[B1 B2]",
		"2027-01-15T07:00:00Z|'=kim|U1|settings|slack|T1|C1||mode|shadow|on",
		"2027-01-15T06:00:00Z|console|console|settings|slack|T1|C1||mode||shadow",
		"2027-01-15T06:00:00Z|ed|console/ed|undo||||tape-door.yaml|||",
		"2027-01-15T05:00:00Z|console|console|reset|||||||",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestAuditWithheld checks that without a login the log shows nothing of other platforms.
func TestAuditWithheld(t *testing.T) {
	s := newStage(t, withSums(someRecords(1)))
	for _, path := range []string{"/audit?as=alex", "/audit.csv?as=alex"} {
		if body := s.serveOne(request("GET", path, "")).Body.String(); strings.Contains(body, "C1") || !strings.Contains(body, "reset") && !strings.Contains(body, "started the simulated") {
			t.Errorf("%s shows\n%s", path, body)
		}
	}
}

// TestResetIsRecorded checks that who starts the workspace over is recorded, and that a failure to
// record it is logged and no failure of what was done.
func TestResetIsRecorded(t *testing.T) {
	var log bytes.Buffer
	fake := &sums{ledger: ledger{full: errors.New("the disk is full")}}
	s := newStage(t, withSums(fake), func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	if w := s.serveOne(request("POST", "/reset?as=alex", "{}")); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got := fake.written(); got != "reset //  by console" || !strings.Contains(log.String(), "the disk is full") {
		t.Errorf("recorded %q, logged\n%s", got, &log)
	}
}

// TestBrowserAudit filters the log with the keyboard.
func TestBrowserAudit(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	fake := someRecords(3)
	for i := range fake.records {
		fake.records[i].Adapter = adapterName
	}
	home := serve(t, newStage(t, withSums(fake)))
	b := newBrowser(t)
	b.media("prefers-color-scheme", "dark")
	b.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(home+"/audit?as=minji"))
	b.sees(".audit", "답변 다시 보냄")
	b.inside("390 px")
	b.shot("66-audit-narrow")
	b.do(chromedp.Focus(chromedp.CSS(".areas a:nth-child(2)")), chromedp.KeyEvent(kb.Enter))
	b.wait(`document.querySelectorAll(".audit > li").length === 2`)
	b.media("prefers-color-scheme", "light")
	b.do(chromedp.EmulateViewport(1200, 900), chromedp.Navigate(home+"/audit?as=alex"))
	b.inside("1200 px")
	b.shot("67-audit")
}
