package bot

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// The collector: a command that reads facts on a server. A question that its
// output can answer offers it. The output that a user pastes answers all questions
// of the conversation that it can.

// withCollected returns a message with the output of the collector apart from the
// rest of its text.
func (r Rules) withCollected(event Event) Event {
	m, ok := event.(Message)
	if !ok || m.Change == ChangeDeleted || m.From.Bot {
		return event
	}
	if found, ok := r.Base.Collected(m.Text); ok {
		m.Collected, m.Text = &found, found.Rest
		return m
	}
	return event
}

// recognizeEvents takes the last known error among the events of an output for the
// error of its message, if that is for the bot and names none itself. In a channel,
// an output that is for other people gets no answer.
func (r Rules) recognizeEvents(event Event, found kb.Result) (Event, kb.Result) {
	m, ok := event.(Message)
	if !ok || m.Collected == nil || !m.Addressed && !m.Command || found.Band != match.Silent {
		return event, found
	}
	for _, logged := range m.Collected.Events {
		query := logged.Error()
		if query == "" {
			continue
		}
		// It is for the bot, like a message that a user points at.
		if there := r.recognize(Message{Head: m.Head, Text: query, Addressed: true}); there.Band == match.Sure {
			m.Text, m.Logged = query, true
			return m, there
		}
	}
	return event, found
}

// collected decides about the output of the collector.
func (d decision) collected(w Walkthrough, m Message) {
	here := w.Status != "" && (m.InThread || d.head.Direct) && !m.Command
	if w.Status == StatusQuiet && m.Addressed && w.Entry != nil {
		w.Status = StatusWalking // the mention ends the silence
	}
	switch {
	case here && w.inProgress() && d.namesAnother(w, m):
		d.understand(IntentOtherError)
		d.otherError(w, m, Understood{})
	case here && w.inProgress():
		d.understand(IntentCollect)
		d.takeCollected(w, m)
	case here && w.Status == StatusQuiet:
	case d.found.Band != match.Silent:
		if here {
			d.replaceLive(w, "")
		}
		d.open(m)
	case m.Addressed || m.Command:
		d.understand(IntentCollect)
		w := d.newWalkthrough(m)
		w.Status = StatusUnmatched
		d.postNote(w, d.read(*m.Collected), d.paragraph("collect_error"))
	}
}

// namesAnother reports whether a message names another error next to an output. The
// events in it are those of the server, not of the conversation.
func (d decision) namesAnother(w Walkthrough, m Message) bool {
	return w.Entry != nil && !m.Logged && d.found.Band == match.Sure && d.found.Hits[0].Entry.ID != w.Entry.ID
}

// learn returns the walkthrough with what an output says: facts, values and
// answers to questions.
func (d decision) learn(w Walkthrough, c *kb.Collected) Walkthrough {
	if c == nil || len(c.Values) == 0 {
		return w
	}
	w.Read, w.ReadIn = d.joined(w.Read, c.Values), d.head.ID
	w.Slots = d.withReadValues(w.Slots, w.Read)
	for _, r := range d.rules.Base.Collector().Says(w.Read) {
		switch {
		case r.Fact != "":
			w.Known = withValue(w.Known, r.Fact, r.Choice)
		case r.Entry != "":
			w.Answers = withValue(w.Answers, r.Entry+"/"+r.Question, r.Choice)
		}
	}
	return w
}

// joined returns the values of two outputs, of which the later counts. They are of
// different servers if they differ in a value that a slot takes, such as a name.
func (d decision) joined(before, after map[string]string) map[string]string {
	for _, r := range d.rules.Base.Collector().Answers {
		if a, b := before[r.Value], after[r.Value]; a != "" && b != "" && !sameName(a, b) {
			before = nil
		}
	}
	all := maps.Clone(after)
	for key, value := range before {
		if _, ok := after[key]; !ok {
			all[key] = value
		}
	}
	return all
}

// withReadValues returns slots with those that an output gives, where they have no
// value.
func (d decision) withReadValues(slots, values map[string]string) map[string]string {
	c := d.rules.Base.Collector()
	if c == nil {
		return slots
	}
	for _, r := range c.Says(values) {
		value, fits := d.rules.Base.Slot(r.Slot).Takes.Read(values[r.Value])
		if r.Slot != "" && fits && acceptable(value) && slots[r.Slot] == "" {
			slots = withValue(slots, r.Slot, value)
		}
	}
	return slots
}

// readAnswer returns the answer that an output has given to a question of the
// entry, or nil.
func (w *Walkthrough) readAnswer(q *kb.Question) *kb.Choice {
	if findFact(w.Entry, q.ID) != nil {
		return findChoice(q, w.Known[q.ID])
	}
	if c := findChoice(q, w.Answers[w.Entry.ID+"/"+q.ID]); c != nil && c.Entry == "" {
		return c
	}
	return nil
}

