package bot_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"mabsbot/bot"
	"mabsbot/bot/bottest"
	"mabsbot/bot/store"
	"mabsbot/kb"
)

// A gathering is many people in one thread of a bot with a database.
type gathering struct {
	t        *testing.T
	bot      *bot.Bot
	db       *store.SQL
	recorder *bottest.Recorder
	first    bot.Post // the first step of two
}

func newGathering(t *testing.T) *gathering {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), bytes.Repeat([]byte("k"), store.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	base := testBase(t)
	c := &gathering{t: t, db: db, recorder: bottest.NewRecorder("test", everything)}
	c.bot = bot.New(func() *kb.Base { return base }, testLocales(t), bot.DefaultPolicy(), db, db, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := c.bot.Run(ctx, c.recorder); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	c.first = c.atOnce(message("m1", "Both omega things have to be done now. (ID: 90002)"))[0]
	return c
}

// atOnce handles events at once and returns the posts that follow, without those
// that change earlier ones.
func (c *gathering) atOnce(events ...bot.Event) []bot.Post {
	c.t.Helper()
	var wg sync.WaitGroup
	for _, e := range events {
		wg.Go(func() {
			if err := c.recorder.Handle(c.t.Context(), e); err != nil {
				c.t.Errorf("%s: %v", e.About().ID, err)
			}
		})
	}
	wg.Wait()
	if err := c.bot.Drain(c.t.Context(), "test"); err != nil {
		c.t.Fatal(err)
	}
	var posts []bot.Post
	for _, p := range c.recorder.Take() {
		if p.Replaces == "" {
			posts = append(posts, p)
		}
	}
	return posts
}

// wantStep checks where the walkthrough is.
func (c *gathering) wantStep(step string) {
	c.t.Helper()
	w, _, err := c.db.Load(c.t.Context(), c.first.Thread, bot.UserKey{})
	if err != nil || w.At.Step != step {
		c.t.Errorf("the position is %+v, error %v, want step %s", w.At, err, step)
	}
}

func person(i int) bot.User {
	return bot.User{ID: fmt.Sprint("P", i), Name: fmt.Sprint("person", i), Locale: "en-US"}
}

// wantOneStep checks that one post is public, and that each other one is a short
// notice to another user.
func wantOneStep(t *testing.T, posts []bot.Post, notices int) {
	t.Helper()
	public := 0
	noticed := map[string]int{}
	for _, p := range posts {
		if !p.Private {
			public++
			continue
		}
		noticed[p.To.ID]++
		if text := bottest.Text(p.Reply); text != "  That button was already pressed. Go on with the message below it.\n" || noticed[p.To.ID] > 1 {
			t.Errorf("notice %d to %s: %s", noticed[p.To.ID], p.To.ID, text)
		}
	}
	if public != 1 || len(noticed) != notices {
		t.Errorf("%d posts in the thread and notices to %d people, want 1 and %d", public, len(noticed), notices)
	}
}

// TestPressedAtOnce checks that simultaneous presses do not fork the
// conversation: one moves it, and whoever was late gets one short notice.
func TestPressedAtOnce(t *testing.T) {
	for _, tt := range []struct{ people, notices int }{{1, 1}, {20, 19}} {
		t.Run(fmt.Sprint(tt.people), func(t *testing.T) {
			c := newGathering(t)
			var presses []bot.Event
			for i := range 20 {
				p := press(fmt.Sprint("p", i), c.first, "Done → next")
				p.From = person(i % tt.people)
				presses = append(presses, p)
			}
			wantOneStep(t, c.atOnce(presses...), tt.notices)
			c.wantStep("two")
			again := press("again", c.first, "Done → next")
			again.From = person(0)
			if posts := c.atOnce(again, presses[0], presses[1]); tt.people == 1 && len(posts) != 0 {
				t.Errorf("%d more notices", len(posts))
			}
		})
	}
}

// TestNoticeAfterMove checks that a user who presses an old button again gets a
// notice again once the walkthrough has moved.
func TestNoticeAfterMove(t *testing.T) {
	c := newGathering(t)
	second := c.atOnce(press("p1", c.first, "Done → next"))[0]
	if posts := c.atOnce(press("p2", c.first, "Done → next")); len(posts) != 1 {
		t.Errorf("%d notices, want 1", len(posts))
	}
	c.atOnce(press("p3", second, "Back"))
	c.atOnce(press("p4", c.first, "Done → next"))
	c.wantStep("two")
	if posts := c.atOnce(press("p5", c.first, "Done → next")); len(posts) != 1 || !posts[0].Private {
		t.Errorf("%v, want a notice", posts)
	}
}

// TestRepliesAtOnce checks that five people who write in a thread at once move
// it once, by what the asker says to the bot, and that talk gets no answer.
func TestRepliesAtOnce(t *testing.T) {
	for _, words := range []string{"done", "했어요"} {
		c := newGathering(t)
		var replies []bot.Event
		for i, text := range []string{words, "same here since last night", "we rebooted ours on Monday", "not my server :)", "@person1 lunch at twelve"} {
			m := message(fmt.Sprint("r", i), text)
			m.Thread, m.InThread = c.first.Thread, true
			if i > 0 {
				m.From = person(i)
			}
			replies = append(replies, m)
		}
		wantOneStep(t, c.atOnce(replies...), 0)
		c.wantStep("two")
	}
}

// TestBadReplies checks that a reply that is hard to read has one outcome: a
// line, a move, or nothing.
func TestBadReplies(t *testing.T) {
	const (
		silence = iota
		line    // one short post, and the position stays
		move    // the next step
	)
	long := func(words string) string { return strings.Repeat(words, 100_000/len(words)+1) }
	for name, tt := range map[string]struct {
		text string
		want int
	}{
		"100 kB of talk":               {long("no idea what this is about "), line},
		"100 kB of talk, Korean":       {long("무슨 말인지 모를 글입니다 "), line},
		"100 kB without a space":       {long("x"), line},
		"100 kB of line feeds":         {long("\n"), silence},
		"100 kB of emoji":              {long("🤔"), line},
		"100 kB of quotes, then a yes": {long("> Done?\n") + "\ndone", move},
		"emoji":                        {"🤔🤔", line},
		"right-to-left marks":          {"\u200f\u202e\u2067", silence},
		"words in marks":               {"\u202edone\u202c\u200f", move},
		"words in marks, Korean":       {"\u200f했어요\u200f", move},
		"joiners in a word":            {"do\u200bne", move},
		"invalid UTF-8":                {"\xff\xfe", silence},
	} {
		t.Run(name, func(t *testing.T) {
			c := newGathering(t)
			m := message("r1", tt.text)
			m.Thread, m.InThread = c.first.Thread, true
			posts := c.atOnce(m)
			if want := min(tt.want, 1); len(posts) != want {
				t.Fatalf("%d posts, want %d", len(posts), want)
			}
			c.wantStep([]string{"one", "one", "two"}[tt.want])
			if tt.want == line && len(bottest.Text(posts[0].Reply)) > 300 {
				t.Errorf("the line is long: %s", bottest.Text(posts[0].Reply))
			}
		})
	}
}
