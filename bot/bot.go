package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"mabsbot/bot/locale"
	"mabsbot/kb"
	"mabsbot/kb/match"
)

// A Bot takes events from adapters, decides, records, and sends.
type Bot struct {
	base    func() *kb.Base // the newest; a reload swaps it
	locales locale.Locales
	policy  Policy
	store   Store
	outbox  Outbox
	log     *slog.Logger

	mu    sync.Mutex
	wake  map[string]chan struct{} // of each running adapter's sender
	ended []string                 // the adapters that ended while others serve
}

// New returns a bot. base returns the newest knowledge base.
func New(base func() *kb.Base, locales locale.Locales, policy Policy, store Store, outbox Outbox, log *slog.Logger) *Bot {
	return &Bot{base: base, locales: locales, policy: policy, store: store, outbox: outbox, log: log, wake: map[string]chan struct{}{}}
}

// Run serves the adapters until ctx ends, or until no adapter of a platform is
// left: simulated ones count only where there are no others. An adapter that
// ends leaves the others serving; its posts wait for the next start, as does
// all that was recorded and not sent when Run returns. Run returns nil if ctx
// ended it, else why the adapters ended.
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
	left := 0 // how many adapters keep Run serving
	for _, a := range adapters {
		if onlySimulated || isPlatform(a) {
			left++
		}
	}
	var why []error
	for range adapters {
		e := <-ends
		if ctx.Err() != nil {
			continue // it was asked to end
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

// isPlatform reports whether an adapter is more than a simulation.
func isPlatform(a Adapter) bool {
	s, ok := a.(Simulator)
	return !ok || !s.Simulated()
}

func (b *Bot) register(a Adapter) chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wake[a.Name()] = make(chan struct{}, 1)
	return b.wake[a.Name()]
}

func (b *Bot) unregister(a Adapter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.wake, a.Name())
	b.ended = append(b.ended, a.Name())
}

// Ended returns the names of the adapters that ended while others serve.
func (b *Bot) Ended() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.ended)
}

// conflicts is how often an event is decided anew because its thread moved on
// meanwhile. Each round somebody else got further, so that two people at once
// need two; a thread in which ten press at once is none of people.
const conflicts = 10

// Handler returns the handler for the events of one adapter.
func (b *Bot) Handler(a Adapter) Handler {
	return func(ctx context.Context, event Event) error {
		defer b.survive(event)
		for range conflicts {
			turn, err := b.decide(ctx, a.Capabilities(), event)
			if err != nil {
				return fmt.Errorf("handle %s: %w", event.About().ID, err)
			}
			if turn.Silent() {
				return nil
			}
			switch err := b.store.Apply(ctx, turn); {
			case err == nil:
				b.signal(turn)
				return nil
			case errors.Is(err, ErrDuplicate):
				return nil
			case !errors.Is(err, ErrConflict):
				return fmt.Errorf("handle %s: %w", event.About().ID, err)
			}
		}
		return fmt.Errorf("handle %s: %w", event.About().ID, ErrConflict)
	}
}

// survive keeps a mistake of the program to the one event that met it. The
// event is not handed over again: it would only meet it again.
func (b *Bot) survive(event Event) {
	if p := recover(); p != nil {
		b.log.Error("bot: event dropped after a panic", "event", event.About().ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	}
}

// decide reads what Decide needs and lets it decide.
func (b *Bot) decide(ctx context.Context, can Capabilities, event Event) (Turn, error) {
	rules := Rules{Base: b.base(), Locales: b.locales, Policy: b.policy, Can: can}
	head := event.About()
	t := head.Thread
	user := UserKey{t.Adapter, t.Workspace, head.From.ID}

	var now State
	var err error
	if now.Walkthrough, now.Prefer, err = b.store.Load(ctx, t, user); err != nil {
		return Turn{}, err
	}
	m, isMessage := event.(Message)
	if !isMessage {
		return Decide(rules, now, event, kb.Result{}), nil
	}
	found := recognise(rules.Base, m)
	if m.Command {
		mine, err := b.store.Walkthroughs(ctx, user, 1)
		if err != nil {
			return Turn{}, err
		}
		if len(mine) > 0 {
			now.Last = &mine[0]
		}
	} else if now.Recent, err = b.recent(ctx, head, found); err != nil {
		return Turn{}, err
	}
	return Decide(rules, now, event, found), nil
}

// recognise matches the text of a message. A command is looked up, and judged
// less strictly: what was typed after `/mabs` is meant for us, and so is a code
// that somebody names to the bot, alone or in a few words.
func recognise(base *kb.Base, m Message) kb.Result {
	switch {
	case m.Change == ChangeDeleted:
		return kb.Result{}
	case m.Command:
		return base.Lookup(m.Text)
	}
	found := base.Match(m.Text)
	if found.Band != match.Silent || !m.Addressed {
		return found
	}
	alone := len(strings.Fields(m.Text)) == 1
	if !alone && utf8.RuneCountInString(m.Text) > locale.MaxUtterance {
		return found
	}
	if asked := base.Lookup(m.Text); alone || namesCode(asked) {
		return asked
	}
	return found
}

// namesCode reports whether something was found by a code that nobody says for
// another reason: a number as short as 319 may count servers.
func namesCode(found kb.Result) bool {
	const shortest = 5 // digits; the codes of the products' own begin at 10000
	return len(found.Hits) > 0 && slices.ContainsFunc(found.Hits[0].Evidence, func(e match.Evidence) bool {
		return e.Kind == match.EvidenceCode && len(e.Text) >= shortest
	})
}

// recent finds where the same error was answered in the same channel a short
// time ago.
func (b *Bot) recent(ctx context.Context, head Head, found kb.Result) (*Thread, error) {
	if found.Band != match.Sure || head.Direct || b.policy.RepeatWindow == 0 {
		return nil, nil
	}
	t, ok, err := b.store.Recent(ctx, head.Thread, found.Hits[0].Entry.ID, b.policy.RepeatWindow)
	if err != nil || !ok {
		return nil, err
	}
	return &t, nil
}

// signal wakes the senders of the adapters that got posts.
func (b *Bot) signal(turn Turn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range turn.Posts {
		poke(b.wake[p.Thread.Adapter]) // nil where it runs in another process
	}
}

var _ Library = (*Bot)(nil)

// Entries implements Library.
func (b *Bot) Entries() []*Entry { return b.base().Entries() }

// Entry implements Library.
func (b *Bot) Entry(id string) *Entry { return b.base().Entry(id) }

// Revision implements Library.
func (b *Bot) Revision() string { return b.base().Revision() }

// Shadowed implements Library.
func (b *Bot) Shadowed(ctx context.Context, limit int) ([]Post, error) {
	return b.store.Shadowed(ctx, limit)
}

// Explain implements Library.
func (b *Bot) Explain(text string, command bool) Result {
	return recognise(b.base(), Message{Text: strings.ToValidUTF8(text, "\uFFFD"), Command: command})
}
