package chat

import (
	"context"
	"time"
)

// A Throttle limits how many connections are opened per minute. It is not safe for
// concurrent use.
type Throttle struct {
	opened []time.Time // within the last minute
}

// Take blocks until another connection may be opened, calling onWait first if it
// has to wait. It returns ctx.Err() if ctx ends.
func (b *Throttle) Take(ctx context.Context, most int, waits func(time.Duration)) error {
	for len(b.opened) > 0 && time.Since(b.opened[0]) >= time.Minute {
		b.opened = b.opened[1:]
	}
	if len(b.opened) >= most {
		wait := time.Minute - time.Since(b.opened[0])
		waits(wait)
		if err := Sleep(ctx, wait); err != nil {
			return err
		}
	}
	b.opened = append(b.opened, time.Now())
	return nil
}
