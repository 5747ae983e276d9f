package bot

import (
	"context"
	"slices"
	"sync"
	"time"

	"mabsbot/bot/redact"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// Messages that are split over two. Platforms limit the length of a message, and
// some users send an error and its ID one after the other. The parts are read as
// one text if that says more, and get one answer.

const (
	// splitWindow is how long after a message its second part may follow: who
	// pastes again has to go back and copy the rest.
	splitWindow = 20 * time.Second
	// maxSplitPart is the longest message of Slack, in bytes. Discord's are shorter.
	maxSplitPart = 40_000
	// maxSpeakers bounds the memory to 80 MB, should all of them paste a maximum
	// of text: two messages are kept of each.
	maxSpeakers = 1000
)

// A speaker writes at one place: a channel or a direct message.
type speaker struct {
	place Thread // without Root
	user  string
}

// A spoken message and the one before it.
type spoken struct {
	Message
	before *spoken
}

// recentMessages are the last messages of users outside of threads. They are kept
// in memory: after a restart, parts are read on their own.
type recentMessages struct {
	mu   sync.Mutex
	last map[speaker]*spoken
}

// replace returns the message that its sender wrote shortly before m, or nil, and
// keeps m instead. A message that is handled again gets the same.
func (r *recentMessages) replace(m Message) *spoken {
	key := speaker{m.Thread, m.From.ID}
	key.place.Root = ""
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil || len(r.last) >= maxSpeakers {
		r.last = map[speaker]*spoken{}
	}
	before := r.last[key]
	if before != nil && before.ID == m.ID {
		return before.before
	}
	if before != nil && (m.At.Before(before.At) || m.At.Sub(before.At) > splitWindow) {
		before = nil
	}
	if before != nil {
		before.before = nil // no more than two are kept
	}
	r.last[key] = &spoken{m, before}
	return before
}

// keep keeps the joined message instead of its last part, so that a third part
// continues it.
func (r *recentMessages) keep(m Message) {
	key := speaker{m.Thread, m.From.ID}
	key.place.Root = ""
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := r.last[key]; last != nil && last.ID == m.ID {
		last.Message = m
	}
}

// join returns a message together with the one that it continues, if it does, and
// the result of their match.
func (b *Bot) join(ctx context.Context, rules Rules, event Event, found kb.Result) (Event, kb.Result, error) {
	m, ok := event.(Message)
	if !ok || m.Change != ChangePosted || m.Command || m.From.Bot || m.InThread || m.Collected != nil || m.At.IsZero() || len(m.Text) > maxSplitPart {
		return event, found, nil
	}
	before := b.spoken.replace(m)
	if before == nil {
		return event, found, nil
	}
	whole := m
	whole.Continues, whole.Thread = before.ID, before.Thread
	if before.Continues != "" {
		whole.Continues = before.Continues
	}
	whole.Text, whole.Secrets = redact.Mask(before.Text + "\n" + m.Text) // a secret may be split, too
	whole.Secrets = append(whole.Secrets, m.Secrets...)
	whole.Addressed = before.Addressed || m.Addressed
	whole.Points, whole.Unread = slices.Concat(before.Points, m.Points), slices.Concat(before.Unread, m.Unread)
	joined := rules.recognize(whole)
	if found.Band == match.Silent && joined.Band != match.Sure { // almost always, and whatever the first says
		return event, found, nil
	}
	if !continues(rules.recognize(before.Message), found, joined) {
		return event, found, nil
	}
	if answers, err := b.answers(ctx, rules, m, found, joined); err != nil || answers {
		return event, found, err
	}
	b.spoken.keep(whole)
	return whole, joined, nil
}

// answers reports whether a message is a reply to what the bot has asked since the
// one before. In a direct message an answer such as "the backup disk" may be the name
// of an error, too. If the question is which error it is, the rest of the error answers
// it.
func (b *Bot) answers(ctx context.Context, rules Rules, m Message, found, joined kb.Result) (bool, error) {
	if !m.Direct {
		return false, nil // a reply is in the thread
	}
	state, err := b.load(ctx, rules, m, found)
	if w := state.Walkthrough; err != nil || !w.inProgress() || w.Status == StatusChoosing && joined.Band == match.Sure {
		return false, err
	}
	switch Decide(rules, state, m, found).Understood.Intent {
	case IntentNone, IntentOtherError, IntentInfo, IntentUnclear:
		return false, nil
	}
	return true, nil
}

// continues reports whether the results of two messages, and of both together,
// show that the second continues the first. An error that is complete in one
// message is one of its own, unless the first has only its words and the second
// brings its code.
func continues(first, second, both kb.Result) bool {
	switch second.Band {
	case match.Sure:
		id := second.Hits[0].Entry.ID
		offered := first.Band == match.Likely && slices.ContainsFunc(first.Hits, func(h kb.Hit) bool { return h.Entry.ID == id })
		said := first.Band == match.Sure && first.Hits[0].Entry.ID == id && len(first.Hits[0].Codes) == 0 && len(second.Hits[0].Codes) > 0
		return (offered || said) && both.Band == match.Sure && both.Hits[0].Entry.ID == id
	case match.Likely:
		return first.Band != match.Silent || both.Band == match.Sure
	}
	return first.Band != match.Sure && both.Band == match.Sure
}

// continued decides about a message that continues another: the answer to that
// one, if there is any, becomes the answer to both.
func (d decision) continued(w Walkthrough, m Message) {
	switch early := w.Status == StatusChoosing || w.Status == StatusUnmatched || w.Status == StatusProposed || w.Status == StatusWalking && len(w.Path) == 0; {
	case w.Source == m.Continues && early:
		d.replaceAnswer(w, m)
	case w.Source == m.Continues:
		d.keep(w)
	case w.Status != "" && d.head.Direct:
		d.inThread(w, m)
	default:
		d.open(m)
	}
}
