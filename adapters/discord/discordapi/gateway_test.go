package discordapi

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestBackOff waits longer after each failure, and as long as Discord asks for.
func TestBackOff(t *testing.T) {
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, each := range map[string]struct {
		failures    int
		err         error
		least, most time.Duration
	}{
		"after a session":         {0, errReconnect, 0, 0},
		"after the first failure": {1, errZombie, time.Second, 5 * time.Second / 4},
		"after the fourth":        {4, errZombie, 8 * time.Second, 10 * time.Second},
		"after the hundredth":     {100, errZombie, time.Minute, 75 * time.Second},
		"Invalid Session":         {0, &invalidSession{}, time.Second, 25 * time.Second / 4},
		"Invalid Session again":   {6, &invalidSession{}, 32 * time.Second, 40 * time.Second},
		"Retry-After":             {1, &Error{Status: 429, RetryAfter: 90 * time.Second}, 90 * time.Second, 113 * time.Second},
		"Discord is down":         {5, &Error{Status: 502}, 16 * time.Second, 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				from := time.Now()
				if err := (&gateway{Client: c, failures: each.failures}).backOff(t.Context(), each.err); err != nil {
					t.Error(err)
				}
				if waited := time.Since(from); waited < each.least || waited > each.most {
					t.Errorf("waited %v", waited)
				}
			})
		})
	}
}
