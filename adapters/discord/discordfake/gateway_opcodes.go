package discordfake

import (
	"bytes"
	"encoding/json"
	"time"
)

// Gateway opcodes.
//
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoiceState     = 4
	opResume         = 6
	opReconnect      = 7
	opRequestMembers = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

// Gateway close event codes.
const (
	closeUnknownError         = 4000
	closeUnknownOpcode        = 4001
	closeDecodeError          = 4002
	closeNotAuthenticated     = 4003
	closeAuthenticationFailed = 4004
	closeAlreadyAuthenticated = 4005
	closeInvalidSeq           = 4007
	closeRateLimited          = 4008
	closeSessionTimedOut      = 4009
	closeInvalidShard         = 4010
	closeInvalidVersion       = 4012
	closeInvalidIntents       = 4013
	closeDisallowedIntents    = 4014
)

// closeReasons returns the reasons that Discord sends with close codes.
func closeReasons() map[int]string {
	return map[int]string{
		closeUnknownError: "Unknown error.", closeUnknownOpcode: "Unknown opcode.", closeDecodeError: "Error while decoding payload.",
		closeNotAuthenticated: "Not authenticated.", closeAuthenticationFailed: "Authentication failed.", closeAlreadyAuthenticated: "Already authenticated.",
		closeInvalidSeq: "Invalid seq.", closeRateLimited: "Rate limited.", closeSessionTimedOut: "Session timed out.", closeInvalidShard: "Invalid shard.",
		closeInvalidVersion: "Invalid API version.", closeInvalidIntents: "Invalid intent(s).", closeDisallowedIntents: "Disallowed intent(s).",
	}
}

// Limits of what a bot sends.
//
// https://docs.discord.com/developers/events/gateway#sending-events
const (
	maxPayload  = 4096 // bytes
	maxSends    = 120
	sendsWindow = time.Minute
)

// identifyInterval is the minimum time between identifies with a
// max_concurrency of 1.
//
// https://docs.discord.com/developers/events/gateway#sharding-max-concurrency
const identifyInterval = 5 * time.Second

// identifyData is the data of identify and resume.
type identifyData struct {
	Token     string `json:"token"`
	Intents   *int   `json:"intents"`
	Compress  bool   `json:"compress"`
	Shard     []int  `json:"shard"`
	SessionID string `json:"session_id"` // resume only
	Seq       int    `json:"seq"`
}

// send queues a frame without a sequence number.
func (c *conn) send(op int, data any) {
	text, err := json.Marshal(object{"op": op, "d": data, "s": nil, "t": nil})
	if err != nil {
		panic(err) // data is JSON
	}
	c.sendText(text)
}

// handleFrame handles a frame from the bot.
func (s *Server) handleFrame(c *conn, text []byte) {
	var f struct {
		Op *int            `json:"op"`
		D  json.RawMessage `json:"d"`
	}
	err := json.Unmarshal(text, &f)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.Note()
	switch {
	case err != nil || f.Op == nil || len(text) > maxPayload:
		c.close(closeDecodeError)
	case s.overSendLimit(c):
		c.close(closeRateLimited)
	case *f.Op == opHeartbeat:
		s.heartbeat(c)
	case *f.Op == opIdentify, *f.Op == opResume:
		s.startSession(c, *f.Op, f.D)
	case *f.Op == opPresence, *f.Op == opVoiceState, *f.Op == opRequestMembers:
		if c.session == nil {
			c.close(closeNotAuthenticated)
		}
	default:
		c.close(closeUnknownOpcode)
	}
}

// overSendLimit reports whether the bot has exceeded the send limit.
func (s *Server) overSendLimit(c *conn) bool {
	now := time.Now()
	for len(c.sends) > 0 && now.Sub(c.sends[0]) > sendsWindow {
		c.sends = c.sends[1:]
	}
	c.sends = append(c.sends, now)
	return len(c.sends) > maxSends
}

func (s *Server) heartbeat(c *conn) {
	c.lastHeartbeat = time.Now()
	c.record.Heartbeats = append(c.record.Heartbeats, c.lastHeartbeat)
	if !s.withholdAcks && !s.applyGatewayFault(c, "heartbeat") {
		c.send(opHeartbeatAck, nil)
	}
}

// startSession identifies or resumes.
func (s *Server) startSession(c *conn, op int, data []byte) {
	var who identifyData
	if json.Unmarshal(data, &who) != nil || bytes.Equal(data, []byte("null")) {
		c.close(closeDecodeError)
		return
	}
	if c.session != nil {
		c.close(closeAlreadyAuthenticated)
		return
	}
	c.record.Op = op
	if op == opIdentify {
		s.identify(c, who)
		return
	}
	s.resume(c, who)
}

func (s *Server) identify(c *conn, who identifyData) {
	s.identifies++
	early := time.Since(s.lastIdentify) < identifyInterval
	s.lastIdentify = time.Now()
	if s.identifies > s.options.IdentifyLimit {
		s.revoke()
	}
	if who.Shard == nil {
		who.Shard = []int{0, 1}
	}
	switch {
	case s.applyGatewayFault(c, "identify"):
	case !s.validToken(who.Token):
		c.close(closeAuthenticationFailed)
	case who.Intents == nil || *who.Intents&^knownIntents != 0:
		c.close(closeInvalidIntents)
	case *who.Intents&s.disallowedIntents() != 0:
		c.close(closeDisallowedIntents)
	case len(who.Shard) != 2 || who.Shard[0] < 0 || who.Shard[0] >= who.Shard[1]:
		c.close(closeInvalidShard)
	case s.options.RateLimits && early:
		c.send(opInvalidSession, false)
	default:
		n := &session{id: "session" + s.id(), intents: *who.Intents, shard: who.Shard[0], shards: who.Shard[1], compress: who.Compress, conn: c}
		s.sessions = append(s.sessions, n)
		c.session, c.record.Session = n, n.id
		s.sendReady(n)
	}
}

// validToken reports whether the token is the bot's, with or without the prefix
// "Bot ".
func (s *Server) validToken(token string) bool {
	return !s.revoked && (token == s.Token || token == "Bot "+s.Token)
}

// disallowedIntents returns the privileged intents that the application may not
// use.
func (s *Server) disallowedIntents() int {
	if s.options.NoMessageContent {
		return intentGuildPresences | intentMessageContent
	}
	return intentGuildPresences
}

// resume resumes a session and replays the events after who.Seq.
func (s *Server) resume(c *conn, who identifyData) {
	if s.applyGatewayFault(c, "resume") {
		return
	}
	n := s.resumableSession(who.SessionID)
	switch {
	case !s.validToken(who.Token):
		c.close(closeAuthenticationFailed)
	case n == nil:
		c.send(opInvalidSession, false)
	case who.Seq > n.seq || who.Seq < 0:
		c.close(closeInvalidSeq)
	default:
		if n.conn != nil {
			n.conn.session = nil
			n.conn.close(closeUnknownError) // a session has one connection
		}
		n.conn = c
		c.session, c.record.Session = n, n.id
		for _, each := range n.log {
			if each.seq > who.Seq {
				c.sendText(each.text)
			}
		}
		s.dispatch(n, "RESUMED", object{"_trace": []any{"discordfake"}})
	}
}
