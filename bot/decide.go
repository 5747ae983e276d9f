package bot

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

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
func Decide(rules Rules, now State, event Event, found kb.Result) Turn {
	head := event.About()
	d := &decision{
		base: rules.Base, locales: rules.Locales, policy: rules.Policy, can: rules.Can,
		now: now, head: head, found: found,
		channel: rules.Policy.channel(head),
		turn:    Turn{Event: head.ID},
	}
	if d.channel.Mode == ModeOff || d.channel.ignores(head.From) {
		return d.turn
	}
	switch e := event.(type) {
	case Message:
		d.speakTo(e.Text)
		d.message(e)
	case Press:
		d.speakTo("")
		d.press(e)
	}
	if d.channel.Mode == ModeShadow {
		return d.turn.shadow()
	}
	return d.turn
}

// A decision is one call of Decide while it is made.
type decision struct {
	base    *kb.Base
	locales locale.Locales
	policy  Policy
	channel ChannelPolicy
	can     Capabilities
	now     State
	head    Head
	found   kb.Result
	l       *locale.Locale // of what is said next
	pressed PostID         // Press: the post that carried the button
	turn    Turn
}

// speakTo chooses the language: that of the walkthrough where one is under way,
// else that of the person and of what they wrote. An asker who goes on in
// another language is answered in it; a long text may be a paste, and tells
// nothing of the person.
func (d *decision) speakTo(written string) {
	w := d.now.Walkthrough
	mine := d.head.From.ID == w.Asker.ID
	lang := w.Lang
	if mine && utf8.RuneCountInString(written) <= locale.MaxUtterance {
		lang = cmp.Or(d.locales.Detect(written), lang)
	}
	if lang == "" || mine && d.now.Prefer != "" || w.Status == StatusEnded || w.Status == StatusUnmatched {
		lang = d.language(written)
	}
	d.l = d.locales.Get(lang)
	if mine && w.Lang != "" {
		d.now.Walkthrough.Lang = d.l.Lang
	}
}

// language of an answer: what the person chose for themselves; else that of
// their own words, those around what was recognised; else that of the whole
// text; else the platform's setting; else the channel's; else the default.
func (d *decision) language(text string) string {
	for _, candidate := range []func() string{
		func() string { return d.now.Prefer },
		func() string { return d.locales.Detect(d.around(text)) },
		func() string { return d.locales.Detect(text) },
		func() string { return locale.Language(d.head.From.Locale) },
		func() string { return d.channel.Language },
		func() string { return d.policy.Language },
	} {
		if lang := candidate(); d.locales[lang] != nil {
			return lang
		}
	}
	return "en"
}

// around is the text without what was recognised in it.
func (d *decision) around(text string) string {
	if len(d.found.Hits) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, e := range d.found.Hits[0].Evidence {
		if e.Start >= at && e.End <= len(text) {
			b.WriteString(text[at:e.Start] + " ")
			at = e.End
		}
	}
	b.WriteString(text[at:])
	return b.String()
}

// post puts a reply into the turn. Its ID follows from the event and its place
// among the event's posts, so that deciding again makes the same post.
func (d *decision) post(p Post) PostID {
	sum := sha256.Sum256([]byte(string(d.head.ID) + "#" + strconv.Itoa(len(d.turn.Posts))))
	p.ID = PostID(hex.EncodeToString(sum[:12]))
	if p.To.ID == "" {
		p.To = d.head.From
	}
	d.turn.Posts = append(d.turn.Posts, p)
	return p.ID
}

// keep puts a state into the turn.
func (d *decision) keep(w Walkthrough) { d.turn.States = append(d.turn.States, w) }

// say posts in the walkthrough's thread and notes the post in w.
func (d *decision) say(w *Walkthrough, r Reply) PostID {
	id := d.post(Post{Thread: w.Thread, Private: w.Private, To: w.Asker, Reply: r})
	w.Posts = append(slices.Clip(w.Posts), id)
	return id
}

// privately tells whether an answer to the event is for one person alone.
func (d *decision) privately() bool { return d.now.Walkthrough.Private || d.forOne() }

// forOne tells a thread that only its asker sees: that of a command, or of a
// shortcut, in a channel.
func (d *decision) forOne() bool {
	return strings.HasPrefix(d.head.Thread.Root, CommandRoot) && !d.head.Direct
}

