package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"
)

// Incidents: the same error from several people or alerts of a channel becomes one note
// there, whose count is edited. Each asker still gets an answer in a thread of their own;
// a note never keeps an answer waiting. So the event that reports an error is committed
// first, with the Report, and the note follows from what the store has counted:
//
//	event --Decide--> Turn with a Report --Apply--> committed
//	                    Reports of the error --Rules.note--> Turn with an Incident and its note --Apply--> committed
//
// Only then is the event acknowledged. If the process dies in between, the event comes
// again; it is a duplicate then, and the note is made up for. Of processes that make the
// same note, one commits it: an Incident has a version. Nothing depends on a timer: the
// post that says that an incident is over is planned with each note, and the next note
// replaces it.

// An IncidentPolicy says what an incident is.
type IncidentPolicy struct {
	People int           // how many people and alerts report an error that is an incident; 0 makes no incidents
	Window time.Duration // within which they report it, and after which without a report it is over
}

// DefaultIncident returns the policy without a configuration. Five is the number of the
// product description. The window is three times the RepeatWindow, in which people keep
// pasting the same outage, so that one in which the fifth asks a little later is still
// one incident, and one that is over does not hide the next.
func DefaultIncident() IncidentPolicy { return IncidentPolicy{People: 5, Window: 30 * time.Minute} }

// An IncidentKey is an error in a channel.
type IncidentKey struct {
	Place
	Entry string
}

// A Report is that a message in a channel reports an error.
type Report struct {
	IncidentKey
	Of     EventID // the message; it reports one error at a time
	By     string  // the ID of the user, so that it can be forgotten
	Alert  bool    // By is a bot, whose reports count each; a person counts once
	Thread Thread  // of the message
	At     time.Time
	Gone   bool // the message does not report the error any more
}

// ID returns the ID of the report. All reports of a person about an error have the same.
func (r Report) ID() string {
	by := "person " + r.By
	if r.Alert {
		by = "alert " + string(r.Of)
	}
	return hashed("report\x00" + r.Adapter + "\x00" + r.Workspace + "\x00" + r.Channel + "\x00" + r.Entry + "\x00" + by)
}

// MaxReports bounds the reports of an error in a channel that count. A note that says
// "1000+" says enough.
const MaxReports = 1000

// Reports are what is known of an error in a channel since a time.
type Reports struct {
	People, Alerts int
	First, Last    time.Time
	Thread         Thread // of the first
}

func (r Reports) n() int { return r.People + r.Alerts }

// An Incident is an error that several people or alerts report in a channel, and its note.
type Incident struct {
	IncidentKey
	Version        int    // of the stored state; 0 if it is not stored yet
	Thread         Thread // of the note
	Since, Last    time.Time
	People, Alerts int    // as the note says
	Note, Over     PostID // the latest version of the note, and the post that will replace it once the incident is over
}

// isOpen reports whether the incident goes on at a time.
func (i Incident) isOpen(at time.Time, window time.Duration) bool {
	return i.Version > 0 && i.Note != "" && at.Sub(i.Last) < window
}

// An IncidentStore counts reports of errors.
type IncidentStore interface {
	// Incident returns what Apply stored last about an error in a channel, or the
	// zero Incident with the key. It is kept for IncidentTTL.
	Incident(ctx context.Context, key IncidentKey) (Incident, error)

	// Reports returns what was reported of an error in a channel at a time or later.
	// Apply adds reports: a person counts once, with the time of their latest report,
	// and a message for one error. At most MaxReports of an error in a channel are
	// kept, for IncidentTTL. Erase removes the report of a message.
	Reports(ctx context.Context, key IncidentKey, since time.Time) (Reports, error)
}

// IncidentTTL is how long reports and incidents are kept: longer than the longest
// window.
const IncidentTTL = 25 * time.Hour

// MaxIncidentWindow is the longest window. Who asks a day later has another incident.
const MaxIncidentWindow = 24 * time.Hour

// reports returns the error that others in the channel see that a walkthrough is about,
// or "". The answer of a proposal is not published yet.
func (w *Walkthrough) reports() string {
	switch {
	case w.Handover != nil || w.isPrivate():
		return ""
	case w.Status == StatusChoosing && w.Elsewhere != (Thread{}) && len(w.Options) == 1:
		return w.Options[0].Entry
	case w.Status == StatusProposed || w.Status == StatusChoosing:
		return ""
	}
	return entryOf(*w)
}

