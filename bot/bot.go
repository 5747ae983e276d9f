package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"mabsbot/bot/locale"
	"mabsbot/kb"
)

// A Bot takes events from adapters, decides what follows, stores it and sends
// posts.
type Bot struct {
	base    func() *kb.Base // the current one; a reload replaces it
	locales locale.Locales
	store   Store
	outbox  Outbox
	log     *slog.Logger

	mu    sync.Mutex
	wake  map[string]chan struct{} // wakes the sender of each running adapter
	run   []Adapter                // those of Run
	ended []string                 // names of adapters that ended while others serve

	botLimiter    botLimiter
	noticeLimiter noticeLimiter
	linkLimiter   noticeLimiter
	warnings      noticeLimiter
	spoken        recentMessages
	settings      settingsCache
	seenBots      seenBots
	configured    configuration
}

// New returns a bot. base returns the current knowledge base.
func New(base func() *kb.Base, locales locale.Locales, policy Policy, store Store, outbox Outbox, log *slog.Logger) *Bot {
	b := &Bot{base: base, locales: locales, store: store, outbox: outbox, log: log, wake: map[string]chan struct{}{}}
	b.Configure(policy, nil)
	return b
}

// Run serves the adapters until ctx ends or until no adapter of a platform is
// left. Simulated adapters count only if there are no others. When an adapter
// ends, the others go on serving; its posts wait for the next start, as do all
// posts that are unsent when Run returns. Run returns nil if ctx ended it, and
// otherwise why the adapters ended.
func (b *Bot) Run(ctx context.Context, adapters ...Adapter) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	type end struct {
		adapter Adapter
		err     error
	}
	ends := make(chan end)
	var senders sync.WaitGroup
	defer senders.Wait()
	defer stop()
	senders.Go(func() { b.watchBacklogs(ctx, adapters) })
	senders.Go(func() { b.postDigests(ctx, adapters) })
	for _, a := range adapters {
		serving, stop := context.WithCancel(ctx)
		wake := b.register(a)
		senders.Go(func() { b.send(serving, a, wake) })
		go func() {
			defer stop()
			ends <- end{a, a.Run(serving, b.Handler(a))}
		}()
	}
	onlySimulated := !slices.ContainsFunc(adapters, isPlatform)
	left := 0 // adapters that keep Run serving
	for _, a := range adapters {
		if onlySimulated || isPlatform(a) {
			left++
		}
	}
	var why []error
	for range adapters {
		e := <-ends
		if ctx.Err() != nil {
			continue // ctx ended it
		}
		b.unregister(e.adapter)
		if e.err != nil {
			b.log.Error("bot: adapter ended", "adapter", e.adapter.Name(), "error", e.err)
			why = append(why, fmt.Errorf("%s: %w", e.adapter.Name(), e.err))
		}
		if onlySimulated || isPlatform(e.adapter) {
			left--
		}
		if left == 0 {
			stop()
		}
	}
	if left > 0 {
		return nil
	}
	return errors.Join(why...)
}

func (b *Bot) register(a Adapter) chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wake[a.Name()] = make(chan struct{}, 1)
	b.run = append(b.run, a)
	return b.wake[a.Name()]
}

func (b *Bot) unregister(a Adapter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.wake, a.Name())
	b.ended = append(b.ended, a.Name())
}
