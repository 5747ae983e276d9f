package console

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mabsbot/bot"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// memory is a Journal in memory.
type memory struct {
	mu      sync.Mutex
	records [][]byte
	fail    error // returned by every call from now on

	unreadable error // returned by Replay at the end
}

func (m *memory) Append(_ context.Context, record []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.records = append(m.records, slices.Clone(record))
	return nil
}

func (m *memory) Replay(_ context.Context, yield func(record []byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, record := range m.records {
		if err := yield(record); err != nil {
			return err
		}
	}
	return errors.Join(m.fail, m.unreadable)
}

func (m *memory) Rewrite(_ context.Context, change func(record []byte) []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, record := range m.records {
		if changed := change(record); changed != nil {
			m.records[i] = changed
		}
	}
	return m.fail
}

func (m *memory) Reset(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil {
		m.records = nil
	}
	return m.fail
}

// logins are Sessions in memory.
type logins struct {
	mu    sync.Mutex
	until map[string]time.Time
	fail  error // returned by every call from now on
}

func (l *logins) Begin(_ context.Context, key string, age time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until == nil {
		l.until = map[string]time.Time{}
	}
	l.until[key] = time.Now().Add(age)
	return l.fail
}

func (l *logins) Valid(_ context.Context, key string) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Now().Before(l.until[key]), l.fail
}

func (l *logins) End(_ context.Context, key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.until, key)
	return l.fail
}

// A desk is a QuestionDesk.
type desk struct {
	questions  []bot.PastQuestion
	unanswered []bot.Unanswered
	marks      []bot.Mark
	failing    error
}

func (d *desk) Questions(context.Context, time.Time, int) ([]bot.PastQuestion, error) {
	return slices.Clone(d.questions), d.failing
}

func (d *desk) Question(_ context.Context, id bot.QuestionID) (bot.PastQuestion, error) {
	for _, q := range d.questions {
		if q.ID == id {
			return q, d.failing
		}
	}
	return bot.PastQuestion{}, cmp.Or(d.failing, bot.ErrNoQuestion)
}

func (d *desk) Unanswered(context.Context) ([]bot.Unanswered, error) {
	return slices.Clone(d.unanswered), d.failing
}

func (d *desk) Marks(context.Context) ([]bot.Mark, error) { return slices.Clone(d.marks), d.failing }

func (d *desk) SetMark(_ context.Context, key string, state bot.MarkState) error {
	if d.failing != nil {
		return d.failing
	}
	d.marks = slices.DeleteFunc(d.marks, func(m bot.Mark) bool { return m.Key == key })
	if state != "" {
		d.marks = append(d.marks, bot.Mark{Key: key, State: state, At: time.Now()})
	}
	return nil
}

func (d *desk) MarkQuestion(ctx context.Context, id bot.QuestionID, state bot.MarkState) error {
	for _, u := range d.unanswered {
		if u.ID == id {
			return d.SetMark(ctx, u.Key, state)
		}
	}
	return cmp.Or(d.failing, bot.ErrNoQuestion)
}

// A workbench is FixOperations.
type workbench struct {
	fixes []bot.Fix
	away  error
}

func (w *workbench) Fixes(_ context.Context, limit int) ([]bot.Fix, error) {
	return slices.Clone(w.fixes[:min(limit, len(w.fixes))]), w.away
}

func (w *workbench) OpenFixes(context.Context) (map[string]int, error) {
	open := map[string]int{}
	for _, f := range w.fixes {
		if f.State == bot.FixOpen {
			open[f.Thread.Adapter]++
		}
	}
	return open, w.away
}

func (w *workbench) SetFix(_ context.Context, id bot.FixID, state bot.FixState) error {
	i := slices.IndexFunc(w.fixes, func(f bot.Fix) bool { return f.ID == id })
	if i < 0 {
		return bot.ErrNoFix
	}
	w.fixes[i].State = state
	return nil
}

// sums are Operations.
type sums struct {
	byDay, byEntry []bot.CountSum
	from, to       int // of the last call
	services       []bot.Service
	config         bot.Configuration
	letters        []bot.DeadLetter
	hits           []bot.EntryHits
	done           []string // what was done to dead letters
	fail           error
	rules
	ballot
	ledger
	desk
	workbench
}

func (s *sums) CountsByDay(_ context.Context, from, to int) ([]bot.CountSum, error) {
	s.from, s.to = from, to
	return slices.DeleteFunc(slices.Clone(s.byDay), func(c bot.CountSum) bool { return c.Day < from || c.Day > to }), s.fail
}

func (s *sums) CountsByEntry(context.Context, int, int) ([]bot.CountSum, error) {
	return slices.Clone(s.byEntry), s.fail
}

