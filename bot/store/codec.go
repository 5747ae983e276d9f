package store

import (
	"encoding/json"
	"errors"
	"fmt"

	"mabsbot/bot"
)

// Mistakes of the caller. Retrying does not help.
var (
	errNoEvent  = errors.New("turn has no event")
	errNoThread = errors.New("state has no thread")
	errNoPostID = errors.New("post has no ID")
)

// validate returns an error if a turn contradicts itself. Two states of one
// thread would conflict forever, and the second of two posts with one ID would
// be lost.
func validate(turn bot.Turn) error {
	if turn.Event == "" {
		return errNoEvent
	}
	threads := map[bot.Thread]bool{}
	for _, w := range turn.States {
		if w.Thread == (bot.Thread{}) {
			return errNoThread
		}
		if threads[w.Thread] {
			return fmt.Errorf("two states for thread %v", w.Thread)
		}
		threads[w.Thread] = true
	}
	posts := map[bot.PostID]bool{}
	for _, p := range turn.Posts {
		if p.ID == "" {
			return errNoPostID
		}
		if posts[p.ID] {
			return fmt.Errorf("two posts with ID %q", p.ID)
		}
		posts[p.ID] = true
	}
	return nil
}

// encode returns the stored form of a walkthrough or post. Fields with a column
// of their own (such as the thread and version) can change without the rest, so
// decoders overwrite them with the column.
func encode(v any) ([]byte, error) { return json.Marshal(v) }

// decodeWalkthrough also returns the ID of the entry if that is not in data.
func decodeWalkthrough(data []byte, thread bot.Thread, version int) (w bot.Walkthrough, entry string, err error) {
	var stored storedWalkthrough
	if err := json.Unmarshal(data, &stored); err != nil {
		return bot.Walkthrough{}, "", fmt.Errorf("%w: decode walkthrough of %v: %w", bot.ErrUnreadable, thread, err)
	}
	w = stored.Walkthrough
	w.Thread, w.Version = thread, version
	if w.Entry != nil {
		w.Entry.Revision = w.Revision // not in the JSON form of an entry
	}
	return w, stored.EntryID, nil
}

func decodePost(data []byte) (bot.Post, error) {
	var p bot.Post
	if err := json.Unmarshal(data, &p); err != nil {
		return bot.Post{}, fmt.Errorf("%w: decode post: %w", bot.ErrUnreadable, err)
	}
	return p, nil
}

// unseal decrypts the JSON of a row. Its error is an ErrUnreadable.
func (s *SQL) unseal(sealed []byte, into any, row ...string) error {
	data, err := s.sealer.open(sealed, row...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%w: decode %q: %w", bot.ErrUnreadable, row, err)
	}
	return nil
}

// entryID returns the ID of the walkthrough's entry, or "".
func entryID(w bot.Walkthrough) string {
	if w.Entry == nil {
		return ""
	}
	return w.Entry.ID
}
