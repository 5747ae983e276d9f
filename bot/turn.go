package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"mabsbot/kb/match"
)

// A PostID identifies a post forever. It is derived from the event that caused
// the post, so deciding again makes the same post and not a second one.
type PostID string

// A Post is a reply with its destination.
type Post struct {
	ID       PostID        `json:"id"`
	Thread   Thread        `json:"thread"`             // destination
	Opens    bool          `json:"opens,omitempty"`    // Thread does not exist yet; see Delivery
	To       User          `json:"to,omitzero"`        // recipient
	Private  bool          `json:"private,omitempty"`  // only To sees it
	Replaces PostID        `json:"replaces,omitempty"` // the earlier post that this one replaces
	Withdraw bool          `json:"withdraw,omitempty"` // delete the post Replaces; Reply is empty
	Closes   bool          `json:"closes,omitempty"`   // it only takes the question from the post Replaces: where that cannot be changed, it is not shown
	Delay    time.Duration `json:"delay,omitempty"`    // send no sooner than this after Apply
	Shadow   bool          `json:"shadow,omitempty"`   // record it, but do not send it
	Team     bool          `json:"team,omitempty"`     // it opens a thread of the team, and never goes anywhere else
	Question *Question     `json:"question,omitempty"` // Shadow: what it answers; in the first post of an answer
	Urgent   bool          `json:"urgent,omitempty"`   // a user waits for it at a button or command: it precedes others
	Asked    time.Time     `json:"asked,omitzero"`     // when the event happened that it answers; zero if it answers none, or an edit
	Trace    string        `json:"trace,omitempty"`    // the span that it follows from, as a traceparent header has it; set by a decorator of the Store
	Answers  int64         `json:"answers,omitempty"`  // it is the first answer to a question of this Unix time in milliseconds
	Reply    Reply         `json:"reply"`

	// Set by the outbox.
	Ref     string `json:"-"` // the platform's ID of the post Replaces; "" if that was never delivered
	Attempt int    `json:"-"` // 1 for the first; a later attempt may repeat a delivery
	Spent   int    `json:"-"` // the attempts after which the post was a dead letter for the last time
}

// A Turn is an event and its consequences. The zero Turn is silence.
type Turn struct {
	Event  EventID
	About  EventID       // the message that was posted or edited, if that is the event
	States []Walkthrough // the new states; Version is the one that was read
	Posts  []Post
	Prefer *Preference
	Set    *SettingsChange
	Counts []Count // for the figures of the operator

	Learned Learned // of the steps of entries

	Unanswered *Unanswered // the record of the message, if it could not be answered
	Fix        *Fix        // what a person says solved an error

	Reports  []Report  // errors that the message reports, or does not report any more
	Incident *Incident // the new state of an incident; Version is the one that was read

	Needs      Needs      // what has to be known to decide; then the rest is not complete
	Understood Understood // what the event's words were taken for; not stored
	Seen       Seen       // what it was decided from, for an Observer; not stored
	aside      []Block    // the answer to a question in the same message, which the next post includes; not stored
	outdated   bool       // it only says that a button is out of date; not stored
	link       Thread     // it only links to the earlier answer there; not stored
	warning    PostID     // the post that warns of secrets, if any; not stored
	receipt    PostID     // the post that says that Fix is recorded, which only its sender sees; not stored
}

// Needs is what a decision lacks.
type Needs struct {
	Cases CaseQuery
	Steps StepQuery
}

// Seen is what a decision was made from.
type Seen struct {
	Band   match.Band // of the match
	Hit    string     // the entry of the best hit; "" if Band is silent
	Status Status     // of the walkthrough in the thread
	Entry  string     // its entry
}

// Silent reports whether the event has no consequences, apart from Reports: an alert
// that repeats an error is counted, and not answered.
func (t Turn) Silent() bool {
	return len(t.States) == 0 && len(t.Posts) == 0 && t.Prefer == nil && t.Set == nil && t.Unanswered == nil && t.Fix == nil
}

// isEmpty reports whether there is nothing to write.
func (t Turn) isEmpty() bool { return t.Silent() && len(t.Reports) == 0 }

// hashed returns the ID of something that a text identifies, and that the ID does not
// reveal. Of 12 bytes, two are the same by chance once in 2^48.
func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

// add adds a post. Its ID is derived from the event and its index among the
// posts, so deciding again makes the same post.
func (t *Turn) add(p Post) PostID {
	p.ID = PostID(hashed(string(t.Event) + "#" + strconv.Itoa(len(t.Posts))))
	t.Posts = append(t.Posts, p)
	return p.ID
}

// asked returns the turn with the time of the event in its posts. The time of an
// edit is not known.
func (t Turn) asked(event Event) Turn {
	if m, ok := event.(Message); ok && m.Change != ChangePosted {
		return t
	}
	t.Posts = slices.Clone(t.Posts)
	for i, p := range t.Posts {
		if p.Delay == 0 && !p.Withdraw {
			t.Posts[i].Asked = event.About().At
		}
	}
	return t
}

// A Preference is the language that a user chose.
type Preference struct {
	User UserKey
	Lang string // "" removes the choice
}

// A UserKey is the key of a stored preference.
type UserKey struct{ Adapter, Workspace, ID string }