func (s *sums) Hits(context.Context) ([]bot.EntryHits, error) { return s.hits, s.fail }

func (s *sums) Services() []bot.Service { return s.services }

func (s *sums) Configuration() bot.Configuration { return s.config }

func (s *sums) DeadLetters(_ context.Context, limit int) ([]bot.DeadLetter, error) {
	return s.letters[:min(limit, len(s.letters))], s.fail
}

func (s *sums) Resend(_ context.Context, post bot.PostID) error { return s.change("resend", post) }

func (s *sums) Discard(_ context.Context, post bot.PostID) error { return s.change("discard", post) }

func (s *sums) change(what string, post bot.PostID) error {
	i := slices.IndexFunc(s.letters, func(l bot.DeadLetter) bool { return l.ID == post })
	if s.fail != nil || i < 0 {
		return cmp.Or(s.fail, bot.ErrNoDeadLetter)
	}
	s.letters = slices.Delete(s.letters, i, i+1)
	s.done = append(s.done, what+" "+string(post))
	return nil
}

// shelfOf is a Library with the entries of testdata/entries.json that
// recognizes them by their codes only.
type shelfOf struct {
	entries []*kb.Entry
	cases   []bot.OpenCase
}

func readEntries(t testing.TB) shelfOf {
	t.Helper()
	data, err := os.ReadFile("testdata/entries.json")
	if err != nil {
		t.Fatal(err)
	}
	var s shelfOf
	if err := json.Unmarshal(data, &s.entries); err != nil {
		t.Fatal(err)
	}
	for _, e := range s.entries {
		e.Revision = "7f3a0c1d"
	}
	return s
}

func (s shelfOf) Entries() []*kb.Entry { return s.entries }

func (s shelfOf) Entry(id string) *kb.Entry {
	for _, e := range s.entries {
		if e.ID == id {
			return e
		}
	}
	return nil
}

func (s shelfOf) Revision() string { return "5e1fc0de" }

func (s shelfOf) OpenCases(context.Context, int) ([]bot.OpenCase, error) { return s.cases, nil }

func (s shelfOf) Area(id, lang string) string { return id + "/" + lang }

func (s shelfOf) Suggest(query, lang string, limit int) []bot.Suggestion {
	var all []bot.Suggestion
	for _, e := range s.entries {
		label := e.Title.In(lang, "en")
		if at := strings.Index(strings.ToLower(label), strings.ToLower(query)); at >= 0 && len(all) < limit {
			all = append(all, bot.Suggestion{Value: e.ID, Label: label, Detail: e.Area, Matched: offsets(label, at, len(query))})
		}
	}
	return all
}

// offsets returns the byte offsets of the letters in a range of a label.
func offsets(label string, at, length int) []int {
	var all []int
	for i := range label[at : at+length] {
		all = append(all, at+i)
	}
	return all
}

func (s shelfOf) Concept(id, lang string) string { return id + "/" + lang }

func (s shelfOf) Explain(m bot.Message) bot.Explanation {
	text := m.Text
	var r kb.Result
	for _, e := range s.entries {
		for _, code := range e.Codes {
			if at := strings.Index(text, code); at >= 0 {
				r.Band = 2
				r.Hits = append(r.Hits, kb.Hit{
					Entry: e, Confidence: 0.997 / float64(1+len(r.Hits)), Codes: []string{code},
					Evidence: []match.Evidence{{Kind: "code", Text: code, Start: at, End: at + len(code)}},
				})
			}
		}
	}
	e := bot.Explanation{Channel: bot.ChannelPolicy{Mode: bot.ModeOn}}
	e.Result = r
	return e
}

// core is a scripted bot: it knows three errors, walks through one step of
// each, and is silent otherwise.
type core struct {
	mu     sync.Mutex
	say    func(bot.Post) (bot.Delivery, error)
	fail   error // returned for every event from now on
	events []bot.Event
}

var errDatabase = errors.New("the database is away")

func (c *core) handle(_ context.Context, e bot.Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail != nil {
		return c.fail
	}
	c.events = append(c.events, e)
	switch e := e.(type) {
	case bot.Message:
		return c.message(e)
	case bot.Press:
		return c.press(e)
	}
	return nil
}

func (c *core) post(p bot.Post) error {
	p.Reply.Lang = cmp.Or(p.Reply.Lang, "en")
	_, err := c.say(p)
	return err
}