// notice tells only the person of the event something that changes nothing.
func (d *decision) notice(blocks ...Block) {
	d.post(Post{Thread: d.head.Thread, Private: d.can.Private && !d.head.Direct, Reply: d.reply(blocks...)})
}

// show posts where the walkthrough stands, after further blocks, and keeps it.
func (d *decision) show(w Walkthrough, before ...Block) {
	w.Intro = false
	w.Live = d.say(&w, d.reply(append(before, d.view(w)...)...))
	d.keep(w)
}

// retire takes the question and its buttons off the post that holds them and
// leaves what was chosen there, so that nobody finds a dead button.
func (d *decision) retire(w Walkthrough, picked string) {
	if !d.can.Edits || w.Live == "" {
		return
	}
	r := d.live(w)
	rest := slices.DeleteFunc(slices.Clone(r.Blocks), func(b Block) bool { return b.Kind == BlockChoices || b.Kind == BlockQuestion })
	if picked != "" {
		rest = append(rest, small(d.l.Text("picked", "label", picked, "name", d.name(w))))
	}
	if len(rest) == 0 { // nothing but a question, and nobody answered it
		rest = slices.DeleteFunc(r.Blocks, func(b Block) bool { return b.Kind == BlockChoices })
	}
	r.Blocks = rest
	d.post(Post{Thread: w.Thread, Private: w.Private, To: w.Asker, Replaces: w.Live, Reply: r})
}

// fresh is a walkthrough that is about to begin with a message.
func (d *decision) fresh(m Message) Walkthrough {
	old := d.now.Walkthrough
	return Walkthrough{
		Thread: d.head.Thread, Version: old.Version, Posts: old.Posts,
		Lang: d.l.Lang, Asker: d.head.From, Private: d.forOne(),
		Source: cmp.Or(m.Original, d.head.ID), Text: m.Text,
		FollowUp: old.FollowUp, Asked: old.Asked,
	}
}

// put posts where a walkthrough stands, and keeps it. With replaces, the post
// takes the place of an earlier one.
func (d *decision) put(w Walkthrough, replaces PostID) {
	w.Live = d.post(Post{Thread: w.Thread, Private: w.Private, To: w.Asker, Replaces: replaces, Reply: d.live(w)})
	w.Posts = append(slices.Clip(w.Posts), w.Live)
	d.keep(w)
}

// start begins the walkthrough of an entry and posts its beginning. replaces is
// as for put.
func (d *decision) start(w Walkthrough, e *kb.Entry, o Option, replaces PostID) {
	w.Codes, w.Evidence, w.Confidence = o.Codes, o.Evidence, o.Confidence
	w = begin(w, e, usable(o.Slots))
	w.Intro = true
	d.put(w, replaces)
}

func option(h kb.Hit) Option {
	return Option{Entry: h.Entry.ID, Slots: h.Slots, Codes: h.Codes, Evidence: h.Evidence, Confidence: h.Confidence}
}

// answer begins with what was found: the walkthrough of a sure hit, or the
// question which of several it is. replaces is as for put.
func (d *decision) answer(w Walkthrough, replaces PostID) {
	if d.found.Band == match.Sure {
		for _, h := range d.found.Also {
			w.Also = append(w.Also, h.Entry.ID)
		}
		d.start(w, d.found.Hits[0].Entry, option(d.found.Hits[0]), replaces)
		return
	}
	d.choose(w, d.found.Hits, replaces)
}

// choose asks which of several it is.
func (d *decision) choose(w Walkthrough, hits []kb.Hit, replaces PostID) {
	w.Status, w.Entry, w.Intro = StatusChoosing, nil, false
	w.Options, w.Codes = nil, sharedCodes(hits)
	for _, h := range hits {
		w.Options = append(w.Options, option(h))
	}
	d.put(w, replaces)
}

// sharedCodes are the codes that all of the hits have: then the code itself is
// what is ambiguous.
func sharedCodes(hits []kb.Hit) []string {
	if len(hits) == 0 {
		return nil
	}
	var shared []string
	for _, code := range hits[0].Codes {
		n := 0
		for _, h := range hits {
			for _, c := range h.Codes {
				if c == code {
					n++
				}
			}
		}
		if n == len(hits) {
			shared = append(shared, code)
		}
	}
	return shared
}
