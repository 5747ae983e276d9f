package chat

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// maxAttempts is how often Try tries. What still fails then is done without.
const maxAttempts = 3

// Try makes a few attempts at what may fail for a moment, each no longer than
// limit. permanent reports an error after which another attempt is of no use.
func Try(ctx context.Context, limit time.Duration, permanent func(error) bool, f func(context.Context) error) error {
	for attempt := 0; ; attempt++ {
		limited, cancel := context.WithTimeout(ctx, limit)
		err := f(limited)
		cancel()
		if err == nil || attempt+1 == maxAttempts || ctx.Err() != nil || permanent(err) {
			return err
		}
		if Sleep(ctx, Backoff(attempt)) != nil {
			return err
		}
	}
}

// Backoff is a short wait between attempts, longer after each.
func Backoff(attempt int) time.Duration { return min(time.Second<<min(attempt, 10), time.Minute) }

// Sleep waits, but no longer than ctx lasts.
func Sleep(ctx context.Context, wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// WithoutURL takes the address out of an error of a request: it may be a secret.
func WithoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
