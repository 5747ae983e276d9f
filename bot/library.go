package bot

import (
	"context"
	"strings"

	"mabsbot/kb"
)

// A Library is what an adapter may ask for views of its own: suggestions while
// somebody types, pages to browse, the reasons of a match. Nothing in it
// changes a conversation. It is safe for concurrent use, and each call sees
// the newest knowledge base.
type Library interface {
	// Entries returns all entries in the order of their ids. The caller must
	// not change them.
	Entries() []*kb.Entry

	// Entry returns the entry with the id, or nil.
	Entry(id string) *kb.Entry

	// Explain tells what the matcher makes of a text: of a message, or of
	// what follows `/mabs`, which is judged less strictly.
	Explain(text string, command bool) kb.Result

	// Suggest returns at most limit ways to complete what follows `/mabs`,
	// best first, with labels in the language.
	Suggest(query, lang string, limit int) []Suggestion

	// Area returns the name of an area in the language, else its id.
	Area(id, lang string) string

	// Shadowed returns what would have been said in channels that are only
	// watched, the newest first, at most limit.
	Shadowed(ctx context.Context, limit int) ([]Post, error)

	// Revision identifies the content of the knowledge base.
	Revision() string
}

// A Suggestion is one way to complete what somebody types after `/mabs`.
type Suggestion struct {
	Value   string // what to put after `/mabs `
	Label   string // what to show
	Detail  string // small print, such as the entry's area; may be ""
	Matched []int  // where in Label the letters of the query stand, as byte offsets in rising order
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
	return b.store.Shadowed(ctx, limit)
}

// Explain implements Library.
func (b *Bot) Explain(text string, command bool) kb.Result {
	return recognize(b.base(), Message{Text: strings.ToValidUTF8(text, "\uFFFD"), Command: command})
}
