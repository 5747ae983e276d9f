package store

import (
	"encoding/json"
	"errors"
	"fmt"

	"mabsbot/bot"
)

// errNoEvent and its like are mistakes of the caller; trying again is no use.
var (
	errNoEvent  = errors.New("the turn has no event")
	errNoThread = errors.New("a state has no thread")
	errNoPostID = errors.New("a post has no id")
)

// validate finds what no turn may hold. Two states of one thread would be in
// conflict for ever, and the second of two posts with one id would be lost.
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
			return fmt.Errorf("two states of thread %v", w.Thread)
		}
		threads[w.Thread] = true
	}
	posts := map[bot.PostID]bool{}
	for _, p := range turn.Posts {
		if p.ID == "" {
			return errNoPostID
		}
		if posts[p.ID] {
			return fmt.Errorf("two posts with id %q", p.ID)
		}
		posts[p.ID] = true
	}
	return nil
}

// encode writes a walkthrough or post as it is kept. What also stands beside
// it (thread, version) counts there and is overwritten by the decoders, since
// it can change without the rest.
func encode(v any) ([]byte, error) { return json.Marshal(v) }

func decodeWalkthrough(data []byte, thread bot.Thread, version int) (bot.Walkthrough, error) {
	var w bot.Walkthrough
	if err := json.Unmarshal(data, &w); err != nil {
		return bot.Walkthrough{}, fmt.Errorf("walkthrough of %v: %w", thread, err)
	}
	w.Thread, w.Version = thread, version
	if w.Entry != nil {
		w.Entry.Revision = w.Revision // no part of an entry's JSON form
	}
	return w, nil
}

func decodePost(data []byte) (bot.Post, error) {
	var p bot.Post
	if err := json.Unmarshal(data, &p); err != nil {
		return bot.Post{}, fmt.Errorf("post: %w", err)
	}
	return p, nil
}

// entryID is the id of the walkthrough's entry, or "".
func entryID(w bot.Walkthrough) string {
	if w.Entry == nil {
		return ""
	}
	return w.Entry.ID
}
