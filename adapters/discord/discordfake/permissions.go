package discordfake

import (
	"cmp"
	"slices"
	"strconv"
)

// Permissions is a permission bit set.
//
// https://docs.discord.com/developers/topics/permissions
type Permissions uint64

// Permissions that the fake checks.
const (
	Administrator          Permissions = 1 << 3
	manageChannels         Permissions = 1 << 4
	AddReactions           Permissions = 1 << 6
	ViewChannel            Permissions = 1 << 10
	SendMessages           Permissions = 1 << 11
	manageMessages         Permissions = 1 << 13
	embedLinks             Permissions = 1 << 14
	attachFiles            Permissions = 1 << 15
	ReadMessageHistory     Permissions = 1 << 16
	MentionEveryone        Permissions = 1 << 17
	useApplicationCommands Permissions = 1 << 31
	manageThreads          Permissions = 1 << 34
	CreatePublicThreads    Permissions = 1 << 35
	createPrivateThreads   Permissions = 1 << 36
	SendMessagesInThreads  Permissions = 1 << 38
)

// DefaultPermissions is what a bot needs to reply in threads.
const DefaultPermissions = ViewChannel | SendMessages | SendMessagesInThreads | CreatePublicThreads | ReadMessageHistory | embedLinks | attachFiles | AddReactions

// memberPermissions are the permissions of users. A role grants them, not
// @everyone, because @everyone includes the bot and tests take permissions from
// the bot.
const memberPermissions = DefaultPermissions | createPrivateThreads | useApplicationCommands

// allPermissions are the permissions of an administrator: every bit in use in
// 2026.
const allPermissions Permissions = 1<<53 - 1

func (p Permissions) has(q Permissions) bool { return p&q == q }

func (p Permissions) json() string { return strconv.FormatUint(uint64(p), 10) }

// An overwrite allows or denies permissions in a channel.
type overwrite struct {
	id          string // of a role or user
	isUser      bool   // the ID is a user's
	allow, deny Permissions
}

func (o overwrite) json() object {
	kind := 0
	if o.isUser {
		kind = 1
	}
	return object{"id": o.id, "type": kind, "allow": o.allow.json(), "deny": o.deny.json()}
}

// guildPermissions returns the permissions from a user's roles.
func (s *Server) guildPermissions(g *guild, user string) Permissions {
	var p Permissions
	for _, r := range g.roles {
		if r.id == g.id || s.hasRole(user, g, r.id) {
			p |= r.permissions
		}
	}
	if p.has(Administrator) || user == g.owner {
		return allPermissions
	}
	return p
}

// permissions returns the permissions of a user in a channel: those of the
// roles, changed by the overwrites of @everyone, of the roles, and of the user.
// A thread has those of its channel.
//
// https://docs.discord.com/developers/topics/permissions#permission-overwrites
func (s *Server) permissions(c *Channel, user string) Permissions {
	if c.Guild == "" {
		if c.hasMember(user) {
			return DefaultPermissions | MentionEveryone
		}
		return 0
	}
	g := s.guild(c.Guild)
	if g.kicked || !s.isMember(user, g) {
		return 0
	}
	p := s.guildPermissions(g, user)
	if p == allPermissions {
		return allPermissions
	}
	if c.isThread() && s.channels[c.Parent] != nil {
		if c.Type == privateThread && !c.hasMember(user) && !p.has(manageThreads) {
			return 0
		}
		c = s.channels[c.Parent]
	}
	return s.applyOverwrites(c, g, user, p)
}

func (s *Server) applyOverwrites(c *Channel, g *guild, user string, p Permissions) Permissions {
	var allow, deny Permissions
	for _, o := range c.overwrites {
		switch {
		case o.id == g.id:
			p = p&^o.deny | o.allow
		case !o.isUser && s.hasRole(user, g, o.id):
			allow, deny = allow|o.allow, deny|o.deny
		}
	}
	p = p&^deny | allow
	for _, o := range c.overwrites {
		if o.isUser && o.id == user {
			p = p&^o.deny | o.allow
		}
	}
	if !p.has(ViewChannel) {
		return 0 // without VIEW_CHANNEL, nothing else is allowed
	}
	return p
}

// require checks that the bot has permissions in a channel. Sending in a thread
// needs SEND_MESSAGES_IN_THREADS instead of SEND_MESSAGES; without it, Discord
// responds with Missing Access (observed, not documented).
func (s *Server) require(c *Channel, p Permissions) error {
	have := s.permissions(c, s.BotID)
	sends := c.isThread() && p.has(SendMessages)
	if sends {
		p &^= SendMessages
	}
	switch {
	case !have.has(ViewChannel), sends && !have.has(SendMessagesInThreads):
		return fail(missingAccess)
	case !have.has(p):
		return fail(missingPermissions)
	}
	return nil
}

// Deny denies the bot permissions in a channel and its threads, instead of
// those denied before, and publishes the change.
func (s *Server) Deny(channel string, p Permissions) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.mustChannel(channel)
	if c.isThread() {
		c = s.mustChannel(c.Parent)
	}
	others := slices.DeleteFunc(slices.Clone(c.overwrites), func(o overwrite) bool { return o.id == s.BotID })
	c.overwrites = append(others, overwrite{id: s.BotID, isUser: true, deny: p})
	s.publishChannelUpdate(c)
}

// Restrict lets only the bot and the users view a channel.
func (s *Server) Restrict(channel string, users ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.mustChannel(channel)
	c.overwrites = []overwrite{{id: c.Guild, deny: ViewChannel}}
	for _, u := range append(users, s.BotID) {
		c.overwrites = append(c.overwrites, overwrite{id: u, isUser: true, allow: ViewChannel})
	}
	for _, r := range s.guild(c.Guild).roles {
		if r.id != c.Guild && r.id != s.botRole(s.guild(c.Guild)) {
			c.overwrites = append(c.overwrites, overwrite{id: r.id, deny: ViewChannel})
		}
	}
	s.publishChannelUpdate(c)
}

// JumpLink returns the link to a message, as users copy it.
func (s *Server) JumpLink(m Message) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "https://discord.com/channels/" + cmp.Or(s.channels[m.Channel].Guild, "@me") + "/" + m.Channel + "/" + m.ID
}

// setPermissions changes the bot's permissions in all guilds and publishes the
// change.
func (s *Server) setPermissions(p Permissions) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.guilds {
		r := g.role(s.botRole(g))
		r.permissions = p
		s.publish(event{name: "GUILD_ROLE_UPDATE", guild: g.id, intents: intentGuilds, data: object{"guild_id": g.id, "role": r.json(s)}})
	}
}
