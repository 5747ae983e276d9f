package discordfake

// A GatewayFault makes the gateway misbehave.
type GatewayFault struct {
	On    string // when: connect (instead of hello), identify, resume or heartbeat
	Times int    // number of times; 0 means one, negative means always

	// At most one of the following. If none is set, the gateway does not
	// respond.
	Reconnect bool  // send op 7
	Invalid   *bool // send op 9; the value tells whether the session is resumable
	Code      int   // close with this code
	Drop      bool  // cut the connection without a close frame
}

// FailGateway makes the gateway fail. Faults apply in the order in which they
// were added.
func (s *Server) FailGateway(f GatewayFault) { s.gatewayFaults.Add(f.On, f.Times, f) }

// applyGatewayFault applies a fault and reports whether there was one. The
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

// eachConn calls do for all open connections.
func (s *Server) eachConn(do func(c *conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		do(c)
	}
}

// Reconnect asks all connections to reconnect and resume (op 7).
func (s *Server) Reconnect() {
	s.eachConn(func(c *conn) { c.send(opReconnect, nil) })
}

// Invalidate invalidates the sessions of all connections (op 9). A session that
// is not resumable ends.
func (s *Server) Invalidate(resumable bool) {
	s.eachConn(func(c *conn) { s.invalidate(c, resumable) })
}

// invalidate takes the session from a connection, which stays open so that the
// bot can resume or identify. The caller holds s.mu.
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

// CloseConnections closes all connections with a close code.
func (s *Server) CloseConnections(code int) {
	s.eachConn(func(c *conn) { c.close(code) })
}

// CutConnections cuts all connections without a close frame.
func (s *Server) CutConnections() {
	s.eachConn(func(c *conn) { c.ws.Close() })
}

// RequestHeartbeats requests a heartbeat on all connections (op 1).
func (s *Server) RequestHeartbeats() {
	s.eachConn(func(c *conn) { c.send(opHeartbeat, nil) })
}

// SendFrame sends an arbitrary text on all connections.
func (s *Server) SendFrame(text string) {
	s.eachConn(func(c *conn) { c.sendText([]byte(text)) })
}

// WithholdAcks turns heartbeat acknowledgements off or on.
func (s *Server) WithholdAcks(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.withholdAcks = on
}

// mute keeps connections open but sends nothing. The events can be replayed by
// a resume.
func (s *Server) mute(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.muted = on
}

// Identifies returns the number of identifies so far.
func (s *Server) Identifies() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.identifies
}

// Revoke invalidates the token: it closes all connections with 4004, and REST
// responds with 401.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoke()
}

// revoke is Revoke with s.mu held.
func (s *Server) revoke() {
	s.revoked = true
	s.sessions = nil
	for _, c := range s.conns {
		c.close(closeAuthenticationFailed)
	}
	s.Note()
}
