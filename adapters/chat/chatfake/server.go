package chatfake

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// A Server runs the HTTP listeners of a fake until it is closed.
type Server struct {
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	hosts   []*Host
	running sync.WaitGroup
}

// A Host is one listener of a Server.
type Host struct {
	URL string // without a slash at the end

	listener net.Listener
	http     *http.Server
}

// NewServer returns a server without listeners.
func NewServer() *Server {
	s := &Server{}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Context returns a context that ends when the server is closed.
func (s *Server) Context() context.Context { return s.ctx }

// Listen opens a listener on a free port of 127.0.0.1. Requests wait until Serve
// is called.
func (s *Server) Listen() (*Host, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &Host{URL: "http://" + l.Addr().String(), listener: l}
	s.hosts = append(s.hosts, h)
	return h, nil
}

// Serve answers the requests of a listener in the background.
func (s *Server) Serve(h *Host, handler http.Handler) {
	h.http = &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute} // far longer than any test waits
	s.Go(func() { _ = h.http.Serve(h.listener) })                           // always http.ErrServerClosed
}

// Go runs f in the background. Close waits for it.
func (s *Server) Go(f func()) { s.running.Go(f) }

// Close ends the context, closes all listeners, cuts the connections in use, and
// waits for everything in the background. Connections that a handler has
// hijacked stay open.
func (s *Server) Close() {
	s.cancel()
	for _, h := range s.hosts {
		if h.http != nil {
			_ = h.http.Close()
		}
		_ = h.listener.Close()
	}
	s.running.Wait()
}
