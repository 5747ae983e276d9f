package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// What a digest says.

// A digest is read at a glance: it lists so many entries, open cases and entries to
// verify.
const (
	maxDigestEntries = 5
	maxDigestCases   = 5
	maxDigestDue     = 5
)

// A Digest is what a digest says, without users.
type Digest struct {
	Adapter    string        `json:"adapter"`
	Channel    string        `json:"channel"`
	From       string        `json:"from"` // the first day of the week, in UTC
	To         string        `json:"to"`
	Week       WeekSums      `json:"week"`
	Before     WeekSums      `json:"before"`            // the week before
	Entries    []DigestEntry `json:"entries,omitempty"` // most asked first
	Open       []DigestCase  `json:"open,omitempty"`    // open now, oldest first
	OpenCount  int           `json:"open_count"`
	Due        []string      `json:"due,omitempty"` // the IDs of entries to verify, longest overdue first
	DeadLetter int           `json:"dead_letters"`
}

// WeekSums are how often something happened in seven days.
type WeekSums struct {
	Questions int `json:"questions"`
	Answered  int `json:"answered"`
	Repeated  int `json:"repeated"` // got a link to the answer to the same error
	AskedBack int `json:"asked_back"`
	Unmatched int `json:"unmatched"`
	Solved    int `json:"solved"`
	Returned  int `json:"returned"`
	Escalated int `json:"escalated"`
}

// A DigestEntry is what happened with an entry.
type DigestEntry struct {
	ID       string `json:"id"`
	Asked    int    `json:"asked"`
	Solved   int    `json:"solved"`
	Returned int    `json:"returned"`
}

// A DigestCase is an open case.
type DigestCase struct {
	Number int    `json:"number"`
	Title  string `json:"title"`
	Since  string `json:"since"` // the day, in the zone of the digest
	Taken  bool   `json:"taken"`
	Team   Thread `json:"-"` // with the team's post
}

// weekSums adds up the counts of an adapter.
func weekSums(adapter string, sums ...[]CountSum) (w WeekSums) {
	for _, c := range slices.Concat(sums...) {
		if c.Adapter != adapter {
			continue
		}
		switch c.Kind {
		case CountQuestion:
			w.Questions += c.N
			switch c.Detail {
			case ResultSure:
				w.Answered += c.N
			case ResultRepeat:
				w.Repeated += c.N
			case ResultLikely:
				w.AskedBack += c.N
			case ResultUnmatched:
				w.Unmatched += c.N
			}
		case CountSolved:
			w.Solved += c.N
		case CountReturned:
			w.Returned += c.N
		case CountEscalated:
			w.Escalated += c.N
		}
	}
	return w
}

// digestEntries returns the entries that were asked for most, and after them those
// whose error came back.
func digestEntries(adapter string, sums []CountSum) []DigestEntry {
	byID := map[string]*DigestEntry{}
	for _, c := range sums {
		if c.Adapter != adapter || c.Entry == "" {
			continue
		}
		if byID[c.Entry] == nil {
			byID[c.Entry] = &DigestEntry{ID: c.Entry}
		}
		switch e := byID[c.Entry]; c.Kind {
		case CountBegun:
			e.Asked += c.N
		case CountSolved:
			e.Solved += c.N
		case CountReturned:
			e.Returned += c.N
		}
	}
	var all []DigestEntry
	for _, e := range byID {
		all = append(all, *e)
	}
	slices.SortFunc(all, func(a, b DigestEntry) int {
		return cmp.Or(cmp.Compare(b.Asked, a.Asked), cmp.Compare(b.Solved, a.Solved), cmp.Compare(a.ID, b.ID))
	})
	kept := all[:min(len(all), maxDigestEntries)]
	for _, e := range all[len(kept):] {
		if e.Returned > 0 && len(kept) < 2*maxDigestEntries {
			kept = append(kept, e)
		}
	}
	return slices.DeleteFunc(kept, func(e DigestEntry) bool { return e.Asked+e.Solved+e.Returned == 0 })
}

