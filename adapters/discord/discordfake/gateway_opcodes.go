package discordfake

import (
	"bytes"
	"encoding/json"
	"time"
)

// Opcodes of the gateway.
//
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway
const (
	opDispatch  = 0
	opHeartbeat = 1
	opIdentify  = 2
	opPresence  = 3
	opVoice     = 4
	opResume    = 6
	opReconnect = 7
	opMembers   = 8
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

// Codes with which the gateway closes.
const (
	closeUnknown    = 4000
	closeOpcode     = 4001
	closeDecode     = 4002
	closeNoIdentify = 4003
	closeToken      = 4004
	closeTwice      = 4005
	closeSeq        = 4007
	closeLimited    = 4008
	closeTimeout    = 4009
	closeShard      = 4010
	closeVersion    = 4012
	closeIntents    = 4013
	closeDisallowed = 4014
)

// reasons are the words that come with the codes.
func reasons() map[int]string {
	return map[int]string{
		closeUnknown: "Unknown error.", closeOpcode: "Unknown opcode.", closeDecode: "Error while decoding payload.",
		closeNoIdentify: "Not authenticated.", closeToken: "Authentication failed.", closeTwice: "Already authenticated.",
		closeSeq: "Invalid seq.", closeLimited: "Rate limited.", closeTimeout: "Session timed out.", closeShard: "Invalid shard.",
		closeVersion: "Invalid API version.", closeIntents: "Invalid intent(s).", closeDisallowed: "Disallowed intent(s).",
	}
}

// Limits of what the bot sends.
//
// https://docs.discord.com/developers/events/gateway#sending-events
const (
	maxPayload  = 4096 // bytes
	maxSends    = 120
	sendsWindow = time.Minute
)

// identifyEvery is between two identifies where max_concurrency is 1.
//
// https://docs.discord.com/developers/events/gateway#sharding-max-concurrency
const identifyEvery = 5 * time.Second

// An identity is what a bot says of itself.
type identity struct {
	Token     string `json:"token"`
	Intents   *int   `json:"intents"`
	Compress  bool   `json:"compress"`
	Shard     []int  `json:"shard"`
	SessionID string `json:"session_id"` // of a resume
	Seq       int    `json:"seq"`
}

// send queues a frame that is of no session.
func (c *conn) send(op int, data any) {
	text, err := json.Marshal(object{"op": op, "d": data, "s": nil, "t": nil})
	if err != nil {
		panic(err) // data is JSON
	}
	c.sendText(text)
}

// take takes one frame of the bot.
func (s *Server) take(c *conn, text []byte) {
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
		c.close(closeDecode)
	case s.tooMany(c):
		c.close(closeLimited)
	case *f.Op == opHeartbeat:
		s.heartbeat(c)
	case *f.Op == opIdentify, *f.Op == opResume:
		s.begin(c, *f.Op, f.D)
	case *f.Op == opPresence, *f.Op == opVoice, *f.Op == opMembers:
		if c.session == nil {
			c.close(closeNoIdentify)
		}
	default:
		c.close(closeOpcode)
	}
}

// tooMany reports whether the bot has sent more than it may.
func (s *Server) tooMany(c *conn) bool {
	now := time.Now()
	for len(c.sends) > 0 && now.Sub(c.sends[0]) > sendsWindow {
		c.sends = c.sends[1:]
	}
	c.sends = append(c.sends, now)
	return len(c.sends) > maxSends
}

func (s *Server) heartbeat(c *conn) {
	c.beat = time.Now()
	c.kept.Beats = append(c.kept.Beats, c.beat)
	if !s.ackless && !s.strikeGateway(c, "heartbeat") {
		c.send(opAck, nil)
	}
}

// begin begins a session, or takes one up again.
func (s *Server) begin(c *conn, op int, data []byte) {
	var who identity
	if json.Unmarshal(data, &who) != nil || bytes.Equal(data, []byte("null")) {
		c.close(closeDecode)
		return
	}
	if c.session != nil {
		c.close(closeTwice)
		return
	}
	c.kept.Op = op
	if op == opIdentify {
		s.identify(c, who)
		return
	}
	s.resume(c, who)
}

func (s *Server) identify(c *conn, who identity) {
	s.identifies++
	early := time.Since(s.identified) < identifyEvery
	s.identified = time.Now()
	if s.identifies > s.options.IdentifyLimit {
		s.revoke()
	}
	if who.Shard == nil {
		who.Shard = []int{0, 1}
	}
	switch {
	case s.strikeGateway(c, "identify"):
	case !s.right(who.Token):
		c.close(closeToken)
	case who.Intents == nil || *who.Intents&^knownIntents != 0:
		c.close(closeIntents)
	case *who.Intents&s.disallowed() != 0:
		c.close(closeDisallowed)
	case len(who.Shard) != 2 || who.Shard[0] < 0 || who.Shard[0] >= who.Shard[1]:
		c.close(closeShard)
	case s.options.Limited && early:
		c.send(opInvalid, false)
	default:
		n := &session{id: "session" + s.id(), intents: *who.Intents, shard: who.Shard[0], shards: who.Shard[1], packed: who.Compress, conn: c}
		s.sessions = append(s.sessions, n)
		c.session, c.kept.Session = n, n.id
		s.ready(n)
	}
}

// right reports whether the token is the bot's, with or without its kind before
// it.
func (s *Server) right(token string) bool {
	return !s.revoked && (token == s.Token || token == "Bot "+s.Token)
}

// disallowed are the intents that the application has not been given.
func (s *Server) disallowed() int {
	if s.options.NoContent {
		return GuildPresences | MessageContent
	}
	return GuildPresences
}

// resume takes a session up again: the bot is told what it has missed.
func (s *Server) resume(c *conn, who identity) {
	if s.strikeGateway(c, "resume") {
		return
	}
	n := s.find(who.SessionID)
	switch {
	case !s.right(who.Token):
		c.close(closeToken)
	case n == nil:
		c.send(opInvalid, false)
	case who.Seq > n.seq || who.Seq < 0:
		c.close(closeSeq)
	default:
		if n.conn != nil {
			n.conn.session = nil
			n.conn.close(closeUnknown) // one connection is the session's
		}
		n.conn = c
		c.session, c.kept.Session = n, n.id
		for _, each := range n.log {
			if each.seq > who.Seq {
				c.sendText(each.text)
			}
		}
		s.dispatch(n, "RESUMED", object{"_trace": []any{"discordfake"}})
	}
}
