package discordapi

import (
	"context"
	"sync"
	"time"
)

// A Session can be resumed after a lost connection; Discord then replays the
// events after Seq.
// https://docs.discord.com/developers/events/gateway#resuming
type Session struct {
	ID        string `json:"id"`
	ResumeURL string `json:"url"`
	Seq       int    `json:"seq"`
	Intents   int    `json:"intents"` // it was identified with
}

// A SessionStore keeps the session, so that a restarted process can resume it and
// misses no event.
type SessionStore interface {
	// Save replaces the session that was saved before. The zero Session says that
	// there is none.
	Save(ctx context.Context, s Session) error
}

const (
	// saveInterval is how often Run saves the session. After a crash, Discord
	// replays the events of the last interval. The price is one write to the
	// store per interval while events arrive. A session that begins is saved at
	// once: nothing is replayed without it.
	saveInterval = 200 * time.Millisecond

	// saveTimeout bounds one save. The last one delays the end of the process.
	saveTimeout = 2500 * time.Millisecond
)

// SaveSession saves the session if it changed since it was last saved. Run does
// this periodically. Call it once more after Run, when the last events are done.
// It works even if ctx has ended.
func (c *Client) SaveSession(ctx context.Context) error {
	s := c.Session()
	if c.o.Sessions == nil || s.ID == c.saved.ID && s.Seq == c.saved.Seq {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	if err := c.o.Sessions.Save(ctx, s); err != nil {
		return err
	}
	c.saved = s
	return nil
}

// saveSessions saves the session until ctx ends.
func (c *Client) saveSessions(ctx context.Context) {
	tick := time.NewTicker(saveInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.cursor.begun:
		case <-tick.C:
		}
		if err := c.SaveSession(ctx); err != nil && ctx.Err() == nil {
			c.log.Warn("discord: cannot save the session", "error", err)
		}
	}
}

// Session returns the session with the sequence number up to which all events are
// done: a resume from there loses nothing.
func (c *Client) Session() Session { return c.cursor.done() }

// A cursor tracks how far the events of a session are received and done. It is
// safe for concurrent use.
type cursor struct {
	mu       sync.Mutex
	session  Session       // ID is "" if there is none
	received int           // the last sequence number
	open     map[int]bool  // sequence numbers of events that are received and not done
	begun    chan struct{} // has room for one: a session began
}

// begin starts a new session, or continues one of an earlier run.
func (c *cursor) begin(s Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session, c.received, c.open = s, s.Seq, map[int]bool{}
	select {
	case c.begun <- struct{}{}:
	default: // it will be saved, too
	}
}

// receive records an event and returns a function to call once it is done.
func (c *cursor) receive(seq int) (done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.received = max(c.received, seq)
	open := c.open // of this session
	if open == nil || seq == 0 {
		return func() {}
	}
	open[seq] = true
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(open, seq)
	}
}

// resumable returns the session with the last sequence number received, for a
// Resume within this process: the earlier events already have their handlers.
func (c *cursor) resumable() (s Session, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s = c.session
	s.Seq = c.received
	return s, s.ID != ""
}

// done returns the session with the sequence number up to which all events are
// done.
func (c *cursor) done() Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.session
	s.Seq = c.received
	for seq := range c.open {
		s.Seq = min(s.Seq, seq-1)
	}
	return s
}
