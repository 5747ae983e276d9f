package slackfake

import (
	"errors"
	"slices"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// A delivery is one payload on its way to the app.
//
//	deliver --> attempt --> sent over a socket, or as a request
//	              ^             |acknowledged in time --> settle(nil)
//	              |             |else
//	              +---wait------+ an event is tried again, what a person waits for is not
type delivery struct {
	kind     string // events_api, slash_commands, interactive
	payload  object
	accepts  bool // the acknowledgement may carry an answer
	attempts int
	reason   string // why it is tried again

	envelope string // id of the attempt that is open
	socket   *socket
	sent     time.Time
	timer    *time.Timer
	took     []time.Duration // from sending to acknowledging

	done  chan struct{}
	reply []byte
	err   error
}

// Errors of payloads.
var (
	ErrTimeout  = errors.New("slackfake: not acknowledged in time")
	ErrNobody   = errors.New("slackfake: no connection to the app")
	ErrRejected = errors.New("slackfake: the app refuses")
)

// deliver sends a payload. The caller holds s.mu.
func (s *Server) deliver(kind string, payload object, accepts bool) *delivery {
	d := &delivery{kind: kind, payload: chatfake.Clone(payload), accepts: accepts, done: make(chan struct{})}
	s.deliveries = append(s.deliveries, d)
	s.unsettled++
	s.attempt(d)
	return d
}

// attempt sends it once.
func (s *Server) attempt(d *delivery) {
	d.attempts++
	d.sent = time.Now()
	if s.url != "" {
		s.post(d)
		return
	}
	c := s.pick()
	if c == nil {
		s.missed(d, ErrNobody, "connection_failed")
		return
	}
	d.envelope, d.socket = s.id("e"), c
	s.open[d.envelope] = d
	c.send(d.frame())
	envelope := d.envelope
	d.timer = s.after(s.options.AckTimeout, func() {
		if d.envelope == envelope {
			s.missed(d, ErrTimeout, "timeout")
		}
	})
}

// frame is the envelope of Socket Mode around the payload.
func (d *delivery) frame() object {
	o := object{"envelope_id": d.envelope, "type": d.kind, "accepts_response_payload": d.accepts, "payload": d.payload}
	if d.kind == "events_api" {
		o["retry_attempt"], o["retry_reason"] = d.attempts-1, d.reason
	}
	return o
}

// missed gives the attempt up, and plans the next one.
func (s *Server) missed(d *delivery, err error, reason string) {
	delete(s.open, d.envelope)
	d.envelope, d.socket, d.reason = "", nil, reason
	if d.kind != "events_api" || d.attempts > len(s.options.Retries) {
		s.settle(d, nil, err)
		return
	}
	s.Note()
	s.after(s.options.Retries[d.attempts-1], func() { s.attempt(d) })
}

// acknowledged ends the delivery with the app's answer.
func (s *Server) acknowledged(d *delivery, reply []byte) {
	if d.timer != nil {
		d.timer.Stop()
	}
	delete(s.open, d.envelope)
	d.envelope = ""
	d.took = append(d.took, time.Since(d.sent))
	s.settle(d, reply, nil)
}

func (s *Server) settle(d *delivery, reply []byte, err error) {
	d.reply, d.err = reply, err
	close(d.done)
	s.unsettled--
	s.Note()
}

// wait returns the app's answer.
func (d *delivery) wait(s *Server) ([]byte, error) {
	select {
	case <-d.done:
		return d.reply, d.err
	case <-s.http.Context().Done():
		return nil, ErrNobody
	}
}

// Settled reports whether all payloads are acknowledged or given up.
func (s *Server) Settled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unsettled == 0
}

// Acks are the times from sending a payload to its acknowledgement, shortest
// first.
func (s *Server) Acks() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []time.Duration
	for _, d := range s.deliveries {
		all = append(all, d.took...)
	}
	slices.Sort(all)
	return all
}

// StrayAcks counts acknowledgements of nothing: too late, for the second time,
// or over another socket.
func (s *Server) StrayAcks() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stray
}
