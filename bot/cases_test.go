package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// A desk is a bot with a hand-over channel, which can be restarted.
type desk struct {
	fixture
	t      *testing.T
	base   *kb.Base
	policy bot.Policy
	stop   func()
	events int
}

func newDesk(t *testing.T, change ...func(*bot.Policy)) *desk {
	t.Helper()
	d := &desk{t: t, base: testBase(t), policy: bot.DefaultPolicy(), fixture: fixture{memory: store.NewMemory()}}
	d.policy.EscalationChannels = map[string]string{"test": "team"}
	for _, c := range change {
		c(&d.policy)
	}
	d.start()
	t.Cleanup(func() { d.stop() })
	return d
}

func (d *desk) start() {
	d.recorder = bottest.NewRecorder("test", everything)
	d.Bot = bot.New(func() *kb.Base { return d.base }, testLocales(d.t), d.policy, d.memory, d.memory, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := d.Run(ctx, d.recorder); err != nil {
			d.t.Error(err)
		}
	})
	d.stop = func() { cancel(); wg.Wait() }
}

// ask lets a user ask for a person with a look-up of their own. It returns the
// posts.
func (d *desk) ask(user string) []bot.Post {
	d.t.Helper()
	d.events++
	m := message(fmt.Sprintf("ask %d", d.events), lostPaste)
	m.Addressed = true // otherwise a repeat gets a link
	m.From = bot.User{ID: user, Name: user}
	posts := d.handle(d.t, m)
	p := press(fmt.Sprintf("person %d", d.events), posts[len(posts)-1], "Get a person")
	p.From = m.From
	return d.handle(d.t, p)
}

// teamPost returns the post in the hand-over channel.
func teamPost(t *testing.T, posts []bot.Post) bot.Post {
	t.Helper()
	i := slices.IndexFunc(posts, func(p bot.Post) bool { return p.Thread.Channel == "team" && p.Replaces == "" })
	if i < 0 {
		t.Fatalf("the team got nothing: %+v", posts)
	}
	return posts[i]
}

// pressOf returns the press of a button with the label by a user.
func pressOf(id, user string, p bot.Post, label string) bot.Press {
	e := press(id, p, label)
	e.From = bot.User{ID: user, Name: user}
	return e
}

// said returns the texts of posts in a channel, those that are edits or
// withdrawals marked.
func said(posts []bot.Post, channel string) string {
	var b strings.Builder
	for _, p := range posts {
		if p.Thread.Channel == channel {
			if p.Withdraw {
				b.WriteString("(withdrawn)\n")
			}
			if p.Private {
				b.WriteString("(private) ")
			}
			b.WriteString(bottest.Text(p.Reply))
		}
	}
	return b.String()
}

// TestReminder checks that a case that no one takes is mentioned once more, also
// after a restart, and that one that is taken or closed is not.
func TestReminder(t *testing.T) {
	for name, tt := range map[string]struct {
		act  func(d *desk, posts []bot.Post)
		want int
	}{
		"nothing happens": {func(*desk, []bot.Post) {}, 1},
		"a restart":       {func(d *desk, _ []bot.Post) { d.stop(); d.start() }, 1},
		"taken": {func(d *desk, posts []bot.Post) {
			d.handle(d.t, pressOf("t", "sam", teamPost(d.t, posts), "I'll take it"))
		}, 0},
		"solved": {func(d *desk, posts []bot.Post) {
			d.handle(d.t, pressOf("t", "sam", teamPost(d.t, posts), "Solved"))
		}, 0},
		"solved, and not after all": {func(d *desk, posts []bot.Post) {
			after := d.handle(d.t, pressOf("t", "sam", teamPost(d.t, posts), "Solved"))
			for _, p := range after {
				if len(p.Reply.Buttons()) > 0 && p.Thread.Channel == "c" {
					d.handle(d.t, pressOf("n", "u", p, "Not solved"))
				}
			}
		}, 1},
		"fixed": {func(d *desk, posts []bot.Post) {
			m := message("f", "fixed, thanks")
			m.From, m.Thread, m.InThread = bot.User{ID: "u", Name: "u"}, bot.Thread{Adapter: "test", Channel: "c", Root: "ask 1"}, true
			d.handle(d.t, m)
		}, 0},
		"deleted": {func(d *desk, posts []bot.Post) {
			m := message("x", "")
			m.Thread.Root, m.Change, m.Original = "ask 1", bot.ChangeDeleted, "ask 1"
			d.handle(d.t, m)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				posts := d.ask("u")
				time.Sleep(14 * time.Minute)
				d.recorder.Take()
				tt.act(d, posts)
				for range 3 {
					time.Sleep(16 * time.Minute)
				}
				synctest.Wait()
				got := said(d.recorder.Take(), "team")
				if n := strings.Count(got, "no one has taken it"); n != tt.want {
					t.Errorf("%d reminders, want %d:\n%s", n, tt.want, got)
				}
				if tt.want == 1 && !strings.Contains(got, "[I'll take it]") {
					t.Errorf("the reminder has no button:\n%s", got)
				}
			})
		})
	}
}

