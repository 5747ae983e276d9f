package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// secret is in every text of TestSealed.
const secret = "sesame"

func TestSealed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := openFile(t, path)
	person := bot.User{ID: "asker-in-clear", Name: secret}
	for i, status := range []bot.Status{bot.StatusChoosing, bot.StatusWalking, bot.StatusSolved} {
		must(t, s.Apply(t.Context(), bot.Turn{
			Event: event(i),
			States: []bot.Walkthrough{{
				Thread: thread(0), Version: i, Status: status, Asker: person,
				Text: secret, Revision: "revision-in-clear", Slots: map[string]string{secret: secret},
				Entry:    &kb.Entry{ID: "entry-in-clear", Title: kb.Text{{Lang: "en", Text: secret}}},
				Evidence: []match.Evidence{{Text: secret}}, Tried: []bot.Attempt{{Step: secret}},
			}},
			Posts: []bot.Post{
				{ID: bot.PostID(fmt.Sprint("sent", i)), Thread: thread(1), Opens: true, To: person, Reply: bot.Reply{Blocks: []bot.Block{{Text: secret}}}},
				{ID: bot.PostID(fmt.Sprint("delayed", i)), Thread: thread(1), Delay: time.Hour, Reply: bot.Reply{Blocks: []bot.Block{{Text: secret}}}},
			},
		}))
	}
	must(t, s.Journal("journal-in-clear").Append(t.Context(), []byte(secret)))
	must(t, s.Inbox("inbox-in-clear").Put(t.Context(), "letter-in-clear", []byte(secret)))
	_, err := s.Claim(t.Context(), "test", 9, 99, time.Hour)
	must(t, err)
	must(t, s.Sent(t.Context(), "sent0", bot.Delivery{Ref: "ref-in-clear", Thread: thread(2)}))
	searchFiles(t, path)
	closeStore(t, s) // checkpoints the WAL
	searchFiles(t, path)
}

// searchFiles checks that the secret is in no file of the database. It also
// looks for fields in clear text, to prove that it would find the secret.
func searchFiles(t *testing.T, path string) {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	must(t, err)
	var all []byte
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(t, err)
		all = append(all, data...)
	}
	if bytes.Contains(all, []byte(secret)) {
		t.Errorf("%q is in clear text in %v", secret, files)
	}
	for _, id := range []string{"asker-in-clear", "entry-in-clear", "revision-in-clear", "journal-in-clear", "letter-in-clear", "ref-in-clear", "event 2"} {
		if !bytes.Contains(all, []byte(id)) {
			t.Errorf("%q is not in %v", id, files)
		}
	}
}

// TestMovedRow moves sealed values to other rows, as an attacker with access to
// the file could.
func TestMovedRow(t *testing.T) {
	for _, change := range []string{
		`UPDATE walkthroughs SET root = '9' WHERE root = '1'`,
		`UPDATE walkthroughs SET version = 2`,
		`UPDATE posts SET id = id || '9'`,
		`UPDATE journal SET seq = 7`,
		`UPDATE journal SET name = 'other'`,
		`UPDATE inbox SET key = 'other'`,
	} {
		s := openNew(t)
		must(t, s.Apply(t.Context(), fullTurn(1)))
		must(t, s.Journal("j").Append(t.Context(), []byte("record")))
		must(t, s.Inbox("i").Put(t.Context(), "key", []byte("letter")))
		_, err := s.write.Exec(change)
		must(t, err)
		_, _, first := s.Load(t.Context(), thread(1), user(1))
		_, _, second := s.Load(t.Context(), thread(9), user(1))
		_, third := s.Claim(t.Context(), "test", 9, 99, time.Hour)
		keep := func([]byte) error { return nil }
		fourth, fifth := s.Journal("j").Replay(t.Context(), keep), s.Journal("other").Replay(t.Context(), keep)
		sixth := s.Inbox("i").Replay(t.Context(), func(string, []byte) error { return nil })
		wantError(t, errors.Join(first, second, third, fourth, fifth, sixth), "authentication failed")
	}
}

// TestUnreadablePost checks that a broken row blocks only its own thread and is
// not retried at once.
func TestUnreadablePost(t *testing.T) {
	for _, sealed := range [][]byte{[]byte("broken"), nil} {
		synctest.Test(t, func(t *testing.T) {
			s := openNew(t)
			must(t, s.Apply(t.Context(), fullTurn(1)))
			if sealed == nil {
				sealed = s.sealer.seal([]byte(`{"id": 7}`), "post", "post 1 of 1")
			}
			_, err := s.write.Exec(`UPDATE posts SET sealed = $1 WHERE id = 'post 1 of 1'`, sealed)
			must(t, err)
			posts, err := s.Claim(t.Context(), "test", 9, 99, time.Minute)
			wantError(t, err, "post")
			if len(posts) != 2 || posts[0].ID != "post 0 of 1" || posts[1].ID != "post 2 of 1" {
				t.Errorf("got posts %v", posts)
			}
			if wait, ok, err := s.NextDue(t.Context(), "test", 99); err != nil || !ok || wait != time.Minute {
				t.Errorf("got %v %v %v", wait, ok, err)
			}
		})
	}
}

func TestWrongKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	closeStore(t, openFile(t, path))
	other := bytes.Repeat([]byte{1}, KeySize)
	for range 2 {
		if _, err := Open(t.Context(), path, other); !errors.Is(err, ErrKey) {
			t.Errorf("got %v, want ErrKey", err)
		}
	}
	openFile(t, path) // the database is unchanged
	_, err := Open(t.Context(), path, testKey[1:])
	wantError(t, err, "31 bytes")
}
