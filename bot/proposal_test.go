package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
)

func supervised(p *bot.Policy) { p.Default = bot.ModeSupervised }

// proposed lets alex paste an error in a supervised channel, and returns the team's
// post.
func (d *desk) proposed(id string) bot.Post {
	d.t.Helper()
	return teamPost(d.t, d.handle(d.t, message(id, lostPaste)))
}

// TestSupervises checks what waits for a person in a supervised channel, and what
// does not.
func TestSupervises(t *testing.T) {
	const vague = "The backup disk zeta was lost, or the spare disk eta is gone (ID: 90001)"
	direct := func(m *bot.Message) {
		m.Direct, m.Addressed, m.Thread = true, true, bot.Thread{Adapter: "test", Channel: bot.DirectChannel + "U1"}
	}
	for _, tt := range []struct {
		name, text   string
		change       func(*bot.Message)
		policy       func(*bot.Policy)
		waits, posts bool
	}{
		{"an error", lostPaste, nil, nil, true, true},
		{"a mention with an error", lostPaste, func(m *bot.Message) { m.Addressed = true }, nil, true, true},
		{"a likely error", vague, func(m *bot.Message) { m.Addressed = true }, nil, true, true},
		{"talk", "is the meeting at ten?", nil, nil, false, false},
		{"a mention without an error", "what is this about?", func(m *bot.Message) { m.Addressed = true }, nil, false, true},
		{"a greeting", "hello", func(m *bot.Message) { m.Addressed = true }, nil, false, true},
		{"a command", "90001", func(m *bot.Message) { m.Command, m.Thread.Root = true, bot.CommandRoot+"m" }, nil, false, true},
		{"a direct message", lostPaste, direct, nil, false, true},
		{"another bot", lostPaste, func(m *bot.Message) { m.From.Bot = true }, nil, false, false},
		{"a bot that is listed", lostPaste, func(m *bot.Message) { m.From.Bot = true },
			func(p *bot.Policy) { p.Channels = map[string]bot.ChannelPolicy{"c": {Bots: []string{"U1"}}} }, true, true},
		{"mode on", lostPaste, nil, func(p *bot.Policy) { p.Default = bot.ModeOn }, false, true},
		{"no channel of the team", lostPaste, nil, func(p *bot.Policy) { p.EscalationChannels = nil }, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, supervised, func(p *bot.Policy) {
				if tt.policy != nil {
					tt.policy(p)
				}
			})
			m := message("m", tt.text)
			if tt.change != nil {
				tt.change(&m)
			}
			posts := d.handle(t, m)
			team, asker := said(posts, "team"), said(posts, m.Thread.Channel)
			if waits := strings.Contains(team, "[Publish] [Not this]"); waits != tt.waits || waits != strings.Contains(asker, "Someone from the team is looking at this") {
				t.Errorf("waits: %v\nteam:\n%s\nasker:\n%s", waits, team, asker)
			}
			if (asker != "") != tt.posts || tt.waits && strings.Contains(asker, "disk") {
				t.Errorf("the asker gets\n%s", asker)
			}
		})
	}
}

// TestPublishedOnce checks that of many presses at once the first publishes, and that
// the walkthrough goes on without a person.
func TestPublishedOnce(t *testing.T) {
	d := newDesk(t, supervised)
	post := d.proposed("m1")
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			user := []string{"sam", "lee", "kim"}[i%3]
			if err := d.recorder.Handle(t.Context(), pressOf(fmt.Sprint("p", i/2), user, post, "Publish")); err != nil { // each delivered twice
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := d.Drain(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	posts := d.recorder.Take()
	if got := said(posts, "c"); strings.Count(got, "Which kind of disk?") != 1 {
		t.Errorf("the asker gets\n%s", got)
	}
	team := said(posts, "team")
	if strings.Count(team, "~ Published by") != 1 || strings.Contains(team, "[Publish]") {
		t.Errorf("the team sees\n%s", team)
	}
	if n := strings.Count(team, "(private)"); n > 3 {
		t.Errorf("%d notices, want one for each who presses at most:\n%s", n, team)
	}
	reply := message("r", "usb")
	reply.Thread.Root, reply.InThread = "m1", true
	posts = d.handle(t, reply)
	if got := said(posts, "c"); !strings.Contains(got, "Plug it in") || said(posts, "team") != "" {
		t.Errorf("after the answer: %s", got)
	}
}

// TestProposalExpires checks what is shown after an hour, and that nothing can be
// published then. A proposal that was published before does not expire.
func TestProposalExpires(t *testing.T) {
	for _, restart := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, supervised)
			kept, post := d.proposed("m1"), d.proposed("m2")
			time.Sleep(50 * time.Minute)
			if got := said(d.handle(t, pressOf("p1", "sam", kept, "Publish")), "c"); !strings.Contains(got, "Which kind of disk?") {
				t.Errorf("after 50 minutes: %s", got)
			}
			if restart {
				d.stop()
				d.start()
			}
			time.Sleep(12 * time.Minute)
			synctest.Wait()
			posts := d.recorder.Take()
			team, asker := said(posts, "team"), said(posts, "c")
			if strings.Count(team, "Expired at TIME") != 1 || strings.Contains(team, "[Publish]") || strings.Count(asker, "No one from the team has answered yet") != 1 {
				t.Errorf("after an hour\nthe team sees\n%s\nthe asker sees\n%s", team, asker)
			}
			late := d.handle(t, pressOf("p2", "sam", post, "Publish"))
			if got := said(late, "team"); got != "(private)   Expired at TIME: no one published it within an hour.\n" || said(late, "c") != "" {
				t.Errorf("a late press: %+v", late)
			}
			told := posts[slices.IndexFunc(posts, func(p bot.Post) bool { return p.Thread.Channel == "c" })]
			person := d.handle(t, pressOf("p3", "U1", told, "Get a person"))
			if got := said(person, "team"); !strings.Contains(got, "alex no longer waits") || !strings.Contains(got, "needs a person · an error") {
				t.Errorf("the team sees\n%s", got)
			}
			if got := said(person, "c"); strings.Contains(got, "disk is lost") {
				t.Errorf("the answer that no one published is shown:\n%s", got)
			}
		})
	}
}

