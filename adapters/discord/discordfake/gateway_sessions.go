package discordfake

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// A session outlives its connection so that the bot can resume it.
type session struct {
	id         string
	intents    int
	shard      int // shard ID and number of shards
	shards     int
	compress   bool // payload compression
	seq        int
	log        []sentEvent
	conn       *conn     // nil if not connected
	detachedAt time.Time // when conn ended
}

// A sentEvent can be replayed when the session is resumed.
type sentEvent struct {
	seq  int
	text []byte
}

// A Session is a snapshot of a session.
type Session struct {
	ID        string
	Intents   int
	Seq       int // of the latest event
	Connected bool
}

// Sessions returns the sessions that have not ended.
func (s *Server) Sessions() []Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Session
	for _, each := range s.sessions {
		all = append(all, Session{ID: each.id, Intents: each.intents, Seq: each.seq, Connected: each.conn != nil})
	}
	return all
}

// ForgetSessions ends the sessions without a connection, as Discord does after
// some minutes.
func (s *Server) ForgetSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions = slices.DeleteFunc(s.sessions, func(each *session) bool { return each.conn == nil })
	s.Note()
}

// The functions below require s.mu.

// receives reports whether the session has an intent for the event and the
// shard of the guild.
func (n *session) receives(e event) bool {
	if e.intents != 0 && n.intents&e.intents == 0 {
		return false
	}
	return shardOf(e.guild, n.shards) == n.shard
}

// shardOf returns the shard ID of a guild. Events without a guild go to shard
// 0.
//
// https://docs.discord.com/developers/events/gateway#sharding
func shardOf(guild string, shards int) int {
	id, _ := strconv.Atoi(guild)
	return (id >> 22) % shards
}

// dispatch sends an event and keeps it for replay.
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

// detach removes the connection from the session.
func (n *session) detach() {
	n.conn, n.detachedAt = nil, time.Now()
}

// endSession ends a session.
func (s *Server) endSession(n *session) {
	s.sessions = slices.DeleteFunc(s.sessions, func(each *session) bool { return each == n })
}

// resumableSession returns a session that can be resumed, or nil.
func (s *Server) resumableSession(id string) *session {
	s.sessions = slices.DeleteFunc(s.sessions, func(each *session) bool {
		return each.conn == nil && time.Since(each.detachedAt) > sessionTTL
	})
	i := slices.IndexFunc(s.sessions, func(each *session) bool { return each.id == id })
	if i < 0 {
		return nil
	}
	return s.sessions[i]
}

// sendReady sends READY and GUILD_CREATE for every guild.
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
