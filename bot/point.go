package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"mabsbot/bot/locale"
	"mabsbot/bot/redact"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// What a message points at. A user who mentions the bot in reply to a paste, in
// a thread under one, or with a link to one, means the paste. The adapter says
// what a message points at, and the handler has it read only if the message is
// for the bot and names no error itself.

// A Pointer leads from a message to others that it may be about.
type Pointer struct {
	Kind PointerKind
	To   any // opaque outside the adapter that made it
}

// A PointerKind says how a message points at another.
type PointerKind string

// The kinds of pointers.
const (
	PointReply  PointerKind = "reply"  // the message that it replies to
	PointThread PointerKind = "thread" // the messages of its thread, and the name of the thread
	PointLink   PointerKind = "link"   // a message that it links to
	PointAbove  PointerKind = "above"  // what its sender wrote just before it
	PointTop    PointerKind = "top"    // the message at the top of its thread
)

// A Quoted is a message that another one points at.
type Quoted struct {
	ID     EventID  // as when it was posted; PointTop only
	Text   string   // as Message.Text
	Unread []Unread // as Message.Unread
	Hidden bool     // there may be users who see the message that points at it, but not this one
}

// A Reader is an adapter that can read the messages that another one points at.
type Reader interface {
	Adapter

	// Read returns the messages to which a pointer of m leads, the most likely
	// one first, without those of the bot. They include only what the sender of
	// m may see. ok is false if they cannot be read; the adapter logs why. The
	// core calls Read after the match, and does without what takes too long.
	Read(ctx context.Context, m Message, p Pointer) (found []Quoted, ok bool)
}

// A Look is a pointer that was followed.
type Look struct {
	Kind   PointerKind `json:"kind"`
	Failed bool        `json:"failed,omitempty"` // nothing could be read
}

// lookTime bounds how long the bot reads what a message points at: a few
// requests of 100 to 300 ms each, or a download. A user waits.
const lookTime = 5 * time.Second

// pointers returns what to look at because the message itself names no error.
// In a conversation with a walkthrough, the thread is known.
func pointers(rules Rules, state State, event Event, found kb.Result) []Pointer {
	m, isMessage := event.(Message)
	if !isMessage || !m.Addressed || m.Command || m.From.Bot || m.Change == ChangeDeleted || found.Band == match.Sure || rules.Policy.channel(m.Head).Mode == ModeOff {
		return nil
	}
	r := rules.Locales.Read(m.Text)
	switch r.Main {
	case locale.IntentThanks, locale.IntentNod, locale.IntentList, locale.IntentGreeting, locale.IntentPerson, locale.IntentQuiet:
		return nil
	}
	known := state.Walkthrough.inProgress() && state.Walkthrough.Source != m.Original
	explicit := slices.ContainsFunc(m.Points, func(p Pointer) bool { return p.Kind != PointAbove })
	// In "the tape robot is stuck, how do I fix it", the word "it" means the robot, and
	// not what was written before.
	asks := r.About(locale.SubjectError) || r.About(locale.SubjectAbove)
	above := !explicit && len(m.Unread) == 0 && (visible(m.Text) == "" || asks && !saysTrouble(rules.Base.Explain(m.Text)))
	return slices.DeleteFunc(slices.Clone(m.Points), func(p Pointer) bool {
		switch p.Kind {
		case PointThread:
			return known
		case PointAbove:
			return known || !above
		}
		return false
	})
}

// inProgress reports whether a walkthrough waits for its users.
func (w Walkthrough) inProgress() bool {
	switch w.Status {
	case StatusChoosing, StatusWalking, StatusSolved, StatusEscalated:
		return true
	}
	return false
}

// look follows the pointers of a message, until an error is recognized, or those of the
// press of a shortcut. It returns the event with what was looked at, and the result of the
// match. The error is that of ctx.
func (b *Bot) look(ctx context.Context, a Adapter, rules Rules, state State, event Event, found kb.Result) (Event, kb.Result, error) {
	if p, isPress := event.(Press); isPress {
		p, err := b.withQuestion(ctx, a, rules, state, p)
		return p, found, err
	}
	points := pointers(rules, state, event, found)
	reader, reads := As[Reader](a)
	if len(points) == 0 || !reads {
		return event, found, nil
	}
	limited, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	m := event.(Message)
	for _, p := range points {
		quoted, ok := reader.Read(limited, m, p)
		for i := range quoted {
			quoted[i].Text, _ = redact.Mask(quoted[i].Text)
		}
		if len(quoted) > 0 || !ok && p.Kind != PointAbove {
			m.Looks = append(m.Looks, Look{p.Kind, !ok})
		}
		if m.Change == ChangeEdited { // the answer to the earlier text is for everyone
			quoted = slices.DeleteFunc(quoted, func(q Quoted) bool { return q.Hidden && !m.Direct })
		}
		var about kb.Result
		if m.Quoted, about = bestQuoted(rules, m.Head, quoted, found); m.Quoted != nil {
			return m, about, ctx.Err()
		}
		for _, q := range quoted {
			m.Unread = append(slices.Clip(m.Unread), q.Unread...)
		}
		if found.Band == match.Silent && p.Kind != PointAbove { // the nearest topics are those of what was pointed at
			found = kb.Result{}
			if len(quoted) > 0 && !quoted[0].Hidden {
				if near := rules.Base.Match(quoted[0].Text); near.Band == match.Silent {
					found = near
				}
			}
		}
	}
	return m, found, ctx.Err()
}

// bestQuoted returns the first of the messages in which an error is certain, or
// else likely, unless that is no better than what was found before.
func bestQuoted(rules Rules, head Head, quoted []Quoted, found kb.Result) (about *Quoted, best kb.Result) {
	best = found
	for i, q := range quoted {
		if rules.Locales.Echo(q.Text) {
			continue
		}
		// A message that a user points at is as much for the bot as theirs.
		there := rules.recognize(Message{Head: head, Text: q.Text, Addressed: true})
		if there.Band > best.Band {
			about, best = &quoted[i], there
		}
	}
	return about, best
}

// subject returns the text that a message is about: that of the message it
// points at, or its own.
func (m Message) subject() string {
	if m.Quoted != nil {
		return m.Quoted.Text
	}
	return m.Text
}

// pointed reports whether the sender pointed at something, rather than only
// having written before.
func (m Message) pointed() bool {
	return slices.ContainsFunc(m.Looks, func(l Look) bool { return l.Kind != PointAbove })
}

// answerDirectly answers in a direct message, because others who see the event
// may not see the message that it points at.
func (d decision) answerDirectly(m Message) {
	w := d.newWalkthrough(m)
	w.Thread = d.directThread()
	w.Version, w.Posts, w.Private, w.FollowUp, w.Asked = 0, nil, false, "", false
	there := d
	there.voice = d.readIn(w.Thread)
	there.answer(w, "")
	d.postInfo(d.paragraph("hidden"))
}

// looked says what was looked at without success, or "".
func (v voice) looked(w Walkthrough) string {
	var said []string
	for _, l := range w.Looked {
		if key := lookedTexts[l]; key != "" && !slices.Contains(said, v.text(key)) {
			said = append(said, v.text(key))
		}
	}
	return strings.Join(said, " ")
}

var lookedTexts = map[Look]string{
	{Kind: PointReply}: "looked_thread", {Kind: PointReply, Failed: true}: "unread_thread",
	{Kind: PointThread}: "looked_thread", {Kind: PointThread, Failed: true}: "unread_thread",
	{Kind: PointLink}: "looked_link", {Kind: PointLink, Failed: true}: "unread_link",
	{Kind: PointAbove}: "looked_above",
}
