package bot

import (
	"context"
	"strings"

	"mabsbot/kb"
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

	// Explain matches a text: that of a message or, if command is set, the text
	// after /mabs, which is judged less strictly.
	Explain(text string, command bool) kb.Result

	// Suggest returns at most limit completions of the text after /mabs, best
	// first, with labels in the given language.
	Suggest(query, lang string, limit int) []Suggestion

	// Area returns the name of an area in the given language, or its ID.
	Area(id, lang string) string

	// Shadowed returns at most limit posts that shadow channels would have
	// received, newest first.
	Shadowed(ctx context.Context, limit int) ([]Post, error)

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
func (b *Bot) Area(id, lang string) string { return b.locales.Get(lang).Area(id) }

// Entries implements Library.
func (b *Bot) Entries() []*kb.Entry { return b.base().Entries() }

// Entry implements Library.
func (b *Bot) Entry(id string) *kb.Entry { return b.base().Entry(id) }

// Revision implements Library.
func (b *Bot) Revision() string { return b.base().Revision() }

// Shadowed implements Library.
func (b *Bot) Shadowed(ctx context.Context, limit int) ([]Post, error) {
	all, err := b.store.Shadowed(ctx, limit)
	return all, b.skipUnreadable(err)
}

// Explain implements Library.
func (b *Bot) Explain(text string, command bool) kb.Result {
	return recognize(b.base(), Message{Text: strings.ToValidUTF8(text, "\uFFFD"), Command: command})
}