// digestPost returns the post of a digest, in the language of its channel.
func digestPost(rules Rules, d Digest) Post {
	place := rules.Policy.placeOf(d.Adapter, d.Channel)
	there := Thread{Adapter: d.Adapter, Workspace: place.Workspace, Channel: d.Channel}
	lang := rules.Policy.channel(Head{Thread: there}).Language
	if rules.Locales[lang] == nil {
		lang = rules.Policy.Language
	}
	v := voice{rules: &rules, locale: rules.Locales.Get(lang)}
	return Post{Thread: there, Opens: true, Reply: v.digest(d)}
}

// placeOf returns the channel with an ID. Its workspace is known only if the channel
// has settings.
func (p Policy) placeOf(adapter, channel string) Place {
	for place := range p.settings {
		if place.Adapter == adapter && place.Channel == channel {
			return place
		}
	}
	return Place{Adapter: adapter, Channel: channel}
}

// digest renders a digest.
func (v voice) digest(d Digest) Reply {
	blocks := []Block{heading(v.text("digest", "from", d.From, "to", d.To)), v.digestSums(d.Week, d.Before)}
	if list := v.digestEntries(d.Entries); len(list.Items) > 0 {
		blocks = append(blocks, v.paragraph("digest_entries"), list)
	}
	if d.OpenCount > 0 {
		blocks = append(blocks, paragraph(v.text("digest_open", "count", strconv.Itoa(d.OpenCount))))
	}
	for _, c := range d.Open {
		state := v.text("cases_not_taken")
		if c.Taken {
			state = v.text("digest_taken")
		}
		line := v.text("digest_case", "case", strconv.Itoa(c.Number), "title", c.Title, "day", c.Since, "state", state)
		blocks = append(blocks, Block{Kind: BlockThread, Text: line, Thread: c.Team})
	}
	if more := d.OpenCount - len(d.Open); more > 0 {
		blocks = append(blocks, smallPrint(v.text("digest_more", "count", strconv.Itoa(more))))
	}
	if n := len(d.Due); n > 0 {
		ids := "`" + strings.Join(d.Due[:min(n, maxDigestDue)], "`, `") + "`"
		if n > maxDigestDue {
			ids += ", …"
		}
		blocks = append(blocks, paragraph(v.text("digest_due", "count", strconv.Itoa(n), "entries", ids)))
	}
	if d.DeadLetter > 0 {
		blocks = append(blocks, paragraph(v.text("digest_dead", "count", strconv.Itoa(d.DeadLetter))))
	}
	return v.reply(append(blocks, smallPrint(v.text("digest_note")))...)
}

// digestSums compares two weeks. What happened in neither has no row.
func (v voice) digestSums(week, before WeekSums) Block {
	if week == (WeekSums{}) && before == (WeekSums{}) {
		return v.paragraph("digest_quiet")
	}
	table := Block{Kind: BlockTable}
	for _, row := range []struct {
		key          string
		week, before int
	}{
		{"digest_questions", week.Questions, before.Questions},
		{"digest_answered", week.Answered, before.Answered},
		{"digest_repeated", week.Repeated, before.Repeated},
		{"digest_asked", week.AskedBack, before.AskedBack},
		{"digest_unmatched", week.Unmatched, before.Unmatched},
		{"digest_solved", week.Solved, before.Solved},
		{"digest_returned", week.Returned, before.Returned},
		{"digest_escalated", week.Escalated, before.Escalated},
	} {
		if row.week+row.before > 0 {
			value := v.text("digest_value", "count", strconv.Itoa(row.week), "before", strconv.Itoa(row.before))
			table.Rows = append(table.Rows, []string{v.text(row.key), value})
		}
	}
	return table
}

// digestEntries lists entries with what happened.
func (v voice) digestEntries(entries []DigestEntry) Block {
	list := Block{Kind: BlockSteps}
	for _, e := range entries {
		title := e.ID
		if known := v.rules.Base.Entry(e.ID); known != nil {
			title = v.title(Walkthrough{Entry: known})
		}
		parts := []string{title}
		for _, p := range []struct {
			key string
			n   int
		}{{"digest_entry_asked", e.Asked}, {"digest_entry_solved", e.Solved}, {"digest_entry_returned", e.Returned}} {
			if p.n > 0 {
				parts = append(parts, v.text(p.key, "count", strconv.Itoa(p.n)))
			}
		}
		list.Items = append(list.Items, Item{Text: strings.Join(parts, " · ")})
	}
	return list
}
