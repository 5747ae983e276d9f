package slack

import (
	"net"
	"net/http"
	"slices"
	"sync"
)

// maxConnections bounds the open connections of the HTTP mode, so that a flood of
// requests takes no more memory: with an event that waits, a connection takes 40 kB.
// It is twice the events that have room, so that others are refused at once. Further
// connections wait in the backlog of the operating system.
const maxConnections = 512

// connections is a listener that bounds how many connections are open. If all are,
// it closes the one that is idle for longest: Slack keeps connections open, and a new
// one must not wait until it closes them.
type connections struct {
	net.Listener
	slots   chan struct{} // one element per open connection, and one for Accept
	mu      sync.Mutex
	idle    []net.Conn // the one that is idle for longest is the first
	waiting bool       // Accept waits for a slot
}

func newConnections(l net.Listener, limit int) *connections {
	return &connections{Listener: l, slots: make(chan struct{}, limit)}
}

// Accept waits for a slot and a connection.
func (l *connections) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	default:
		l.wait(true)
		l.slots <- struct{}{}
		l.wait(false)
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
	}
	return c, err
}

// wait notes whether Accept waits for a slot.
func (l *connections) wait(waiting bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = waiting
	l.makeRoom()
}

// makeRoom closes a connection if Accept waits. The caller holds l.mu.
func (l *connections) makeRoom() {
	if l.waiting && len(l.idle) > 0 {
		l.idle[0].Close() // noted as closed by its goroutine
		l.idle = slices.Delete(l.idle, 0, 1)
		l.waiting = false
	}
}

// changed is the ConnState of the server.
func (l *connections) changed(c net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.idle, c); i >= 0 {
		l.idle = slices.Delete(l.idle, i, i+1)
	}
	switch state {
	case http.StateIdle:
		l.idle = append(l.idle, c)
		l.makeRoom()
	case http.StateClosed, http.StateHijacked:
		<-l.slots
	}
}
