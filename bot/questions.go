package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Questions that people asked, for those who write entries.

// A QuestionID identifies a question.
type QuestionID string

// A PastQuestion is a message that was for the bot, or that it recognized or almost did. It
// has neither secrets nor the names of people and machines, if they were found.
type PastQuestion struct {
	ID      QuestionID
	At      time.Time
	Adapter string
	Text    string
	Result  string // one of the results of a question; ResultNear
	Entry   string // the ID of the entry that it led to, or of the nearest one; may be ""
}

// ResultNear is the result of a message for people that almost led to a question.
const ResultNear = "near"

// ErrNoQuestion reports that there is no question with the ID any more.
var ErrNoQuestion = errors.New("bot: no such question")

// maxQuestions is how many conversations are read at most: a page reads as many records.
const maxQuestions = MaxUnanswered

// A QuestionDesk has the questions of the last UnansweredTTL, for the pages of operators.
type QuestionDesk interface {
	// Questions returns at most limit questions since a time, the latest first.
	Questions(ctx context.Context, since time.Time, limit int) ([]PastQuestion, error)

	// Question returns the question with the ID, or ErrNoQuestion. The ID stays the same
	// until the message is deleted, or another one begins a conversation in the thread.
	Question(ctx context.Context, id QuestionID) (PastQuestion, error)

	// Unanswered returns the messages that the bot could not answer, the latest first:
	// the records, and conversations in which a user never said which error it is.
	Unanswered(ctx context.Context) ([]Unanswered, error)

	// Marks and SetMark are those of Store.
	Marks(ctx context.Context) ([]Mark, error)
	SetMark(ctx context.Context, key string, state MarkState) error

	// MarkQuestion sets the mark of the key of an unanswered message. The error is
	// ErrNoQuestion if the question is not unanswered, or not there.
	MarkQuestion(ctx context.Context, id QuestionID, state MarkState) error
}

// loadQuestions reads at most limit records, and as many walkthroughs that changed since
// a time, without those that cannot be read.
func (b *Bot) loadQuestions(ctx context.Context, since time.Time, limit int) ([]Unanswered, []Walkthrough, error) {
	records, err := b.store.Unanswered(ctx, limit)
	if err = b.skipUnreadable(err); err != nil {
		return nil, nil, err
	}
	asked, err := b.store.Asked(ctx, since, limit)
	return records, asked, b.skipUnreadable(err)
}

