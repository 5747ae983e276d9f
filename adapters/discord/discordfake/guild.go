package discordfake

import (
	"cmp"
	"maps"
	"slices"
)

// A guild is a server, in the language of Discord's clients.
type guild struct {
	id          string // "" to generate one
	name        string
	locale      string // "" for en-US
	owner       string // user ID; "" for a user outside the test
	roles       []*role
	kicked      bool // the bot was removed
	unavailable bool // as in an outage
}

// A role grants permissions to members.
type role struct {
	id          string
	name        string
	permissions Permissions
	mentionable bool

	managed bool
}

// addGuild adds a guild that the bot is in, with a role for the bot and a role
// for all members.
func (s *Server) addGuild(g guild) guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.newGuild(g)
	s.publish(event{name: "GUILD_CREATE", guild: kept.id, intents: intentGuilds, data: s.guildCreate(kept)})
	return *kept
}

func (s *Server) newGuild(g guild) *guild {
	g.id = cmp.Or(g.id, s.id())
	g.locale = cmp.Or(g.locale, "en-US")
	g.owner = cmp.Or(g.owner, s.id())
	g.roles = append([]*role{
		{id: g.id, name: "@everyone"}, {id: s.id(), name: "mabsbot", permissions: s.options.Permissions, managed: true},
		{id: s.id(), name: "members", permissions: memberPermissions},
	}, g.roles...)
	s.guilds = append(s.guilds, &g)
	return &g
}

// addRole adds a role to a guild.
func (s *Server) addRole(guild string, r role) role {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.id = cmp.Or(r.id, s.id())
	g := s.guild(guild)
	g.roles = append(g.roles, &r)
	s.publish(event{name: "GUILD_ROLE_CREATE", guild: g.id, intents: intentGuilds, data: object{"guild_id": g.id, "role": r.json(s)}})
	return r
}

// kickBot removes the bot from a guild.
func (s *Server) kickBot(guild string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guild(guild).kicked = true
	s.publish(event{name: "GUILD_DELETE", guild: guild, intents: intentGuilds, data: object{"id": guild}})
}

// SetUnavailable makes a guild unavailable or available, as an outage does.
func (s *Server) SetUnavailable(guild string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guild(guild)
	g.unavailable = on
	if on {
		s.publish(event{name: "GUILD_DELETE", guild: guild, intents: intentGuilds, data: object{"id": guild, "unavailable": true}})
		return
	}
	s.publish(event{name: "GUILD_CREATE", guild: guild, intents: intentGuilds, data: s.guildCreate(g)})
}

// The functions below require s.mu.

func (s *Server) guild(id string) *guild {
	i := slices.IndexFunc(s.guilds, func(g *guild) bool { return g.id == id })
	if i < 0 {
		return nil
	}
	return s.guilds[i]
}

func (s *Server) botRole(g *guild) string    { return g.roles[1].id }
func (s *Server) memberRole(g *guild) string { return g.roles[2].id }

func (g *guild) role(id string) *role {
	i := slices.IndexFunc(g.roles, func(r *role) bool { return r.id == id })
	if i < 0 {
		return nil
	}
	return g.roles[i]
}

func (r *role) json(s *Server) object {
	o := object{
		"id": r.id, "name": r.name, "description": nil, "permissions": r.permissions.json(), "position": 0, "color": 0,
		"colors": object{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil}, "hoist": false, "managed": r.managed,
		"mentionable": r.mentionable, "icon": nil, "unicode_emoji": nil, "flags": 0,
	}
	if r.managed {
		o["tags"] = object{"bot_id": s.BotID}
	}
	return o
}

func (s *Server) rolesJSON(g *guild) []any {
	roles := []any{}
	for i, r := range g.roles {
		o := r.json(s)
		o["position"] = i
		roles = append(roles, o)
	}
	return roles
}

// guildJSON returns the guild as REST shows it.
func (s *Server) guildJSON(g *guild) object {
	return object{
		"id": g.id, "name": g.name, "icon": nil, "description": nil, "home_header": nil, "splash": nil, "discovery_splash": nil, "features": []any{},
		"banner": nil, "owner_id": g.owner, "application_id": nil, "region": "deprecated", "afk_channel_id": nil, "afk_timeout": 300,
		"system_channel_id": nil, "system_channel_flags": 0, "widget_enabled": false, "widget_channel_id": nil, "verification_level": 1,
		"roles": s.rolesJSON(g), "default_message_notifications": 1, "mfa_level": 0, "explicit_content_filter": 2, "max_presences": nil,
		"max_members": 500000, "max_stage_video_channel_users": 50, "max_video_channel_users": 25, "vanity_url_code": nil, "premium_tier": 0,
		"premium_subscription_count": 0, "preferred_locale": g.locale, "rules_channel_id": nil, "safety_alerts_channel_id": nil,
		"public_updates_channel_id": nil, "premium_progress_bar_enabled": false, "premium_progress_bar_enabled_user_updated_at": nil, "nsfw": false,
		"nsfw_level": 0, "emojis": []any{}, "stickers": []any{}, "incidents_data": nil,
	}
}

// BotRole returns the ID of the role that a guild has for the bot.
func (s *Server) BotRole(guild string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.botRole(s.guild(guild))
}

// guildCreate returns the data of GUILD_CREATE.
func (s *Server) guildCreate(g *guild) object {
	o := s.guildJSON(g)
	channels, threads, members := []any{}, []any{}, []any{}
	for _, c := range s.guildChannels(g.id) {
		switch {
		case !c.isThread(): // including channels that the bot cannot see
			channels = append(channels, without(s.channelJSON(c), "guild_id")) // Discord may leave it out here
		case !c.Archived && s.permissions(c, s.BotID).has(ViewChannel):
			threads = append(threads, s.channelJSON(c))
		}
	}
	members = append(members, s.memberWithUserJSON(s.user(s.BotID), g)) // without the Guild Members intent, only the bot
	maps.Copy(o, map[string]any{
		"joined_at": timestamp(snowflakeTime(g.id)), "large": false, "unavailable": false, "member_count": s.memberCount(g), "voice_states": []any{},
		"members": members, "channels": channels, "threads": threads, "presences": []any{}, "stage_instances": []any{},
		"guild_scheduled_events": []any{}, "soundboard_sounds": []any{},
	})
	return o
}

func (s *Server) memberCount(g *guild) int {
	n := 0
	for _, u := range s.users {
		if s.isMember(u.ID, g) {
			n++
		}
	}
	return n
}
