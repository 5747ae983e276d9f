// Package ops serves what operators need of a process: its health and its metrics,
// on an address of its own. Nothing in them is about a user.
//
// ops.go is the HTTP server, checks.go has the checks of /livez and /readyz.
// metrics.go lists the metrics; meter.go counts as an observe.Meter, and collect.go
// reads the rest when it is asked for.
package ops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"mabsbot/bot"
)

// Options configure a Server.
type Options struct {
	Version string // of the program
	Log     *slog.Logger
}

// A System is what a Server reports on.
type System struct {
	Services      func() []bot.Service
	Database      func(ctx context.Context) error // asks the database for an answer
	Trouble       func() error                    // what keeps a part of the database from working, or nil
	Backlogs      func(ctx context.Context) ([]bot.Backlog, error)
	Entries       func() int  // of the knowledge base
	ReloadFailed  func() bool // whether the last reload of the knowledge base failed
	Configuration func() bot.Configuration
	Stopping      func() bool // whether the process takes no more events
	Adapters      []string    // their names
}

// A Server serves /livez, /readyz and /metrics. Create it with New.
type Server struct {
	o        Options
	system   atomic.Pointer[System] // nil until Watch
	registry *prometheus.Registry
	meter    *meter
	healthy  atomic.Bool // the result of the last checks, for the log
	server   *http.Server
	serving  sync.WaitGroup
}

// New returns a server.
func New(o Options) *Server {
	s := &Server{o: o, registry: prometheus.NewRegistry(), meter: newMeter()}
	s.registry.MustRegister(s.collectors()...)
	return s
}

// Watch makes the server report on a system, and the process ready if the system
// is. Until then the process lives, but is not ready.
func (s *Server) Watch(system System) {
	s.meter.begin(system.Adapters)
	s.system.Store(&system)
}

const (
	// requestTime bounds a request. Prometheus waits for 10 s, and a probe of
	// Kubernetes for a second unless it is configured.
	requestTime = 10 * time.Second
	// maxScrapes bounds how many requests for metrics are served at once: a few
	// servers ask every few seconds.
	maxScrapes = 4
	// maxHeader is enough for a probe, in bytes.
	maxHeader = 16 << 10
)

// Start serves on an address, host:port, until Close. With port 0 it takes any free
// port, which it logs.
func (s *Server) Start(addr string) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("ops: %w", err)
	}
	s.server = &http.Server{
		Handler: s.Handler(), ReadTimeout: requestTime, WriteTimeout: 2 * requestTime, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.o.Log.Handler(), slog.LevelWarn),
	}
	s.o.Log.Info("ops: serving health and metrics", "addr", listener.Addr().String())
	s.serving.Go(func() {
		if err := s.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.o.Log.Error("ops: health and metrics are no longer served", "error", err)
		}
	})
	return nil
}

// Close ends what Start began. Answers that are under way are cut off.
func (s *Server) Close() {
	if s.server != nil {
		_ = s.server.Close()
	}
	s.serving.Wait()
}

// Handler returns the handler of all paths.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", s.live)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", promhttp.InstrumentMetricHandler(s.registry, promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(s.o.Log.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError,
		MaxRequestsInFlight: maxScrapes, Timeout: requestTime,
	})))
	return mux
}
