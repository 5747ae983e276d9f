package chatfake

import (
	"context"
	"sync"
	"testing"
	"time"
)

// Changes tell those who wait that something has changed. The zero value is
// ready. They are safe for concurrent use.
type Changes struct {
	mu   sync.Mutex
	next chan struct{} // closed at the next change; nil while nobody waits
}

// Note tells all who wait that something has changed.
func (c *Changes) Note() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next != nil {
		close(c.next)
		c.next = nil
	}
}

// Until waits until the condition holds. It is tried at every change, and must
// not make one. The error is that of ctx.
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

// Wait waits until the condition holds. After a minute the test fails with what
// is wrong.
func (c *Changes) Wait(t testing.TB, wrong string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := c.Until(ctx, condition); err != nil {
		t.Fatalf("%s: %v", wrong, err)
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