func (c *core) message(m bot.Message) error {
	first := bot.PostID(cmp.Or(m.Original, m.ID)) + "/1"
	p := bot.Post{ID: bot.PostID(m.ID) + "/1", Thread: m.Thread, To: m.From, Private: m.Command}
	switch {
	case m.Change == bot.ChangeDeleted:
		p.Replaces, p.Withdraw = first, true
	case m.Change == bot.ChangeEdited:
		p.Replaces = first
		p.Reply.Blocks = []bot.Block{{Kind: bot.BlockHeading, Text: "You wrote something else now"}}
	case strings.Contains(m.Text, "every block"):
		p.Reply.Blocks = everyBlock(m.Thread)
	case strings.Contains(m.Text, "319"):
		p.Reply.Blocks = step(1)
	case strings.Contains(m.Text, "0x29834"):
		p.Reply.Lang = "ko"
		p.Reply.Blocks = question()
	case m.Command || m.Addressed:
		p.Reply.Blocks = []bot.Block{{Kind: bot.BlockText, Text: "I need the error itself: paste its text or its ID."}}
	default:
		return nil
	}
	return c.post(p)
}

func (c *core) press(p bot.Press) error {
	next := bot.Post{ID: bot.PostID(p.ID) + "/1", Thread: p.Thread, To: p.From}
	switch p.Button.Action {
	case bot.ActionNext:
		next.Reply.Blocks = step(2)
	case bot.ActionPerson:
		next.Thread, next.Opens = bot.Thread{Adapter: adapterName, Workspace: p.Thread.Workspace, Channel: EscalationChannel, Root: "new"}, true
		next.Reply.Blocks = []bot.Block{
			{Kind: bot.BlockHeading, Text: p.From.Name + " needs a person"},
			{Kind: bot.BlockThread, Text: "the conversation", Thread: p.Thread},
		}
	case bot.ActionDirect:
		next.Thread, next.Opens = bot.Thread{Adapter: adapterName, Workspace: p.Thread.Workspace, Channel: directChannel(p.From.ID), Root: "new"}, true
		next.Reply.Blocks = step(1)
	default:
		next.Reply.Blocks = []bot.Block{{Kind: bot.BlockHeading, Text: "Good."}, {Kind: bot.BlockText, Text: "I ask once more, tomorrow."}}
	}
	done := bot.Post{ID: bot.PostID(p.ID) + "/0", Thread: p.Thread, To: p.From, Replaces: p.Post}
	done.Reply.Blocks = []bot.Block{{Kind: bot.BlockContext, Text: "✓ " + p.From.Name}}
	return errors.Join(c.post(done), c.post(next))
}

func button(a bot.Action, step, label string) bot.LabeledButton {
	more := a == bot.ActionAll || a == bot.ActionDirect || a == bot.ActionPerson
	return bot.LabeledButton{Label: label, Primary: a == bot.ActionFixed, More: more, Button: bot.Button{Action: a, Entry: "agent-coordinator", Revision: "7f3a", Step: step}}
}

func question() []bot.Block {
	return []bot.Block{
		{Kind: bot.BlockHeading, Text: "백업 정책을 수정할 수 없음 (0x29834)"},
		{Kind: bot.BlockQuote, Text: "내부 서비스 오류[0x29834]"},
		{Kind: bot.BlockText, Text: "보안 기능이 켜져 있으면 보존 기간을 최소값 아래로 줄일 수 없습니다. 오래된 에이전트에서는 그 안내 대신 이 오류만 표시됩니다."},
		{Kind: bot.BlockQuestion, Text: "어떤 보존 기간을 줄이고 계셨나요?"},
		{Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{button(bot.ActionAnswer, "a", "일별"), button(bot.ActionAnswer, "b", "주별"), button(bot.ActionAnswer, "c", "월별"), button(bot.ActionAnswer, "d", "연도별"), button(bot.ActionAnswer, "e", "줄인 것이 아님")}},
		{Kind: bot.BlockContext, Text: "출처: Azure Backup Server 문제 해결 · 항목 policy-change, 개정 7f3a", URL: "https://learn.microsoft.com/azure/backup/"},
	}
}

