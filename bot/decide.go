package bot

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// Rules are the constant inputs of a decision, apart from the event.
type Rules struct {
	Base    *kb.Base
	Locales locale.Locales
	Policy  Policy
	Can     Capabilities
}

// State is the stored state that an event finds.
type State struct {
	Walkthrough Walkthrough      // of the event's thread
	Prefer      string           // the language that the user chose, "" if none
	Recent      []Walkthrough    // those of the same error that were recently started in the same channel, the latest first
	Unasked     bool             // StatusSolved: the bot has yet to ask whether the fix held
	Kept        bool             // Press in a thread without a walkthrough: its post is known, so the walkthrough is elsewhere, or about to move there
	Last        *Walkthrough     // the latest of the user in any thread; set for /mabs why
	Cases       *Cases           // nil unless an earlier decision needed them
	Steps       *StepCounts      // of the entry that will begin, or that an earlier decision needed
	Changes     []SettingsChange // of the channel and its workspace, the latest first; set for /mabs admin
	Bots        map[string]User  // the bots that /mabs admin names, by what it names them; one that is not found has no ID
	Unreachable bool             // the bot cannot post to the channel that /mabs admin names
}

// Decide decides what follows from an event. All judgment of the bot is here,
// and it is a pure function: it has no clock, network or database, and knows no
// platform. found is the result of matching the text of the event.
func Decide(rules Rules, state State, event Event, found kb.Result) Turn {
	head := event.About()
	channel := rules.Policy.channel(head)
	if rules.Policy.isTeamUse(event) || rules.isAdminCommand(event, found) {
		channel.Mode = ModeOn
	}
	if channel.Mode == ModeOff || channel.ignores(head.From) {
		return Turn{Event: head.ID}
	}
	state.Walkthrough.unasked = state.Unasked
	in := input{state: state, head: head, channel: channel, found: found}
	turn := Turn{Event: head.ID}
	switch e := event.(type) {
	case Message:
		turn.About = cmp.Or(e.Original, e.ID)
		in.written, in.about = e.Text, e.Quoted
		if e.Change == ChangePosted && !e.Command {
			in.said = e.Text
		}
		d := newDecision(&rules, &in, &turn)
		d.message(e)
		d.settleProposal(e.Change == ChangeDeleted)
		d.warnOfSecrets(e)
	case Press:
		in.isPress, in.pressed = true, e.Post
		d := newDecision(&rules, &in, &turn)
		d.press(e)
		d.settleProposal(false)
	}
	if channel.Mode == ModeShadow {
		return newDecision(&rules, &in, &turn).shadow()
	}
	for i, p := range turn.Posts {
		turn.Posts[i].Urgent = isUse(event) && p.Delay == 0
	}
	return turn
}

// isUse reports whether an event is the use of a button or command, after which
// the platform shows the user that the bot is at work.
func isUse(event Event) bool {
	m, ok := event.(Message)
	return !ok || m.Command
}

// An input is what a decision reads. It does not change while the decision is
// made.
type input struct {
	state   State
	head    Head
	channel ChannelPolicy
	found   kb.Result
	written string  // Message: its text
	said    string  // the same, unless it is an edit or a command
	about   *Quoted // Message: the message whose text was matched, if it is another
	isPress bool
	pressed PostID // Press: the post with the button
}

// A decision is one call of Decide in progress: what it reads, the voice it
// answers in, and the turn that it builds. It is passed by value. To answer in
// another language or place, a method calls the others on a copy with another
// voice; all copies share the turn.
type decision struct {
	*input
	voice
	turn *Turn
}

// newDecision returns the decision about an event. If the asker switches to
// another language, the walkthrough switches with them.
func newDecision(rules *Rules, in *input, turn *Turn) decision {
	d := decision{in, voice{rules: rules, direct: in.head.Direct}, turn}
	d = d.speaking(d.currentLanguage(in.written))
	if w := &in.state.Walkthrough; w.Lang != "" && w.Asker.ID == in.head.From.ID {
		w.Lang = d.locale.Lang
	}
	return d
}

