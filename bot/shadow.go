package bot

import (
	"context"
	"errors"
	"time"

	"mabsbot/kb"
)

// What channels in shadow mode would have read, and what people think of it.

// ShadowOperations are the part of Operations for the report on shadow channels.
type ShadowOperations interface {
	// Shadowed, ShadowSums and Votes are those of Store.
	Shadowed(ctx context.Context, q ShadowQuery) ([]Post, error)
	ShadowSums(ctx context.Context) ([]ShadowSum, error)
	Votes(ctx context.Context, q VoteQuery) ([]Vote, error)

	// Vote records whether what a shadow channel would have read is right. A later vote
	// about the same message replaces it. The error is ErrNoVote if post is not the
	// latest answer to a message, or too old.
	Vote(ctx context.Context, post PostID, right bool, by User) error
}

// ErrNoVote reports that a post cannot be voted on.
var ErrNoVote = errors.New("bot: no such answer of a shadow channel")

// A Question is a message that a channel in shadow mode did not answer.
type Question struct {
	Text   string `json:"text"`   // shortened, and without secrets
	Result string `json:"result"` // ResultSure, ResultLikely or ResultUnmatched; "" is another reply, such as help, which has no votes
	Entry  string `json:"entry,omitempty"`
}

// maxQuestion is how much of a question a report keeps, in characters: a paste with some
// lines around it.
const maxQuestion = 1000

// A ShadowQuery selects recorded posts.
type ShadowQuery struct {
	Place         // the zero Place is all channels
	Before PostID // only those that were recorded before this one; "" is all
	Limit  int
}

// A ShadowSum is how many messages of a channel had a result in shadow mode in the last
// ShadowDays, and how many of the answers are voted right and wrong.
type ShadowSum struct {
	Place
	Result       string
	N            int
	Right, Wrong int
}

// ShadowDays is how long results and votes are kept. A vote has no text of the message,
// so it outlives the recorded post: three months are enough to judge a channel with
// a question a day.
const ShadowDays = 90

// A VoteQuery selects votes: those on some posts, or else all, latest first.
type VoteQuery struct {
	Posts []PostID
	Limit int
}

// A Vote says whether what a shadow channel would have read is right. Until there is a
// vote, By is the zero User.
type Vote struct {
	Post PostID // the first of the answer
	Place
	Result, Entry string
	At            time.Time // of the answer
	Right         bool
	By            User
	Voted         time.Time // zero: not yet
}

// LowerBound returns a share that is reached with a confidence of 95 % by what was right
// in some of the cases.
func LowerBound(right, of int) float64 { return kb.Tally{Helped: right, NotHelped: of - right}.Lower() }

// Shadowed implements Operations.
func (b *Bot) Shadowed(ctx context.Context, q ShadowQuery) ([]Post, error) {
	all, err := b.store.Shadowed(ctx, q)
	return all, b.skipUnreadable(err)
}

// ShadowSums implements Operations.
func (b *Bot) ShadowSums(ctx context.Context) ([]ShadowSum, error) { return b.store.ShadowSums(ctx) }

// Votes implements Operations.
func (b *Bot) Votes(ctx context.Context, q VoteQuery) ([]Vote, error) {
	all, err := b.store.Votes(ctx, q)
	return all, b.skipUnreadable(err)
}

// Vote implements Operations.
func (b *Bot) Vote(ctx context.Context, post PostID, right bool, by User) error {
	return b.store.Vote(ctx, post, right, by)
}

// shadow returns the turn in a shadow channel: its posts are recorded but not sent, and it
// changes no state. The first post has the message that it answers. Who records a fix is
// told, because no one else sees that.
func (d decision) shadow() Turn {
	t := *d.turn
	shadow := Turn{Event: t.Event, About: t.About, Unanswered: t.Unanswered, Fix: t.Fix, Needs: t.Needs, Understood: t.Understood}
	for _, p := range t.Posts {
		p.Shadow, p.Delay = p.ID != t.receipt || !p.Private, 0
		shadow.Posts = append(shadow.Posts, p)
	}
	for _, w := range t.States {
		isNew := w.Handover == nil && w.Source != "" && w.Source != d.state.before(w.Thread).Source
		if result := w.result(); isNew && result != "" && len(shadow.Posts) > 0 {
			text := w.Text
			if d.about != nil { // the text is that of another message
				text = d.written + "\n\n" + text
			}
			shadow.Posts[0].Question = &Question{Text: shorten(d.redacted(text), maxQuestion), Result: result, Entry: entryOf(w)}
			break
		}
	}
	if len(shadow.Posts) > 0 && shadow.Posts[0].Shadow && shadow.Posts[0].Question == nil {
		shadow.Posts[0].Question = &Question{Text: shorten(d.redacted(d.written), maxQuestion)}
	}
	return shadow
}
