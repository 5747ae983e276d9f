package slackfake

import (
	"cmp"
	"slices"
)

// Types of channels, as in the channel_type of events.
const (
	publicChannel  = "channel"
	privateChannel = "group"
	directMessage  = "im"
	groupMessage   = "mpim"
)

// A Channel is a conversation of any type.
type Channel struct {
	ID       string // "" to generate one
	Name     string
	Type     string   // "" for a public channel
	Members  []string // user IDs
	Archived bool
	Shared   bool // with another workspace (Slack Connect)
}

// AddChannel adds a channel that the bot is a member of, and returns it with
// its ID.
func (s *Server) AddChannel(c Channel) Channel {
	c.Members = append(slices.Clone(c.Members), s.botUser)
	return s.AddChannelWithoutBot(c)
}

// AddChannelWithoutBot adds a channel that the bot is not a member of.
func (s *Server) AddChannelWithoutBot(c Channel) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.addChannel(c)
}

func (s *Server) addChannel(c Channel) *Channel {
	c.Type = cmp.Or(c.Type, publicChannel)
	if c.ID == "" {
		c.ID = s.newID(map[string]string{publicChannel: "C", privateChannel: "G", directMessage: "D", groupMessage: "G"}[c.Type])
	}
	s.channels = append(s.channels, &c)
	return &c
}

// leaveChannel removes a user or the bot from a channel.
func (s *Server) leaveChannel(channel, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channel(channel); c != nil {
		c.Members = slices.DeleteFunc(c.Members, func(m string) bool { return m == user })
	}
}

// The functions below require s.mu.

func (s *Server) channel(id string) *Channel {
	return find(s.channels, func(c *Channel) bool { return c.ID == id })
}

// direct returns the direct message channel of a user with the bot, and opens
// it if necessary.
func (s *Server) direct(user string) *Channel {
	if c := find(s.channels, func(c *Channel) bool { return c.Type == directMessage && c.has(user) }); c != nil {
		return c
	}
	return s.addChannel(Channel{Type: directMessage, Members: []string{user, s.botUser}})
}

func (c *Channel) has(user string) bool { return slices.Contains(c.Members, user) }

// botSees reports whether the bot can know that the channel exists.
func (s *Server) botSees(c *Channel) bool {
	return c != nil && (c.Type == publicChannel || c.has(s.botUser))
}

// channelJSON returns the channel as in a response of conversations.info.
func (s *Server) channelJSON(c *Channel) object {
	if c.Type == directMessage {
		user := c.Members[slices.IndexFunc(c.Members, func(m string) bool { return m != s.botUser })]
		return object{"id": c.ID, "created": epoch, "is_im": true, "is_org_shared": false, "is_archived": false, "user": user, "is_open": true, "context_team_id": s.Team}
	}
	return object{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name, "created": epoch, "creator": s.botUser, "context_team_id": s.Team,
		"is_channel": c.Type == publicChannel, "is_group": c.Type == privateChannel, "is_im": false, "is_mpim": c.Type == groupMessage, "is_private": c.Type != publicChannel,
		"is_archived": c.Archived, "is_general": false, "is_shared": c.Shared, "is_ext_shared": c.Shared, "is_org_shared": false, "is_member": c.has(s.botUser),
		"num_members": len(c.Members), "topic": object{"value": "", "creator": "", "last_set": 0}, "purpose": object{"value": "", "creator": "", "last_set": 0},
	}
}