// speaking returns a copy of d that answers in the given language.
func (d decision) speaking(lang string) decision {
	d.locale = d.rules.Locales.Get(lang)
	return d
}

// answersPrivately reports whether only the sender may see an answer to the
// event.
func (d decision) answersPrivately() bool { return d.state.Walkthrough.Private || d.inPrivateThread() }

// inPrivateThread reports whether only the asker sees the thread of the event:
// that of a command or shortcut used in a channel.
func (d decision) inPrivateThread() bool {
	return strings.HasPrefix(d.head.Thread.Root, CommandRoot) && !d.head.Direct
}

// newWalkthrough returns the walkthrough that a message starts.
func (d decision) newWalkthrough(m Message) Walkthrough {
	old := d.state.Walkthrough
	known, about := d.factsOf(m)
	w := Walkthrough{
		Thread: d.head.Thread, Version: old.Version, Posts: old.Posts,
		Lang: d.locale.Lang, Asker: d.head.From, Private: d.inPrivateThread(),
		Source: cmp.Or(m.Original, m.Continues, d.head.ID), Text: m.subject(), Begun: d.now(), Named: d.rules.named(m), Looked: m.Looks, Unread: m.unread(),
		FollowUp: old.FollowUp, Asked: old.Asked, Known: known, About: about, isNew: true,
	}
	if d.goesOn(old, d.server()) {
		w.Read, w.ReadIn, w.Answers = old.Read, old.ReadIn, old.Answers
	}
	return d.learn(w, m.Collected)
}

// answer starts with the result of the match: the walkthrough of a sure hit, or
// the question which of several errors it is. The post replaces an earlier one
// if replaces is set.
func (d decision) answer(w Walkthrough, replaces PostID) {
	if d.found.Band == match.Sure {
		lead, others := causeFirst(d.found)
		for _, h := range others {
			w.Also = append(w.Also, h.Entry.ID)
		}
		d.start(w, lead.Entry, option(lead), replaces)
		return
	}
	d.choose(w, d.found.Hits, replaces)
}

// causeFirst returns the error to begin with, and the others that are certain:
// one that causes the best one leads.
func causeFirst(found kb.Result) (lead kb.Hit, others []kb.Hit) {
	lead, others = found.Hits[0], slices.Clone(found.Also)
	for i, h := range others {
		if slices.Contains(h.Entry.Causes, lead.Entry.ID) {
			lead, others[i] = h, lead
		}
	}
	return lead, others
}

// start starts the walkthrough of an entry and posts its first position.
// replaces is as for answer.
func (d decision) start(w Walkthrough, e *kb.Entry, o Option, replaces PostID) {
	order, counted, ok := d.learned(w, e)
	if !ok {
		return
	}
	w.Order, w.Counted = order, counted
	w.Codes, w.Evidence, w.Confidence = o.Codes, o.Evidence, o.Confidence
	w = begin(w, e, d.withReadValues(usable(o.Slots), w.Read))
	w.Maintenance = d.mutedUntil(e)
	w.Intro, w.Due = true, e.Due(d.head.At.UTC().Format(time.DateOnly))
	d.postAnswer(w, replaces)
}

// choose asks which of several errors it is. replaces is as for answer.
func (d decision) choose(w Walkthrough, hits []kb.Hit, replaces PostID) {
	w.Status, w.Entry, w.Intro = StatusChoosing, nil, false
	w.Options, w.Codes = nil, sharedCodes(hits)
	for _, h := range hits {
		w.Options = append(w.Options, option(h))
	}
	d.postAnswer(w, replaces)
}

func option(h kb.Hit) Option {
	return Option{Entry: h.Entry.ID, Slots: usable(h.Slots), Codes: h.Codes, Evidence: h.Evidence, Confidence: h.Confidence}
}

// sharedCodes returns the codes that all hits have in common. In that case the
// code itself is ambiguous.
func sharedCodes(hits []kb.Hit) []string {
	if len(hits) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(hits[0].Codes), func(code string) bool {
		return slices.ContainsFunc(hits, func(h kb.Hit) bool { return !slices.Contains(h.Codes, code) })
	})
}
