package chatfake

import (
	"context"
	"sync"
	"testing"
	"time"
)

// Changes lets tests wait until a fake is in some state. The zero value is ready
// to use. It is safe for concurrent use.
type Changes struct {
	mu   sync.Mutex
	next chan struct{} // closed at the next change; nil without a waiter
}

// Note wakes all waiters after a change.
func (c *Changes) Note() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next != nil {
		close(c.next)
		c.next = nil
	}
}

// Until waits until the condition holds. It checks after every change, so the
// condition must not make one. It returns ctx.Err() if ctx ends first.
func (c *Changes) Until(ctx context.Context, condition func() bool) error {
	for {
		next := c.upcoming() // before the condition, so that no change is missed
		if condition() {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Wait waits until the condition holds. If it does not within a minute, the test
// fails with the message.
func (c *Changes) Wait(t testing.TB, message string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := c.Until(ctx, condition); err != nil {
		t.Fatalf("%s: %v", message, err)
	}
}

func (c *Changes) upcoming() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == nil {
		c.next = make(chan struct{})
	}
	return c.next
}
