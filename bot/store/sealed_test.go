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
	must(t, s.Apply(t.Context(), bot.Turn{Event: "recorded", Unanswered: &bot.Unanswered{ID: "record-in-clear", Text: secret, Key: secret, Nearest: []string{secret}}}))
	must(t, s.SetMark(t.Context(), secret, bot.MarkDone))
	must(t, s.Apply(t.Context(), bot.Turn{Event: "fixed", Fix: &bot.Fix{ID: "fix-in-clear", By: person, Text: secret, Question: secret}}))
	must(t, s.Journal("journal-in-clear").Append(t.Context(), []byte(secret)))
	must(t, s.Inbox("inbox-in-clear").Put(t.Context(), "letter-in-clear", []byte(secret)))
	_, err := s.SaveFile(t.Context(), bot.FileVersion{File: "file-in-clear.yaml", Content: secret, By: secret}, 0, bot.AuditRecord{})
	must(t, err)
	_, err = s.Claim(t.Context(), "test", 9, 99, time.Hour)
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
	for _, id := range []string{"asker-in-clear", "entry-in-clear", "revision-in-clear", "journal-in-clear", "letter-in-clear", "ref-in-clear", "file-in-clear.yaml", "record-in-clear", "fix-in-clear", "event 2"} {
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
		`UPDATE posts SET workspace = 'w'`,
		`UPDATE posts SET channel = 'escalations', root = 'x'`,
		`UPDATE posts SET root = 'x'`,
		`UPDATE posts SET opens = 1`,
		`UPDATE journal SET seq = 7`,
		`UPDATE journal SET name = 'other'`,
		`UPDATE inbox SET key = 'other'`,
		`UPDATE kb_files SET file = 'other'`,
		`UPDATE kb_files SET version = 7`,
		`UPDATE unanswered SET id = 'other'`,
		`UPDATE unanswered_marks SET id = 'other'`,
		`UPDATE fixes SET id = 'other'`,
		`UPDATE incidents SET version = 7`,
		`UPDATE incidents SET entry = 'other'`,
	} {
		s := openNew(t)
		must(t, s.Apply(t.Context(), fullTurn(1)))
		must(t, s.Journal("j").Append(t.Context(), []byte("record")))
		must(t, s.Inbox("i").Put(t.Context(), "key", []byte("letter")))
		must(t, s.Apply(t.Context(), unansweredTurn))
		must(t, s.SetMark(t.Context(), "key", bot.MarkDone))
		must(t, s.Apply(t.Context(), fixTurn))
		must(t, s.Apply(t.Context(), incidentTurn))
		_, err := s.SaveFile(t.Context(), bot.FileVersion{File: "a.yaml", Content: "id: a"}, 0, bot.AuditRecord{})
		must(t, err)
		_, err = s.write.Exec(change)
		must(t, err)
		_, seventh := s.Files(t.Context(), 0)
		_, _, first := s.Load(t.Context(), thread(1), user(1))
		_, _, second := s.Load(t.Context(), thread(9), user(1))
		_, third := s.Claim(t.Context(), "test", 9, 99, time.Hour)
		keep := func([]byte) error { return nil }
		fourth, fifth := s.Journal("j").Replay(t.Context(), keep), s.Journal("other").Replay(t.Context(), keep)
		sixth := s.Inbox("i").Replay(t.Context(), func(string, []byte) error { return nil })
		_, eighth := s.Unanswered(t.Context(), 9)
		_, ninth := s.Marks(t.Context())
		_, tenth := s.Fixes(t.Context(), 9)
		_, eleventh := s.Incident(t.Context(), incidentTurn.Incident.IncidentKey)
		other := incidentTurn.Incident.IncidentKey
		other.Entry = "other"
		_, twelfth := s.Incident(t.Context(), other)
		wantError(t, errors.Join(first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth, eleventh, twelfth), "authentication failed")
	}
}

// TestRecordedPost checks that a recorded post is not sent, whoever changes its
// state in the file.
func TestRecordedPost(t *testing.T) {
	s := openNew(t)
	must(t, s.Apply(t.Context(), bot.Turn{Event: "e", Posts: []bot.Post{{ID: "recorded", Thread: thread(1), Shadow: true}}}))
	_, err := s.write.Exec(`UPDATE posts SET state = 'waiting'`)
	must(t, err)
	posts, err := s.Claim(t.Context(), "test", 9, 99, time.Hour)
	wantError(t, err, "not to be sent")
	if len(posts) > 0 {
		t.Errorf("got posts %v", posts)
	}
}

// TestEarlierSeal checks that posts that an earlier version sealed for their ID
// alone are sent, also after their thread has moved.
func TestEarlierSeal(t *testing.T) {
	s := openNew(t)
	first, second := bot.Post{ID: "first", Thread: thread(1), Opens: true}, bot.Post{ID: "second", Thread: thread(1)}
	must(t, s.Apply(t.Context(), bot.Turn{Event: "e", Posts: []bot.Post{first, second}}))
	for _, p := range []bot.Post{first, second} {
		data, err := encode(p)
		must(t, err)
		_, err = s.write.Exec(`UPDATE posts SET sealed = $1 WHERE id = $2`, s.sealer.seal(data, "post", string(p.ID)), string(p.ID))
		must(t, err)
	}
	for _, want := range []bot.Thread{thread(1), thread(2)} {
		posts, err := s.Claim(t.Context(), "test", 9, 99, time.Hour)
		must(t, err)
		if len(posts) != 1 || posts[0].Thread != want {
			t.Fatalf("got posts %v, want one in %v", posts, want)
		}
		must(t, s.Sent(t.Context(), posts[0].ID, bot.Delivery{Thread: thread(2)}))
	}
}

