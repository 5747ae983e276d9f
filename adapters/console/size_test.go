package console

import (
	"os"
	"path/filepath"
	"testing"

	"mabsbot/adapters/chat/chattest"
)

// TestBytesPerConversation measures how much a conversation adds to the database:
// a paste in a channel and its answer, on the console, whose journal has both. -v
// prints it, and how much of it the journal is.
func TestBytesPerConversation(t *testing.T) {
	const most = 3500 // it was 3,040 when this was written
	var pastes []string
	for _, e := range chattest.Base(t).Entries() {
		pastes = append(pastes, e.Examples.Match...)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	first := converse(t, path, pastes) // also stores the entries
	second := converse(t, path, pastes)
	each := (second.file - first.file) / int64(len(pastes))
	t.Logf("%d bytes per conversation, of which %d in the journal of the console; %d bytes for everything that is stored once (%d conversations)",
		each, (second.journal-first.journal)/len(pastes), first.file-(second.file-first.file), len(pastes))
	if each > most {
		t.Errorf("%d bytes per conversation, want at most %d", each, most)
	}
}

// sizes are those of a database.
type sizes struct {
	file    int64
	journal int // the records of the console
}

// converse says each text in the support channel, and returns the sizes of the
// closed database.
func converse(t *testing.T, path string, texts []string) sizes {
	t.Helper()
	s := openStored(t, path)
	for _, text := range texts {
		if _, err := s.say(t.Context(), s.setup.users[0], form{Channel: SupportChannel, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	s.quiet(t)
	var all sizes
	err := s.DB.Journal("console").Replay(t.Context(), func(record []byte) error {
		all.journal += len(record)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.end(t)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	all.file = info.Size()
	return all
}
