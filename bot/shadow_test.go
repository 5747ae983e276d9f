package bot_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"

	"mabsbot/bot"
	"mabsbot/bot/store"
)

// TestLowerBound checks the bound against values of R: prop.test(x, n, correct = FALSE).
func TestLowerBound(t *testing.T) {
	for _, tt := range []struct {
		right, of int
		want      float64
	}{{24, 25, 0.8046}, {0, 0, 0}, {0, 10, 0}, {1, 1, 0.2065}, {10, 10, 0.7225}, {5, 10, 0.2366}, {990, 1000, 0.9817}} {
		if got := bot.LowerBound(tt.right, tt.of); math.Abs(got-tt.want) > 0.0001 {
			t.Errorf("%d of %d: %.4f, want %.4f", tt.right, tt.of, got, tt.want)
		}
	}
}

// TestQuestions checks what is recorded of a message in shadow mode.
func TestQuestions(t *testing.T) {
	for _, tt := range []struct {
		text   string
		change func(*bot.Message)
		want   string // of the first post; "" if nothing is recorded
	}{
		{"is the meeting at ten?", nil, ""},
		{lostPaste, nil, "sure lost-disk: " + lostPaste},
		{lostPaste + "\npassword=Hunter2-Spring", nil, "sure lost-disk: " + lostPaste + "\npassword=[password]"},
		{lostPaste + strings.Repeat(" and so on", 200), nil, "sure lost-disk: " + (lostPaste + strings.Repeat(" and so on", 200))[:999] + "…"},
		{"what about the weather in the data center?", func(m *bot.Message) { m.Addressed = true }, "unmatched : what about the weather in the data center?"},
		{"help", func(m *bot.Message) { m.Command = true }, " : help"},
	} {
		memory := store.NewMemory()
		policy := bot.DefaultPolicy()
		policy.Default = bot.ModeShadow
		r := newPeer(t, policy, memory)
		m := message("m", tt.text)
		if tt.change != nil {
			tt.change(&m)
		}
		r.do(t, m)
		posts, err := r.Shadowed(t.Context(), bot.ShadowQuery{Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(posts) > 0 {
			got = "no question"
			if q := posts[len(posts)-1].Question; q != nil {
				got = fmt.Sprintf("%s %s: %s", q.Result, q.Entry, q.Text)
			}
		}
		if got != tt.want {
			t.Errorf("%.60s: recorded\n%s\nwant\n%s", tt.text, got, tt.want)
		}
	}
}

// TestSwitchOn goes from shadow mode to answers: a channel that only the default keeps
// silent appears in the report, gets votes, and is switched on.
func TestSwitchOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		policy := bot.DefaultPolicy()
		policy.Default = bot.ModeShadow
		r := newPeer(t, policy, store.NewMemory())
		if r.do(t, message("m1", lostPaste)) != "" {
			t.Fatal("a channel in shadow mode is answered")
		}
		edit := message("m1/edit", lostPaste+" Since Monday.")
		edit.Change, edit.Original = bot.ChangeEdited, "m1"
		r.do(t, edit)
		posts, err := r.Shadowed(t.Context(), bot.ShadowQuery{Limit: 9})
		if err != nil || len(posts) != 2 {
			t.Fatalf("%d posts, %v", len(posts), err)
		}
		if err := r.Vote(t.Context(), posts[0].ID, true, bot.User{ID: "console/ed"}); err != nil {
			t.Fatal(err)
		}
		place := bot.Place{Adapter: "test", Channel: "c"}
		sums, err := r.ShadowSums(t.Context())
		if want := (bot.ShadowSum{Place: place, Result: bot.ResultSure, N: 1, Right: 1}); err != nil || len(sums) != 1 || sums[0] != want {
			t.Errorf("the sums are %+v, %v", sums, err)
		}
		if err := r.SetChannel(t.Context(), place, 0, bot.Settings{Mode: bot.ModeOn}, bot.User{ID: "console/ada"}); err != nil {
			t.Fatal(err)
		}
		if r.do(t, message("m2", lostPaste)) == "" {
			t.Error("no answer in the channel that was switched on")
		}
	})
}
