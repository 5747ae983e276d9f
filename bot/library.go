package bot

import (
	"context"
	"strings"
	"time"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// A Library is the part of the core that adapters query outside of events, for
// views of their own: completions, pages of the knowledge base, explanations of
// a match. It does not change conversations. It is safe for concurrent use, and
// every call uses the current knowledge base.
type Library interface {
	// Entries returns all entries, sorted by ID. The caller must not modify
	// them.
	Entries() []*kb.Entry

	// Entry returns the entry with the ID, or nil.
	Entry(id string) *kb.Entry

	// Explain says how a message is recognized, and whether its channel lets the
	// bot speak. It does not read what the message points at.
	Explain(m Message) Explanation

	// Concept returns a word or a few for a concept of the matcher, in the given
	// language or in English.
	Concept(id, lang string) string

	// Suggest returns at most limit completions of the text after /mabs, best
	// first, with labels in the given language.
	Suggest(query, lang string, limit int) []Suggestion

	// Area returns the name of an area in the given language, or its ID.
	Area(id, lang string) string

	// OpenCases returns at most limit cases that wait for a person, on all
	// platforms, oldest first.
	OpenCases(ctx context.Context, limit int) ([]OpenCase, error)

	// Revision identifies the content of the knowledge base.
	Revision() string
}

// A Suggestion is one completion of the text after /mabs.
type Suggestion struct {
	Value   string // the text to put after "/mabs "
	Label   string // the text to show
	Detail  string // additional text, such as the area of the entry; may be ""
	Matched []int  // byte offsets in Label of the letters of the query, ascending
}

var _ Library = (*Bot)(nil)

// Area implements Library.
func (b *Bot) Area(id, lang string) string { return b.base().Area(id, lang, locale.English) }

// Concept implements Library.
func (b *Bot) Concept(id, lang string) string { return b.base().ConceptWord(id, lang) }

// Entries implements Library.
func (b *Bot) Entries() []*kb.Entry { return b.base().Entries() }

// Entry implements Library.
func (b *Bot) Entry(id string) *kb.Entry { return b.base().Entry(id) }

// Revision implements Library.
func (b *Bot) Revision() string { return b.base().Revision() }

// An Explanation says how a message is recognized.
type Explanation struct {
	kb.Explanation
	Channel ChannelPolicy // where it was written
	Listed  bool          // the configuration gives the channel a mode of its own
	Set     bool          // an administrator set its mode, which counts instead
	Took    time.Duration // of the match, without its reasons
	Muted   time.Time     // until when the error is muted in the channel; zero if it is not
}

// Explain implements Library.
func (b *Bot) Explain(m Message) Explanation {
	ctx, cancel := context.WithTimeout(context.Background(), settingsAge)
	defer cancel()
	policy := b.recentPolicy(ctx)
	rules := Rules{Base: b.base(), Policy: policy}
	m = withoutSecrets(m).(Message)
	m.Text = strings.ToValidUTF8(m.Text, "\uFFFD")
	e := Explanation{Channel: policy.channel(m.Head)}
	e.Set = !m.Direct && policy.settings[m.Thread.place()].Mode != ""
	e.Listed = !m.Direct && policy.Channels[m.Thread.Channel].Mode != ""
	explain := rules.Base.Explain
	if e.Channel.About == AboutBackup {
		explain = rules.Base.ExplainAbout
	}
	e.Explanation = explain(m.Text)
	began := time.Now()
	r := rules.recognize(m)
	e.Took = time.Since(began)
	if m.Command || bestEntry(r) != bestEntry(e.Result) {
		// A look-up is judged less strictly, and the reasons are those of a paste.
		e.Explanation = kb.Explanation{Result: r, Concepts: e.Concepts}
	}
	at := m.Head.At
	if at.IsZero() {
		at = time.Now()
	}
	if best := bestEntry(r); best != nil && r.Band != match.Silent {
		if until := policy.mutedUntil(m.Thread.place(), best, at.Unix()); until > 0 {
			e.Muted = time.Unix(until, 0)
		}
	}
	return e
}

// bestEntry returns the best entry of a result, or nil.
func bestEntry(r kb.Result) *kb.Entry {
	if len(r.Hits) == 0 {
		return nil
	}
	return r.Hits[0].Entry
}
