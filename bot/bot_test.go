package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/locale"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// Two small entries: one with a question, alternative steps and a slot to ask
// for, one with a sequence of steps.
const (
	lost = `
id: lost-disk
title: {en: "The disk is lost on {Server|a server}", ko: "{Server|서버}의 디스크를 찾을 수 없음"}
area: backup
codes: ["90001"]
messages: {en: ["The backup disk zeta was lost on <Server>."], ko: ["<Server>에서 백업 디스크 제타를 찾을 수 없습니다."]}
cause: {en: The cable came off., ko: 케이블이 빠졌습니다.}
ask:
  - id: kind
    text: {en: "Which kind of disk?", ko: "어떤 디스크인가요?"}
    choices:
      - {id: usb, label: {en: USB, ko: USB}, when: [usb], go: plug}
      - {id: iscsi, label: {en: iSCSI, ko: iSCSI}, when: [iscsi], go: portal}
  - {id: host, slot: Host, text: {en: "Which host?", ko: "어느 호스트인가요?"}}
steps:
  items:
    - {id: plug, do: {en: "Plug it in on {Server|the server}.", ko: 다시 꽂습니다.}}
    - {id: portal, do: {en: Reconnect., ko: 다시 연결합니다.}, command: {shell: powershell, run: "Connect-IscsiTarget -TargetPortalAddress {Host}"}}
    - {id: replace, do: {en: Replace it., ko: 교체합니다.}, risk: {en: Erases all on it., ko: 내용이 모두 지워집니다.}}
`
	order = `
id: two-things
title: {en: Two things are to be done, ko: 두 가지를 해야 함}
area: agent
codes: ["90002"]
messages: {en: ["Both omega things have to be done now."], ko: ["오메가 작업 두 가지를 지금 해야 합니다."]}
steps:
  order: sequence
  items:
    - {id: one, do: {en: The first., ko: 첫째.}}
    - {id: two, do: {en: The second., ko: 둘째.}}
`
)

var loadTestBase = sync.OnceValues(func() (*kb.Base, error) {
	return kb.Load(kb.Layer{Name: "test", FS: fstest.MapFS{
		"lost-disk.yaml":  {Data: []byte(lost)},
		"two-things.yaml": {Data: []byte(order)},
	}})
})

