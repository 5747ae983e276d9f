package discordfake

import "maps"

// Gateway intents.
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

// knownIntents are all intents that Discord defines.
const knownIntents = 1<<17 - 1 | 1<<20 | 1<<21 | 1<<24 | 1<<25

// An event is an event of the gateway.
type event struct {
	name    string
	guild   string // "" if it is not about a guild
	channel string // where it happened; only those who can view it get the event; "" means everyone
	intents int    // any of these is enough; 0 means no intent is needed
	data    object
	message *Message // that data contains, or nil
}

// publish sends an event to the sessions that receive it. The caller holds
// s.mu.
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

// Dispatch sends an arbitrary event to all sessions regardless of intents, such
// as one with missing or unknown fields or of an unknown type.
func (s *Server) Dispatch(name string, data map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, each := range s.sessions {
		s.dispatch(each, name, data)
	}
}

// messageEventFor returns an event about a message, without data. An ephemeral
// message counts as a direct message wherever it is shown.
//
// https://docs.discord.com/developers/events/gateway-events#messages
func (s *Server) messageEventFor(name string, m *Message) event {
	c := s.channels[m.Channel]
	if c.Type == dmChannel || m.EphemeralTo != "" {
		return event{name: name, intents: intentDirectMessages, message: m}
	}
	return event{name: name, guild: c.Guild, channel: c.ID, intents: intentGuildMessages, message: m}
}

// messageEvent returns an event with a message.
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

// addMentionedMembers adds the guild members of the mentioned users.
func (s *Server) addMentionedMembers(o object, g *guild) {
	mentions, _ := o["mentions"].([]any)
	for _, each := range mentions {
		user := each.(object)
		if u := s.user(user["id"].(string)); s.isMember(u.ID, g) {
			user["member"] = s.memberJSON(u, g)
		}
	}
}
