package discordfake

import (
	"slices"
)

// A Person is a user whom a test controls.
type Person struct {
	User
	s *Server
}

// Person adds a user that the test controls.
func (s *Server) Person(u User) *Person { return &Person{User: s.addUser(u), s: s} }

// DMChannel returns the ID of the direct message channel with the bot.
func (p *Person) DMChannel() string {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.s.dmWith(p.ID).ID
}

// sees reports whether the person can see a message. The caller holds s.mu.
func (p *Person) sees(m *Message) bool {
	c := p.s.channels[m.Channel]
	return c != nil && p.s.permissions(c, p.ID).has(ViewChannel) && (m.EphemeralTo == "" || m.EphemeralTo == p.ID)
}

// CloseDMs blocks or allows direct messages to the person.
func (p *Person) CloseDMs(on bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.user(p.ID).DMsClosed = on
}

// leaveGuild removes the person from a guild.
func (p *Person) leaveGuild(guild string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	u := p.s.user(p.ID)
	u.Guilds = slices.DeleteFunc(slices.Clone(u.Guilds), func(id string) bool { return id == guild })
	p.s.publish(event{name: "GUILD_MEMBER_REMOVE", guild: guild, intents: intentGuildMembers, data: object{"guild_id": guild, "user": u.json()}})
}