// report returns that the message of a walkthrough reports an error.
func (w *Walkthrough) report(entry string, at time.Time) Report {
	return Report{IncidentKey: IncidentKey{w.Thread.place(), entry}, Of: w.Source, By: w.Asker.ID, Alert: w.Asker.Bot, Thread: w.Thread, At: at}
}

// reported adds to a turn which errors its event reports: those that begin, also because
// a user chose one or a person of the team published the answer. An error that another
// one led to is not reported by anyone, and one that is muted is no incident.
func reported(rules Rules, state State, event Event, turn Turn) Turn {
	at := event.About().At
	for _, w := range turn.States {
		was := state.before(w.Thread)
		before, now := was.reports(), w.reports()
		if was.Source == w.Source && before != "" && before != now && (w.isNew || now == "") {
			gone := was.report(before, at)
			gone.Gone = true
			turn.Reports = append(turn.Reports, gone)
		}
		muted := rules.mutes(w.Thread.place(), now, at)
		if now != "" && !muted && (w.isNew || was.Status == StatusChoosing || was.Status == StatusProposed) {
			turn.Reports = append(turn.Reports, w.report(now, at))
		}
	}
	return turn
}

// alertsOf returns the reports of a turn that is dropped. Those of a bot count, although
// it has got enough answers; a person who repeats themselves has been counted.
func alertsOf(event Event, turn Turn) []Report {
	if !event.About().From.Bot {
		return nil
	}
	return turn.Reports
}

// again returns the errors whose notes an event may have changed that was handled before.
func (s State) again(event Event, turn Turn) []Report {
	w := s.Walkthrough
	if entry := w.reports(); entry != "" {
		return append(slices.Clip(turn.Reports), w.report(entry, event.About().At))
	}
	return turn.Reports
}

// reportAgain adds to the turn that an alert repeats an error that has an answer.
func (d decision) reportAgain(m Message) {
	w := d.newWalkthrough(m)
	if lead, _ := causeFirst(d.found); !w.isPrivate() {
		d.turn.Reports = append(d.turn.Reports, w.report(lead.Entry.ID, d.head.At))
	}
}

// maxNoteConflicts bounds how often the note of an error is decided again. After the
// second conflict another event has made a note that counts this one: it read the reports
// after the first conflict, and so after this report was committed.
const maxNoteConflicts = 3

