package discordapi

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestBackOff waits longer after each attempt that came to nothing, also where
// Discord takes the connection and no session.
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
		"after a session":            {0, errReconnect, 0, 0},
		"the first failure":          {1, errZombie, time.Second, 5 * time.Second / 4},
		"the fourth":                 {4, errZombie, 8 * time.Second, 10 * time.Second},
		"the hundredth":              {100, errZombie, time.Minute, 75 * time.Second},
		"a session is refused":       {0, &invalidSession{}, time.Second, 25 * time.Second / 4},
		"again and again":            {6, &invalidSession{}, 32 * time.Second, 40 * time.Second},
		"Discord says when":          {1, &Error{Status: 429, RetryAfter: 90 * time.Second}, 90 * time.Second, 113 * time.Second},
		"Discord is down for a time": {5, &Error{Status: 502}, 16 * time.Second, 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				from := time.Now()
				if err := (&gateway{c: c, failures: each.failures}).backOff(t.Context(), each.err); err != nil {
					t.Error(err)
				}
				if waited := time.Since(from); waited < each.least || waited > each.most {
					t.Errorf("waited %v", waited)
				}
			})
		})
	}
}
