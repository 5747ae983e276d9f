package discordfake

import "maps"

// Intents are the groups of events that a session asks for.
//
// https://docs.discord.com/developers/events/gateway#list-of-intents
const (
	intentGuilds                 = 1 << 0
	intentGuildMembers           = 1 << 1
	intentGuildPresences         = 1 << 8
	intentGuildMessages          = 1 << 9
	intentGuildMessageReactions  = 1 << 10
	intentDirectMessages         = 1 << 12
	intentDirectMessageReactions = 1 << 13
	intentMessageContent         = 1 << 15
)

// knownIntents are all bits that mean something.
const knownIntents = 1<<17 - 1 | 1<<20 | 1<<21 | 1<<24 | 1<<25

// An event is what sessions are told.
type event struct {
	name    string
	guild   string // "" of direct messages, and of what is of no server
	channel string // where it happened: only who can see it is told; "" is nowhere
	intents int    // any of them will do; 0 is an event for everybody
	data    object
	message *Message // whose content data has
}

// publish tells all sessions that the event is for. The caller holds s.mu.
func (s *Server) publish(e event) {
	c := s.channels[e.channel]
	if c != nil && !s.permissions(c, s.BotID).has(ViewChannel) {
		return
	}
	for _, each := range s.sessions {
		if !each.receives(e) {
			continue
		}
		data := e.data
		if e.name != "MESSAGE_DELETE" && e.message != nil && each.intents&intentMessageContent == 0 {
			data = s.withoutContent(maps.Clone(data), e.message)
		}
		s.dispatch(each, e.name, data)
	}
	s.Note()
}

// Dispatch sends an event as it is to all sessions, whatever they asked for: one
// that is half empty, of an unknown name, or with unknown parts.
func (s *Server) Dispatch(name string, data map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, each := range s.sessions {
		s.dispatch(each, name, data)
	}
}

// messageEventFor is an event about a message. What one user alone sees counts as a
// direct message, of no server, wherever it is shown.
//
// https://docs.discord.com/developers/events/gateway-events#messages
func (s *Server) messageEventFor(name string, m *Message) event {
	c := s.channels[m.Channel]
	if c.Type == dmChannel || m.EphemeralTo != "" {
		return event{name: name, intents: intentDirectMessages, message: m}
	}
	return event{name: name, guild: c.Guild, channel: c.ID, intents: intentGuildMessages, message: m}
}

// messageEvent is an event that carries a whole message.
func (s *Server) messageEvent(name string, m *Message) event {
	e := s.messageEventFor(name, m)
	o := s.messageJSON(m)
	o["channel_type"] = s.channels[m.Channel].Type
	if m.Nonce != nil && name == "MESSAGE_CREATE" {
		o["nonce"] = m.Nonce
	}
	if g := s.guild(e.guild); g != nil {
		o["guild_id"] = g.id
		if u := s.user(m.User); u != nil {
			o["member"] = s.memberJSON(u, g)
		}
		s.addMentionedMembers(o, g)
	}
	e.data = o
	return e
}

// addMentionedMembers adds to the mentioned users what the server knows of them.
func (s *Server) addMentionedMembers(o object, g *guild) {
	mentions, _ := o["mentions"].([]any)
	for _, each := range mentions {
		user := each.(object)
		if u := s.user(user["id"].(string)); s.isMember(u.ID, g) {
			user["member"] = s.memberJSON(u, g)
		}
	}
}
