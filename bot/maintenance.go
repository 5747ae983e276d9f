package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// Planned maintenance. While it lasts, the bot does not answer a named error in a channel
// unless it is addressed, and such errors make no incident. It is planned in the
// configuration or by /mabs admin mute.

// A Mute says that an error is muted for a time, from From until before To. Both are Unix
// times in seconds.
type Mute struct {
	Error    string   // the ID of an entry, or a code
	Channels []string // of the configuration: IDs; without one, all
	From, To int64
	Off      bool // set by an administrator: until To, the configuration does not mute the error
}

// muteOff is in the place of the first time of a Mute with Off.
const muteOff = "off"

// String returns the stored form: the error, and from when to when, such as
// "319 2026-12-01T22:00:00Z/2026-12-02T04:00:00Z". It has no Channels, because
// administrators mute errors in one.
func (m Mute) String() string {
	from := muteOff
	if !m.Off {
		from = time.Unix(m.From, 0).UTC().Format(time.RFC3339)
	}
	return m.Error + " " + from + "/" + time.Unix(m.To, 0).UTC().Format(time.RFC3339)
}

// MarshalText implements encoding.TextMarshaler.
func (m Mute) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Mute) UnmarshalText(text []byte) error {
	name, times, _ := strings.Cut(string(text), " ")
	from, to, _ := strings.Cut(times, "/")
	*m = Mute{Error: name, Off: from == muteOff}
	end, err := time.Parse(time.RFC3339, to)
	if err == nil && !m.Off {
		var begin time.Time
		begin, err = time.Parse(time.RFC3339, from)
		m.From = begin.Unix()
	}
	m.To = end.Unix()
	return err
}

// The bounds of what administrators mute in a channel. Maintenance is planned for days
// at most; one that is forgotten ends with the month.
const (
	maxMutes = 50
	maxMute  = 31 * 24 * time.Hour
)

// Names reports whether the mute is about an entry.
func (m Mute) Names(e *kb.Entry) bool {
	return strings.EqualFold(m.Error, e.ID) || slices.ContainsFunc(e.Codes, func(own string) bool { return match.HasCode(m.Error, own) })
}

// Concerns reports whether the mute is about the first error that was found.
func (m Mute) Concerns(found kb.Result) bool {
	return found.Band != match.Silent && m.Names(found.Hits[0].Entry)
}

// isIn reports whether the mute is about a channel.
func (m Mute) isIn(channel string) bool {
	return len(m.Channels) == 0 || slices.Contains(m.Channels, channel)
}

// equal reports whether both are the same.
func (m Mute) equal(o Mute) bool {
	return m.Error == o.Error && m.From == o.From && m.To == o.To && m.Off == o.Off && slices.Equal(m.Channels, o.Channels)
}

// mutedUntil returns until when an error is muted in a channel, or 0 if it is not. at is a
// Unix time.
func (p Policy) mutedUntil(place Place, e *kb.Entry, at int64) (until int64) {
	for _, m := range p.mutes(place, at) {
		if m.From <= at && m.Names(e) {
			until = max(until, m.To)
		}
	}
	return until
}

// mutes returns what is muted in a channel at a time or later: what administrators set,
// and of the configuration what they did not switch off.
func (p Policy) mutes(place Place, at int64) (all []Mute) {
	set := p.settings[place].Mutes
	for _, m := range set {
		if !m.Off && at < m.To {
			all = append(all, m)
		}
	}
	for _, m := range p.Maintenance {
		off := slices.ContainsFunc(set, func(o Mute) bool { return o.Off && at < o.To && strings.EqualFold(o.Error, m.Error) })
		if !off && at < m.To && m.isIn(place.Channel) {
			all = append(all, m)
		}
	}
	return all
}

// mutes reports whether an entry is muted in a channel.
func (r Rules) mutes(place Place, entry string, at time.Time) bool {
	e := r.Base.Entry(entry)
	return e != nil && r.Policy.mutedUntil(place, e, at.Unix()) > 0
}

// mutedUntil returns until when an error is muted in the channel of the event.
func (d decision) mutedUntil(e *kb.Entry) int64 {
	return d.rules.Policy.mutedUntil(d.head.Thread.place(), e, d.now())
}

// unmuted returns the decision without the errors that are muted. Another error that is
// certain takes the place of the first; the question which of several errors it is ends
// with the likeliest.
func (d decision) unmuted() decision {
	if len(d.rules.Policy.mutes(d.head.Thread.place(), d.now())) == 0 || d.found.Band == match.Silent {
		return d
	}
	isMuted := func(h kb.Hit) bool { return d.mutedUntil(h.Entry) > 0 }
	found := d.found
	found.Also = slices.DeleteFunc(slices.Clone(found.Also), isMuted)
	switch {
	case !isMuted(found.Hits[0]):
	case found.Band == match.Sure && len(found.Also) > 0:
		found.Hits, found.Also = found.Also[:1], found.Also[1:]
	default:
		found = kb.Result{}
	}
	in := *d.input
	in.found = found
	d.input = &in
	return d
}

