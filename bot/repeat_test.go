package bot_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
)

// TestRepeatedPaste checks that 45 pastes of an error by one user lead to an answer
// and one link, that another user gets a link meanwhile, and that both can ask again
// after the window.
func TestRepeatedPaste(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := runWith(t, bot.DefaultPolicy())
		paste := func(who bot.User, n int) (posts int) {
			for i := range n {
				m := message(fmt.Sprint(who.ID, " ", time.Now().UnixNano(), " ", i), lostPaste)
				m.From = who
				posts += len(f.handle(t, m))
			}
			return posts
		}
		for range 2 {
			if got := paste(alex, 45); got != 2 {
				t.Errorf("%d posts for 45 pastes, want the answer and a link", got)
			}
			if got := paste(bot.User{ID: "other", Name: "other"}, 45); got != 1 {
				t.Errorf("%d posts for another user, want a link", got)
			}
			time.Sleep(bot.DefaultPolicy().RepeatWindow + time.Second)
		}
	})
}

// TestRepeatedPasteAgain checks that an event that comes again gets no second link,
// and does not lose its own.
func TestRepeatedPasteAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := runWith(t, bot.DefaultPolicy())
		for i, want := range []int{1, 1, 0} {
			event := message(fmt.Sprint("m", i), lostPaste)
			if got := len(f.handle(t, event)); got != want {
				t.Errorf("message %d: %d posts, want %d", i, got, want)
			}
			if got := len(f.handle(t, event)); got != 0 {
				t.Errorf("message %d again: %d posts", i, got)
			}
		}
	})
}
