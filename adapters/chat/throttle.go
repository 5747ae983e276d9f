package chat

import (
	"context"
	"time"
)

// A Throttle keeps to the most connections in a minute, whatever asks for them. It
// is for one goroutine.
type Throttle struct {
	opened []time.Time // within the last minute
}

// Take waits until one more may be opened. waits is told before, if it has to
// wait. The error is that of ctx.
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
