package chat

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// maxAttempts is how often Try calls its function. Its callers can do without the
// result, and a user is waiting.
const maxAttempts = 3

// Try calls f up to maxAttempts times, each time for at most limit, until it
// succeeds or permanent reports that retrying is of no use.
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

// Backoff returns how long to wait after an attempt, counted from 0: a second,
// doubled with each attempt, and at most a minute.
func Backoff(attempt int) time.Duration { return min(time.Second<<min(attempt, 10), time.Minute) }

// Sleep waits, or returns ctx.Err() as soon as ctx ends.
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

// WithoutURL removes the URL from an error of net/http, because it may contain a
// secret.
func WithoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
