package bot

import "context"

// Operations are what the pages for operators show and change. They are safe for
// concurrent use.
type Operations interface {
	ChannelOperations
	ConfigurationOperations
	ShadowOperations
	AuditOperations
	QuestionDesk
	FixOperations

	// CountsByDay, CountsByEntry and Hits are those of Store.
	CountsByDay(ctx context.Context, from, to int) ([]CountSum, error)
	CountsByEntry(ctx context.Context, from, to int) ([]CountSum, error)
	Hits(ctx context.Context) ([]EntryHits, error)

	// Services returns the adapters, and whether they work.
	Services() []Service

	// DeadLetters, Resend and Discard are those of Outbox. What is sent again is sent
	// at once.
	DeadLetters(ctx context.Context, limit int) ([]DeadLetter, error)
	Resend(ctx context.Context, post PostID) error
	Discard(ctx context.Context, post PostID) error
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

// DeadLetters implements Operations.
func (b *Bot) DeadLetters(ctx context.Context, limit int) ([]DeadLetter, error) {
	return b.outbox.DeadLetters(ctx, limit)
}

// Resend implements Operations.
func (b *Bot) Resend(ctx context.Context, post PostID) error {
	if err := b.outbox.Resend(ctx, post); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, wake := range b.wake {
		wakeUp(wake)
	}
	return nil
}

// Discard implements Operations.
func (b *Bot) Discard(ctx context.Context, post PostID) error { return b.outbox.Discard(ctx, post) }
