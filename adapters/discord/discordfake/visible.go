package discordfake

import "slices"

// Messages returns the messages in a channel, thread or direct message, oldest
// first, without ephemeral messages.
func (s *Server) Messages(channel string) []Message {
	return s.selectMessages(func(m *Message) bool { return m.Channel == channel && m.EphemeralTo == "" })
}

// messageByID returns a message, or the zero value if there is none.
func (s *Server) messageByID(id string) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.messages[id]; m != nil {
		return m.copy()
	}
	return Message{}
}

// BotMessages returns all messages of the bot, oldest first, including direct
// and ephemeral messages.
func (s *Server) BotMessages() []Message {
	return s.selectMessages(func(m *Message) bool { return m.User == s.BotID })
}

// Visible returns all messages that the person sees, including ephemeral ones.
func (p *Person) Visible() []Message { return p.s.selectMessages(p.sees) }

// Ephemerals returns the ephemeral messages that the person sees.
func (p *Person) Ephemerals() []Message {
	return p.s.selectMessages(func(m *Message) bool { return m.EphemeralTo == p.ID })
}

// Reload restarts the person's client, which hides ephemeral messages. The
// application can still edit them.
func (p *Person) Reload() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.shown = slices.DeleteFunc(p.s.shown, func(m *Message) bool { return m.EphemeralTo == p.ID })
	p.s.Note()
}

// pinged returns the messages that pinged the person when they were sent.
func (p *Person) pinged() []Message {
	var ids []string
	for _, each := range p.s.Pings() {
		if each.User == p.ID && !each.Edit {
			ids = append(ids, each.Message)
		}
	}
	return p.s.selectMessages(func(m *Message) bool { return slices.Contains(ids, m.ID) })
}

func (s *Server) selectMessages(at func(m *Message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Message
	for _, m := range s.shown {
		if at(m) {
			all = append(all, m.copy())
		}
	}
	return all
}
