package bot_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/kb"
)

// fan has alternatives, one of which is a chain and one risky.
const fan = `
id: loud-fan
title: {en: The fan is loud, ko: 팬 소음이 큼}
area: backup
codes: ["90003"]
messages: {en: ["The sigma fan of the backup server is far too loud."], ko: ["백업 서버의 시그마 팬 소음이 너무 큽니다."]}
steps:
  items:
    - {id: dust, title: {en: Remove the dust, ko: 먼지 제거}, do: {en: Remove the dust., ko: 먼지를 제거합니다.}}
    - {id: oil, title: {en: Oil it, ko: 윤활유 도포}, do: {en: Oil it., ko: 윤활유를 바릅니다.}}
    - id: speed
      title: {en: Let it run slower, ko: 속도 낮추기}
      chain:
        - {id: bios, do: {en: Open the setup., ko: 설정을 엽니다.}}
        - {id: slow, do: {en: Choose a low speed., ko: 낮은 속도를 선택합니다.}}
    - {id: off, title: {en: Restart the server, ko: 다시 시작}, do: {en: Restart the server., ko: 서버를 다시 시작합니다.}, risk: {en: It restarts., ko: 다시 시작됩니다.}}
`

const fanPaste = "The sigma fan of the backup server is far too loud. (ID: 90003)"

