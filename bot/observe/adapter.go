package observe

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"mabsbot/bot"
)

// Adapter returns the adapter with a Meter and a log.
func Adapter(a bot.Adapter, meter Meter, log *slog.Logger) bot.Adapter {
	return &adapter{Adapter: a, meter: meter, log: log, name: a.Name()}
}

type adapter struct {
	bot.Adapter
	meter Meter
	log   *slog.Logger
	name  string
}

var _ bot.Observer = (*adapter)(nil)

// Unwrap makes the optional interfaces of the adapter visible, see bot.As.
func (a *adapter) Unwrap() bot.Adapter { return a.Adapter }

// Run implements bot.Adapter.
func (a *adapter) Run(ctx context.Context, handle bot.Handler) error {
	return a.Adapter.Run(ctx, func(ctx context.Context, e bot.Event) error {
		a.meter.Received(a.name)
		err := handle(ctx, e)
		if err != nil && ctx.Err() == nil {
			a.meter.Failed(a.name)
		}
		return err
	})
}

// Post implements bot.Adapter.
func (a *adapter) Post(ctx context.Context, p bot.Post) (bot.Delivery, error) {
	d, err := a.Adapter.Post(ctx, p)
	post := Post{Adapter: a.name, Result: resultOf(err), Again: p.Attempt-p.Spent > 1}
	if err == nil && !p.Asked.IsZero() {
		post.Waited = max(time.Since(p.Asked), time.Nanosecond) // the clock of the platform may be ahead
	}
	a.meter.Posted(post)
	return d, err
}

func resultOf(err error) Result {
	failed, known := errors.AsType[*bot.DeliveryError](err)
	switch {
	case err == nil:
		return Delivered
	case known && failed.Final:
		return Refused
	case known && failed.After > 0:
		return Throttled
	}
	return Failed
}

// Observe implements bot.Observer.
func (a *adapter) Observe(event bot.Event, turn bot.Turn) {
	e := Event{Adapter: a.name, Kind: kindOf(event), Band: turn.Seen.Band}
	here := event.About().Thread
	w := subject(turn, here)
	e.Decision, e.Entry = decide(turn, w, here)
	a.meter.Handled(e)
	if e.Decision != DecisionNone {
		a.log.LogAttrs(context.Background(), slog.LevelInfo, "bot: event handled", describe(e, w, event, turn)...)
	}
	if shows, ok := bot.As[bot.Observer](a.Adapter); ok {
		shows.Observe(event, turn)
	}
}

func kindOf(e bot.Event) Kind {
	m, ok := e.(bot.Message)
	switch {
	case !ok:
		return KindPress
	case m.Command:
		return KindCommand
	case m.Change == bot.ChangeEdited:
		return KindEdit
	case m.Change == bot.ChangeDeleted:
		return KindDeletion
	}
	return KindMessage
}
