package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// A session is what Discord keeps events in for a connection that was lost: who
// resumes it gets those that came behind seq. It is kept in the inbox, so that a
// bot that was killed misses nothing either.
type session struct {
	ID      string    `json:"id"`
	URL     string    `json:"url"`     // where it is resumed
	Seq     int       `json:"seq"`     // all events up to it are handled, or recorded
	Intents int       `json:"intents"` // the events that were asked for
	At      time.Time `json:"at"`      // when it was kept
	key     string    // under which it is kept
}

const (
	// sessionKey begins the key of the session in the inbox.
	sessionKey = "session/"

	// saveEvery is how often it is looked whether there is something to keep.
	// Events that came after that come again after a crash.
	saveEvery = 200 * time.Millisecond

	// sessionLife is far longer than Discord keeps a session without a
	// connection, which is minutes.
	sessionLife = time.Hour
)

// Progress is how far a session's events are received, and handled. It is safe
// for concurrent use.
type progress struct {
	mu       sync.Mutex
	session  session // ID and URL; "" where there is none
	received int
	open     map[int]bool // received and not handled yet
}

// begin takes a new session, or an old one again.
func (p *progress) begin(s session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.session, p.received, p.open = s, s.Seq, map[int]bool{}
}

// resumable is the session as far as it was received.
func (p *progress) resumable() (s session, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s = p.session
	s.Seq = p.received
	return s, s.ID != ""
}

// take notes an event that was received, and returns what is to be called once
// it need not come again.
func (p *progress) take(seq int) (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.received = max(p.received, seq)
	open := p.open // of this session
	if open == nil || seq == 0 {
		return func() {}
	}
	open[seq] = true
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(open, seq)
	}
}

// safe is the session as far as its events are handled.
func (p *progress) safe() session {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.session
	s.Seq = p.received
	for seq := range p.open {
		s.Seq = min(s.Seq, seq-1)
	}
	return s
}

// save keeps the session whenever it got further, until ctx ends, and once more
// then.
func (d *Discord) save(ctx context.Context, last session) {
	tick := time.NewTicker(saveEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			d.keep(context.WithoutCancel(ctx), &last)
			return
		case <-tick.C:
			d.keep(ctx, &last)
		}
	}
}

// keep puts the session into the inbox, in the place of the last one.
func (d *Discord) keep(ctx context.Context, last *session) {
	now := d.progress.safe()
	if now.ID == last.ID && now.Seq == last.Seq {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, ackTime)
	defer cancel()
	old := last.key
	now.At = time.Now()
	now.key = fmt.Sprintf("%s%s/%d/%d", sessionKey, now.ID, now.Seq, now.At.UnixNano())
	record, err := json.Marshal(now)
	if err == nil {
		err = d.o.Inbox.Put(ctx, now.key, record)
	}
	if err == nil && old != "" {
		err = d.o.Inbox.Done(ctx, old)
	}
	if err != nil {
		if d.ctx.Err() == nil {
			d.log.Warn("discord: the session cannot be kept", "error", err)
		}
		return
	}
	*last = now
}
