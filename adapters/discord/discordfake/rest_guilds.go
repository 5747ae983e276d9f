package discordfake

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
)

// seen finds a server that the bot is in.
func (s *Server) seen(c *call) (*Guild, error) {
	g := s.guild(c.arg("guild"))
	switch {
	case g == nil:
		return nil, fail(unknownGuild)
	case g.Gone:
		return nil, fail(missingAccess)
	case g.Outage:
		return nil, bare(http.StatusInternalServerError)
	}
	return g, nil
}

func (s *Server) getGuild(c *call) (any, error) {
	g, err := s.seen(c)
	if err != nil {
		return nil, err
	}
	o := s.guildJSON(g)
	if c.r.URL.Query().Get("with_counts") == "true" {
		o["approximate_member_count"], o["approximate_presence_count"] = s.memberCount(g), 1
	}
	return o, nil
}

// listChannels lists all channels, without threads: those too that the bot
// cannot see.
func (s *Server) listChannels(c *call) (any, error) {
	g, err := s.seen(c)
	if err != nil {
		return nil, err
	}
	channels := []any{}
	for _, each := range s.guildChannels(g.ID) {
		if !each.thread() {
			channels = append(channels, s.channelJSON(each))
		}
	}
	return channels, nil
}

func (s *Server) listRoles(c *call) (any, error) {
	g, err := s.seen(c)
	if err != nil {
		return nil, err
	}
	return s.rolesJSON(g), nil
}

func (s *Server) getMember(c *call) (any, error) {
	g, err := s.seen(c)
	if err != nil {
		return nil, err
	}
	id := c.arg("user")
	u := s.user(id)
	switch {
	case u == nil:
		return nil, fail(unknownUser)
	case !s.isMember(id, g):
		return nil, fail(unknownMember)
	}
	return s.withUser(u, g), nil
}

func (s *Server) listMembers(c *call) (any, error) {
	g, err := s.seen(c)
	if err != nil {
		return nil, err
	}
	most, err := strconv.Atoi(cmp.Or(c.r.URL.Query().Get("limit"), "1"))
	if err != nil || most < 1 || most > 1000 { // https://docs.discord.com/developers/resources/guild#list-guild-members
		return nil, fail(invalidForm)
	}
	members := []any{}
	for _, u := range s.users {
		if s.isMember(u.ID, g) && len(members) < most {
			members = append(members, s.withUser(u, g))
		}
	}
	return members, nil
}

func (s *Server) activeThreads(c *call) (any, error) {
	g, err := s.seen(c)
	if err != nil {
		return nil, err
	}
	threads, members := []any{}, []any{}
	for _, each := range s.guildChannels(g.ID) {
		if !each.thread() || each.Archived || !s.permissions(each, s.BotID).has(ViewChannel) {
			continue
		}
		threads = append(threads, s.channelJSON(each))
		if slices.Contains(each.Members, s.BotID) {
			members = append(members, s.threadMember(each, s.BotID))
		}
	}
	return object{"threads": threads, "members": members, "has_more": false}, nil
}
