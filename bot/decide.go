package bot

import (
	"cmp"
	"slices"
	"strings"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// Rules are what a decision rests on, besides the event: all of it constant
// while the decision is made.
type Rules struct {
	Base    *kb.Base
	Locales locale.Locales
	Policy  Policy
	Can     Capabilities
}

// State is what stands already when an event arrives.
type State struct {
	Walkthrough Walkthrough  // of the event's thread
	Prefer      string       // the language that the person chose, "" if none
	Recent      *Thread      // where the same error was answered in the same channel a short time ago
	Last        *Walkthrough // of the person, in any thread; filled in for «why»
}

// Decide is the whole judgement of the bot: what follows from one event. It is
// a pure function: no clock, no network, no database, no platform. found is
// what the matcher makes of the event's text.
func Decide(rules Rules, state State, event Event, found kb.Result) Turn {
	head := event.About()
	channel := rules.Policy.channel(head)
	if channel.Mode == ModeOff || channel.ignores(head.From) {
		return Turn{Event: head.ID}
	}
	in := input{state: state, head: head, channel: channel, found: found}
	turn := Turn{Event: head.ID}
	switch e := event.(type) {
	case Message:
		newDecision(&rules, &in, e.Text, &turn).message(e)
	case Press:
		in.pressed = e.Post
		newDecision(&rules, &in, "", &turn).press(e)
	}
	if channel.Mode == ModeShadow {
		return turn.shadow()
	}
	return turn
}

// An input is what a decision reads of the event and of what came before it.
// Nothing changes it once the decision has begun.
type input struct {
	state   State
	head    Head
	channel ChannelPolicy
	found   kb.Result
	pressed PostID // Press: the post that carried the button
}

// A decision is one call of Decide while it is made: what it reads, how it
// speaks, and what it makes. It is passed by value, so that going on in another
// language or place is going on with another decision; all of them add to the
// same turn.
type decision struct {
	*input
	voice
	turn *Turn
}

// newDecision returns the decision about an event in which written was said. An
// asker who goes on in another language is answered in it.
func newDecision(rules *Rules, in *input, written string, turn *Turn) decision {
	d := decision{in, voice{rules: rules, direct: in.head.Direct}, turn}
	d = d.speaking(d.currentLanguage(written))
	if w := &in.state.Walkthrough; w.Lang != "" && w.Asker.ID == in.head.From.ID {
		w.Lang = d.locale.Lang
	}
	return d
}

// speaking returns the decision in another language.
func (d decision) speaking(lang string) decision {
	d.locale = d.rules.Locales.Get(lang)
	return d
}

// answersPrivately reports whether an answer to the event is for one person alone.
func (d decision) answersPrivately() bool { return d.state.Walkthrough.Private || d.inPrivateThread() }

// inPrivateThread reports whether only its asker sees the thread of the event: that of a
// command, or of a shortcut, in a channel.
func (d decision) inPrivateThread() bool {
	return strings.HasPrefix(d.head.Thread.Root, CommandRoot) && !d.head.Direct
}

// newWalkthrough is a walkthrough that is about to begin with a message.
func (d decision) newWalkthrough(m Message) Walkthrough {
	old := d.state.Walkthrough
	return Walkthrough{
		Thread: d.head.Thread, Version: old.Version, Posts: old.Posts,
		Lang: d.locale.Lang, Asker: d.head.From, Private: d.inPrivateThread(),
		Source: cmp.Or(m.Original, d.head.ID), Text: m.Text,
		FollowUp: old.FollowUp, Asked: old.Asked,
	}
}

// answer begins with what was found: the walkthrough of a sure hit, or the
// question which of several it is. replaces is as for postAnswer.
func (d decision) answer(w Walkthrough, replaces PostID) {
	if d.found.Band == match.Sure {
		for _, h := range d.found.Also {
			w.Also = append(w.Also, h.Entry.ID)
		}
		d.start(w, d.found.Hits[0].Entry, option(d.found.Hits[0]), replaces)
		return
	}
	d.choose(w, d.found.Hits, replaces)
}

// start begins the walkthrough of an entry and posts its beginning. replaces is
// as for postAnswer.
func (d decision) start(w Walkthrough, e *kb.Entry, o Option, replaces PostID) {
	w.Codes, w.Evidence, w.Confidence = o.Codes, o.Evidence, o.Confidence
	w = begin(w, e, usable(o.Slots))
	w.Intro = true
	d.postAnswer(w, replaces)
}

// choose asks which of several it is. replaces is as for postAnswer.
func (d decision) choose(w Walkthrough, hits []kb.Hit, replaces PostID) {
	w.Status, w.Entry, w.Intro = StatusChoosing, nil, false
	w.Options, w.Codes = nil, sharedCodes(hits)
	for _, h := range hits {
		w.Options = append(w.Options, option(h))
	}
	d.postAnswer(w, replaces)
}

func option(h kb.Hit) Option {
	return Option{Entry: h.Entry.ID, Slots: h.Slots, Codes: h.Codes, Evidence: h.Evidence, Confidence: h.Confidence}
}

// sharedCodes are the codes that all of the hits have: then the code itself is
// what is ambiguous.
func sharedCodes(hits []kb.Hit) []string {
	if len(hits) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(hits[0].Codes), func(code string) bool {
		return slices.ContainsFunc(hits, func(h kb.Hit) bool { return !slices.Contains(h.Codes, code) })
	})
}
