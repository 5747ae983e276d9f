package discordfake

import (
	"cmp"
	"maps"
	"slices"
)

// A Guild is what people call a server.
type Guild struct {
	ID     string // "" is given an id
	Name   string
	Locale string // "" is en-US
	Owner  string // id of a user; "" is somebody whom no test plays
	Roles  []*Role
	Gone   bool // the bot was put out of it
	Outage bool // it cannot be reached
}

// A Role gives permissions to members.
type Role struct {
	ID          string
	Name        string
	Permissions Permissions
	Mentionable bool

	managed bool
}

// AddGuild adds a server that the bot is in, with a role for its bot, and one
// for its members.
func (s *Server) AddGuild(g Guild) Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.addGuild(g)
	s.publish(event{name: "GUILD_CREATE", guild: kept.ID, intents: Guilds, data: s.guildCreate(kept)})
	return *kept
}

func (s *Server) addGuild(g Guild) *Guild {
	g.ID = cmp.Or(g.ID, s.id())
	g.Locale = cmp.Or(g.Locale, "en-US")
	g.Owner = cmp.Or(g.Owner, s.id())
	g.Roles = append([]*Role{
		{ID: g.ID, Name: "@everyone"}, {ID: s.id(), Name: "mabsbot", Permissions: s.options.Permissions, managed: true},
		{ID: s.id(), Name: "members", Permissions: memberPermissions},
	}, g.Roles...)
	s.guilds = append(s.guilds, &g)
	return &g
}

// AddRole adds a role to a server.
func (s *Server) AddRole(guild string, r Role) Role {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.ID = cmp.Or(r.ID, s.id())
	g := s.guild(guild)
	g.Roles = append(g.Roles, &r)
	s.publish(event{name: "GUILD_ROLE_CREATE", guild: g.ID, intents: Guilds, data: object{"guild_id": g.ID, "role": r.json(s)}})
	return r
}

// Kick puts the bot out of a server.
func (s *Server) Kick(guild string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guild(guild).Gone = true
	s.publish(event{name: "GUILD_DELETE", guild: guild, intents: Guilds, data: object{"id": guild}})
}

// Outage makes a server unreachable for the bot, or reachable again.
func (s *Server) Outage(guild string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guild(guild)
	g.Outage = on
	if on {
		s.publish(event{name: "GUILD_DELETE", guild: guild, intents: Guilds, data: object{"id": guild, "unavailable": true}})
		return
	}
	s.publish(event{name: "GUILD_CREATE", guild: guild, intents: Guilds, data: s.guildCreate(g)})
}

// The callers of the following hold s.mu.

func (s *Server) guild(id string) *Guild {
	i := slices.IndexFunc(s.guilds, func(g *Guild) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return s.guilds[i]
}

func (s *Server) botRole(g *Guild) string    { return g.Roles[1].ID }
func (s *Server) memberRole(g *Guild) string { return g.Roles[2].ID }

func (g *Guild) role(id string) *Role {
	i := slices.IndexFunc(g.Roles, func(r *Role) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return g.Roles[i]
}

func (r *Role) json(s *Server) object {
	o := object{
		"id": r.ID, "name": r.Name, "description": nil, "permissions": r.Permissions.json(), "position": 0, "color": 0,
		"colors": object{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil}, "hoist": false, "managed": r.managed,
		"mentionable": r.Mentionable, "icon": nil, "unicode_emoji": nil, "flags": 0,
	}
	if r.managed {
		o["tags"] = object{"bot_id": s.BotID}
	}
	return o
}

func (s *Server) rolesJSON(g *Guild) []any {
	roles := []any{}
	for i, r := range g.Roles {
		o := r.json(s)
		o["position"] = i
		roles = append(roles, o)
	}
	return roles
}

// guildJSON is a server as REST has it.
func (s *Server) guildJSON(g *Guild) object {
	return object{
		"id": g.ID, "name": g.Name, "icon": nil, "description": nil, "home_header": nil, "splash": nil, "discovery_splash": nil, "features": []any{},
		"banner": nil, "owner_id": g.Owner, "application_id": nil, "region": "deprecated", "afk_channel_id": nil, "afk_timeout": 300,
		"system_channel_id": nil, "system_channel_flags": 0, "widget_enabled": false, "widget_channel_id": nil, "verification_level": 1,
		"roles": s.rolesJSON(g), "default_message_notifications": 1, "mfa_level": 0, "explicit_content_filter": 2, "max_presences": nil,
		"max_members": 500000, "max_stage_video_channel_users": 50, "max_video_channel_users": 25, "vanity_url_code": nil, "premium_tier": 0,
		"premium_subscription_count": 0, "preferred_locale": g.Locale, "rules_channel_id": nil, "safety_alerts_channel_id": nil,
		"public_updates_channel_id": nil, "premium_progress_bar_enabled": false, "premium_progress_bar_enabled_user_updated_at": nil, "nsfw": false,
		"nsfw_level": 0, "emojis": []any{}, "stickers": []any{}, "incidents_data": nil,
	}
}

// BotRole is the id of the role that the bot was given when it was invited to a
// server.
func (s *Server) BotRole(guild string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.botRole(s.guild(guild))
}

// guildCreate is a server as the gateway has it, with what is in it.
func (s *Server) guildCreate(g *Guild) object {
	o := s.guildJSON(g)
	channels, threads, members := []any{}, []any{}, []any{}
	for _, c := range s.guildChannels(g.ID) {
		switch {
		case !c.thread(): // those too that the bot cannot see
			channels = append(channels, except(s.channelJSON(c), "guild_id")) // it may be missing there
		case !c.Archived && s.permissions(c, s.BotID).has(ViewChannel):
			threads = append(threads, s.channelJSON(c))
		}
	}
	members = append(members, s.withUser(s.user(s.BotID), g)) // others are not named without the intent
	maps.Copy(o, map[string]any{
		"joined_at": timestamp(moment(g.ID)), "large": false, "unavailable": false, "member_count": s.memberCount(g), "voice_states": []any{},
		"members": members, "channels": channels, "threads": threads, "presences": []any{}, "stage_instances": []any{},
		"guild_scheduled_events": []any{}, "soundboard_sounds": []any{},
	})
	return o
}

func (s *Server) memberCount(g *Guild) int {
	n := 0
	for _, u := range s.users {
		if s.isMember(u.ID, g) {
			n++
		}
	}
	return n
}
