package discordfake

import "time"

// holder finds the interaction that a token is for. The token is good once the
// interaction was answered, and for a while.
func (s *Server) holder(c *call) (*Interaction, error) {
	i := s.tokens[c.arg("token")]
	switch {
	case c.arg("application") != s.AppID:
		return nil, fail(unknownWebhook)
	case i == nil, time.Since(i.At) > s.options.TokenLife:
		return nil, fail(invalidHookToken)
	case i.Answer == 0, i.Kind == Suggesting:
		return nil, fail(unknownWebhook)
	case s.sealed(i):
		return nil, fail(threadArchived)
	}
	return i, nil
}

// sealed reports whether an interaction happened in a thread that takes nothing
// any more, not even answers.
//
// https://github.com/discord/discord-api-docs/issues/6884
func (s *Server) sealed(i *Interaction) bool {
	c := s.channels[i.Channel]
	return c != nil && c.Archived && c.Locked
}

// answerOf finds a message that answers an interaction: the original answer, or
// one after it.
func (s *Server) answerOf(c *call) (*Interaction, *Message, error) {
	i, err := s.holder(c)
	if err != nil {
		return nil, nil, err
	}
	m := i.message
	if id := c.arg("message"); id != "" {
		m = s.messages[id]
		if m != nil && m.of != i && m != i.message {
			m = nil
		}
	}
	if m == nil || s.messages[m.ID] == nil {
		return nil, nil, fail(unknownMessage)
	}
	return i, m, nil
}

func (s *Server) getAnswer(c *call) (any, error) {
	_, m, err := s.answerOf(c)
	if err != nil {
		return nil, err
	}
	return s.messageJSON(m), nil
}

func (s *Server) editAnswer(c *call) (any, error) {
	_, m, err := s.answerOf(c)
	if err != nil {
		return nil, err
	}
	return s.change(m, c)
}

// change changes an answer. One that was promised is shown now, and does not
// count as edited.
func (s *Server) change(m *Message, c *call) (any, error) {
	if c.tooHeavy() {
		return nil, fail(tooLarge)
	}
	var f form
	if err := s.rewrite(&f, m, f.draft(c.body, byHook(), m.Flags, 0), c, c.body); err != nil {
		return nil, err
	}
	if m.Flags&Loading == 0 {
		m.Edited = time.Now()
	}
	m.Flags &^= Loading
	s.messageChanged(m)
	return s.messageJSON(m), nil
}

func (s *Server) deleteAnswer(c *call) (any, error) {
	_, m, err := s.answerOf(c)
	if err != nil {
		return nil, err
	}
	s.erase(m)
	return nil, nil
}

// followUp shows another message, as a reply to the original answer. Where that
// was only promised, it is shown instead.
func (s *Server) followUp(c *call) (any, error) {
	i, err := s.holder(c)
	if err != nil {
		return nil, err
	}
	if i.message != nil && i.message.Flags&Loading != 0 {
		return s.change(i.message, c)
	}
	var f form
	m, d, err := s.compose(&f, c, c.body, s.channels[i.Channel], byHook(), Ephemeral)
	if err != nil {
		return nil, err
	}
	s.answerWith(i, m, i.message, d.allowed)
	return s.messageJSON(m), nil
}