// TestUnreadablePost checks that a broken row is given up, so that it blocks
// nothing, not even its own thread.
func TestUnreadablePost(t *testing.T) {
	for _, sealed := range [][]byte{[]byte("broken"), nil} {
		synctest.Test(t, func(t *testing.T) {
			s := openNew(t)
			turn := fullTurn(1)
			turn.Posts = append(turn.Posts, bot.Post{ID: "next", Thread: turn.Posts[1].Thread})
			must(t, s.Apply(t.Context(), turn))
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
			posts, err = s.Claim(t.Context(), "test", 9, 99, time.Minute)
			must(t, err)
			if len(posts) != 1 || posts[0].ID != "next" {
				t.Errorf("got posts %v, want the next one of the thread", posts)
			}
			time.Sleep(time.Hour)
			if posts, err := s.Claim(t.Context(), "test", 9, 99, time.Minute); err != nil || len(posts) != 3 {
				t.Errorf("an hour later: %v, %v", posts, err)
			}
		})
	}
}

// TestUnreadableWalkthrough checks that a broken walkthrough does not hide others.
func TestUnreadableWalkthrough(t *testing.T) {
	asker := bot.User{ID: "u"}
	key := bot.UserKey{Adapter: "test", Workspace: "w", ID: "u"}
	entry := &kb.Entry{ID: "e"}
	for _, change := range []string{
		`UPDATE walkthroughs SET sealed = substr(sealed, 2) WHERE root IN ('1', '11')`,
		`DELETE FROM entries WHERE revision = 'r1'`,
		`UPDATE entries SET sealed = substr(sealed, 2) WHERE revision = 'r1'`,
	} {
		s := openNew(t)
		for i := range 3 {
			w := bot.Walkthrough{Thread: thread(i), Asker: asker, Status: bot.StatusWalking, Entry: entry, Revision: fmt.Sprint("r", i)}
			handedOver := w
			handedOver.Thread, handedOver.Status, handedOver.Handover = thread(10+i), bot.StatusCase, &bot.Case{Number: i + 1}
			must(t, s.Apply(t.Context(), bot.Turn{Event: event(i), States: []bot.Walkthrough{w, handedOver}}))
		}
		_, err := s.write.Exec(change)
		must(t, err)
		_, _, err = s.Load(t.Context(), thread(1), key)
		if !errors.Is(err, bot.ErrUnreadable) {
			t.Errorf("%s: Load: %v", change, err)
		}
		all, err := s.Walkthroughs(t.Context(), key, 9)
		if len(all) != 2 || !errors.Is(err, bot.ErrUnreadable) {
			t.Errorf("%s: Walkthroughs: %d, %v", change, len(all), err)
		}
		open, err := s.OpenCases(t.Context(), "", "", 9)
		if len(open) != 2 || !errors.Is(err, bot.ErrUnreadable) {
			t.Errorf("%s: OpenCases: %d, %v", change, len(open), err)
		}
	}
}

// TestUnreadableMoves checks that a post that opens its thread is recorded as sent
// although the walkthrough of either thread is broken. Otherwise it would be sent again.
func TestUnreadableMoves(t *testing.T) {
	for root, want := range map[string]string{"1": "at 2", "2": "at 1"} {
		s := openNew(t)
		for i := range 3 {
			must(t, s.Apply(t.Context(), bot.Turn{Event: event(i), States: []bot.Walkthrough{{Thread: thread(i), Text: fmt.Sprint("at ", i)}}}))
		}
		must(t, s.Apply(t.Context(), bot.Turn{Event: "post", Posts: []bot.Post{{ID: "p", Thread: thread(1), Opens: true}}}))
		_, err := s.write.Exec(`UPDATE walkthroughs SET sealed = substr(sealed, 2) WHERE root = $1`, root)
		must(t, err)
		must(t, s.Sent(t.Context(), "p", bot.Delivery{Thread: thread(2)}))
		w, _, err := s.Load(t.Context(), thread(2), user(1))
		if err != nil || w.Text != want {
			t.Errorf("thread %s is broken: %q, %v", root, w.Text, err)
		}
	}
}

func TestUnreadableRecords(t *testing.T) {
	s := openNew(t)
	for i := range 3 {
		must(t, s.Journal("j").Append(t.Context(), fmt.Append(nil, i)))
		must(t, s.Apply(t.Context(), bot.Turn{Event: event(i), Posts: []bot.Post{{ID: bot.PostID(fmt.Sprint(i)), Thread: thread(i), Shadow: true}}}))
	}
	for _, change := range []string{`UPDATE journal SET sealed = substr(sealed, 2) WHERE seq = 2`, `UPDATE posts SET sealed = substr(sealed, 2) WHERE id = '1'`} {
		_, err := s.write.Exec(change)
		must(t, err)
	}
	var records []string
	err := s.Journal("j").Replay(t.Context(), func(record []byte) error { records = append(records, string(record)); return nil })
	if !errors.Is(err, bot.ErrUnreadable) || fmt.Sprint(records) != "[0 2]" {
		t.Errorf("records %q, %v", records, err)
	}
	posts, err := s.Shadowed(t.Context(), bot.ShadowQuery{Limit: 9})
	if !errors.Is(err, bot.ErrUnreadable) || len(posts) != 2 {
		t.Errorf("shadow posts %v, %v", posts, err)
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