func testBase(t testing.TB) *kb.Base {
	t.Helper()
	base, err := loadTestBase()
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// loadLocales loads the languages once, because that takes longer than most tests.
var loadLocales = sync.OnceValues(func() (locale.Locales, error) { return locale.Load(locale.Builtin()) })

func testLocales(t testing.TB) locale.Locales {
	t.Helper()
	locales, err := loadLocales()
	if err != nil {
		t.Fatal(err)
	}
	return locales
}

var everything = bot.Capabilities{DirectMessages: true, Private: true, Unprompted: true, Edits: true}

type fixture struct {
	*bot.Bot
	memory   *store.Memory
	recorder *bottest.Recorder
}

// run starts a bot on a memory store. It ends with the test.
func run(t *testing.T) fixture {
	t.Helper()
	return runOn(t, testBase(t), testLocales(t))
}

func runOn(t *testing.T, base *kb.Base, locales locale.Locales) fixture {
	t.Helper()
	memory := store.NewMemory()
	f := fixture{memory: memory, recorder: bottest.NewRecorder("test", everything)}
	f.Bot = bot.New(func() *kb.Base { return base }, locales, bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := f.Run(ctx, f.recorder); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	return f
}

func (f fixture) handle(t *testing.T, event bot.Event) []bot.Post {
	t.Helper()
	if err := f.recorder.Handle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if err := f.Drain(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	return f.recorder.Take()
}

var alex = bot.User{ID: "U1", Name: "alex", Locale: "en-US"}

func message(id, text string) bot.Message {
	return bot.Message{Text: text, Head: bot.Head{
		ID: bot.EventID(id), From: alex, Thread: bot.Thread{Adapter: "test", Channel: "c", Root: id},
	}}
}

func press(id string, p bot.Post, label string) bot.Press {
	for _, c := range p.Reply.Buttons() {
		if c.Label == label {
			return bot.Press{Head: bot.Head{ID: bot.EventID(id), From: alex, Thread: p.Thread}, Button: c.Button, Post: p.ID}
		}
	}
	panic("no button " + label)
}

// twin has the same code as lost.
const twin = `
id: twin-disk
title: {en: The other disk is lost, ko: 다른 디스크를 찾을 수 없음}
area: backup
codes: ["90001"]
messages: {en: ["The spare disk eta is gone."], ko: ["예비 디스크 에타가 없습니다."]}
steps:
  items:
    - {id: plug, do: {en: Plug it in., ko: 꽂습니다.}}
`

const lostPaste = "The backup disk zeta was lost on FS-11. (ID: 90001)"

// TestDeliveredTwice checks that a message is answered once, however often the
// platform delivers it.
func TestDeliveredTwice(t *testing.T) {
	f := run(t)
	if got := f.handle(t, message("m1", lostPaste)); len(got) != 1 {
		t.Fatalf("%d posts, want 1", len(got))
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := f.recorder.Handle(t.Context(), message("m1", lostPaste)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := f.handle(t, message("m1", lostPaste)); len(got) != 0 {
		t.Errorf("redelivered message answered: %v", got)
	}
}

// TestSlotAsked checks that a value that a command needs is asked for, checked
// and quoted, and can be skipped.
func TestSlotAsked(t *testing.T) {
	for _, tt := range []struct{ answer, want string }{
		{"portal-1.example", "Connect-IscsiTarget -TargetPortalAddress portal-1.example"},
		{"`O'Neill's box`", "Connect-IscsiTarget -TargetPortalAddress 'O''Neill''s box'"},
		{"don't know", "Connect-IscsiTarget -TargetPortalAddress <Host>"},
		{"3", ""}, // the third button
		{`"; rm -rf %PATH%"`, ""},
		{"well that is a long story", ""},
		{"thanks", ""},
		{"wait", ""},
		{"why?", ""},
		{"잠시만요", ""},
		{"it's MABS01", "TargetPortalAddress MABS01"},
		{"MABS01입니다", "TargetPortalAddress MABS01"},
	} {
		f := run(t)
		asked := f.handle(t, message("m1", lostPaste+" it is an iSCSI one"))
		if text := bottest.Text(asked[0].Reply); !strings.Contains(text, "Which host?") || !strings.Contains(text, "You said: iSCSI.") {
			t.Fatalf("want the question for the host, and none for the kind:\n%s", text)
		}
		m := message("m2", tt.answer)
		m.Thread, m.InThread = asked[0].Thread, true
		var all strings.Builder
		for _, p := range f.handle(t, m) {
			all.WriteString(bottest.Text(p.Reply))
		}
		if got := strings.Contains(all.String(), "$ powershell "); got != (tt.want != "") {
			t.Errorf("%q leads to\n%s", tt.answer, all.String())
		}
		if !strings.Contains(all.String(), tt.want) {
			t.Errorf("%q leads to\n%swant %s", tt.answer, all.String(), tt.want)
		}
	}
}

// TestPeopleTalk checks that the bot stays out of what colleagues say to each
// other in the thread, and follows what the asker says to it.
func TestPeopleTalk(t *testing.T) {
	kim := bot.User{ID: "U2", Name: "kim", Locale: "ko-KR"}
	for _, tt := range []struct {
		from  bot.User
		text  string
		moves bool
	}{
		{alex, "no", true}, {alex, "nope, same thing", true}, {alex, "1", true}, {alex, "no change", true}, {alex, "fixed", true}, {alex, "which server?", true},
		{alex, "did you see the game?", false}, {alex, "the slides are with Otto", false}, {alex, "thanks", false},
		{kim, "no", false}, {kim, "2", false}, {kim, "yes", false}, {kim, "같이 볼까요?", false}, {kim, "네", false},
		{kim, "didn't help", false}, {kim, "mabsbot, it is fixed", true}, {kim, "봇님 해결됐어요", true},
	} {
		f := run(t)
		first := f.handle(t, message("m1", lostPaste+" usb"))[0]
		look := message("m1a", "I am having a look, too")
		look.From, look.Thread, look.InThread = kim, first.Thread, true
		f.handle(t, look)
		m := message("m2", tt.text)
		m.From, m.Thread, m.InThread = tt.from, first.Thread, true
		if got := f.handle(t, m); (len(got) > 0) != tt.moves {
			t.Errorf("%s says %q: %d posts, moves %v", tt.from.Name, tt.text, len(got), tt.moves)
		}
	}
}

// TestSummary checks that the summary without a hand-over channel says what was
// tried, and that a second request says that no one was asked.
func TestSummary(t *testing.T) {
	f := run(t)
	first := f.handle(t, message("m1", lostPaste+" usb"))[0]
	step := f.handle(t, press("p1", first, "Didn't help → next"))
	all := f.handle(t, press("p2", step[len(step)-1], "Get a person"))
	again := f.handle(t, press("p3", step[len(step)-1], "Get a person"))
	if len(again) != 1 || !again[0].Private || !strings.Contains(bottest.Text(again[0].Reply), "not asked anyone") {
		t.Errorf("second request: %+v", again)
	}
	text := bottest.Text(all[len(all)-1].Reply)
	if !strings.Contains(text, "plug: didn't help (TIME)") || !strings.Contains(text, "FS-11 (server)") {
		t.Errorf("summary:\n%s", text)
	}
}

// TestBackToChoice checks that "back" at the first position of a chosen entry
// leads to the choice again.
func TestBackToChoice(t *testing.T) {
	base, err := kb.Load(kb.Layer{Name: "test", FS: fstest.MapFS{"lost-disk.yaml": {Data: []byte(lost)}, "twin-disk.yaml": {Data: []byte(twin)}}})
	if err != nil {
		t.Fatal(err)
	}
	f := runOn(t, base, testLocales(t))
	command := message("m1", "90001")
	command.Command, command.Thread.Root = true, bot.CommandRoot+"m1"
	thread := f.handle(t, command)[0].Thread
	say := func(text string) string {
		m := message("m-"+text, text)
		m.Thread, m.InThread = thread, true
		posts := f.handle(t, m)
		if len(posts) == 0 {
			return ""
		}
		return bottest.Text(posts[len(posts)-1].Reply)
	}
	if got := say("1"); !strings.Contains(got, "Which kind of disk?") {
		t.Fatalf("the choice leads to %q", got)
	}
	if got := say("back"); !strings.Contains(got, "Which one is yours?") {
		t.Errorf("back leads to %q", got)
	}
}

// TestShadow checks that posts of a shadow channel are recorded and no state
// changes.
func TestShadow(t *testing.T) {
	locales := testLocales(t)
	base := testBase(t)
	policy := bot.DefaultPolicy()
	policy.Channels = map[string]bot.ChannelPolicy{"c": {Mode: bot.ModeShadow}}
	m := message("m1", lostPaste)
	turn := bot.Decide(bot.Rules{Base: base, Locales: locales, Policy: policy, Can: everything}, bot.State{}, m, base.Match(m.Text))
	if len(turn.States) != 0 || len(turn.Posts) != 1 || !turn.Posts[0].Shadow {
		t.Errorf("%+v", turn)
	}
}

// TestForgottenThread checks that a button of a removed walkthrough says so and
// offers to start over, and that it works while its thread is being opened.
func TestForgottenThread(t *testing.T) {
	first := run(t).handle(t, message("m1", lostPaste))[0]
	f := run(t)
	got := f.handle(t, press("p1", first, "USB"))
	if len(got) != 1 || !got[0].Private || !strings.Contains(bottest.Text(got[0].Reply), "I no longer have this conversation") {
		t.Fatalf("old button leads to %+v", got)
	}
	again := f.handle(t, press("p2", got[0], "Start over"))
	if len(again) == 0 || !strings.Contains(bottest.Text(again[len(again)-1].Reply), "lost") {
		t.Errorf("starting over leads to %+v", again)
	}

	p := press("p3", first, "USB")
	rules := bot.Rules{Base: testBase(t), Locales: testLocales(t), Policy: bot.DefaultPolicy(), Can: everything}
	opening := bot.Decide(rules, bot.State{Walkthrough: bot.Walkthrough{Thread: p.Thread}, Kept: true}, p, kb.Result{}).Posts
	if len(opening) != 1 || !strings.Contains(bottest.Text(opening[0].Reply), "Plug it in on the server.") {
		t.Errorf("a button whose post is kept leads to %+v", opening)
	}
}

// TestDecideIsPure checks that deciding again makes the same posts.
func TestDecideIsPure(t *testing.T) {
	locales := testLocales(t)
	base := testBase(t)
	rules := bot.Rules{Base: base, Locales: locales, Policy: bot.DefaultPolicy(), Can: everything}
	m := message("m1", lostPaste)
	decide := func() string {
		return fmt.Sprintf("%+v", bot.Decide(rules, bot.State{Walkthrough: bot.Walkthrough{Thread: m.Thread}}, m, base.Match(m.Text)).Posts)
	}
	if a, b := decide(), decide(); a != b || !strings.Contains(a, "lost") {
		t.Errorf("decided twice:\n%s\n%s", a, b)
	}
}

// TestFollowUp checks that the bot asks once, a day after "fixed", whether the
// fix held.
func TestFollowUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := run(t)
		first := f.handle(t, message("m1", lostPaste+" usb"))[0]
		f.handle(t, press("p1", first, "Fixed"))
		time.Sleep(bot.DefaultPolicy().FollowUp - time.Minute)
		synctest.Wait()
		if got := f.recorder.Take(); len(got) != 0 {
			t.Fatalf("asked too early: %+v", got)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		got := f.recorder.Take()
		if len(got) != 1 || !strings.Contains(bottest.Text(got[0].Reply), "Did the fix hold?") {
			t.Fatalf("asked: %+v", got)
		}
		again := f.handle(t, press("p2", got[0], "It came back"))
		if len(again) == 0 || !strings.Contains(bottest.Text(again[len(again)-1].Reply), "Which host?") {
			t.Errorf("\"It came back\" leads to %+v", again)
		}
	})
}

// TestRetries checks that a post that fails is retried after longer and longer
// waits, and that the next one is sent once a post is refused or fails too
// often.
func TestRetries(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		fails  int // how many attempts fail
		posted int // how many of the two posts are delivered
		tried  int
		least  time.Duration // from the first attempt to the last
	}{
		{"transient error", errors.New("connection reset"), 2, 2, 4, 2 * time.Second},
		{"rate limit", bot.NotDelivered(errors.New("rate limited"), 30*time.Second), 2, 2, 4, time.Minute},
		{"rate limit, many times", bot.NotDelivered(errors.New("rate limited"), 5*time.Second), 59, 2, 61, 4 * time.Minute},
		{"refused", bot.Refused(errors.New("channel is archived")), 1, 1, 2, 0},
		{"permanent error", errors.New("out of order"), 999, 0, 50, time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				broken := &failing{Recorder: bottest.NewRecorder("test", everything), err: tt.err, fails: tt.fails}
				deliver(t, broken)
				time.Sleep(24 * time.Hour)
				synctest.Wait()
				posted, took := len(broken.Take()), broken.last.Sub(began)
				if posted != tt.posted || broken.tried != tt.tried || took < tt.least {
					t.Errorf("%d posts after %d attempts in %v, want %d after %d in at least %v", posted, broken.tried, took, tt.posted, tt.tried, tt.least)
				}
			})
		})
	}
}

