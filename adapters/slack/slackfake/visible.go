package slackfake

import (
	"mabsbot/adapters/chat/chatfake"
)

// Messages returns the messages and replies in a channel, oldest first, without
// ephemeral messages.
func (s *Server) Messages(channel string) []Message {
	return s.selectMessages(func(m *Message) bool { return m.Channel == channel && m.EphemeralTo == "" })
}

// Thread returns a message and its replies.
func (s *Server) Thread(root Message) []Message {
	return s.selectMessages(func(m *Message) bool {
		return m.Channel == root.Channel && m.EphemeralTo == "" && (m.TS == root.TS || m.Thread == root.TS)
	})
}

// Visible returns all messages that the person sees, including ephemeral ones.
func (p *Person) Visible() []Message { return p.s.selectMessages(p.sees) }

// Ephemerals returns the ephemeral messages that the person sees.
func (p *Person) Ephemerals() []Message {
	return p.s.selectMessages(func(m *Message) bool { return m.EphemeralTo == p.ID })
}

// reload restarts the person's client, which loses ephemeral messages.
func (p *Person) reload() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	var kept []*Message
	for _, m := range p.s.messages {
		if m.EphemeralTo != p.ID {
			kept = append(kept, m)
		}
	}
	p.s.messages = kept
	p.s.Note()
}

func (s *Server) selectMessages(at func(m *Message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Message
	for _, m := range s.messages {
		if at(m) {
			c := *m
			c.Blocks = chatfake.Clone(m.Blocks)
			all = append(all, c)
		}
	}
	return all
}