// Questions implements QuestionDesk.
func (b *Bot) Questions(ctx context.Context, since time.Time, limit int) ([]PastQuestion, error) {
	records, asked, err := b.loadQuestions(ctx, since, min(limit, maxQuestions))
	if err != nil {
		return nil, err
	}
	var all []PastQuestion
	recorded := map[QuestionID]bool{}
	for _, u := range records {
		recorded[u.ID] = true
		if !u.At.Before(since) {
			all = append(all, u.question())
		}
	}
	for _, w := range asked {
		if q, ok := w.askedQuestion(); ok && !recorded[RecordID(w.Source)] {
			all = append(all, q)
		}
	}
	slices.SortStableFunc(all, func(a, b PastQuestion) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
	return all[:min(len(all), max(limit, 0))], nil
}

// Question implements QuestionDesk.
func (b *Bot) Question(ctx context.Context, id QuestionID) (PastQuestion, error) {
	all, err := b.Questions(ctx, time.Now().Add(-UnansweredTTL), 2*maxQuestions)
	if err != nil {
		return PastQuestion{}, err
	}
	i := slices.IndexFunc(all, func(q PastQuestion) bool { return q.ID == id })
	if i < 0 {
		return PastQuestion{}, ErrNoQuestion
	}
	return all[i], nil
}

// question returns the record as a question.
func (u *Unanswered) question() PastQuestion {
	q := PastQuestion{ID: u.ID, At: u.At, Adapter: u.Place.Adapter, Text: u.Text, Result: ResultUnmatched}
	switch u.Why {
	case MissNear:
		q.Result = ResultNear
	case MissNone, MissUndecided:
		q.Result = ResultLikely
	}
	if len(u.Nearest) > 0 {
		q.Entry = u.Nearest[0]
	}
	return q
}

// askedQuestion returns the message that began a walkthrough. ok is false if it says nothing
// about an error: it was deleted, or it is the ID of an entry.
func (w *Walkthrough) askedQuestion() (q PastQuestion, ok bool) {
	if w.Source == "" || w.Text == "" || w.Named != "" || w.Status == StatusEnded && w.Entry == nil {
		return PastQuestion{}, false
	}
	q = PastQuestion{ID: w.questionID(), Adapter: w.Thread.Adapter, Text: redacted(w.Text, w.names()...), Result: cmp.Or(w.result(), ResultSure)}
	if w.Begun > 0 {
		q.At = time.Unix(w.Begun, 0)
	}
	switch {
	case w.Entry != nil:
		q.Entry = w.Entry.ID
	case len(w.Options) > 0:
		q.Entry = w.Options[0].Entry
	}
	if w.Entry == nil && q.Result == ResultSure {
		q.Result = ResultUnmatched // a person was asked, or the user wanted silence
	}
	return q, true
}

// names returns what is known of the names in the text of a walkthrough.
func (w *Walkthrough) names() []string {
	names := append(slices.Collect(maps.Values(w.Slots)), w.Asker.Name, w.About)
	for _, o := range w.Options {
		names = append(names, slices.Collect(maps.Values(o.Slots))...)
	}
	return names
}

// questionID returns an ID that does not name the thread.
func (w *Walkthrough) questionID() QuestionID {
	return QuestionID("w" + hashed(fmt.Sprintf("%q %q", w.Thread, w.Source)))
}

// undecidedAfter is how long a user has to say which error it is. A person who comes
// back from a machine needs minutes.
const undecidedAfter = time.Hour

// maxUndecided bounds the conversations whose keys are computed when they are listed:
// that takes 1 ms each.
const maxUndecided = 200

// Unanswered implements QuestionDesk.
func (b *Bot) Unanswered(ctx context.Context) ([]Unanswered, error) {
	all, asked, err := b.loadQuestions(ctx, time.Now().Add(-UnansweredTTL), maxQuestions)
	if err != nil {
		return nil, err
	}
	undecided := 0
	for i := range asked {
		w := &asked[i]
		if undecided == maxUndecided {
			break
		}
		if w.Status != StatusChoosing || w.Elsewhere != (Thread{}) {
			continue // most are: redacting their texts would take a second
		}
		q, ok := w.askedQuestion()
		if !ok || q.At.IsZero() || time.Since(q.At) < undecidedAfter {
			continue
		}
		undecided++
		u := Unanswered{ID: q.ID, Place: w.Thread.place(), Asker: w.Asker.ID, At: q.At, Why: MissUndecided, Text: q.Text, Key: keyOf(b.base(), q.Text)}
		if w.isPrivate() {
			u.Place.Channel = ""
		}
		for _, o := range w.Options {
			u.Nearest = append(u.Nearest, o.Entry)
		}
		all = append(all, u)
	}
	slices.SortStableFunc(all, func(a, b Unanswered) int { return b.At.Compare(a.At) })
	return all, nil
}

// Marks implements QuestionDesk.
func (b *Bot) Marks(ctx context.Context) ([]Mark, error) {
	marks, err := b.store.Marks(ctx)
	return marks, b.skipUnreadable(err)
}

// SetMark implements QuestionDesk.
func (b *Bot) SetMark(ctx context.Context, key string, state MarkState) error {
	return b.store.SetMark(ctx, key, state)
}

// MarkQuestion implements QuestionDesk.
func (b *Bot) MarkQuestion(ctx context.Context, id QuestionID, state MarkState) error {
	all, err := b.Unanswered(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(u Unanswered) bool { return u.ID == id })
	if i < 0 {
		return ErrNoQuestion
	}
	return b.store.SetMark(ctx, all[i].Key, state)
}