func fanBase(t testing.TB) *kb.Base {
	t.Helper()
	base, err := kb.Load(kb.Layer{Name: "test", FS: fstest.MapFS{"loud-fan.yaml": {Data: []byte(fan)}, "lost-disk.yaml": {Data: []byte(lost)}}})
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// A school is a desk that learns.
type school struct {
	*desk
	last map[string]bot.Post // the last post to each user
}

func newSchool(t *testing.T, learning bot.Learning) *school {
	s := &school{newDesk(t, func(p *bot.Policy) { p.Learning, p.RepeatWindow = learning, 0 }), map[string]bot.Post{}}
	s.stop()
	s.base = fanBase(t)
	s.start()
	return s
}

// labels are those of the buttons in events.
var labels = map[string]string{
	"fixed": "Fixed", "next": "Didn't help → next", "done": "Done → next", "last": "Still not fixed", "cannot": "Can't do this",
	"back": "Back", "direct": "Continue in DM", "person": "Get a person", "usb": "USB",
}

// do handles events of a user, separated by spaces: ask and disk are messages, the others
// are buttons of the last post.
func (s *school) do(user, events string) {
	s.t.Helper()
	for event := range strings.FieldsSeq(events) {
		s.events++
		id := fmt.Sprint("e", s.events)
		var posts []bot.Post
		switch event {
		case "ask", "disk":
			m := message(id, map[string]string{"ask": fanPaste, "disk": lostPaste}[event])
			m.From = bot.User{ID: user, Name: user}
			posts = s.handle(s.t, m)
		default:
			posts = s.handle(s.t, pressOf(id, user, s.last[user], labels[event]))
		}
		for _, p := range posts {
			if len(p.Reply.Buttons()) > 0 && !p.Withdraw && !p.Closes {
				s.last[user] = p
			}
		}
	}
}

// outcomes returns those of the fan as "step outcome n", without hashes.
func (s *school) outcomes() string {
	s.t.Helper()
	counts, _, err := s.memory.StepCounts(s.t.Context(), "loud-fan", bot.UserKey{})
	if err != nil {
		s.t.Fatal(err)
	}
	var all []string
	for _, c := range counts {
		step, _, _ := strings.Cut(c.Step, "#")
		all = append(all, fmt.Sprintf("%s %s %d", step, c.Outcome, c.N))
	}
	return strings.Join(all, ", ")
}

// teach adds outcomes of the fan: "step helped/of" for each.
func (s *school) teach(outcomes string) {
	s.t.Helper()
	s.events++
	turn := bot.Turn{Event: bot.EventID(fmt.Sprint("lesson ", s.events))}
	e := s.base.Entry("loud-fan")
	for fields := strings.Fields(outcomes); len(fields) > 0; fields = fields[2:] {
		var helped, of int
		if _, err := fmt.Sscanf(fields[1], "%d/%d", &helped, &of); err != nil {
			s.t.Fatal(err)
		}
		item, _ := e.StepIndex(fields[0])
		key := e.Steps.Items[item].Key()
		turn.Learned.Counts = append(turn.Learned.Counts,
			bot.StepCount{Entry: e.ID, Step: key, Outcome: bot.StepHelped, N: helped},
			bot.StepCount{Entry: e.ID, Step: key, Outcome: bot.StepNotHelped, N: of - helped})
	}
	if err := s.memory.Apply(s.t.Context(), turn); err != nil {
		s.t.Fatal(err)
	}
}

// walkthrough returns the latest one of a user.
func (s *school) walkthrough(user string) bot.Walkthrough {
	s.t.Helper()
	all, err := s.memory.Walkthroughs(s.t.Context(), bot.UserKey{Adapter: "test", ID: user}, 1)
	if err != nil || len(all) == 0 {
		s.t.Fatalf("no walkthrough: %v", err)
	}
	return all[0]
}

// TestOutcomes checks what conversations make of the outcomes of steps.
func TestOutcomes(t *testing.T) {
	for _, tt := range []struct{ name, events, want string }{
		{"no answer", "ask", "dust open 1"},
		{"helped", "ask fixed", "dust helped 1"},
		{"the second", "ask next fixed", "dust not_helped 1, oil helped 1"},
		{"back", "ask next back", "dust open 1"},
		{"back and forth", "ask next back next back next", "dust not_helped 1, oil open 1"},
		{"a chain begins", "ask next next done", "dust not_helped 1, oil not_helped 1, speed open 1"},
		{"a chain helps", "ask next next done fixed", "dust not_helped 1, oil not_helped 1, speed helped 1"},
		{"a chain is left", "ask next next cannot", "dust not_helped 1, off open 1, oil not_helped 1, speed skipped 1"},
		{"in a direct message", "ask direct fixed", "dust open 1"},
		{"a person", "ask person", "dust open 1"},
		{"asked again", "ask fixed ask next", "dust helped 1"},
		{"another error", "disk usb fixed ask next", "dust not_helped 1, oil open 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSchool(t, bot.LearningCount)
			s.do("kim", tt.events)
			if got := s.outcomes(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			off := newSchool(t, bot.LearningOff)
			off.do("kim", tt.events)
			if got := off.outcomes(); got != "" {
				t.Errorf("off: %s", got)
			}
		})
	}
}

// TestOutcomesCorrected checks that a success is taken back if the error comes back,
// and confirmed by an answer to the follow-up.
func TestOutcomesCorrected(t *testing.T) {
	s := newSchool(t, bot.LearningCount)
	reply := func(text, want string) {
		t.Helper()
		s.events++
		m := message(fmt.Sprint("r", s.events), text)
		m.From, m.InThread, m.Thread = bot.User{ID: "kim"}, true, s.walkthrough("kim").Thread
		s.handle(t, m)
		if got := s.outcomes(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	s.do("kim", "ask")
	reply("fixed, thanks", "dust helped 1")
	reply("it came back", "dust not_helped 1, oil open 1")
	reply("fixed now", "dust not_helped 1, oil helped 1")
	reply("start over", "dust open 1")
}

// TestOneAsker checks that a user who presses "Fixed" over and over counts once, in
// one conversation and in many.
func TestOneAsker(t *testing.T) {
	s := newSchool(t, bot.LearningOn)
	s.do("eve", "ask"+strings.Repeat(" next back", 40)+" next fixed")
	s.do("eve", strings.Repeat("ask next fixed ", 40))
	if got, want := s.outcomes(), "dust not_helped 1, oil helped 1"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestOrder checks the order of a walkthrough, what it shows, and that later outcomes,
// a restart and a new beginning do not change it.
func TestOrder(t *testing.T) {
	s := newSchool(t, bot.LearningOn)
	s.teach("dust 4/40 oil 18/21 speed 30/40 off 40/40")
	s.do("kim", "ask")
	if got := bottest.Text(s.last["kim"].Reply); !strings.Contains(got, "Oil it") || !strings.Contains(got, "Step 1 of 4") || !strings.Contains(got, "Helped 18 of 21 times.") {
		t.Errorf("the first step is\n%s", got)
	}
	order := "oil speed dust off"
	check := func(when string) {
		t.Helper()
		var ids []string
		for _, o := range s.walkthrough("kim").Order {
			ids = append(ids, o.Step)
		}
		if got := strings.Join(ids, " "); got != order {
			t.Errorf("%s: %s, want %s", when, got, order)
		}
	}
	check("at first")
	s.teach("dust 400/400 oil 0/400 speed 0/400")
	s.stop()
	s.start()
	s.do("kim", "next")
	check("later")
	if got := bottest.Text(s.last["kim"].Reply); !strings.Contains(got, "Open the setup") || !strings.Contains(got, "Helped 30 of 40 times.") {
		t.Errorf("the second step is\n%s", got)
	}
	s.do("kim", "done")
	if got := bottest.Text(s.last["kim"].Reply); strings.Contains(got, "Helped") {
		t.Errorf("the second part of a chain shows\n%s", got)
	}
	s.do("kim", "next")
	if got := bottest.Text(s.last["kim"].Reply); !strings.Contains(got, "Remove the dust") || !strings.Contains(got, "Helped 4 of 40 times.") {
		t.Errorf("the third step is\n%s", got)
	}
	s.do("kim", "next")
	if got := bottest.Text(s.last["kim"].Reply); !strings.Contains(got, "Restart the server") {
		t.Errorf("the last step is\n%s", got)
	}
	m := message("over", "start over")
	m.From, m.InThread, m.Thread = bot.User{ID: "kim"}, true, s.walkthrough("kim").Thread
	if got := said(s.handle(t, m), "c"); !strings.Contains(got, "Oil it") {
		t.Errorf("after \"start over\":\n%s", got)
	}
	check("after \"start over\"")
	s.do("lee", "ask")
	if got := bottest.Text(s.last["lee"].Reply); !strings.Contains(got, "Remove the dust") || !strings.Contains(got, "Helped 404 of 440 times.") {
		t.Errorf("the first step of the next user is\n%s", got)
	}
}

// TestOrderOff checks that nothing changes unless learning is on.
func TestOrderOff(t *testing.T) {
	for _, learning := range []bot.Learning{"", bot.LearningOff, bot.LearningCount} {
		s := newSchool(t, learning)
		s.teach("dust 4/40 oil 18/21")
		s.do("kim", "ask")
		if got := bottest.Text(s.last["kim"].Reply); !strings.Contains(got, "Remove the dust") || strings.Contains(got, "Helped") {
			t.Errorf("%q: the first step is\n%s", learning, got)
		}
		if data, err := json.Marshal(s.walkthrough("kim")); err != nil || strings.Contains(string(data), `"order":[`) {
			t.Errorf("%q: %s %v", learning, data, err)
		}
	}
	if bot.DefaultPolicy().Learning != bot.LearningOff {
		t.Error("learning is not off by default")
	}
}

// TestConverges simulates users whom oil helps most often: the bot learns that, never
// lets the risky step lead although it would help everybody, and each stored order
// follows from the outcomes that it names.
func TestConverges(t *testing.T) {
	s := newSchool(t, bot.LearningOn)
	r := rand.New(rand.NewPCG(3, 4))
	helps := map[string]float64{"dust": 0.2, "oil": 0.8, "bios": 0, "slow": 0.4, "off": 1}
	const users = 100
	oilLeads := 0
	for i := range users {
		user := fmt.Sprint("user ", i)
		s.do(user, "ask")
		w := s.walkthrough(user)
		if w.At.Step == "oil" {
			oilLeads++
		}
		if want := bot.Order(w.Entry, countsOf(w)); len(w.Order) > 0 && !slices.Equal(w.Order, want) {
			t.Fatalf("the order %v does not follow from its outcomes: %v", w.Order, want)
		}
		if n := len(w.Order); n > 0 && w.Order[n-1].Step != "off" {
			t.Fatalf("the risky step moved: %v", w.Order)
		}
		for range 6 {
			if w = s.walkthrough(user); w.Status != bot.StatusWalking || w.At.Step == "" {
				break
			}
			answer := []string{"fixed", "next"}
			if r.Float64() > helps[w.At.Step] {
				slices.Reverse(answer)
			}
			if w.At.Step == "bios" {
				answer = []string{"done"}
			}
			if !slices.ContainsFunc(s.last[user].Reply.Buttons(), func(b bot.LabeledButton) bool { return b.Label == labels[answer[0]] }) {
				break
			}
			s.do(user, answer[0])
		}
	}
	if oilLeads < users/2 {
		t.Errorf("oil led for %d of %d users", oilLeads, users)
	}
	if w := s.walkthrough(fmt.Sprint("user ", users-1)); len(w.Order) == 0 || w.Order[0].Step != "oil" {
		t.Errorf("at last the order is %v", w.Order)
	}
}

// countsOf returns the outcomes that the order of a walkthrough names.
func countsOf(w bot.Walkthrough) (all []bot.StepCount) {
	for _, o := range w.Order {
		item, _ := w.Entry.StepIndex(o.Step)
		key := w.Entry.Steps.Items[item].Key()
		all = append(all, bot.StepCount{Entry: w.Entry.ID, Step: key, Outcome: bot.StepHelped, N: o.Helped},
			bot.StepCount{Entry: w.Entry.ID, Step: key, Outcome: bot.StepNotHelped, N: o.NotHelped})
	}
	return all
}

// TestOrderInKorean checks the line with the outcomes in Korean.
func TestOrderInKorean(t *testing.T) {
	s := newSchool(t, bot.LearningOn)
	s.teach("dust 18/21")
	m := message("ko", "백업 서버의 시그마 팬 소음이 너무 큽니다.")
	m.From.Locale, m.At = "ko-KR", time.Unix(1, 0)
	if got := said(s.handle(t, m), "c"); !strings.Contains(got, "이 방법으로 21번 중 18번 해결되었습니다.") {
		t.Errorf("got\n%s", got)
	}
}

// TestLearnBetween checks that a conversation that counts may go back to the choice
// between entries, and end because its message is deleted.
func TestLearnBetween(t *testing.T) {
	s := newSchool(t, bot.LearningOn)
	s.stop()
	base, err := kb.Load(kb.Layer{Name: "test", FS: fstest.MapFS{"lost-disk.yaml": {Data: []byte(lost)}, "twin-disk.yaml": {Data: []byte(twin)}}})
	if err != nil {
		t.Fatal(err)
	}
	s.base = base
	s.start()
	command := message("m1", "90001")
	command.Command, command.Thread.Root = true, bot.CommandRoot+"m1"
	thread := s.handle(t, command)[0].Thread
	for i, tt := range []struct{ says, want string }{{"2", "Plug it in"}, {"back", "Which one is yours?"}, {"2", "Plug it in"}} {
		m := message(fmt.Sprint("reply ", i), tt.says)
		m.Thread, m.InThread = thread, true
		if got := said(s.handle(t, m), "c"); !strings.Contains(got, tt.want) {
			t.Errorf("%q leads to %q, want %q", tt.says, got, tt.want)
		}
	}
	s.handle(t, message("m2", "The spare disk eta is gone."))
	gone := message("m3", "")
	gone.Thread.Root, gone.Change, gone.Original = "m2", bot.ChangeDeleted, "m2"
	s.handle(t, gone)
	if w, _, err := s.memory.Load(t.Context(), gone.Thread, bot.UserKey{}); err != nil || w.Status != bot.StatusEnded {
		t.Errorf("after its message was deleted: %q, %v", w.Status, err)
	}
}
