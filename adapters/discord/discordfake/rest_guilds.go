package discordfake

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
)

// guildFor returns the guild that a request names if the bot is in it.
func (s *Server) guildFor(c *call) (*guild, error) {
	g := s.guild(c.arg("guild"))
	switch {
	case g == nil:
		return nil, fail(unknownGuild)
	case g.kicked:
		return nil, fail(missingAccess)
	case g.unavailable:
		return nil, statusError(http.StatusInternalServerError)
	}
	return g, nil
}

func (s *Server) getGuild(c *call) (any, error) {
	g, err := s.guildFor(c)
	if err != nil {
		return nil, err
	}
	o := s.guildJSON(g)
	if c.r.URL.Query().Get("with_counts") == "true" {
		o["approximate_member_count"], o["approximate_presence_count"] = s.memberCount(g), 1
	}
	return o, nil
}

// getGuildChannels returns all channels, including those that the bot cannot
// see, but no threads.
func (s *Server) getGuildChannels(c *call) (any, error) {
	g, err := s.guildFor(c)
	if err != nil {
		return nil, err
	}
	channels := []any{}
	for _, each := range s.guildChannels(g.id) {
		if !each.isThread() {
			channels = append(channels, s.channelJSON(each))
		}
	}
	return channels, nil
}

func (s *Server) getGuildRoles(c *call) (any, error) {
	g, err := s.guildFor(c)
	if err != nil {
		return nil, err
	}
	return s.rolesJSON(g), nil
}

func (s *Server) getGuildMember(c *call) (any, error) {
	g, err := s.guildFor(c)
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
	return s.memberWithUserJSON(u, g), nil
}

func (s *Server) listGuildMembers(c *call) (any, error) {
	g, err := s.guildFor(c)
	if err != nil {
		return nil, err
	}
	limit, err := strconv.Atoi(cmp.Or(c.r.URL.Query().Get("limit"), "1"))
	if err != nil || limit < 1 || limit > 1000 { // https://docs.discord.com/developers/resources/guild#list-guild-members
		return nil, fail(invalidFormBody)
	}
	members := []any{}
	for _, u := range s.users {
		if s.isMember(u.ID, g) && len(members) < limit {
			members = append(members, s.memberWithUserJSON(u, g))
		}
	}
	return members, nil
}

func (s *Server) listActiveGuildThreads(c *call) (any, error) {
	g, err := s.guildFor(c)
	if err != nil {
		return nil, err
	}
	threads, members := []any{}, []any{}
	for _, each := range s.guildChannels(g.id) {
		if !each.isThread() || each.Archived || !s.permissions(each, s.BotID).has(ViewChannel) {
			continue
		}
		threads = append(threads, s.channelJSON(each))
		if slices.Contains(each.Members, s.BotID) {
			members = append(members, s.threadMember(each, s.BotID))
		}
	}
	return object{"threads": threads, "members": members, "has_more": false}, nil
}
