package discordfake

import (
	"cmp"
	"fmt"
	"slices"
)

// A User is a user or bot.
type User struct {
	ID         string // "" to generate one
	Name       string // username, in lower case; @name mentions it
	GlobalName string // display name, or ""
	Nick       string // nickname in guilds, or ""
	Locale     string // of the client; "" for en-US
	Bot        bool
	Guilds     []string // IDs; nil for the initial guild
	Roles      []string // IDs, in addition to @everyone and the members role
	DMsClosed  bool     // does not accept direct messages
}

// addUser adds a user and sends GUILD_MEMBER_ADD.
func (s *Server) addUser(u User) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.ID == "" {
		u.ID = s.id()
	}
	u.Locale = cmp.Or(u.Locale, "en-US")
	if u.Guilds == nil {
		u.Guilds = []string{s.Guild}
	}
	s.users = append(s.users, &u)
	for _, id := range u.Guilds {
		o := s.memberJSON(&u, s.guild(id))
		o["user"], o["guild_id"] = u.json(), id
		s.publish(event{name: "GUILD_MEMBER_ADD", guild: id, intents: intentGuildMembers, data: o})
	}
	s.Note()
	return u
}

// The functions below require s.mu.

func (s *Server) user(id string) *User {
	i := slices.IndexFunc(s.users, func(u *User) bool { return u.ID == id })
	if i < 0 {
		return nil
	}
	return s.users[i]
}

func (s *Server) userNamed(name string) *User {
	i := slices.IndexFunc(s.users, func(u *User) bool { return u.Name == name })
	if i < 0 {
		return nil
	}
	return s.users[i]
}

func (s *Server) isMember(user string, g *guild) bool {
	if user == s.BotID {
		return !g.kicked
	}
	u := s.user(user)
	return u != nil && slices.Contains(u.Guilds, g.id)
}

func (s *Server) hasRole(user string, g *guild, role string) bool {
	u := s.user(user)
	return u != nil && s.isMember(user, g) && slices.Contains(s.roles(u, g), role)
}

// roles returns the IDs of the user's roles in a guild, without @everyone.
func (s *Server) roles(u *User, g *guild) []string {
	if u.ID == s.BotID {
		return []string{s.botRole(g)}
	}
	roles := []string{s.memberRole(g)}
	for _, id := range u.Roles {
		if g.role(id) != nil {
			roles = append(roles, id)
		}
	}
	return roles
}

// json returns the user as others see it.
func (u *User) json() object {
	o := object{
		"id": u.ID, "username": u.Name, "discriminator": "0", "global_name": nil, "avatar": nil, "avatar_decoration_data": nil,
		"collectibles": nil, "primary_guild": nil, "public_flags": 0, "flags": 0,
	}
	if u.GlobalName != "" {
		o["global_name"] = u.GlobalName
	}
	if u.Bot {
		o["bot"], o["discriminator"] = true, fmt.Sprintf("%04d", 1+len(u.Name)) // only bots still have a discriminator
	}
	return o
}

// currentUserJSON returns the user as it sees itself.
func (u *User) currentUserJSON() object {
	o := u.json()
	o["mfa_enabled"], o["verified"], o["email"], o["locale"] = true, true, nil, u.Locale
	return o
}

// memberJSON returns the guild member without the user.
func (s *Server) memberJSON(u *User, g *guild) object {
	o := object{
		"roles": s.roles(u, g), "nick": nil, "avatar": nil, "banner": nil, "joined_at": timestamp(snowflakeTime(u.ID)), "premium_since": nil,
		"communication_disabled_until": nil, "deaf": false, "mute": false, "pending": false, "flags": 0,
	}
	if u.Nick != "" {
		o["nick"] = u.Nick
	}
	return o
}

// memberWithUserJSON returns the guild member with the user.
func (s *Server) memberWithUserJSON(u *User, g *guild) object {
	o := s.memberJSON(u, g)
	o["user"] = u.json()
	return o
}
