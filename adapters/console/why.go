package console

import (
	"slices"
	"unicode/utf8"

	"mabsbot/bot"
	"mabsbot/kb"
)

// An explanation is the match evidence of one message.
type explanation struct {
	Band   string
	Spoken bool     // the message is directed at the bot, which then always replies
	Reply  bool     // the message is in a thread, where the bot reads it as a reply first
	Text   []span   // the text that was matched; the Kind of a span is that of its evidence
	Kinds  []string // kinds of evidence in Text
	Hits   []hit
	Also   []hit
	Micros float64 // time of the match in microseconds

	Quiet   *sentence // why the bot posts nothing here, whatever it finds
	Context []sentence
	reasons
}

// A hit is one entry that matches the text.
type hit struct {
	kb.Hit
	URL string // of the entry's page
}

// explain matches the text with the current knowledge base.
func (c *Console) explain(v view, m *message) *explanation {
	event := m.event(bot.User{ID: m.User})
	text := event.Text
	found := c.library.Explain(event)
	result := found.Result
	e := &explanation{
		Band:   result.Band.String(),
		Spoken: m.addressed() || m.Command,
		Reply:  m.Root != "",
		Hits:   hits(v, result.Hits),
		Also:   hits(v, result.Also),
		Micros: float64(found.Took.Nanoseconds()) / 1e3,
	}
	e.Quiet = whyQuiet(found, e.Spoken)
	if found.Channel.About != "" {
		e.Context = append(e.Context, say("topic_"+string(found.Channel.About)))
	}
	e.reasons = c.reasons(found, v.Lang)
	var marks []mark
	for _, h := range slices.Concat(e.Hits, e.Also) {
		for _, found := range h.Evidence {
			marks = append(marks, mark{found.Kind, found.Start, found.End})
		}
	}
	e.Text = excerpt(highlight(text, marks))
	e.Kinds = kinds(e.Text)
	return e
}

func hits(v view, found []kb.Hit) []hit {
	var all []hit
	for _, h := range found {
		all = append(all, hit{h, shelf{frame: frame{View: v}}.URL(h.Entry.ID)})
	}
	return all
}

// kinds returns the kinds of evidence, strongest first.
func kinds(text []span) []string {
	var all []string
	for _, s := range text {
		if rank(s.Kind) >= 0 && !slices.Contains(all, s.Kind) {
			all = append(all, s.Kind)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return rank(b) - rank(a) })
	return all
}

// A mark is a range of bytes that is evidence of a kind.
type mark struct {
	kind       string
	start, end int
}

// rank orders the kinds of evidence. Where several cover the same letters, the
// strongest is shown.
func rank(kind string) int {
	return slices.Index([]string{"found", "words", "phrase", "message", "symbol", "code"}, kind)
}

// highlight splits the text at the ends of marks.
func highlight(text string, marks []mark) []span {
	cuts := []int{0, len(text)}
	for i := range marks {
		marks[i].start, marks[i].end = boundary(text, marks[i].start), boundary(text, marks[i].end)
		cuts = append(cuts, marks[i].start, marks[i].end)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var all []span
	for i := range len(cuts) - 1 {
		kind := kindAt(marks, cuts[i])
		piece := text[cuts[i]:cuts[i+1]]
		if last := len(all) - 1; last >= 0 && all[last].Kind == kind {
			all[last].Text += piece
			continue
		}
		all = append(all, span{piece, kind})
	}
	return all
}

// boundary moves an offset into the text and back to the start of a letter.
func boundary(text string, at int) int {
	at = min(max(at, 0), len(text))
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// kindAt returns the strongest kind of evidence at an offset, or "".
func kindAt(marks []mark, at int) string {
	best, kind := -1, ""
	for _, m := range marks {
		if r := rank(m.kind); m.start <= at && at < m.end && r > best {
			best, kind = r, m.kind
		}
	}
	return kind
}

// contextBytes of plain text are shown contextBytes evidence: two or three lines of
// the panel, so that a long log does not hide the match.
const contextBytes = 160

// excerpt removes the middle of long ranges without evidence.
func excerpt(all []span) []span {
	var short []span
	for i, s := range all {
		head, tail := contextBytes, contextBytes
		if i == 0 {
			head = 0
		}
		if i == len(all)-1 {
			tail = 0
		}
		if len(all) == 1 {
			head = 4 * contextBytes
		}
		if s.Kind != "" || len(s.Text) <= head+tail+contextBytes {
			short = append(short, s)
			continue
		}
		short = append(short,
			span{Text: s.Text[:boundary(s.Text, head)]},
			span{Kind: "gap"},
			span{Text: s.Text[boundary(s.Text, len(s.Text)-tail):]})
	}
	return short
}
