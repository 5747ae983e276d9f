package discordfake

import (
	"cmp"
	"fmt"
	"slices"
)

// A User is a person, or a bot. It is in all servers that Guilds names.
type User struct {
	ID         string // "" is given an id
	Name       string // in lower case, as @name finds it
	GlobalName string // the name that is shown; "" is none
	Nick       string // the name in servers; "" is none
	Locale     string // the client's language; "" is en-US
	Bot        bool
	Guilds     []string // nil is the first server
	Roles      []string // ids, besides @everyone and members
	DMsClosed  bool     // takes no direct messages
}

// addUser adds a user and tells the bot's sessions that ask for members.
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

// The callers of the following hold s.mu.

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

// roles are the ids of the user's roles in a server, without @everyone.
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

// json is the user as everybody sees it.
func (u *User) json() object {
	o := object{
		"id": u.ID, "username": u.Name, "discriminator": "0", "global_name": nil, "avatar": nil, "avatar_decoration_data": nil,
		"collectibles": nil, "primary_guild": nil, "public_flags": 0, "flags": 0,
	}
	if u.GlobalName != "" {
		o["global_name"] = u.GlobalName
	}
	if u.Bot {
		o["bot"], o["discriminator"] = true, fmt.Sprintf("%04d", 1+len(u.Name)) // bots have kept theirs
	}
	return o
}

// currentUserJSON is the user as the bot sees itself.
func (u *User) currentUserJSON() object {
	o := u.json()
	o["mfa_enabled"], o["verified"], o["email"], o["locale"] = true, true, nil, u.Locale
	return o
}

// memberJSON is what a server knows of the user, without the user.
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

// memberWithUserJSON is memberJSON with the user.
func (s *Server) memberWithUserJSON(u *User, g *guild) object {
	o := s.memberJSON(u, g)
	o["user"] = u.json()
	return o
}
