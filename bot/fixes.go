package bot

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// What people say solved an error, for those who write entries.

// A Fix is what a person says solved the error of a thread. It has neither secrets nor
// the names of people and machines, if they were found.
type Fix struct {
	ID       FixID
	Thread   Thread    // without a channel if only one person and the bot could read it
	At       time.Time // when it was recorded; set by the store
	By       User      // who says it; the zero User if they were forgotten
	Entry    string    // of the walkthrough of the thread; may be ""
	Text     string
	Question string     // the message that the thread is about; may be ""
	Of       QuestionID // the RecordID of that message; may be ""
	Asker    string     // the ID of its user; may be ""
	State    FixState
}

// A FixID identifies a fix.
type FixID string

// A FixState says what was decided about a fix.
type FixState string

// The states of a fix. FixOpen waits for an editor.
const (
	FixOpen      FixState = ""
	FixUsed      FixState = "used"      // an entry has it
	FixDismissed FixState = "dismissed" // no entry needs it
)

// FixStates returns all states.
func FixStates() []FixState { return []FixState{FixOpen, FixUsed, FixDismissed} }

// A FixStore keeps what people say solved an error.
type FixStore interface {
	// Fixes returns at most limit fixes, the latest first. Apply adds them: the first
	// for each ID, and the latest MaxFixes of all. Erase removes the fix with the FixIDOf
	// a message, and the question that the message was.
	Fixes(ctx context.Context, limit int) ([]Fix, error)

	// FixesAbout returns the fix with the FixIDOf a message, and those whose question
	// the message is.
	FixesAbout(ctx context.Context, message EventID) ([]Fix, error)

	// ReviseFix replaces the Text and the Question of a fix, if it is still there.
	ReviseFix(ctx context.Context, fix Fix) error

	// SetFix sets the state of a fix. The error is ErrNoFix if it is not there.
	SetFix(ctx context.Context, id FixID, state FixState) error

	// OpenFixes returns how many fixes of each adapter are open, without adapters that
	// have none.
	OpenFixes(ctx context.Context) (map[string]int, error)
}

// ErrNoFix reports that there is no fix with the ID any more.
var ErrNoFix = errors.New("bot: no such fix")

// MaxFixes bounds the fixes. A person records each by hand: a team of ten that solves
// three errors a day each records 900 in 30 days.
const MaxFixes = 1000

// FixIDOf returns the ID of the fix that a message or a command is.
func FixIDOf(message EventID) FixID { return FixID("f" + hashed(string(message)+"#fix")) }

// recordFix handles the shortcut on a message that says what solved the error of its
// thread. If the thread has a case, that is solved, too.
func (d decision) recordFix(p Press) {
	about := d.state.Walkthrough
	said := p.Message
	if said == "" { // an earlier version recorded the event
		said = p.ID
	}
	if visible(p.Value) == "" || said == about.Source || d.rules.Locales.Echo(p.Value) {
		d.postPrivate(d.paragraph("fix_none"))
		return
	}
	recorded := d.text("fix_recorded")
	if number := about.caseNumber(); number > 0 {
		c := d.cases(CaseQuery{Number: number})
		if c == nil {
			return
		}
		if t := c.Case; t.Handover != nil && !t.isProposal() {
			about = d.aboutCase(*c)
			switch {
			case t.Handover.Withdrawn:
			case d.solveCase(*c, p.Value):
				recorded = d.text("case_recorded", "case", strconv.Itoa(number))
			default:
				recorded = "" // the sender learned who solved it
			}
		}
	}
	d.addFix(said, p.Value, about, p.Asked)
	if recorded != "" {
		d.turn.receipt = d.postPrivate(paragraph(recorded + " " + d.text("fix_review")))
	}
}

// aboutCase returns the walkthrough that a case is about. It says nothing if that was
// removed.
func (d decision) aboutCase(c Cases) Walkthrough {
	w := c.About
	w.Thread = c.Case.Handover.Of
	return w
}

// addFix adds to the turn that a message or a command says what solved the error of a
// walkthrough. asked is the question where there is no walkthrough, or nil.
func (d decision) addFix(said EventID, text string, about Walkthrough, asked *Quoted) {
	names := append(about.names(), d.head.From.Name)
	f := &Fix{
		ID: FixIDOf(said), Thread: about.Thread, By: User{ID: d.head.From.ID, Name: d.head.From.Name}, Entry: entryOf(about),
		Text: redacted(text, names...),
	}
	if about.isPrivate() {
		f.Thread = Thread{Adapter: about.Thread.Adapter, Workspace: about.Thread.Workspace}
	}
	question := Quoted{ID: about.Source, Text: about.Text}
	if question.Text == "" && asked != nil {
		question, about.Asker = *asked, User{}
	}
	if visible(question.Text) != "" && question.ID != said {
		f.Question, f.Asker = redacted(question.Text, names...), about.Asker.ID
		if question.ID != "" {
			f.Of = RecordID(question.ID)
		}
	}
	d.turn.Fix = f
}

// withQuestion returns the press of a shortcut with the message at the top of its thread,
// if it records a fix where no walkthrough has that message. The error is that of ctx.
func (b *Bot) withQuestion(ctx context.Context, a Adapter, rules Rules, state State, p Press) (Press, error) {
	reader, reads := As[Reader](a)
	w := state.Walkthrough
	if p.Button.Action != ActionRecord || !reads || w.Text != "" || w.caseNumber() > 0 || rules.Policy.channel(p.Head).Mode == ModeOff {
		return p, nil
	}
	limited, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	for _, pointer := range p.Points {
		if found, _ := reader.Read(limited, Message{Head: p.Head}, pointer); len(found) > 0 && !rules.Locales.Echo(found[0].Text) {
			p.Asked = &found[0]
			break
		}
	}
	return p, ctx.Err()
}

// reviseFixes changes what was recorded of a message that is edited.
func (b *Bot) reviseFixes(ctx context.Context, m Message) error {
	all, err := b.store.FixesAbout(ctx, m.Original)
	if err = b.skipUnreadable(err); err != nil || len(all) == 0 {
		return err
	}
	w, _, err := b.store.Load(ctx, m.Thread, UserKey{})
	if err = b.skipUnreadable(err); err != nil {
		return err
	}
	text := redacted(m.Text, append(w.names(), m.From.Name)...)
	for _, f := range all {
		if f.ID == FixIDOf(m.Original) {
			f.Text = text
		} else {
			f.Question = text
		}
		if err := b.store.ReviseFix(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// FixOperations are the part of Operations for fixes.
type FixOperations interface {
	// Fixes and OpenFixes are those of Store.
	Fixes(ctx context.Context, limit int) ([]Fix, error)
	OpenFixes(ctx context.Context) (map[string]int, error)

	// SetFix sets the state of a fix. The error is ErrNoFix if it is not there.
	SetFix(ctx context.Context, id FixID, state FixState) error
}

// Fixes implements Operations.
func (b *Bot) Fixes(ctx context.Context, limit int) ([]Fix, error) {
	all, err := b.store.Fixes(ctx, limit)
	return all, b.skipUnreadable(err)
}

// OpenFixes implements Operations.
func (b *Bot) OpenFixes(ctx context.Context) (map[string]int, error) { return b.store.OpenFixes(ctx) }

// SetFix implements Operations.
func (b *Bot) SetFix(ctx context.Context, id FixID, state FixState) error {
	return b.store.SetFix(ctx, id, state)
}
