package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
)

// TestCounts checks what conversations make of the figures.
func TestCounts(t *testing.T) {
	reply := func(d *desk, text string) []bot.Post {
		d.events++
		m := message(fmt.Sprint("reply ", d.events), text)
		m.Thread.Root, m.InThread = "m", true
		return d.handle(d.t, m)
	}
	ask := func(d *desk, text string, addressed bool) []bot.Post {
		m := message("m", text)
		m.Addressed = addressed
		return d.handle(d.t, m)
	}
	last := func(posts []bot.Post) bot.Post { return posts[len(posts)-1] }
	for name, tt := range map[string]struct {
		talk func(d *desk)
		want string
	}{
		"chatter":        {func(d *desk) { ask(d, "is the meeting at ten?", false) }, ""},
		"an answer":      {func(d *desk) { ask(d, lostPaste, false) }, "answered  , begun lost-disk , question  sure"},
		"not recognized": {func(d *desk) { ask(d, "what about the weather in the data center?", true) }, "answered  , question  unmatched"},
		"the same error again": {func(d *desk) {
			ask(d, lostPaste, false)
			m := message("n", lostPaste)
			m.From = bot.User{ID: "u2", Name: "u2"}
			d.handle(d.t, m)
		}, "answered   2, begun lost-disk , question  repeat, question  sure"},
		"an edit of the question": {func(d *desk) {
			ask(d, lostPaste, false)
			m := message("m2", lostPaste+" since yesterday")
			m.Thread.Root, m.Change, m.Original = "m", bot.ChangeEdited, "m"
			d.handle(d.t, m)
		}, "answered  , begun lost-disk , question  sure"},
		"redelivered": {func(d *desk) { ask(d, lostPaste, false); ask(d, lostPaste, false) }, "answered  , begun lost-disk , question  sure"},
		"fixed, held": {func(d *desk) {
			ask(d, lostPaste, false)
			reply(d, "fixed, thanks")
			time.Sleep(25 * time.Hour)
			synctest.Wait()
			d.handle(d.t, press("p", last(d.recorder.Take()), "Yes, it held"))
		}, "answered  , begun lost-disk , held lost-disk , question  sure, solved lost-disk , solved_in  "},
		"fixed, came back": {func(d *desk) {
			ask(d, lostPaste, false)
			reply(d, "fixed, thanks")
			reply(d, "it came back")
		}, "answered  , begun lost-disk , question  sure, returned lost-disk , solved lost-disk , solved_in  "},
		"published": {func(d *desk) {
			d.policy.Default = bot.ModeSupervised
			d.stop()
			d.start()
			post := teamPost(d.t, ask(d, lostPaste, false))
			time.Sleep(time.Minute)
			d.handle(d.t, pressOf("p", "sam", post, "Publish"))
			d.handle(d.t, pressOf("q", "lee", post, "Not this"))
		}, "answered  , begun lost-disk , published lost-disk sure, question  sure"},
		"not published": {func(d *desk) {
			d.policy.Default = bot.ModeSupervised
			d.stop()
			d.start()
			d.handle(d.t, pressOf("p", "sam", teamPost(d.t, ask(d, lostPaste, false)), "Not this"))
		}, "question  sure, rejected lost-disk sure"},
		"a person": {func(d *desk) {
			posts := ask(d, lostPaste, false)
			d.handle(d.t, press("p", last(posts), "Get a person"))
		}, "answered  , begun lost-disk , escalated lost-disk , question  sure"},
		"solved by the team": {func(d *desk) {
			posts := ask(d, lostPaste, false)
			posts = d.handle(d.t, press("p", last(posts), "Get a person"))
			d.handle(d.t, pressOf("t", "sam", teamPost(d.t, posts), "Solved"))
		}, "answered  , begun lost-disk , escalated lost-disk , question  sure, solved lost-disk , solved_in  "},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				tt.talk(d)
				if got := sumsOf(t, d); got != tt.want {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			})
		})
	}
}

// sumsOf returns the sums of a desk without times. All are of one event, or the
// number is named.
func sumsOf(t *testing.T, d *desk) string {
	t.Helper()
	byDay, err := d.CountsByDay(t.Context(), 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	byEntry, err := d.CountsByEntry(t.Context(), 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range slices.Concat(byDay, byEntry) {
		if c.Kind == bot.CountAnswered || c.Kind == bot.CountSolvedIn {
			c.Detail = ""
		}
		form := fmt.Sprintf("%s %s %s", c.Kind, c.Entry, c.Detail)
		if c.N != 1 {
			form += fmt.Sprint(" ", c.N)
		}
		all = append(all, form)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// TestTimeBuckets checks that the middle of a bucket is near every time in it.
func TestTimeBuckets(t *testing.T) {
	for d := time.Millisecond; d < 400*24*time.Hour; d = d*11/10 + time.Millisecond {
		middle := bot.BucketTime(bot.TimeBucket(d))
		if ratio := float64(middle) / float64(d); d > 10*time.Millisecond && (ratio < 0.87 || ratio > 1.15) {
			t.Errorf("%v is shown as %v", d, middle)
		}
	}
	for _, d := range []time.Duration{0, -time.Hour} {
		if got := bot.TimeBucket(d); got != "0" {
			t.Errorf("%v is in bucket %s", d, got)
		}
	}
	for _, detail := range []string{"", "x", "-1", "999999999"} {
		if got := bot.BucketTime(detail); got != 0 {
			t.Errorf("%q is %v", detail, got)
		}
	}
}
