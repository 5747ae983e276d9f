package console

import (
	"context"
	"net/http"
	"time"

	"mabsbot/bot"
)

// A workspace is in the memory of the process that serves it. Of several processes one
// does, the leader; the others answer requests for it with 503, and the one that leads
// next reads the workspace from the journal. A proxy in front of them finds the leader
// by the status of /. All of them serve the other pages.

// StandsBy implements bot.Standby.
func (c *Console) StandsBy() bool { return c.election != nil && !c.leads.Load() }

// restoreInterval is the wait after a failed attempt to read the journal.
const restoreInterval = time.Second

// lead serves the workspace until ctx ends.
func (c *Console) lead(ctx context.Context, term *bot.Term) error {
	for c.restore(ctx, term) != nil {
		if !sleep(ctx, restoreInterval) {
			return nil
		}
	}
	c.redeliver(ctx)
	c.leads.Store(true)
	<-ctx.Done()
	c.leads.Store(false)
	c.update(func(*workspace) {}) // wakes the streams, which then end
	return nil
}

// restore reads the workspace from the journal.
func (c *Console) restore(ctx context.Context, term *bot.Term) error {
	c.write.Lock()
	defer c.write.Unlock()
	ws, err := c.replay(ctx)
	if err != nil {
		c.log.Error("console: the workspace cannot be read yet", "error", err)
		return err
	}
	c.term = term
	c.mu.Lock()
	c.ws, c.stamp = ws, newID()
	c.mu.Unlock()
	c.erase(ctx)
	return nil
}

// led refuses requests for the workspace in a process that stands by, also those of
// people who have not logged in: a proxy that looks for the leader has no login.
func (c *Console) led(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !c.StandsBy() {
			serve(w, r)
			return
		}
		w.Header().Set("Retry-After", "5") // a successor leads within 15 s
		c.deny(w, r, errStandby)
	}
}
