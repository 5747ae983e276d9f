package discordfake

import "maps"

// Intents are the groups of events that a session asks for.
//
// https://docs.discord.com/developers/events/gateway#list-of-intents
const (
	Guilds                 = 1 << 0
	GuildMembers           = 1 << 1
	GuildPresences         = 1 << 8
	GuildMessages          = 1 << 9
	GuildMessageReactions  = 1 << 10
	DirectMessages         = 1 << 12
	DirectMessageReactions = 1 << 13
	MessageContent         = 1 << 15
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
		if !each.wants(e) {
			continue
		}
		data := e.data
		if e.message != nil && each.intents&MessageContent == 0 {
			data = s.hidden(maps.Clone(data), e.message)
		}
		s.dispatch(each, e.name, data)
	}
	s.note()
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

// messageIntents are the intents for what happens to messages in a channel.
func messageIntents(c *Channel) int {
	if c.Kind == DirectChannel {
		return DirectMessages
	}
	return GuildMessages
}

// messageEvent is an event that carries a whole message.
func (s *Server) messageEvent(name string, m *Message) event {
	c := s.channels[m.Channel]
	o := s.messageJSON(m)
	delete(o, "thread")
	o["channel_type"] = c.Kind
	if m.Nonce != nil && name == "MESSAGE_CREATE" {
		o["nonce"] = m.Nonce
	}
	if g := s.guild(c.Guild); g != nil {
		o["guild_id"] = c.Guild
		if u := s.user(m.User); u != nil {
			o["member"] = s.memberJSON(u, g)
		}
		s.putMembers(o, g)
	}
	return event{name: name, guild: c.Guild, channel: c.ID, intents: messageIntents(c), data: o, message: m}
}

// putMembers adds to the mentioned users what the server knows of them.
func (s *Server) putMembers(o object, g *Guild) {
	mentions, _ := o["mentions"].([]any)
	for _, each := range mentions {
		user := each.(object)
		if u := s.user(user["id"].(string)); s.isMember(u.ID, g) {
			user["member"] = s.memberJSON(u, g)
		}
	}
}
