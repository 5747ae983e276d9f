package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// A PostID names one post for ever. It is made of the event that caused the
// post, so that deciding again makes the same post, not a second one.
type PostID string

// A Post is a reply on its way.
type Post struct {
	ID       PostID        `json:"id"`
	Thread   Thread        `json:"thread"`             // where it goes
	Opens    bool          `json:"opens,omitempty"`    // Thread does not exist yet: see Delivery
	To       User          `json:"to,omitzero"`        // who is answered
	Private  bool          `json:"private,omitempty"`  // shown to To alone
	Replaces PostID        `json:"replaces,omitempty"` // an earlier post that this one takes the place of
	Withdraw bool          `json:"withdraw,omitempty"` // the post Replaces is deleted, nothing is said
	Delay    time.Duration `json:"delay,omitempty"`    // not before this long after Apply
	Shadow   bool          `json:"shadow,omitempty"`   // only recorded: what would have been said
	Reply    Reply         `json:"reply"`

	// Filled in by the outbox.
	Ref     string `json:"-"` // the platform's own name of the post Replaces; "" if it was never delivered
	Attempt int    `json:"-"` // 1 for the first; a later one may repeat what was delivered after all
}

// A Turn is one event and all that follows from it. The zero Turn is silence.
type Turn struct {
	Event  EventID
	States []Walkthrough // as they are to be; Version is the one that was read
	Posts  []Post
	Prefer *Preference

	Understood Understood // what the event's words were taken for; not stored
}

// Silent reports that nothing follows from the event: nothing is to be written.
func (t Turn) Silent() bool {
	return len(t.States) == 0 && len(t.Posts) == 0 && t.Prefer == nil
}

// add adds a post. Its ID follows from the event and its place among the posts,
// so that deciding again makes the same post.
func (t *Turn) add(p Post) PostID {
	sum := sha256.Sum256([]byte(string(t.Event) + "#" + strconv.Itoa(len(t.Posts))))
	p.ID = PostID(hex.EncodeToString(sum[:12]))
	t.Posts = append(t.Posts, p)
	return p.ID
}

// shadow is the turn as it is only recorded: nothing is said, and nothing
// begins.
func (t Turn) shadow() Turn {
	shadow := Turn{Event: t.Event, Understood: t.Understood}
	for _, p := range t.Posts {
		p.Shadow, p.Delay = true, 0
		shadow.Posts = append(shadow.Posts, p)
	}
	return shadow
}

// A Preference is a language that somebody chose for themselves.
type Preference struct {
	User UserKey
	Lang string // "" forgets the choice
}

// A UserKey is the key of what is remembered of a user.
type UserKey struct{ Adapter, Workspace, ID string }
