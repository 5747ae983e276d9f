package slack

import (
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// maxConnections bounds the open connections of the HTTP mode, and so what a
	// flood of requests takes: 45 kB for each, or 35 MB. It is three times the events
	// that have room, so that the others are refused at once instead of waiting in
	// the backlog of the operating system.
	maxConnections = 768
	// idleWhenFull is how long a connection may be idle if all are open. The
	// connections of a flood are in use again within milliseconds; to close those
	// would cost more than to answer.
	idleWhenFull = time.Second
	// fullInterval is between looks for such connections.
	fullInterval = 50 * time.Millisecond
)

// connections is a listener that bounds how many connections are open. Slack keeps
// connections open, so that those that are idle have to make room for new ones.
type connections struct {
	net.Listener
	idleWhenFull time.Duration
	slots        chan struct{} // one element per open connection, and one for Accept
	mu           sync.Mutex
	idle         map[net.Conn]time.Time // since when
}

func newConnections(l net.Listener, limit int) *connections {
	return &connections{Listener: l, idleWhenFull: idleWhenFull, slots: make(chan struct{}, limit), idle: map[net.Conn]time.Time{}}
}

// Accept waits for a slot and a connection.
func (l *connections) Accept() (net.Conn, error) {
	l.takeSlot()
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
	}
	return c, err
}

func (l *connections) takeSlot() {
	for {
		select {
		case l.slots <- struct{}{}:
			return
		default:
			l.closeIdle()
		}
		select {
		case l.slots <- struct{}{}:
			return
		case <-time.After(fullInterval):
		}
	}
}

// closeIdle closes what is idle for too long. The server notes it as closed.
func (l *connections) closeIdle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c, since := range l.idle {
		if time.Since(since) >= l.idleWhenFull {
			c.Close()
		}
	}
}

// changed is the ConnState of the server.
func (l *connections) changed(c net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.idle, c)
	switch state {
	case http.StateIdle:
		l.idle[c] = time.Now()
	case http.StateClosed, http.StateHijacked:
		<-l.slots
	}
}
