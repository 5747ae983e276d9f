package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// maxConflicts bounds how often Handler retries after ErrConflict. Every
// conflict means that another event of the thread was committed, so ten rounds
// are far more than people can cause.
const maxConflicts = 10

// Handler returns the handler for the events of one adapter. It matches a text
// once and asks for a profile at most once, even if it decides several times.
func (b *Bot) Handler(a Adapter) Handler {
	return func(ctx context.Context, event Event) error {
		defer b.guard(event)
		if err := b.handle(ctx, a, event); err != nil {
			return fmt.Errorf("handle %s: %w", event.About().ID, err)
		}
		return nil
	}
}

func (b *Bot) handle(ctx context.Context, a Adapter, event Event) error {
	rules := Rules{Base: b.base(), Locales: b.locales, Policy: b.recentPolicy(ctx), Can: a.Capabilities()}
	b.seenBots.see(event.About())
	event = rules.withCollected(withoutSecrets(event))
	event, found := rules.recognizeEvents(event, rules.recognize(event))
	event, found, err := b.join(ctx, rules, event, found)
	if err != nil {
		return err
	}
	if rules.isTalk(event, found) {
		observe(a, event, Turn{Event: event.About().ID, Seen: seen(State{}, found)})
		return nil
	}
	if m, ok := event.(Message); ok && m.Change == ChangeDeleted {
		if event, err = b.erase(ctx, m); err != nil {
			return err
		}
	}
	if m, ok := event.(Message); ok && m.Change == ChangeEdited { // it is recorded again if it is not answered now
		if err := errors.Join(b.store.Unrecord(ctx, m.Original), b.reviseFixes(ctx, m)); err != nil {
			return err
		}
	}
	profiler, unknown := As[Profiler](a)
	looked := false
	if head := event.About(); head.At.IsZero() {
		head.At = time.Now()
		event = withHead(event, head)
	}
	bots := b.findBots(ctx, a, rules, event, found)
	unreachable := b.unreachable(ctx, a, rules, event, found)
	for range maxConflicts {
		if rules.Policy, err = b.currentPolicy(ctx); err != nil {
			return err
		}
		state, err := b.load(ctx, rules, event, found)
		if err != nil {
			return err
		}
		if !looked {
			looked = true
			if event, found, err = b.look(ctx, a, rules, state, event, found); err != nil {
				return err
			}
			if m, ok := event.(Message); ok && m.Quoted != nil {
				continue // with the state that belongs to the error
			}
		}
		if unknown && mayAnswer(rules, state, event, found) {
			event, unknown = b.withProfile(ctx, profiler, event), false
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		state.Unreachable, state.Bots = unreachable, bots
		turn, err := b.decide(ctx, rules, state, event, found)
		if err != nil {
			return err
		}
		turn = b.limitWarnings(event, turn)
		turn.Seen = seen(state, found)
		if !turn.Silent() && (b.overBotLimit(event.About(), turn) || b.repeatsNotice(rules.Policy, event, state, turn)) {
			turn = Turn{Event: turn.Event, Reports: alertsOf(event, turn), Seen: turn.Seen}
		}
		if turn.isEmpty() {
			observe(a, event, turn)
			return nil
		}
		turn = turn.asked(event)
		err = b.store.Apply(ctx, turn)
		if err == nil {
			b.wakeSenders(turn)
			b.settings.expire(turn)
			observe(a, event, turn)
		}
		if errors.Is(err, ErrDuplicate) { // perhaps the process ended before the note
			turn.Reports = state.again(event, turn)
		}
		if err == nil || errors.Is(err, ErrDuplicate) {
			return b.note(ctx, a, rules, turn.Reports)
		}
		if !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return ErrConflict
}

// erase removes what a deleted message led to outside of a walkthrough. It returns the
// message in the thread of its walkthrough, which may be elsewhere: that of a hidden
// message is in a direct message.
func (b *Bot) erase(ctx context.Context, m Message) (Message, error) {
	threads, err := b.store.Erase(ctx, m.Original)
	if err != nil {
		return m, err
	}
	for _, t := range threads {
		w, _, err := b.store.Load(ctx, t, UserKey{})
		if b.skipUnreadable(err) != nil {
			return m, err
		}
		if err == nil && w.Source == m.Original {
			m.Thread = t
		}
	}
	return m, nil
}

// isTalk reports whether nothing follows from an event, whatever its thread holds:
// it is a new message of a channel that neither names an error nor a secret, and is
// not for the bot.
// Almost all messages are talk, and need nothing of the store.
func (r Rules) isTalk(event Event, found kb.Result) bool {
	m, ok := event.(Message)
	return ok && found.Band == match.Silent && m.Change == ChangePosted && m.Continues == "" && len(m.Unread) == 0 && len(m.Secrets) == 0 &&
		!m.Addressed && !m.Command && !m.InThread && !m.Direct && !(isNear(found) && r.Policy.channel(m.Head).Unanswered)
}

// observe reports a turn to an adapter that shows what was decided.
func observe(a Adapter, event Event, turn Turn) {
	if o, ok := As[Observer](a); ok {
		o.Observe(event, turn)
	}
}

// seen returns what a decision is made from.
func seen(state State, found kb.Result) Seen {
	s := Seen{Band: found.Band, Status: state.Walkthrough.Status}
	if e := state.Walkthrough.Entry; e != nil {
		s.Entry = e.ID
	}
	if found.Band != match.Silent {
		s.Hit = found.Hits[0].Entry.ID
	}
	return s
}

// overBotLimit reports whether to drop a turn because the channel had too many
// answers to other bots. Withdrawals of earlier answers are not dropped.
func (b *Bot) overBotLimit(head Head, turn Turn) bool {
	says := slices.ContainsFunc(turn.Posts, func(p Post) bool { return !p.Withdraw && !p.Shadow })
	if !head.From.Bot || !says {
		return false
	}
	ok, first := b.botLimiter.allow(head.Thread, head.ID)
	if first {
		b.log.Warn("bot: dropping answers to other bots", "adapter", head.Thread.Adapter,
			"channel", head.Thread.Channel, "from", head.From.ID, "limit", maxBotAnswers, "window", botAnswersWindow)
	}
	return !ok
}

// repeatsNotice reports whether all that an event leads to is what its user has
// just got: a notice that a button is out of date, or a link to the earlier answer
// to the same error. The first paste of an error gets the answer, the second the
// link, and a third one nothing.
func (b *Bot) repeatsNotice(p Policy, event Event, state State, turn Turn) bool {
	head := event.About()
	switch {
	case turn.warning != "": // they have to know
		return false
	case turn.outdated:
		return !b.noticeLimiter.allow(noticeKey{thread: head.Thread, user: head.From.ID, version: state.Walkthrough.Version}, head.ID, noticeWindow)
	case turn.link != (Thread{}):
		return !b.linkLimiter.allow(noticeKey{thread: turn.link, user: head.From.ID}, head.ID, p.RepeatWindow)
	}
	return false
}

// guard limits a panic to the event that caused it. The event is not
// redelivered because it would panic again.
func (b *Bot) guard(event Event) {
	if p := recover(); p != nil {
		b.log.Error("bot: event dropped after a panic", "event", event.About().ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	}
}

// load reads from the store what Decide needs.
func (b *Bot) load(ctx context.Context, rules Rules, event Event, found kb.Result) (state State, err error) {
	head := event.About()
	user := UserKey{head.Thread.Adapter, head.Thread.Workspace, head.From.ID}
	if state.Walkthrough, state.Prefer, err = b.store.Load(ctx, head.Thread, user); err != nil {
		return State{}, err
	}
	if p, ok := event.(Press); ok && state.Walkthrough.Status == "" {
		state.Kept, err = b.store.Keeps(ctx, p.Post)
		return state, err
	}
	m, isMessage := event.(Message)
	if !isMessage {
		return state, nil
	}
	if w := state.Walkthrough; w.Status == StatusSolved && w.FollowUp != "" {
		if state.Unasked, err = b.store.Waiting(ctx, w.FollowUp); err != nil {
			return State{}, err
		}
	}
	if found.Band == match.Sure && rules.Policy.Learning.counts() { // a walkthrough will begin
		lead, _ := causeFirst(found)
		if state.Steps, err = b.loadSteps(ctx, StepQuery{lead.Entry.ID, user}); err != nil {
			return State{}, err
		}
	}
	if !m.Command {
		state.Recent, err = b.recent(ctx, rules.Policy, head, found)
		return state, err
	}
	if rules.isAdminCommand(event, found) && rules.Policy.isAdmin(head) {
		state.Changes, err = b.settingsChanges(ctx, head.Thread)
		return state, err
	}
	last, err := b.store.Walkthroughs(ctx, user, 1)
	err = b.skipUnreadable(err)
	if len(last) > 0 {
		state.Last = &last[0]
	}
	return state, err
}

// mayAnswer reports whether an event may get an answer that depends on its
// sender. Most messages of a channel get no answer.
func mayAnswer(rules Rules, state State, event Event, found kb.Result) bool {
	head := event.About()
	channel := rules.Policy.channel(head)
	if rules.isAdminCommand(event, found) {
		channel.Mode = ModeOn
	}
	if channel.Mode == ModeOff || head.From.Bot {
		return false
	}
	began := state.Walkthrough.Status != ""
	m, isMessage := event.(Message)
	switch {
	case !isMessage:
		return !began || state.Walkthrough.Status == StatusEnded // otherwise the walkthrough has a language
	case m.Change == ChangeDeleted:
		return false
	case m.Addressed || m.Command || len(m.Secrets) > 0 && channel.Mode != ModeMention:
		return true
	case found.Band != match.Silent:
		return began || channel.Mode != ModeMention
	}
	return began && m.InThread && utf8.RuneCountInString(m.Text) <= locale.MaxUtterance
}

// withProfile returns the event with the sender's profile, if the adapter can
// look it up. An answer in another language is better than none.
func (b *Bot) withProfile(ctx context.Context, p Profiler, event Event) Event {
	head := event.About()
	user, err := p.Profile(ctx, head.From)
	if err != nil {
		b.log.Warn("bot: profile not available", "adapter", p.Name(), "event", head.ID, "error", err)
		return event
	}
	head.From.Name, head.From.Locale = cmp.Or(user.Name, head.From.Name), cmp.Or(user.Locale, head.From.Locale)
	return withHead(event, head)
}

// withHead returns the event with another head.
func withHead(event Event, head Head) Event {
	switch e := event.(type) {
	case Message:
		e.Head = head
		return e
	case Press:
		e.Head = head
		return e
	}
	return event
}

// recognize matches the text of a message. A command is a look-up, which is
// judged less strictly because its text is meant for the bot. So is the code in
// an addressed message of a few words. A single word that is neither a code nor
// a name of an error leads to no answer, however few errors have it: it is how
// people try a bot out. Where people talk about backups, a question needs less.
func (r Rules) recognize(event Event) kb.Result {
	base := r.Base
	m, isMessage := event.(Message)
	switch {
	case !isMessage || m.Change == ChangeDeleted:
		return kb.Result{}
	case r.named(m) != "":
		return base.Lookup(r.named(m))
	case m.Command:
		found := base.Lookup(m.Text)
		if (found.Band == match.Sure || len(found.Hits) == 1) && isLoneWord(found, m.Text) {
			found.Band = match.Silent
		}
		return found
	}
	found := r.match(m)
	if !m.Addressed || utf8.RuneCountInString(m.Text) > locale.MaxUtterance {
		return found
	}
	if found = withoutLoneWord(found, m.Text); found.Band == match.Sure {
		return found
	}
	if code, named := match.NamedCode(m.Text, isFew(m.Text)); named {
		for _, query := range []string{m.Text, code} { // the words of the text may choose between errors of the code
			asked := base.Lookup(query)
			if hasEvidence(asked, match.EvidenceCode) && (found.Band == match.Silent || asked.Band == match.Sure) {
				return asked
			}
		}
	}
	return found
}

// named returns the ID of the entry that a message to the bot names, alone or before
// codes of that entry, or "".
func (r Rules) named(m Message) string {
	id, codes, _ := strings.Cut(strings.TrimSpace(m.Text), " ")
	e := r.Base.Entry(strings.ToLower(id)) // a phone begins with a capital letter
	if e == nil || !m.Command && !m.Addressed {
		return ""
	}
	for code := range strings.FieldsSeq(codes) {
		if !slices.ContainsFunc(e.Codes, func(own string) bool { return match.HasCode(code, own) }) {
			return ""
		}
	}
	return e.ID
}

// match matches the text of a message in its channel. Of what is said to the bot,
// a question is better than "I don't know".
func (r Rules) match(m Message) kb.Result {
	if m.Addressed || r.Policy.channel(m.Head).About == AboutBackup {
		return r.Base.MatchAbout(m.Text)
	}
	return r.Base.Match(m.Text)
}

// withoutLoneWord returns a result that is no answer if the text is a lone word.
func withoutLoneWord(found kb.Result, text string) kb.Result {
	if found.Band == match.Sure && isLoneWord(found, text) {
		found.Band = match.Silent
	}
	return found
}

// isLoneWord reports whether a text is a single word that is neither a code, a
// name of an error nor a section of the sources.
func isLoneWord(found kb.Result, text string) bool {
	return len(strings.Fields(text)) == 1 && !strings.Contains(text, "#") &&
		!hasEvidence(found, match.EvidenceCode) && !hasEvidence(found, match.EvidenceSymbol)
}

// maxFewWords is how many words are so few that a number among them is a code:
// two more than in the questions of people who name one, such as "why do I get
// 3106 since today".
const maxFewWords = 9

// isFew reports whether a text is a few words.
func isFew(text string) bool { return len(strings.Fields(text)) <= maxFewWords }

// hasEvidence reports whether the best hit has evidence of a kind.
func hasEvidence(found kb.Result, kind string) bool {
	return len(found.Hits) > 0 && slices.ContainsFunc(found.Hits[0].Evidence, func(e match.Evidence) bool { return e.Kind == kind })
}

// maxRecent bounds the walkthroughs of an error among which the same case is
// looked for. More of them than that within minutes are an outage, whose latest
// cases count.
const maxRecent = 10

// recent returns the walkthroughs of the same error that were recently started
// in the same channel, the latest first.
func (b *Bot) recent(ctx context.Context, p Policy, head Head, found kb.Result) ([]Walkthrough, error) {
	if found.Band != match.Sure || head.Direct || p.RepeatWindow == 0 {
		return nil, nil
	}
	threads, err := b.store.Recent(ctx, head.Thread, found.Hits[0].Entry.ID, p.RepeatWindow, maxRecent)
	if err != nil {
		return nil, err
	}
	var all []Walkthrough
	for _, t := range threads {
		w, _, err := b.store.Load(ctx, t, UserKey{})
		if b.skipUnreadable(err) != nil {
			return nil, err
		}
		if err == nil {
			all = append(all, w)
		}
	}
	return all, nil
}

// skipUnreadable logs an ErrUnreadable and returns other errors. What is
// unreadable must not keep what an event does not depend on from being handled.
func (b *Bot) skipUnreadable(err error) error {
	if !errors.Is(err, ErrUnreadable) {
		return err
	}
	b.log.Error("bot: skipping what cannot be read", "error", err)
	return nil
}

// wakeSenders wakes the senders of the adapters that have new posts.
func (b *Bot) wakeSenders(turn Turn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range turn.Posts {
		wakeUp(b.wake[p.Thread.Adapter]) // nil if it runs in another process
	}
}
