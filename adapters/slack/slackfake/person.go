package slackfake

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
	return p.s.direct(p.ID).ID
}

// sees reports whether the person can see a message. The caller holds s.mu.
func (p *Person) sees(m *Message) bool {
	c := p.s.channel(m.Channel)
	return c != nil && (c.has(p.ID) || c.Type == publicChannel) && (m.EphemeralTo == "" || m.EphemeralTo == p.ID)
}