// failing is an adapter whose first posts fail.
type failing struct {
	*bottest.Recorder
	err   error
	fails int
	tried int
	last  time.Time
}

func (f *failing) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	f.tried++
	f.last = time.Now()
	if f.tried <= f.fails {
		return bot.Delivery{}, f.err
	}
	return f.Recorder.Post(ctx, p)
}

// deliver runs a bot with two posts to send. It ends with the test.
func deliver(t *testing.T, a *failing) {
	t.Helper()
	locales := testLocales(t)
	memory := store.NewMemory()
	thread := bot.Thread{Adapter: "test", Channel: "c", Root: "m1"}
	turn := bot.Turn{Event: "e", Posts: []bot.Post{{ID: "1", Thread: thread}, {ID: "2", Thread: thread}}}
	if err := memory.Apply(t.Context(), turn); err != nil {
		t.Fatal(err)
	}
	base := testBase(t)
	b := bot.New(func() *kb.Base { return base }, locales, bot.DefaultPolicy(), memory, memory, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := b.Run(ctx, a); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
}

func TestSuggest(t *testing.T) {
	f := run(t)
	for query, want := range map[string]string{
		"":       "help",
		"lost":   "lost-disk",
		"dsk":    "lost-disk",
		"90002":  "two-things",
		"디스크":    "lost-disk",
		"li":     "list",
		"qqqqqq": "",
	} {
		got := f.Suggest(query, "en", 5)
		var values strings.Builder
		for _, s := range got {
			values.WriteString(s.Value + " ")
		}
		if want == "" && len(got) > 0 || !strings.Contains(values.String(), want) {
			t.Errorf("%q suggests %q, want %q among them", query, values.String(), want)
		}
	}
}

// TestUnfinished checks that Unfinished returns the walkthroughs that wait for
// the user, each with a button that continues it in a direct message.
func TestUnfinished(t *testing.T) {
	f := run(t)
	mine := bot.UserKey{Adapter: "test", ID: alex.ID}
	f.handle(t, message("m1", "hello there, how are you"))
	f.handle(t, message("m2", lostPaste))
	command := message("m3", "90002")
	command.Command, command.Thread.Root = true, bot.CommandRoot+"m3"
	f.handle(t, command)
	done := f.handle(t, message("m4", "Both omega things have to be done now. (ID: 90002)"))[0]
	f.handle(t, press("p1", done, "Fixed"))

	got, err := f.Unfinished(t.Context(), mine, "en", 5)
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got[0].Where != "The first. · Step 1 of 2" || !got[0].Private || got[1].Title != "The disk is lost on FS-11 · ID 90001" || got[1].Where != "Which kind of disk?" || got[1].Private {
		t.Errorf("got %+v", got)
	}
	if some, err := f.Unfinished(t.Context(), mine, "ko", 1); err != nil || len(some) != 1 || some[0].Where != "첫째. · 2단계 중 1단계" {
		t.Errorf("got %+v, %v", some, err)
	}
	carry := bot.Press{Head: bot.Head{ID: "p2", From: alex, Thread: got[0].Thread}, Button: got[0].Carry}
	posts := f.handle(t, carry)
	if !slices.ContainsFunc(posts, func(p bot.Post) bool { return p.Opens && p.Thread.Channel == bot.DirectChannel+alex.ID }) {
		t.Errorf("nothing continues in a direct message: %+v", posts)
	}
}

// TestShortcut checks that a shortcut is answered like a mention, but
// privately.
func TestShortcut(t *testing.T) {
	f := run(t)
	for text, want := range map[string]string{"Both omega things have to be done now. (ID: 90002)": "Two things", "lang lang": "I don't recognize"} {
		m := message(text, text)
		m.Addressed, m.Thread.Root = true, bot.CommandRoot+text
		posts := f.handle(t, m)
		if len(posts) != 1 || !posts[0].Private || !strings.Contains(bottest.Text(posts[0].Reply), want) {
			t.Errorf("%q: %+v", text, posts)
		}
	}
}

// TestLanguage checks the order in which Language chooses.
func TestLanguage(t *testing.T) {
	f := run(t)
	mine := bot.UserKey{Adapter: "test", ID: alex.ID}
	want := func(locale, want string) {
		t.Helper()
		if got, err := f.Language(t.Context(), mine, locale); err != nil || got != want {
			t.Errorf("%q: %s, %v, want %s", locale, got, err, want)
		}
	}
	want("", "en")
	want("ko-KR", "ko")
	want("xx", "en")
	choose := message("m1", "lang ko")
	choose.Command, choose.Thread.Root = true, bot.CommandRoot+"m1"
	f.handle(t, choose)
	want("en-US", "ko")
	if tags, names := f.Languages(); len(tags) != len(names) || tags[0] != "en" || names[0] != "English" {
		t.Errorf("%v %v", tags, names)
	}
}
