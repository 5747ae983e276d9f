package slackfake

import (
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"mabsbot/adapters/chat/chatfake"
)

// A delivery is one payload on its way to the app.
//
//	deliver --> attempt --> sent over a socket or as an HTTP request
//	              ^             | acknowledged in time --> settle(nil)
//	              |             | otherwise
//	              +-- delay ----+ events are redelivered, interactions are not
type delivery struct {
	payloadType     string // events_api, slash_commands or interactive
	payload         object
	acceptsResponse bool // accepts_response_payload
	again           bool // another delivery has the same payload
	attempts        int
	retryReason     string // of the next attempt

	envelope string // ID of the current attempt; "" between attempts
	socket   *socket
	sent     time.Time
	timer    *time.Timer
	ackTimes []time.Duration // from sending to acknowledgement

	done  chan struct{}
	reply []byte
	err   error
}

// Errors of a delivery.
var (
	errTimeout      = errors.New("slackfake: not acknowledged in time")
	errNotConnected = errors.New("slackfake: no connection to the app")
	errRejected     = errors.New("slackfake: the app rejected the request")
)

// deliver starts the delivery of a payload. The caller holds s.mu.
func (s *Server) deliver(kind string, payload object, accepts bool) *delivery {
	d := &delivery{payloadType: kind, payload: chatfake.Clone(payload), acceptsResponse: accepts, done: make(chan struct{})}
	s.begin(d)
	return d
}

// begin makes the first attempt of a delivery: at once, or at a random time if
// events arrive in disorder.
func (s *Server) begin(d *delivery) {
	s.deliveries = append(s.deliveries, d)
	s.unsettled++
	if s.options.Disorder == 0 || d.payloadType != "events_api" {
		s.attempt(d)
		return
	}
	s.afterFunc(rand.N(s.options.Disorder), func() { s.attempt(d) })
	if !d.again && rand.N(3) == 0 {
		s.begin(&delivery{payloadType: d.payloadType, payload: d.payload, again: true, done: make(chan struct{})})
	}
}

// attempt sends the payload once.
func (s *Server) attempt(d *delivery) {
	d.attempts++
	d.sent = time.Now()
	if s.requestURL != "" {
		s.postPayload(d)
		return
	}
	c := s.nextSocket()
	if c == nil {
		s.attemptFailed(d, errNotConnected, "connection_failed")
		return
	}
	d.envelope, d.socket = s.newID("e"), c
	s.unacknowledged[d.envelope] = d
	c.send(d.frame())
	envelope := d.envelope
	d.timer = s.afterFunc(s.options.AckTimeout, func() {
		if d.envelope == envelope {
			s.attemptFailed(d, errTimeout, "timeout")
		}
	})
}

// frame returns the Socket Mode envelope of the payload.
func (d *delivery) frame() object {
	o := object{"envelope_id": d.envelope, "type": d.payloadType, "accepts_response_payload": d.acceptsResponse, "payload": d.payload}
	if d.payloadType == "events_api" {
		o["retry_attempt"], o["retry_reason"] = d.attempts-1, d.retryReason
	}
	return o
}

// attemptFailed ends an attempt and schedules the next, if there is one.
func (s *Server) attemptFailed(d *delivery, err error, reason string) {
	delete(s.unacknowledged, d.envelope)
	d.envelope, d.socket, d.retryReason = "", nil, reason
	if d.payloadType != "events_api" || d.attempts > len(s.options.RetryDelays) {
		s.settle(d, nil, err)
		return
	}
	s.Note()
	s.afterFunc(s.options.RetryDelays[d.attempts-1], func() { s.attempt(d) })
}

// acknowledged ends the delivery with the app's response.
func (s *Server) acknowledged(d *delivery, reply []byte) {
	if d.timer != nil {
		d.timer.Stop()
	}
	delete(s.unacknowledged, d.envelope)
	d.envelope = ""
	d.ackTimes = append(d.ackTimes, time.Since(d.sent))
	s.settle(d, reply, nil)
}

func (s *Server) settle(d *delivery, reply []byte, err error) {
	d.reply, d.err = reply, err
	close(d.done)
	s.unsettled--
	s.Note()
}

// wait returns the app's response once the delivery is settled.
func (d *delivery) wait(s *Server) ([]byte, error) {
	select {
	case <-d.done:
		return d.reply, d.err
	case <-s.http.Context().Done():
		return nil, errNotConnected
	}
}

// Settled reports whether every delivery was acknowledged or given up.
func (s *Server) Settled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unsettled == 0
}

// AckTimes returns the times from sending a payload to its acknowledgement,
// shortest first.
func (s *Server) AckTimes() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []time.Duration
	for _, d := range s.deliveries {
		all = append(all, d.ackTimes...)
	}
	slices.Sort(all)
	return all
}

// StrayAcks counts acknowledgements that match no delivery: too late, repeated,
// or on another socket.
func (s *Server) StrayAcks() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.strayAcks
}
