package console

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"mabsbot/bot"
)

// TestErase deletes a message that had an answer, got a person and was edited: its
// text and values are in no record that the program can read any more.
func TestErase(t *testing.T) {
	const server = "sesame-01"
	path := filepath.Join(t.TempDir(), "test.db")
	s := openStored(t, path)
	alex := s.setup.users[0]
	paste := "Protection agent operation on " + server + " failed because the server is unreachable. The agent operation failed because of a communication error with the DPM Agent Coordinator service on " + server + ". (ID: 319)"
	id, err := s.say(t.Context(), alex, form{Channel: SupportChannel, Text: paste})
	if err != nil {
		t.Fatal(err)
	}
	s.quiet(t)
	if _, err := s.say(t.Context(), alex, form{Channel: SupportChannel, Root: id, Text: "get a person"}); err != nil {
		t.Fatal(err)
	}
	s.quiet(t)
	if _, err := s.edit(t.Context(), alex, form{ID: id, Text: paste + " It is " + server + " again."}); err != nil {
		t.Fatal(err)
	}
	s.quiet(t)
	if n := s.mentions(t, server); n < 4 {
		t.Fatalf("%d records have the name of the server before, want at least 4: the message, its edit, the answer, the team's post", n)
	}
	if _, err := s.remove(t.Context(), alex, form{ID: id}); err != nil {
		t.Fatal(err)
	}
	s.quiet(t)
	if n := s.mentions(t, server); n != 0 {
		t.Errorf("%d records still have the name of the server", n)
	}
	if message := s.look(id); !message.Gone {
		t.Error("the message is not deleted")
	}
	s.end(t)
	s = openStored(t, path) // replays what is left
	defer s.end(t)
	if message := s.look(id); message == nil || !message.Gone || s.mentions(t, server) != 0 {
		t.Errorf("after a restart the message is %+v", message)
	}
}

// mentions counts the records of the journal, the walkthroughs and the waiting
// posts that have a text.
func (s *storedConsole) mentions(t *testing.T, text string) int {
	t.Helper()
	n := 0
	in := func(data []byte) {
		if bytes.Contains(data, []byte(text)) {
			n++
		}
	}
	err := s.DB.Journal("console").Replay(t.Context(), func(record []byte) error {
		in(record)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.DB.OpenCases(t.Context(), "", "", 99)
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range s.threads() {
		w, _, err := s.DB.Load(t.Context(), thread, bot.UserKey{})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, w)
	}
	posts, err := s.DB.Claim(t.Context(), "console", 99, 99, time.Nanosecond)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{all, posts} {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		in(data)
	}
	return n
}

// threads returns the threads of all messages.
func (s *storedConsole) threads() []bot.Thread {
	s.mu.RLock()
	defer s.mu.RUnlock()
	seen := map[bot.Thread]bool{}
	var all []bot.Thread
	for _, m := range s.ws.messages {
		if !seen[m.Thread] {
			seen[m.Thread] = true
			all = append(all, m.Thread)
		}
	}
	return all
}

// TestEraseAtStart checks that a deletion is completed that a crash interrupted
// between its record and the erasing.
func TestEraseAtStart(t *testing.T) {
	journal := &memory{}
	for _, r := range []record{
		{Op: opSaid, ID: "m1", User: "alex", Channel: SupportChannel, Text: "deleted later"},
		{Op: opSaid, ID: "m2", User: "alex", Channel: SupportChannel, Text: "stays"},
		{Op: opDeleted, ID: "m1"},
	} {
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		journal.records = append(journal.records, data)
	}
	if _, err := New(t.Context(), Options{Addr: "127.0.0.1:0", Journal: journal}); err != nil {
		t.Fatal(err)
	}
	all := bytes.Join(journal.records, nil)
	if bytes.Contains(all, []byte("deleted later")) || !bytes.Contains(all, []byte("stays")) {
		t.Errorf("the journal has %s", all)
	}
}
