package discordfake

import (
	"slices"
	"strconv"
)

// Permissions are a set of bits.
//
// https://docs.discord.com/developers/topics/permissions
type Permissions uint64

// Permissions that the fake knows.
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

// DefaultPermissions are what a bot is invited with that answers in threads.
const DefaultPermissions = ViewChannel | SendMessages | SendMessagesInThreads | CreatePublicThreads | ReadMessageHistory | embedLinks | attachFiles | AddReactions

// memberPermissions are those of people. They are given by a role, for what
// @everyone may do the bot may do, too, and a test wants to take that away.
const memberPermissions = DefaultPermissions | createPrivateThreads | useApplicationCommands

// allPermissions is what an administrator may do: every bit that is defined in 2026.
const allPermissions Permissions = 1<<53 - 1

func (p Permissions) has(q Permissions) bool { return p&q == q }

func (p Permissions) json() string { return strconv.FormatUint(uint64(p), 10) }

// An overwrite gives or takes permissions in one channel.
type overwrite struct {
	id          string // of a role or a user
	isUser      bool   // ID is that of a user
	allow, deny Permissions
}

func (o overwrite) json() object {
	kind := 0
	if o.isUser {
		kind = 1
	}
	return object{"id": o.id, "type": kind, "allow": o.allow.json(), "deny": o.deny.json()}
}

// guildPermissions are the permissions that a user's roles give.
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

// permissions are what a user may do in a channel: what the roles give, changed
// by the overwrites for @everyone, for roles, and for the user, in this order. A
// thread has those of the channel that it is in.
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
		return 0 // who cannot see a channel can do nothing there
	}
	return p
}

// require checks that the bot may do something in a channel. To send in a thread
// is a permission of its own; who lacks it has no access there, as it is seen.
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

// Deny takes permissions from the bot in a channel and its threads, and gives
// back what was taken before. The bot is told.
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

// setPermissions changes what the bot may do in all its servers. The bot is
// told.
func (s *Server) setPermissions(p Permissions) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.guilds {
		r := g.role(s.botRole(g))
		r.permissions = p
		s.publish(event{name: "GUILD_ROLE_UPDATE", guild: g.id, intents: intentGuilds, data: object{"guild_id": g.id, "role": r.json(s)}})
	}
}
