package discordfake

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"
)

func (s *Server) gateway(*call) (any, error) { return object{"url": s.gatewayURL()}, nil }

func (s *Server) gatewayBot(*call) (any, error) {
	left := max(0, s.options.IdentifyLimit-s.identifies)
	start := object{"total": s.options.IdentifyLimit, "remaining": left, "reset_after": (24 * time.Hour).Milliseconds(), "max_concurrency": 1}
	return object{"url": s.gatewayURL(), "shards": 1, "session_start_limit": start}, nil
}

func (s *Server) getMe(*call) (any, error) { return s.user(s.BotID).own(), nil }

func (s *Server) getUser(c *call) (any, error) {
	u := s.user(c.arg("user"))
	if u == nil {
		return nil, fail(unknownUser)
	}
	return u.json(), nil
}

// createDM opens the direct message with a user. It does not say whether the
// user takes any.
func (s *Server) createDM(c *call) (any, error) {
	id, _ := c.body["recipient_id"].(string)
	u := s.user(id)
	if u == nil || u.Bot {
		f := fail(invalidForm).(*failure)
		f.code, f.message = 50033, "Invalid Recipient(s)"
		return nil, f
	}
	return s.channelJSON(s.direct(id)), nil
}

func (s *Server) listGuilds(*call) (any, error) {
	guilds := []any{}
	for _, g := range s.guilds {
		if !g.Gone {
			guilds = append(guilds, object{
				"id": g.ID, "name": g.Name, "icon": nil, "banner": nil, "owner": false, "permissions": s.inGuild(g, s.BotID).json(), "features": []any{},
			})
		}
	}
	return guilds, nil
}

// Flags of applications.
//
// https://docs.discord.com/developers/resources/application#application-object-application-flags
const (
	contentLimited = 1 << 19 // the content intent, in fewer than 100 servers
	membersLimited = 1 << 15
)

func (s *Server) flags() int {
	if s.options.NoContent {
		return membersLimited
	}
	return membersLimited | contentLimited
}

// AllowContent lets the application ask for the content of messages from now on.
func (s *Server) AllowContent() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.NoContent = false
}

func (s *Server) getApplication(*call) (any, error) {
	bot := s.user(s.BotID)
	owner := &User{ID: s.guild(s.Guild).Owner, Name: "owner"}
	return object{
		"id": s.AppID, "name": bot.Name, "icon": nil, "description": "", "summary": "", "type": nil, "is_monetized": false, "is_verified": false,
		"bot": bot.json(), "bot_public": true, "bot_require_code_grant": false, "verify_key": "fake", "flags": s.flags(), "flags_new": numeral(s.flags()),
		"hook": true, "redirect_uris": []any{}, "interactions_endpoint_url": nil, "role_connections_verification_url": nil, "owner": owner.json(),
		"approximate_guild_count": len(s.guilds), "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
		"explicit_content_filter": 0, "team": nil, "integration_types_config": object{"0": object{}}, "eligible_oauth2_scopes": []any{}, "tags": []any{},
	}, nil
}

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
