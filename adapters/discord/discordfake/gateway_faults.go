package discordfake

// A GatewayFault is what happens in the gateway instead of what should.
type GatewayFault struct {
	On    string // connect (instead of hello), identify, resume or heartbeat
	Times int    // how many; 0 is one, less is all

	// What happens; one of these. Where none is set nothing is answered.
	Reconnect bool  // op 7
	Invalid   *bool // op 9, with whether the session can be resumed
	Code      int   // the connection is closed with it
	Drop      bool  // the connection is cut without a word
}

// FailGateway lets the gateway fail. Faults are used up in the order in which
// they are given.
func (s *Server) FailGateway(f GatewayFault) { s.gatewayFaults.Add(f.On, f.Times, f) }

// applyGatewayFault lets a fault happen, and reports whether there was one. The
// caller holds s.mu.
func (s *Server) applyGatewayFault(c *conn, on string) bool {
	f, ok := s.gatewayFaults.Take(on)
	if !ok {
		return false
	}
	switch {
	case f.Reconnect:
		c.send(opReconnect, nil)
	case f.Invalid != nil:
		s.invalidate(c, *f.Invalid)
	case f.Code != 0:
		c.close(f.Code)
	case f.Drop:
		c.ws.Close()
	}
	return true
}

// eachConn does something to all connections that are open.
func (s *Server) eachConn(do func(c *conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		do(c)
	}
}

// Reconnect asks all connections to go and resume (op 7).
func (s *Server) Reconnect() {
	s.eachConn(func(c *conn) { c.send(opReconnect, nil) })
}

// Invalidate tells all connections that their session is no longer good (op 9).
// One that cannot be resumed is forgotten.
func (s *Server) Invalidate(resumable bool) {
	s.eachConn(func(c *conn) { s.invalidate(c, resumable) })
}

// invalidate takes the session from a connection, which stays open for the bot
// to resume or to identify. The caller holds s.mu.
func (s *Server) invalidate(c *conn, resumable bool) {
	if n := c.session; n != nil {
		n.detach()
		c.session = nil
		if !resumable {
			s.endSession(n)
		}
	}
	c.send(opInvalidSession, resumable)
}

// CloseConnections closes all connections with a code.
func (s *Server) CloseConnections(code int) {
	s.eachConn(func(c *conn) { c.close(code) })
}

// CutConnections cuts all connections without a word.
func (s *Server) CutConnections() {
	s.eachConn(func(c *conn) { c.ws.Close() })
}

// RequestHeartbeats asks all connections for a heartbeat at once (op 1).
func (s *Server) RequestHeartbeats() {
	s.eachConn(func(c *conn) { c.send(opHeartbeat, nil) })
}

// SendFrame sends a text as it is in all connections, JSON or not.
func (s *Server) SendFrame(text string) {
	s.eachConn(func(c *conn) { c.sendText([]byte(text)) })
}

// WithholdAcks lets heartbeats stay without their acknowledgement, or not any
// more.
func (s *Server) WithholdAcks(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.withholdAcks = on
}

// mute lets connections stay open and fall silent: nothing is written, and what
// should have been is there for a resume.
func (s *Server) mute(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.muted = on
}

// Identifies counts the sessions that the bot began, or tried to.
func (s *Server) Identifies() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.identifies
}

// Revoke makes the token worth nothing: the bot is put out of the gateway with
// 4004, and all its requests are refused with 401.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoke()
}

// revoke is Revoke; the caller holds s.mu.
func (s *Server) revoke() {
	s.revoked = true
	s.sessions = nil
	for _, c := range s.conns {
		c.close(closeAuthenticationFailed)
	}
	s.Note()
}