func step(n int) []bot.Block {
	all := [][]bot.Block{{
		{Kind: bot.BlockHeading, Text: "The agent push cannot reach the Agent Coordinator on FS-11.corp.example · ID 319"},
		{Kind: bot.BlockQuote, Text: "The agent operation failed because of a communication error with the DPM Agent Coordinator service on FS-11.corp.example."},
		{Kind: bot.BlockText, Text: "Recognised by code `ID 319` and the message. `0x800706BA` says that the RPC connection itself failed: most often a firewall on FS-11.corp.example, or name resolution."},
		{Kind: bot.BlockHeading, Text: "Let the coordinator through the firewall"},
		{Kind: bot.BlockProgress, Text: "Step 1 of 4", Number: 1, Of: 4},
		{Kind: bot.BlockText, Text: "Run there, in an elevated prompt (adjust the version folder):"},
		{Kind: bot.BlockCopy, Shell: "cmd", Text: `netsh advfirewall firewall add rule name="dpmac" dir=in action=allow program="C:\Program Files\Microsoft Data Protection Manager\DPM\ProtectionAgents\AC\<version>\dpmac.exe"`},
		{Kind: bot.BlockText, Text: "Then push the agent again."},
		{Kind: bot.BlockCheck, Label: "You should see:", Text: "The installation moves past `Connecting`."},
		{Kind: bot.BlockQuestion, Text: "Did that fix it?"},
		{Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{button(bot.ActionFixed, "1", "Fixed"), button(bot.ActionNext, "1", "Didn't help → next"), button(bot.ActionAll, "1", "All steps"), button(bot.ActionDirect, "1", "Continue in DM"), button(bot.ActionPerson, "1", "Get a person")}},
		{Kind: bot.BlockContext, Text: "Source: Azure Backup Server troubleshooting · entry agent-coordinator, revision 7f3a", URL: "https://learn.microsoft.com/azure/backup/"},
	}, {
		{Kind: bot.BlockHeading, Text: "Restart the coordinator"},
		{Kind: bot.BlockProgress, Text: "Step 2 of 4", Number: 2, Of: 4},
		{Kind: bot.BlockWarning, Text: "Installations that run now are broken off."},
		{Kind: bot.BlockCopy, Shell: "powershell", Text: "Restart-Service -Name DPMAC"},
		{Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{button(bot.ActionFixed, "2", "Fixed"), button(bot.ActionPerson, "2", "Get a person")}},
	}}
	return all[n-1]
}

func everyBlock(t bot.Thread) []bot.Block {
	return []bot.Block{
		{Kind: bot.BlockHeading, Text: "A heading with `code`"},
		{Kind: bot.BlockText, Text: "Two lines,\none with `code`."},
		{Kind: bot.BlockQuote, Text: "words of the paste"},
		{Kind: bot.BlockTable, Rows: [][]string{{"Daily", "7 days"}, {"Weekly", "4 weeks"}, {"Monthly", "3 months"}, {"Yearly", "1 year"}}},
		{Kind: bot.BlockCopy, Shell: "powershell", Text: "Get-Service obengine"},
		{Kind: bot.BlockCopy, Text: `C:\Windows\Temp`},
		{Kind: bot.BlockCopy, Shell: "cmd", Text: `netsh group="@FirewallAPI.dll,-28502"`},
		{Kind: bot.BlockSteps, Items: []bot.Item{{Text: "Let the coordinator through the firewall", State: bot.ItemTried}, {Text: "Restart the coordinator", State: bot.ItemCurrent}, {Text: "Look at the name resolution"}}},
		{Kind: bot.BlockFolded, Text: "Other ways:", Items: []bot.Item{{Text: "Install the agent by hand"}, {Text: "Attach the server"}}},
		{Kind: bot.BlockWarning, Text: "The service is restarted."},
		{Kind: bot.BlockProgress, Text: "Step 2 of 4", Number: 2, Of: 4},
		{Kind: bot.BlockProgress, Text: "Step 2 of 400", Number: 2, Of: 400},
		{Kind: bot.BlockCheck, Label: "You should see:", Text: "`Running`"},
		{Kind: bot.BlockLink, Text: "Newest agent", URL: "https://aka.ms/azurebackup_agent"},
		{Kind: bot.BlockThread, Text: "the first answer", Thread: t},
		{Kind: bot.BlockQuestion, Text: "Did that fix it?"},
		{Kind: bot.BlockChoices, Buttons: []bot.LabeledButton{button(bot.ActionFixed, "1", "Fixed"), button(bot.ActionNext, "1", "Next"), button(bot.ActionPerson, "1", "Get a person")}},
		{Kind: bot.BlockContext, Text: "Small print", URL: "https://learn.microsoft.com/"},
	}
}

// stage is a console with its fakes.
type stage struct {
	*Console
	journal *memory
	core    *core
}

// newStage returns a console that is not running: its HTTP handler is called
// without a network.
func newStage(t testing.TB, change ...func(*Options)) stage {
	t.Helper()
	return restart(t, &memory{}, change...)
}

// restart returns a console on the journal of an earlier one.
func restart(t testing.TB, journal *memory, change ...func(*Options)) stage {
	t.Helper()
	o := Options{Addr: "127.0.0.1:0", Journal: journal, Sessions: &logins{}, Library: readEntries(t), Operations: &sums{}, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	for _, f := range change {
		f(&o)
	}
	c, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s := stage{c, journal, &core{}}
	s.core.say = func(p bot.Post) (bot.Delivery, error) { return c.Post(context.Background(), p) }
	c.handle = s.core.handle
	return s
}