// TestProposalEnds checks that a proposal ends with the wait for it, and that its
// answer is then published no more.
func TestProposalEnds(t *testing.T) {
	in := func(id, text string) bot.Message {
		m := message(id, text)
		m.Thread.Root, m.InThread = "m1", true
		return m
	}
	edit := in("e", "Both omega things have to be done now. (ID: 90002)")
	edit.Change, edit.Original = bot.ChangeEdited, "m1"
	vanished := in("e", "what a day")
	vanished.Change, vanished.Original = bot.ChangeEdited, "m1"
	gone := in("x", "")
	gone.Change, gone.Original = bot.ChangeDeleted, "m1"
	for _, tt := range []struct {
		name       string
		event      bot.Event
		team, late string // what the team sees, and who presses Publish then
	}{
		{"fixed", in("r", "fixed, thanks"), "alex no longer waits", "no longer waits"},
		{"a person", in("r", "get a person please"), "alex no longer waits", "no longer waits"},
		{"another error", in("r", "Both omega things have to be done now. (ID: 90002)"), "alex no longer waits", "no longer waits"},
		{"edited", edit, "alex no longer waits", "no longer waits"},
		{"edited away", vanished, "alex no longer waits", "no longer waits"},
		{"deleted", gone, "alex deleted the question", "deleted the question"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, supervised)
			post := d.proposed("m1")
			posts := d.handle(t, tt.event)
			if got := said(posts, "team"); !strings.Contains(got, tt.team) {
				t.Errorf("the team sees\n%s", got)
			}
			if got := said(posts, "c"); strings.Contains(got, "disk is lost") {
				t.Errorf("the asker sees\n%s", got)
			}
			for _, label := range []string{"Publish", "Not this"} {
				late := d.handle(t, pressOf(label, label, post, label))
				if got := said(late, "team"); !strings.HasPrefix(got, "(private)") || !strings.Contains(got, tt.late) || said(late, "c") != "" {
					t.Errorf("a late press: %+v", late)
				}
			}
		})
	}
}

// TestDeletedAfterPublished checks that the team's post forgets a question that is
// deleted.
func TestDeletedAfterPublished(t *testing.T) {
	d := newDesk(t, supervised)
	post := d.proposed("m1")
	d.handle(t, pressOf("p", "sam", post, "Publish"))
	m := message("x", "")
	m.Thread.Root, m.Change, m.Original = "m1", bot.ChangeDeleted, "m1"
	if got := said(d.handle(t, m), "team"); !strings.Contains(got, "alex deleted the question") || strings.Contains(got, "FS-11") {
		t.Errorf("the team sees\n%s", got)
	}
}

// TestProposalThread checks what the bot says in the team's thread of a proposal, in
// the language of the team.
func TestProposalThread(t *testing.T) {
	d := newDesk(t, supervised, func(p *bot.Policy) {
		p.Channels = map[string]bot.ChannelPolicy{"team": {Mode: bot.ModeOff, Language: "ko"}}
	})
	post := d.proposed("m1")
	say := func(id string, command bool) string {
		m := message(id, "solved 1 all of it")
		m.From, m.Thread, m.InThread, m.Command = bot.User{ID: "sam", Name: "sam"}, post.Thread, true, command
		return said(d.handle(t, m), "team")
	}
	if got := say("s1", true); !strings.Contains(got, "1번 요청은 없습니다") && !strings.Contains(got, "There is no case 1") {
		t.Errorf("a proposal is solved: %s", got)
	}
	if got := said(d.handle(t, pressOf("p", "sam", post, "맞지 않음")), "team"); !strings.Contains(got, "sam 님이 맞지 않는다고 판단") {
		t.Errorf("the team sees\n%s", got)
	}
	for _, number := range []string{"", "x", "77"} {
		e := bot.Press{Head: bot.Head{ID: bot.EventID("none " + number), Thread: post.Thread, From: bot.User{ID: "sam"}}, Button: bot.Button{Action: bot.ActionApprove, Choice: number}}
		if got := said(d.handle(t, e), "team"); !strings.Contains(got, "더 이상 게시할 수 없습니다") && !strings.Contains(got, "can't be published") {
			t.Errorf("proposal %q: %q", number, got)
		}
	}
}
