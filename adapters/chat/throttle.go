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
func (t *Throttle) Take(ctx context.Context, perMinute int, onWait func(time.Duration)) error {
	for len(t.opened) > 0 && time.Since(t.opened[0]) >= time.Minute {
		t.opened = t.opened[1:]
	}
	if len(t.opened) >= perMinute {
		wait := time.Minute - time.Since(t.opened[0])
		onWait(wait)
		if err := Sleep(ctx, wait); err != nil {
			return err
		}
	}
	t.opened = append(t.opened, time.Now())
	return nil
}
