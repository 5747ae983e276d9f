package discordfake

import "slices"

// Messages are what stands in a channel, a thread or a direct message, oldest
// first, without what one user alone sees.
func (s *Server) Messages(channel string) []Message {
	return s.selectMessages(func(m *Message) bool { return m.Channel == channel && m.EphemeralTo == "" })
}

// messageByID returns a message as it is now. Of one that is not there it is the
// zero value.
func (s *Server) messageByID(id string) Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.messages[id]; m != nil {
		return m.copy()
	}
	return Message{}
}

// BotMessages are all messages of the bot's that stand, oldest first, of direct messages
// and those that one user alone sees among them.
func (s *Server) BotMessages() []Message {
	return s.selectMessages(func(m *Message) bool { return m.User == s.BotID })
}

// Visible are all messages that the person sees, ephemeral ones among them.
func (p *Person) Visible() []Message { return p.s.selectMessages(p.sees) }

// Ephemerals are the ephemeral messages that the person sees.
func (p *Person) Ephemerals() []Message {
	return p.s.selectMessages(func(m *Message) bool { return m.EphemeralTo == p.ID })
}

// Reload is what happens to ephemeral messages when the person's client starts
// again: they are gone from sight. The application can still change them.
func (p *Person) Reload() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.shown = slices.DeleteFunc(p.s.shown, func(m *Message) bool { return m.EphemeralTo == p.ID })
	p.s.Note()
}

// pinged are the messages that notified the person when they were written.
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
