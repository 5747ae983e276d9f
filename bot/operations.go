package bot

import "context"

// Operations are what the pages for operators show and change. They are safe for
// concurrent use.
type Operations interface {
	// CountsByDay and CountsByEntry are those of Store.
	CountsByDay(ctx context.Context, from, to int) ([]CountSum, error)
	CountsByEntry(ctx context.Context, from, to int) ([]CountSum, error)
}

var _ Operations = (*Bot)(nil)

// CountsByDay implements Operations.
func (b *Bot) CountsByDay(ctx context.Context, from, to int) ([]CountSum, error) {
	return b.store.CountsByDay(ctx, from, to)
}

// CountsByEntry implements Operations.
func (b *Bot) CountsByEntry(ctx context.Context, from, to int) ([]CountSum, error) {
	return b.store.CountsByEntry(ctx, from, to)
}
