package chat

import (
	"sync/atomic"

	"mabsbot/bot"
)

// A Link keeps the state of an adapter's connection to its platform, which may be
// several connections, one after the other. It is safe for concurrent use.
type Link struct {
	up          atomic.Bool
	opened      atomic.Int64
	redelivered atomic.Int64
}

// Opened notes that a connection is open, or that the adapter listens.
func (l *Link) Opened() {
	l.opened.Add(1)
	l.up.Store(true)
}

// Lost notes that no connection is open.
func (l *Link) Lost() { l.up.Store(false) }

// Redelivered notes an event that the platform delivered before.
func (l *Link) Redelivered() { l.redelivered.Add(1) }

// Connection returns the state.
func (l *Link) Connection() bot.Connection {
	return bot.Connection{Up: l.up.Load(), Reconnects: max(l.opened.Load()-1, 0), Redelivered: l.redelivered.Load()}
}
