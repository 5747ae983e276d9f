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
	ManageChannels         Permissions = 1 << 4
	AddReactions           Permissions = 1 << 6
	ViewChannel            Permissions = 1 << 10
	SendMessages           Permissions = 1 << 11
	ManageMessages         Permissions = 1 << 13
	EmbedLinks             Permissions = 1 << 14
	AttachFiles            Permissions = 1 << 15
	ReadMessageHistory     Permissions = 1 << 16
	MentionEveryone        Permissions = 1 << 17
	UseApplicationCommands Permissions = 1 << 31
	ManageThreads          Permissions = 1 << 34
	CreatePublicThreads    Permissions = 1 << 35
	CreatePrivateThreads   Permissions = 1 << 36
	SendMessagesInThreads  Permissions = 1 << 38
)

// DefaultPermissions are what a bot is invited with that answers in threads.
const DefaultPermissions = ViewChannel | SendMessages | SendMessagesInThreads | CreatePublicThreads | ReadMessageHistory | EmbedLinks | AttachFiles | AddReactions

// memberPermissions are those of people. They are given by a role, for what
// @everyone may do the bot may do, too, and a test wants to take that away.
const memberPermissions = DefaultPermissions | CreatePrivateThreads | UseApplicationCommands

// all is what an administrator may do: every bit that is defined in 2026.
const all Permissions = 1<<53 - 1

func (p Permissions) has(q Permissions) bool { return p&q == q }

func (p Permissions) json() string { return strconv.FormatUint(uint64(p), 10) }

// An Overwrite gives or takes permissions in one channel.
type Overwrite struct {
	ID          string // of a role or a user
	User        bool   // ID is that of a user
	Allow, Deny Permissions
}

func (o Overwrite) json() object {
	kind := 0
	if o.User {
		kind = 1
	}
	return object{"id": o.ID, "type": kind, "allow": o.Allow.json(), "deny": o.Deny.json()}
}

// inGuild are the permissions that a user's roles give.
func (s *Server) inGuild(g *Guild, user string) Permissions {
	var p Permissions
	for _, r := range g.Roles {
		if r.ID == g.ID || s.hasRole(user, g, r.ID) {
			p |= r.Permissions
		}
	}
	if p.has(Administrator) || user == g.Owner {
		return all
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
		if c.with(user) {
			return DefaultPermissions | MentionEveryone
		}
		return 0
	}
	g := s.guild(c.Guild)
	if g.Gone || !s.isMember(user, g) {
		return 0
	}
	p := s.inGuild(g, user)
	if p == all {
		return all
	}
	if c.thread() && s.channels[c.Parent] != nil {
		if c.Kind == PrivateThread && !c.with(user) && !p.has(ManageThreads) {
			return 0
		}
		c = s.channels[c.Parent]
	}
	return s.overwritten(c, g, user, p)
}

func (s *Server) overwritten(c *Channel, g *Guild, user string, p Permissions) Permissions {
	var allow, deny Permissions
	for _, o := range c.Overwrites {
		switch {
		case o.ID == g.ID:
			p = p&^o.Deny | o.Allow
		case !o.User && s.hasRole(user, g, o.ID):
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	p = p&^deny | allow
	for _, o := range c.Overwrites {
		if o.User && o.ID == user {
			p = p&^o.Deny | o.Allow
		}
	}
	if !p.has(ViewChannel) {
		return 0 // who cannot see a channel can do nothing there
	}
	return p
}

// need checks that the bot may do something in a channel. To send in a thread
// is a permission of its own; who lacks it has no access there, as it is seen.
func (s *Server) need(c *Channel, p Permissions) error {
	have := s.permissions(c, s.BotID)
	sends := c.thread() && p.has(SendMessages)
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
	if c.thread() {
		c = s.mustChannel(c.Parent)
	}
	others := slices.DeleteFunc(slices.Clone(c.Overwrites), func(o Overwrite) bool { return o.ID == s.BotID })
	c.Overwrites = append(others, Overwrite{ID: s.BotID, User: true, Deny: p})
	s.channelChanged(c)
}

// SetPermissions changes what the bot may do in all its servers. The bot is
// told.
func (s *Server) SetPermissions(p Permissions) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.guilds {
		r := g.role(s.botRole(g))
		r.Permissions = p
		s.publish(event{name: "GUILD_ROLE_UPDATE", guild: g.ID, intents: Guilds, data: object{"guild_id": g.ID, "role": r.json(s)}})
	}
}
