package discordfake

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// A session is what the bot is told, in order. It outlives its connection, so
// that the bot can resume it.
type session struct {
	id         string
	intents    int
	shard      int // of shards
	shards     int
	compress   bool // large frames are compressed, one by one
	seq        int
	log        []sentEvent
	conn       *conn     // nil while there is none
	detachedAt time.Time // when conn was lost
}

// A sentEvent frame is one that a session can be told again.
type sentEvent struct {
	seq  int
	text []byte
}

// A Session is a session of the gateway, as it is now.
type Session struct {
	ID        string
	Intents   int
	Seq       int // of the latest event
	Connected bool
}

// Sessions are those that live.
func (s *Server) Sessions() []Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Session
	for _, each := range s.sessions {
		all = append(all, Session{ID: each.id, Intents: each.intents, Seq: each.seq, Connected: each.conn != nil})
	}
	return all
}

// ForgetSessions lets Discord forget the sessions that have no connection, as
// it does after some minutes: they cannot be resumed.
func (s *Server) ForgetSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions = slices.DeleteFunc(s.sessions, func(each *session) bool { return each.conn == nil })
	s.Note()
}

// The callers of the following hold s.mu.

// receives reports whether the session is told of the event: it asked for it, and
// the server is in its shard.
func (n *session) receives(e event) bool {
	if e.intents != 0 && n.intents&e.intents == 0 {
		return false
	}
	return shardOf(e.guild, n.shards) == n.shard
}

// shardOf is the shard of a server. What is of no server is of the first.
//
// https://docs.discord.com/developers/events/gateway#sharding
func shardOf(guild string, shards int) int {
	id, _ := strconv.Atoi(guild)
	return (id >> 22) % shards
}

// dispatch sends an event in a session, and keeps it for a resume.
func (s *Server) dispatch(n *session, name string, data object) {
	n.seq++
	text, err := json.Marshal(object{"op": opDispatch, "s": n.seq, "t": name, "d": data})
	if err != nil {
		panic(err) // events are made of JSON
	}
	n.log = append(n.log, sentEvent{n.seq, text})
	if n.conn != nil {
		n.conn.sendText(text)
	}
}

// detach takes the connection from a session.
func (n *session) detach() {
	n.conn, n.detachedAt = nil, time.Now()
}

// endSession ends a session for good.
func (s *Server) endSession(n *session) {
	s.sessions = slices.DeleteFunc(s.sessions, func(each *session) bool { return each == n })
}

// resumableSession returns a session that can be resumed, nil where there is none.
func (s *Server) resumableSession(id string) *session {
	s.sessions = slices.DeleteFunc(s.sessions, func(each *session) bool {
		return each.conn == nil && time.Since(each.detachedAt) > s.options.SessionTTL
	})
	i := slices.IndexFunc(s.sessions, func(each *session) bool { return each.id == id })
	if i < 0 {
		return nil
	}
	return s.sessions[i]
}

// sendReady tells a new session who the bot is and where it is in, and then of each
// server.
func (s *Server) sendReady(n *session) {
	var mine []*guild
	guilds := []any{}
	for _, g := range s.guilds {
		if !g.kicked && n.receives(event{guild: g.id}) {
			mine = append(mine, g)
			guilds = append(guilds, object{"id": g.id, "unavailable": true})
		}
	}
	s.dispatch(n, "READY", object{
		"v": 10, "user": s.user(s.BotID).currentUserJSON(), "guilds": guilds, "session_id": n.id, "session_type": "normal", "resume_gateway_url": s.resumeURL(),
		"shard": []any{n.shard, n.shards}, "application": object{"id": s.AppID, "flags": s.applicationFlags(), "flags_new": strconv.Itoa(s.applicationFlags())},
		"private_channels": []any{}, "relationships": []any{}, "presences": []any{}, "user_settings": object{}, "guild_join_requests": []any{},
		"geo_ordered_rtc_regions": []any{}, "_trace": []any{"discordfake"},
	})
	for _, g := range mine {
		if n.intents&intentGuilds != 0 && !g.unavailable {
			s.dispatch(n, "GUILD_CREATE", s.guildCreate(g))
		}
	}
}
