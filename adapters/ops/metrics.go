package ops

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// The metrics, which deploy/README.md lists, too. The values of a label are words of
// this program, names of adapters, or IDs of entries, whose number meter.go bounds.

const namespace = "mabsbot_"

// ackBuckets are for the acknowledgement, in seconds. Slack and Discord want it
// within 3 s.
var ackBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 3, 5, 10}

// answerBuckets are for the answer, in seconds: from an answer that seems immediate
// to one that came after an outage.
var answerBuckets = []float64{.1, .25, .5, 1, 2, 3, 5, 10, 30, 60, 300, 900, 3600}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: namespace + name, Help: help}, labels)
}

func gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: namespace + name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: namespace + name, Help: help, Buckets: buckets}, labels)
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(namespace+name, help, labels, nil)
}

// collectors returns all collectors: our own, and those of the Go runtime and the
// process.
func (s *Server) collectors() []prometheus.Collector {
	return append(s.own(), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
}

// own returns the collectors of the metrics of this program.
func (s *Server) own() []prometheus.Collector {
	m := s.meter
	return []prometheus.Collector{
		buildInfo(s.o.Version), m.messages, m.events, m.answers, m.failures, m.acknowledged, m.answered, m.posts, m.lastEvent, &collector{s},
	}
}