// note posts or changes the notes of the errors that were reported.
func (b *Bot) note(ctx context.Context, a Adapter, rules Rules, reports []Report) error {
	if rules.Policy.Incident.People == 0 {
		return nil
	}
	var done []IncidentKey
	for _, r := range reports {
		if slices.Contains(done, r.IncidentKey) {
			continue
		}
		done = append(done, r.IncidentKey)
		if err := b.noteOne(ctx, a, rules, r.IncidentKey, r.At); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) noteOne(ctx context.Context, a Adapter, rules Rules, key IncidentKey, at time.Time) error {
	window := rules.Policy.Incident.Window
	for range maxNoteConflicts {
		old, err := b.store.Incident(ctx, key)
		if b.skipUnreadable(err) != nil {
			return err
		}
		since := at.Add(-window)
		if old.isOpen(at, window) {
			since = old.Since
		}
		found, err := b.store.Reports(ctx, key, since)
		if err != nil {
			return err
		}
		turn := rules.note(old, found, at)
		if turn.Incident == nil || old.Note == "" && !b.canNote(ctx, a, key.Channel) {
			return nil
		}
		err = b.store.Apply(ctx, turn)
		if err == nil {
			b.wakeSenders(turn)
		}
		if !errors.Is(err, ErrConflict) && !errors.Is(err, ErrDuplicate) {
			return err
		}
	}
	return nil
}

// canNote reports whether the bot can post to a channel, as far as the adapter knows: a
// forum has threads alone.
func (b *Bot) canNote(ctx context.Context, a Adapter, channel string) bool {
	checker, can := As[ChannelChecker](a)
	if !can {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, canPostTime)
	defer cancel()
	ok, err := checker.CanPost(ctx, channel)
	return ok || err != nil
}

// note returns the turn that makes the note of an error say what was reported, or one
// without an Incident if there is nothing new to say. found has the reports since old
// began if that is open, else those of the last window.
func (r Rules) note(old Incident, found Reports, at time.Time) Turn {
	p := r.Policy.Incident
	open := old.isOpen(at, p.Window)
	e := r.Base.Entry(old.Entry)
	same := open && found.People == old.People && found.Alerts == old.Alerts
	switch {
	case e == nil,
		!open && found.n() < p.People,
		same && !found.Last.After(old.Last),
		open && !r.Can.Edits:
		return Turn{}
	}
	next := old
	next.People, next.Alerts = found.People, found.Alerts
	if !open {
		next.Since, next.Last = found.First, found.Last
	}
	next.Last = later(next.Last, found.Last)
	turn := Turn{Event: EventID("incident/" + hashed(string(old.Adapter)+"\x00"+old.Workspace+"\x00"+old.Channel+"\x00"+old.Entry) +
		"/" + strconv.FormatInt(next.Since.UnixMilli(), 10) + "/" + strconv.Itoa(old.Version+1))}
	v := r.voiceIn(old.Place)
	last := cmp.Or(old.Over, old.Note) // whichever of them is shown
	switch {
	case !open:
		next.Thread = Thread{Adapter: old.Adapter, Workspace: old.Workspace, Channel: old.Channel, Root: newRoot(turn.Event)}
		next.Note = turn.add(Post{Thread: next.Thread, Opens: true, Team: true, Reply: v.noteReply(next, found)})
		last = next.Note
	case found.n() == 0: // all messages were deleted
		turn.add(Post{Thread: next.Thread, Replaces: last, Withdraw: true})
		next.Note, next.Over = "", ""
		turn.Incident = &next
		return turn
	case !same:
		next.Note = turn.add(Post{Thread: next.Thread, Replaces: last, Reply: v.noteReply(next, found)})
		last = next.Note
	}
	if next.Over = ""; r.Can.Edits {
		next.Over = turn.add(Post{Thread: next.Thread, Replaces: last, Delay: p.Window, Reply: v.overReply(next, found)})
	}
	turn.Incident = &next
	return turn
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// voiceIn returns the voice for a channel as a whole.
func (r Rules) voiceIn(p Place) voice {
	lang := r.Policy.channel(Head{Thread: Thread{Adapter: p.Adapter, Workspace: p.Workspace, Channel: p.Channel}}).Language
	if r.Locales[lang] == nil {
		lang = r.Policy.Language
	}
	return voice{rules: &r, locale: r.Locales.Get(lang)}
}

// noteReply returns the note of an incident that goes on.
func (v voice) noteReply(i Incident, found Reports) Reply {
	blocks := []Block{
		heading(v.text("incident", "title", v.entryTitle(i.Entry))),
		paragraph(v.text("incident_count", "count", v.reporters(i), "time", timeMark(i.Since.Unix()))),
		v.firstReport(found), v.askForMore(i),
	}
	if v.rules.Can.Edits {
		blocks = append(blocks, smallPrint(v.text("incident_last", "time", timeMark(i.Last.Unix()))))
	}
	return v.reply(blocks...)
}

// overReply returns the note of an incident that is over.
func (v voice) overReply(i Incident, found Reports) Reply {
	return v.reply(
		heading(v.text("incident_over", "title", v.entryTitle(i.Entry))),
		paragraph(v.text("incident_over_count", "count", v.reporters(i), "from", timeMark(i.Since.Unix()), "to", timeMark(i.Last.Unix()))),
		v.firstReport(found), v.askForMore(i),
	)
}

// entryTitle returns the title of an entry, without values.
func (v voice) entryTitle(id string) string {
	return v.title(Walkthrough{Entry: v.rules.Base.Entry(id)})
}

// askForMore says how others get an answer to the same error in the channel.
func (v voice) askForMore(i Incident) Block {
	if v.rules.Policy.channel(Head{Thread: i.Thread}).Mode == ModeMention {
		return v.paragraph("incident_ask_mention")
	}
	return v.paragraph("incident_ask")
}

// firstReport links to the thread of the first report.
func (v voice) firstReport(found Reports) Block {
	if found.Thread == (Thread{}) {
		return Block{}
	}
	return Block{Kind: BlockThread, Text: v.text("incident_first"), Thread: found.Thread}
}

// reporters says how many people and alerts reported an error.
func (v voice) reporters(i Incident) string {
	count := func(n int, one, many string) string {
		switch {
		case n == 1:
			return v.text(one)
		case n == 0:
			return ""
		case i.People+i.Alerts >= MaxReports:
			return v.text(many, "count", strconv.Itoa(n)+"+")
		}
		return v.text(many, "count", strconv.Itoa(n))
	}
	people, alerts := count(i.People, "incident_person", "incident_people"), count(i.Alerts, "incident_alert", "incident_alerts")
	if people == "" || alerts == "" {
		return people + alerts
	}
	return v.text("incident_both", "people", people, "alerts", alerts)
}
