package chat

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestThrottle opens as many connections as a minute allows, and then waits.
func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Throttle
		began := time.Now()
		for i, want := range []struct{ at, wait time.Duration }{
			{0, 0}, {20 * time.Second, 0}, {40 * time.Second, 0}, // the pace of whoever asks
			{time.Minute, 0}, {80 * time.Second, 0},
			{80 * time.Second, 20 * time.Second},
		} {
			time.Sleep(want.at - time.Since(began))
			var waited time.Duration
			if err := b.Take(t.Context(), 3, func(wait time.Duration) { waited = wait }); err != nil || waited != want.wait {
				t.Errorf("%d: waited %v, want %v, %v", i, waited, want.wait, err)
			}
			if got := time.Since(began); got != want.at+want.wait {
				t.Errorf("%d: taken after %v", i, got)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := b.Take(ctx, 3, func(time.Duration) {}); err != context.Canceled {
			t.Errorf("after the end: %v", err)
		}
	})
}
