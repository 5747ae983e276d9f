package bot

import (
	"context"
	"slices"
	"time"
)

const (
	// backlogInterval is how often the backlogs are looked at, and backlogRepeat
	// how often a warning about one is repeated.
	backlogInterval = time.Minute
	backlogRepeat   = 15 * time.Minute
	// backlogAge is how long a post waits before there is a warning. It is
	// maxRetryWait: a user has given up by then, and the sender tries no less often.
	backlogAge = maxRetryWait
)

// watchBacklogs logs a warning while posts of the adapters wait for long, until ctx
// ends.
func (b *Bot) watchBacklogs(ctx context.Context, adapters []Adapter) {
	tick := time.NewTicker(backlogInterval)
	defer tick.Stop()
	quiet := map[string]time.Time{} // until when a backlog is not warned about again
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		all, err := b.outbox.Backlogs(ctx)
		if err != nil && ctx.Err() == nil {
			b.log.Error("outbox: backlogs failed", "error", err)
		}
		for _, backlog := range all {
			now, name := time.Now(), backlog.Adapter
			if backlog.Oldest < backlogAge || quiet[name].After(now) || !isServed(name, adapters) {
				continue
			}
			quiet[name] = now.Add(backlogRepeat)
			b.log.Warn("outbox: posts wait", "adapter", name, "waiting", backlog.Waiting, "oldest", backlog.Oldest.Round(time.Second), "dead_letters", backlog.DeadLetters)
		}
	}
}

func isServed(name string, adapters []Adapter) bool {
	return slices.ContainsFunc(adapters, func(a Adapter) bool { return a.Name() == name })
}
