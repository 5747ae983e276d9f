package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
)

// giveUp makes new posts dead letters.
func giveUp(t *testing.T, s *SQL, posts ...bot.Post) {
	t.Helper()
	must(t, s.Apply(t.Context(), bot.Turn{Event: bot.EventID(posts[0].ID), Posts: posts}))
	for _, p := range posts {
		must(t, s.Drop(t.Context(), p.ID, p.Attempt, "refused"))
	}
}

// saying returns a post with a text.
func saying(id string, thread bot.Thread, text string) bot.Post {
	return bot.Post{ID: bot.PostID(id), Thread: thread, To: bot.User{ID: "me", Name: "Me"}, Reply: bot.Reply{Blocks: []bot.Block{{Text: text}}}}
}

// wantDead fails unless the dead letters have these texts, in order of their texts.
func wantDead(t *testing.T, s *SQL, want ...string) {
	t.Helper()
	letters, err := s.DeadLetters(t.Context(), 9)
	must(t, err)
	var got []string
	for _, l := range letters {
		text := "unreadable"
		if len(l.Reply.Blocks) > 0 {
			text = l.Reply.Blocks[0].Text
		}
		got = append(got, text)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("got dead letters %q, want %q", got, want)
	}
}

// TestDeadLetterRetention checks that the content of a dead letter is kept for the
// retention, and one that was discarded no longer than other posts.
func TestDeadLetterRetention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openNew(t)
		giveUp(t, s, saying("kept", thread(1), "a"), saying("discarded", thread(2), "b"), saying("resent", thread(3), "c"))
		must(t, s.Discard(t.Context(), "discarded"))
		time.Sleep(26 * time.Hour)
		maintain(t, s)
		wantDead(t, s, "a", "c")
		if got := remaining(t, s); got != "refs: kept resent" {
			t.Errorf("got %q", got)
		}
		must(t, s.Resend(t.Context(), "resent"))
		time.Sleep(month - 27*time.Hour)
		maintain(t, s)
		wantDead(t, s, "a")
		time.Sleep(2 * time.Hour)
		maintain(t, s)
		wantDead(t, s)
		if got := remaining(t, s); got != "refs: resent" { // it waits
			t.Errorf("got %q", got)
		}
	})
}

// TestForgetDeadLetters checks that Forget removes what was to be sent to a user,
// in whichever thread, and the user's ID.
func TestForgetDeadLetters(t *testing.T) {
	s := openNew(t)
	theirs := saying("theirs", thread(2), "theirs")
	theirs.To.ID = "colleague"
	elsewhere := saying("elsewhere", thread(3), "elsewhere")
	elsewhere.Thread.Adapter = "other"
	giveUp(t, s, saying("mine", thread(1), "mine"), theirs, elsewhere)
	must(t, s.Apply(t.Context(), bot.Turn{Event: "e", Posts: []bot.Post{saying("sent", thread(2), "sent"), saying("waiting", thread(2), "waiting")}}))
	must(t, s.Sent(t.Context(), "sent", bot.Delivery{}))
	_, err := s.Forget(t.Context(), "test", "me")
	must(t, err)
	wantDead(t, s, "elsewhere", "theirs")
	if got := remaining(t, s); got != "refs: theirs elsewhere sent" {
		t.Errorf("got %q", got)
	}
	if n := count(t, s, `SELECT COUNT(*) FROM posts WHERE adapter = 'test' AND recipient = 'me'`); n != 0 {
		t.Errorf("%d posts have the user's ID", n)
	}
}

// TestDeletedMessageDeadLetters checks that withdrawing the answers to a message
// removes the content of those that were never delivered, and of failed changes.
func TestDeletedMessageDeadLetters(t *testing.T) {
	s := openNew(t)
	must(t, s.Apply(t.Context(), bot.Turn{Event: "e", Posts: []bot.Post{saying("shown", thread(1), "shown")}}))
	must(t, s.Sent(t.Context(), "shown", bot.Delivery{Ref: "r"}))
	change := saying("change", thread(1), "change")
	change.Replaces = "shown"
	giveUp(t, s, change, saying("answer", thread(1), "answer"), saying("other", thread(2), "other"))
	wantDead(t, s, "answer", "change", "other")
	must(t, s.Apply(t.Context(), bot.Turn{Event: "deleted", Posts: []bot.Post{
		{ID: "w1", Thread: thread(1), Replaces: "shown", Withdraw: true},
		{ID: "w2", Thread: thread(1), Replaces: "answer", Withdraw: true},
	}}))
	wantDead(t, s, "other")
	if n := count(t, s, `SELECT COUNT(*) FROM posts WHERE sealed IS NOT NULL AND id IN ('change', 'answer')`); n != 0 {
		t.Errorf("the content of %d withdrawn answers is stored", n)
	}
}

// TestDeadLetterKey checks that a dead letter can be read after the key was changed.
func TestDeadLetterKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s, err := OpenKeyFile(t.Context(), path+".key", path)
	must(t, err)
	giveUp(t, s, saying("p", thread(1), "text"))
	closeStore(t, s)
	if n, err := RotateKeyFile(t.Context(), path+".key", path); n != 0 || err != nil {
		t.Fatalf("%d unreadable values, %v", n, err)
	}
	s, err = OpenKeyFile(t.Context(), path+".key", path)
	must(t, err)
	defer closeStore(t, s)
	wantDead(t, s, "text")
}

// TestUnreadableDeadLetter checks that a damaged post is a dead letter without
// content, which hides no other and can be discarded.
func TestUnreadableDeadLetter(t *testing.T) {
	s := openNew(t)
	giveUp(t, s, saying("good", thread(1), "good"))
	must(t, s.Apply(t.Context(), bot.Turn{Event: "e", Posts: []bot.Post{saying("bad", thread(2), "bad")}}))
	_, err := s.write.Exec(`UPDATE posts SET sealed = zeroblob(100) WHERE id = 'bad'`)
	must(t, err)
	for range 2 {
		_, err = s.Claim(t.Context(), "test", 9, 9, time.Minute)
		wantError(t, err, "bad")
		wantDead(t, s, "good", "unreadable")
		letters, err := s.DeadLetters(t.Context(), 1)
		must(t, err)
		if l := letters[0]; l.ID != "bad" || l.Thread != thread(2) || l.To.ID != "me" || l.Why == "" {
			t.Errorf("got %+v", l)
		}
		must(t, s.Resend(t.Context(), "bad"))
	}
	_, err = s.Claim(t.Context(), "test", 9, 9, time.Minute)
	wantError(t, err, "bad")
	must(t, s.Discard(t.Context(), "bad"))
	wantDead(t, s, "good")
}

// TestLongReason checks that a reason is cut between two characters.
func TestLongReason(t *testing.T) {
	s := openNew(t)
	must(t, s.Apply(t.Context(), bot.Turn{Event: "e", Posts: []bot.Post{saying("p", thread(1), "text")}}))
	must(t, s.Drop(t.Context(), "p", 0, "x"+strings.Repeat("한", maxWhy)))
	letters, err := s.DeadLetters(t.Context(), 1)
	must(t, err)
	if want := "x" + strings.Repeat("한", (maxWhy-1)/3); len(letters) != 1 || letters[0].Why != want {
		t.Errorf("got %v, want the reason %q", fmt.Sprint(letters), want)
	}
}