// TestNoReminder checks that 0 never reminds.
func TestNoReminder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, func(p *bot.Policy) { p.Reminder = 0 })
		d.ask("u")
		time.Sleep(72 * time.Hour)
		synctest.Wait()
		if got := said(d.recorder.Take(), "team"); strings.Contains(got, "waiting") {
			t.Errorf("reminded:\n%s", got)
		}
	})
}

// TestTakenOnce checks that of many presses at once by two people one takes the
// case, and that each of them gets one notice at most.
func TestTakenOnce(t *testing.T) {
	d := newDesk(t)
	post := teamPost(t, d.ask("u"))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			p := pressOf(fmt.Sprint("take ", i), []string{"sam", "lee"}[i%2], post, "I'll take it")
			if err := d.recorder.Handle(t.Context(), p); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := d.Drain(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	posts := d.recorder.Take()
	asker := said(posts, "c")
	if strings.Count(asker, "took your case") != 1 {
		t.Errorf("the asker sees\n%s", asker)
	}
	winner, other := "sam", "lee"
	if strings.Contains(asker, "lee took") {
		winner, other = other, winner
	}
	team := said(posts, "team")
	if strings.Count(team, "? Taken by "+winner) != 1 || strings.Count(team, "(private)   Taken by "+winner) > 1 || strings.Contains(team, "Taken by "+other) || strings.Count(team, "You have it") > 1 {
		t.Errorf("the team sees\n%s", team)
	}
}

// TestNumbers checks that cases that are opened at once get different numbers.
func TestNumbers(t *testing.T) {
	d := newDesk(t, func(p *bot.Policy) { p.Incident.People = 0 })
	const n = 8
	var presses []bot.Press
	for i := range n {
		m := message(fmt.Sprint("m", i), lostPaste)
		m.Addressed, m.From = true, bot.User{ID: fmt.Sprint("u", i), Name: "user"}
		posts := d.handle(t, m)
		p := press(fmt.Sprint("p", i), posts[len(posts)-1], "Get a person")
		p.From = m.From
		presses = append(presses, p)
	}
	var wg sync.WaitGroup
	for _, p := range presses {
		wg.Go(func() {
			if err := d.recorder.Handle(t.Context(), p); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	open, err := d.OpenCases(t.Context(), 99)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for _, c := range open {
		numbers = append(numbers, c.Number)
	}
	slices.Sort(numbers)
	if want := []int{1, 2, 3, 4, 5, 6, 7, 8}; !slices.Equal(numbers, want) {
		t.Errorf("numbers %v, want %v", numbers, want)
	}
}

// TestLimit checks that one person opens five cases an hour at most, and what
// they see then.
func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		for i := range 7 {
			posts := d.ask("u")
			asked := said(posts, "team") != ""
			if asked != (i < 5) {
				t.Errorf("request %d: the team was asked: %v", i+1, asked)
			}
			if got := said(posts, "c"); !asked && (!strings.Contains(got, "5 times within the last hour") || !strings.Contains(got, "lost-disk")) {
				t.Errorf("request %d: the asker sees\n%s", i+1, got)
			}
		}
		unknown := message("unknown", "get a person")
		unknown.From, unknown.Addressed = bot.User{ID: "u", Name: "u"}, true
		if got := said(d.handle(t, unknown), "c"); !strings.Contains(got, "5 times") || strings.Contains(got, "summary") {
			t.Errorf("without an error: %q", got)
		}
		if said(d.ask("other"), "team") == "" {
			t.Error("the limit holds for other people, too")
		}
		time.Sleep(time.Hour)
		if said(d.ask("u"), "team") == "" {
			t.Error("the limit holds after an hour")
		}
	})
}

// TestTeamChannelMode checks that the team can use the buttons where the bot is
// otherwise off or in shadow mode.
func TestTeamChannelMode(t *testing.T) {
	for _, mode := range []bot.Mode{bot.ModeOff, bot.ModeShadow, bot.ModeMention} {
		d := newDesk(t, func(p *bot.Policy) { p.Channels = map[string]bot.ChannelPolicy{"team": {Mode: mode, Language: "ko"}} })
		post := teamPost(t, d.ask("u"))
		posts := d.handle(t, pressOf("t", "sam", post, "제가 맡겠습니다"))
		if !strings.Contains(said(posts, "c"), "sam took your case") || !strings.Contains(said(posts, "team"), "담당자: sam") {
			t.Errorf("%s: %+v", mode, posts)
		}
	}
}

// TestTeamTalk checks that people can talk in the team's thread, and that an
// address of the bot there records what helped.
func TestTeamTalk(t *testing.T) {
	d := newDesk(t)
	post := teamPost(t, d.ask("u"))
	say := func(id, text string, addressed bool) []bot.Post {
		m := message(id, text)
		m.From, m.Thread, m.InThread, m.Addressed = bot.User{ID: "sam", Name: "sam"}, post.Thread, true, addressed
		return d.handle(t, m)
	}
	for i, text := range []string{"looking", "fixed", "next", lostPaste, "get a person"} {
		if posts := say(fmt.Sprint("talk ", i), text, false); len(posts) > 0 {
			t.Errorf("%q is answered: %+v", text, posts)
		}
	}
	if got := said(say("a1", "what is this?", true), "team"); !strings.Contains(got, "/mabs solved 1") {
		t.Errorf("a question gets %q", got)
	}
	posts := say("a2", "it works now, the cable was off", true)
	if got := said(posts, "team"); !strings.Contains(got, "Solved by sam, TIME. What helped: it works now, the cable was off") {
		t.Errorf("the team sees %q", got)
	}
	if got := said(posts, "c"); !strings.Contains(got, "sam says that it is solved") || !strings.Contains(got, "[Not solved]") {
		t.Errorf("the asker sees %q", got)
	}
}

// TestNeeds checks that a decision that lacks the cases says so and nothing
// else, and that the handler loads them for a press of an unknown case.
func TestNeeds(t *testing.T) {
	d := newDesk(t)
	for _, number := range []string{"", "x", "77", "99999999999999999999"} {
		e := bot.Press{Head: bot.Head{ID: bot.EventID("p" + number), Thread: bot.Thread{Adapter: "test", Channel: "team", Root: "r"}, From: bot.User{ID: "sam"}}, Button: bot.Button{Action: bot.ActionTake, Choice: number}}
		if got := said(d.handle(t, e), "team"); !strings.Contains(got, "No one asked for a person") {
			t.Errorf("case %q: %q", number, got)
		}
	}
}

// TestHeld checks that the fix counts as confirmed only if a user says so.
func TestHeld(t *testing.T) {
	d := newDesk(t, func(p *bot.Policy) { p.FollowUp = time.Millisecond })
	first := d.handle(t, message("m1", lostPaste))
	thread := first[0].Thread
	d.handle(t, press("p1", d.handle(t, press("p0", first[len(first)-1], "USB"))[1], "Fixed"))
	state := func() bot.Walkthrough {
		w, _, err := d.memory.Load(t.Context(), thread, bot.UserKey{})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	if w := state(); w.Status != bot.StatusSolved || w.Held {
		t.Errorf("after \"fixed\": %s, held %v", w.Status, w.Held)
	}
	m := message("m2", "yes")
	m.Thread, m.InThread = thread, true
	d.handle(t, m)
	if w := state(); w.Status != bot.StatusEnded || !w.Held {
		t.Errorf("after \"yes\": %s, held %v", w.Status, w.Held)
	}
}