// wasRead reports whether the output of the collector gave an answer.
func (w *Walkthrough) wasRead(c *kb.Collector, a Attempt) bool {
	if c == nil || findFact(w.Entry, a.Step) == nil {
		return a.Choice != "" && w.Answers[w.Entry.ID+"/"+a.Step] == a.Choice
	}
	return slices.ContainsFunc(c.Says(w.Read), func(r kb.Reading) bool { return r.Fact == a.Step && r.Choice == a.Choice })
}

// takeCollected uses an output in a walkthrough that is in progress, and goes on
// at the first question that it leaves open.
func (d decision) takeCollected(before Walkthrough, m Message) {
	w := d.learn(before, m.Collected)
	w.Offered, w.Puzzled = "", false
	said := []Block{d.read(*m.Collected)}
	q := w.question()
	switch {
	case w.Status == StatusEscalated:
		in := *d.input
		in.said = d.readings(m.Collected.Values, true)
		d.input = &in
		d.passOn(w)
		d.postNote(w, append(said, d.paragraph("noted_for_person"))...)
	case w.Status != StatusWalking:
		d.postNote(w, said...)
	case w.At.Slot != "" && w.Slots[w.At.Slot] != "":
		d.replaceLive(before, shorten(visible(w.Slots[w.At.Slot]), 80))
		w.moveTo(Position{Step: w.At.Step})
		d.postState(w, said...)
	case q != nil && w.readAnswer(q) != nil:
		c := w.readAnswer(q)
		d.closeLive(before, d.entryText(c.Label, w), true)
		d.follow(w, q, c, said)
	case w.asks() == askedChoice:
		switch {
		case len(m.Collected.Values) == 0:
		case m.Collected.Whole:
			said = append(said, d.paragraph("collect_asks"))
		default:
			said = append(said, d.paragraph("collect_cut"))
		}
		d.closeLive(before, "", false)
		d.postState(w, said...)
	default:
		d.postNote(w, said...)
	}
}

// read says in a line what an output says.
func (v voice) read(c kb.Collected) Block {
	if len(c.Values) == 0 {
		return v.paragraph("collect_nothing")
	}
	return paragraph(v.text("collect_read", "facts", v.readings(c.Values, false)))
}

// readings lists the values of an output that a server has, with what they are, and
// the facts that they give. A person who takes over gets the facts in rows of their
// own, and the text of an event.
func (v voice) readings(values map[string]string, forTeam bool) string {
	var all []string
	c := v.rules.Base.Collector()
	if c == nil {
		return ""
	}
	for _, r := range c.Says(values) {
		if f := v.rules.Base.Fact(r.Fact); f != nil && !forTeam {
			q := f.Question()
			all = append(all, v.entryText(findChoice(&q, r.Choice).Label, Walkthrough{}))
		}
	}
	for _, l := range c.Lines {
		value := values[l.Key]
		if l.Takes == kb.TakesEvent && !forTeam {
			value, _, _ = strings.Cut(value, ": ")
		}
		if value != "" && value != kb.None {
			all = append(all, v.entryText(l.Name, Walkthrough{})+" "+shorten(v.quote(value), maxReading))
		}
	}
	return strings.Join(all, ", ")
}

// maxReading limits a value in a list: an event of two lines.
const maxReading = 160

// offersCollector reports whether the current question offers the collector: its
// output can answer it, and there is none yet.
func (v voice) offersCollector(w Walkthrough) bool {
	c := v.rules.Base.Collector()
	return w.Status == StatusWalking && w.Entry != nil && w.At.Question != "" && len(w.Read) == 0 &&
		c != nil && c.Script != "" && c.CanAnswer(w.Entry.ID, w.At.Question)
}

// collector shows the command, and says what it does.
func (d decision) collector(w Walkthrough) {
	c := d.rules.Base.Collector()
	if c == nil || c.Script == "" { // of an earlier configuration
		d.postPrivate(d.paragraph("unknown_button"))
		return
	}
	d.postNote(w, d.paragraph("collect_run"), Block{Kind: BlockCopy, Shell: kb.ShellPowerShell, Text: c.Script}, d.paragraph("collect_paste"))
}

// asksForCollector reports whether a message asks for the command that the current
// question offers.
func (d decision) asksForCollector(w Walkthrough, r locale.Reading, text string) bool {
	return d.offersCollector(w) && r.Words <= maxCollectorWords && !r.Said(locale.IntentNo) && !r.Said(locale.IntentCannot) &&
		utf8.RuneCountInString(text) <= locale.MaxUtterance && slices.ContainsFunc(d.rules.Locales.Tags(), func(lang string) bool {
		return locale.Mentioned(text, d.rules.Locales.Get(lang).Collector) != ""
	})
}

// maxCollectorWords is the number of words up to which a message that names
// PowerShell asks for the command: "can I read it with PowerShell, please?"
const maxCollectorWords = 8
