package ops

import (
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mabsbot/bot/observe"
	"mabsbot/kb/match"
)

// A meter counts in memory. It implements observe.Meter.
type meter struct {
	messages, events, answers, failures, posts *prometheus.CounterVec
	acknowledged, answered                     *prometheus.HistogramVec
	lastEvent                                  *prometheus.GaugeVec

	mu      sync.Mutex
	entries map[string]bool // those in answers
}

var _ observe.Meter = (*meter)(nil)

func newMeter() *meter {
	return &meter{
		messages:     counter("messages_total", "Messages that users wrote, edited or looked up, by the result of the match: sure (answered), likely (asked about), silent.", "adapter", "band"),
		events:       counter("events_total", "Events that were handled, by kind and by what was decided; none is chatter.", "adapter", "kind", "decision"),
		answers:      counter("answers_total", "Outcomes of walkthroughs, by entry: answered (begun), solved, held, came_back, person, ended.", "entry", "outcome"),
		failures:     counter("event_failures_total", "Attempts to handle an event that failed, and are repeated.", "adapter"),
		posts:        counter("posts_total", "Attempts to send a post, by result: delivered, throttled, failed (tried again), refused (a dead letter); again is true after the first attempt.", "adapter", "result", "again"),
		acknowledged: histogram("acknowledge_seconds", "Time from the receipt of an event to its acknowledgement to the platform.", ackBuckets, "adapter"),
		answered:     histogram("answer_seconds", "Time from an event, by the clock of the platform, to the delivery of a post that answers it.", answerBuckets, "adapter"),
		lastEvent:    gauge("last_event_timestamp_seconds", "Unix time of the last event that an adapter handed to the core; time() minus it is how long ago that was.", "adapter"),
		entries:      map[string]bool{},
	}
}

// begin sets the counters of adapters to 0, so that the first increase is visible.
func (m *meter) begin(adapters []string) {
	for _, a := range adapters {
		for _, band := range []match.Band{match.Silent, match.Likely, match.Sure} {
			m.messages.WithLabelValues(a, band.String())
		}
		for _, result := range observe.Results() {
			m.posts.WithLabelValues(a, string(result), "false")
		}
		m.failures.WithLabelValues(a)
		m.acknowledged.WithLabelValues(a)
		m.answered.WithLabelValues(a)
	}
}

// Received implements observe.Meter.
func (m *meter) Received(adapter string) { m.lastEvent.WithLabelValues(adapter).SetToCurrentTime() }

// Failed implements observe.Meter.
func (m *meter) Failed(adapter string) { m.failures.WithLabelValues(adapter).Inc() }

// Handled implements observe.Meter.
func (m *meter) Handled(e observe.Event) {
	m.events.WithLabelValues(e.Adapter, string(e.Kind), string(e.Decision)).Inc()
	if e.Kind != observe.KindPress && e.Kind != observe.KindDeletion {
		m.messages.WithLabelValues(e.Adapter, e.Band.String()).Inc()
	}
	if e.Decision.IsOutcome() {
		m.answers.WithLabelValues(m.entryLabel(e.Entry), string(e.Decision)).Inc()
	}
}

// Posted implements observe.Meter.
func (m *meter) Posted(p observe.Post) {
	again := "false"
	if p.Again {
		again = "true"
	}
	m.posts.WithLabelValues(p.Adapter, string(p.Result), again).Inc()
	if p.Waited > 0 {
		m.answered.WithLabelValues(p.Adapter).Observe(p.Waited.Seconds())
	}
}

// Acknowledged returns a function that measures the acknowledgements of an adapter.
func (s *Server) Acknowledged(adapter string) func(took time.Duration) {
	h := s.meter.acknowledged.WithLabelValues(adapter)
	return func(took time.Duration) { h.Observe(took.Seconds()) }
}

// Meter returns the meter for observe.Adapter.
func (s *Server) Meter() observe.Meter { return s.meter }

const (
	// maxEntries bounds the values of the label entry. It is a multiple of the
	// built-in entries; a program that reloads new ones for months could have more.
	maxEntries = 1000
	otherEntry = "other"
	noEntry    = "none" // a person is requested for an error without an entry
)

func (m *meter) entryLabel(id string) string {
	if id == "" {
		return noEntry
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.entries[id] && len(m.entries) >= maxEntries {
		return otherEntry
	}
	m.entries[id] = true
	return id
}

func buildInfo(version string) prometheus.Collector {
	g := gauge("build_info", "Always 1; the labels are the version of the program and of Go.", "version", "go_version")
	g.WithLabelValues(version, runtime.Version()).Set(1)
	return g
}
