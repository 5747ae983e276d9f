package discord

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mabsbot/bot"
)

// TestForbidden checks how many of several concurrent requests are made: one at a
// time until it is known whether the action is allowed, then all or none.
func TestForbidden(t *testing.T) {
	denied, failed := errors.New("denied"), errors.New("failed")
	for _, c := range []struct {
		name    string
		results []error // of the requests, in order
		atOnce  int     // the most requests at the same time
		want    map[error]int
	}{
		{"denied", []error{denied}, 1, map[error]int{denied: 1, errForbidden: 3}},
		{"granted", []error{nil, nil, nil, nil}, 3, map[error]int{nil: 4}},
		{"failed, then denied", []error{failed, denied}, 1, map[error]int{failed: 1, denied: 1, errForbidden: 2}},
		{"always failed", []error{failed, failed, failed, failed}, 1, map[error]int{failed: 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newForbidden()
				var mu sync.Mutex
				requests, active, atOnce := 0, 0, 0
				respond := make(chan error)
				got := map[error]int{}
				for range 4 {
					go func() {
						err := f.try(t.Context(), "1", func(err error) bool { return err == denied }, func() error {
							mu.Lock()
							requests++
							active++
							atOnce = max(atOnce, active)
							mu.Unlock()
							defer func() { mu.Lock(); active--; mu.Unlock() }()
							return <-respond
						})
						mu.Lock()
						defer mu.Unlock()
						got[err]++
					}()
				}
				for _, err := range c.results {
					synctest.Wait() // all requests that may be made are in progress
					respond <- err
				}
				synctest.Wait()
				if requests != len(c.results) || atOnce != c.atOnce {
					t.Errorf("%d requests, up to %d at once; want %d and %d", requests, atOnce, len(c.results), c.atOnce)
				}
				for err, n := range c.want {
					if got[err] != n {
						t.Errorf("%v: returned %d times, want %d", err, got[err], n)
					}
				}
			})
		})
	}
}

// TestForbiddenEnds checks that a denied action is unknown again after
// forbiddenTime, and at once if permissions change.
func TestForbiddenEnds(t *testing.T) {
	denied := errors.New("denied")
	for name, change := range map[string]func(f *forbidden){
		"later":           func(*forbidden) { time.Sleep(forbiddenTime) },
		"channel changes": func(f *forbidden) { f.remove("1") },
		"guild changes":   func(f *forbidden) { f.clear() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newForbidden()
				for range 2 {
					for i, want := range []error{denied, errForbidden} {
						if err := f.try(t.Context(), noThreads+"1", func(error) bool { return true }, func() error { return denied }); err != want {
							t.Errorf("attempt %d: %v, want %v", i, err, want)
						}
					}
					change(f)
				}
			})
		})
	}
}

// TestForbiddenWaits checks that a post whose context ends while it waits for
// another request was certainly not delivered.
func TestForbiddenWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, respond := newForbidden(), make(chan error)
		go func() { _ = f.try(t.Context(), "1", nil, func() error { return <-respond }) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), apiTime)
		defer cancel()
		err := f.try(ctx, "1", nil, func() error { t.Error("a request was made"); return nil })
		if e, ok := errors.AsType[*bot.DeliveryError](err); !ok || e.Final {
			t.Errorf("%v, want an error of bot.NotDelivered", err)
		}
		respond <- nil
	})
}
