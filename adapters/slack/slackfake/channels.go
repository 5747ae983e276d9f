package slackfake

import (
	"cmp"
	"slices"
)

// Kinds of channels, as channel_type of events has them.
const (
	publicChannel  = "channel"
	privateChannel = "group"
	directMessage  = "im"
	groupMessage   = "mpim"
)

// A Channel is a conversation.
type Channel struct {
	ID       string // "" is given an id
	Name     string
	Type     string   // "" is Public
	Members  []string // ids of users
	Archived bool
	Shared   bool // with another workspace
}

// AddChannel adds a channel with the bot in it and returns it with its id.
func (s *Server) AddChannel(c Channel) Channel {
	c.Members = append(slices.Clone(c.Members), s.botUser)
	return s.AddChannelWithoutBot(c)
}

// AddChannelWithoutBot adds a channel that nobody has invited the bot to.
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

// leaveChannel takes a user out of a channel; the bot's user, too.
func (s *Server) leaveChannel(channel, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channel(channel); c != nil {
		c.Members = slices.DeleteFunc(c.Members, func(m string) bool { return m == user })
	}
}

// The caller of all that follows holds s.mu.

func (s *Server) channel(id string) *Channel {
	return find(s.channels, func(c *Channel) bool { return c.ID == id })
}

// direct returns the direct message channel of the user with the bot, opened
// where there is none.
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

// channelJSON is the channel as conversations.info has it.
func (s *Server) channelJSON(c *Channel) object {
	if c.Type == directMessage {
		user := c.Members[slices.IndexFunc(c.Members, func(m string) bool { return m != s.botUser })]
		return object{"id": c.ID, "created": 1700000000, "is_im": true, "is_org_shared": false, "is_archived": false, "user": user, "is_open": true, "context_team_id": s.Team}
	}
	return object{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name, "created": 1700000000, "creator": s.botUser, "context_team_id": s.Team,
		"is_channel": c.Type == publicChannel, "is_group": c.Type == privateChannel, "is_im": false, "is_mpim": c.Type == groupMessage, "is_private": c.Type != publicChannel,
		"is_archived": c.Archived, "is_general": false, "is_shared": c.Shared, "is_ext_shared": c.Shared, "is_org_shared": false, "is_member": c.has(s.botUser),
		"num_members": len(c.Members), "topic": object{"value": "", "creator": "", "last_set": 0}, "purpose": object{"value": "", "creator": "", "last_set": 0},
	}
}