// entriesNamed returns the entries that have the ID or a code.
func (r Rules) entriesNamed(name string) (all []*kb.Entry) {
	for _, e := range r.Base.Entries() {
		if (Mute{Error: name}).Names(e) {
			all = append(all, e)
		}
	}
	return all
}

// readMute returns the settings after "mute ERROR FROM TO" or "unmute ERROR", or what is
// wrong with the command.
func (d decision) readMute(s Settings, values []string, unmutes bool) (after Settings, problem string) {
	now := d.now()
	name := strings.ToLower(values[0])
	if !platformID.MatchString(name) || len(d.rules.entriesNamed(name)) == 0 {
		return s, d.text("admin_mute_unknown", "text", shorten(d.quote(values[0]), maxQuote))
	}
	kept := slices.DeleteFunc(slices.Clone(s.Mutes), func(m Mute) bool { return m.To <= now || strings.EqualFold(m.Error, name) })
	if unmutes {
		return d.unmute(s, kept, name)
	}
	from, ok := d.moment(values[1], now)
	to, okTo := d.moment(values[2], now)
	if length, err := time.ParseDuration(strings.TrimPrefix(values[2], "+")); err == nil {
		to, okTo = from+int64(length/time.Second), true
	}
	switch {
	case !ok || !okTo:
		return s, d.text("admin_mute_time")
	case to <= max(from, now) || to-from > int64(maxMute/time.Second):
		return s, d.text("admin_mute_length")
	case len(kept) >= maxMutes:
		return s, d.text("admin_mute_limit")
	}
	s.Mutes = append(kept, Mute{Error: name, From: from, To: to})
	slices.SortStableFunc(s.Mutes, func(a, b Mute) int { return cmp.Compare(a.From, b.From) })
	return s, ""
}

// unmute returns the settings without the mutes of an error. kept are the others.
func (d decision) unmute(s Settings, kept []Mute, name string) (after Settings, problem string) {
	none := true
	for _, m := range d.rules.Policy.mutes(d.head.Thread.place(), d.now()) {
		none = none && !strings.EqualFold(m.Error, name)
	}
	if none {
		return s, d.text("admin_mute_none", "text", shorten(d.quote(name), maxQuote))
	}
	var until int64 // of the configuration
	for _, m := range d.rules.Policy.Maintenance {
		if strings.EqualFold(m.Error, name) && m.isIn(d.head.Thread.Channel) {
			until = max(until, m.To)
		}
	}
	if until > d.now() {
		kept = append(kept, Mute{Error: name, To: until, Off: true})
	}
	if s.Mutes = kept; len(kept) == 0 {
		s.Mutes = nil
	}
	return s, ""
}

// moment returns the Unix time that a word names: now, or a time with its zone.
func (d decision) moment(word string, now int64) (at int64, ok bool) {
	if d.rules.Locales.Setting(word) == locale.SettingNow {
		return now, true
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(form, strings.ToUpper(word)); err == nil {
			return t.Unix(), true
		}
	}
	return 0, false
}

// muteLine says what is muted, and when.
func (v voice) muteLine(m Mute) string {
	if m.Off {
		return v.text("admin_mute_off", "error", m.Error)
	}
	return v.text("admin_mute_line", "error", m.Error, "from", timeMark(m.From), "to", timeMark(m.To))
}

// maxMuteRows is how many muted errors the policy of a channel shows.
const maxMuteRows = 10

// muteRows are the rows of the policy with what is muted now or later, if anything is.
func (d decision) muteRows() (rows [][]string) {
	all := d.rules.Policy.mutes(d.head.Thread.place(), d.now())
	set := d.rules.Policy.settings[d.head.Thread.place()].Mutes
	for _, m := range all[:min(len(all), maxMuteRows)] {
		from := "admin_from_file"
		if slices.ContainsFunc(set, m.equal) {
			from = "admin_from_chat"
		}
		rows = append(rows, []string{d.text("admin_mutes"), d.muteLine(m) + " · " + d.text(from)})
	}
	if more := len(all) - len(rows); more > 0 {
		rows = append(rows, []string{d.text("admin_mutes"), d.text("admin_mute_more", "count", strconv.Itoa(more))})
	}
	return rows
}

// muteList is muteLine for several, or "".
func (v voice) muteList(mutes []Mute) string {
	var all []string
	for _, m := range mutes {
		all = append(all, v.muteLine(m))
	}
	return strings.Join(all, "; ")
}

// maintenance says until when maintenance is planned that the error of a walkthrough
// belongs to.
func (v voice) maintenance(w Walkthrough) Block {
	if w.Maintenance == 0 {
		return Block{}
	}
	return smallPrint(v.text("maintenance_until", "time", timeMark(w.Maintenance)))
}
