package discordfake

import "time"

// interactionFor returns the interaction of a token. The token is valid after
// the first response, until it expires.
func (s *Server) interactionFor(c *call) (*Interaction, error) {
	i := s.tokens[c.arg("token")]
	switch {
	case c.arg("application") != s.AppID:
		return nil, fail(unknownWebhook)
	case i == nil, time.Since(i.At) > s.options.TokenTTL:
		return nil, fail(invalidWebhookToken)
	case i.CallbackType == 0, i.Type == interactionAutocomplete:
		return nil, fail(unknownWebhook)
	case s.isLocked(i):
		return nil, fail(threadArchived)
	}
	return i, nil
}

// isLocked reports whether the interaction is in an archived and locked thread,
// which rejects even responses.
//
// https://github.com/discord/discord-api-docs/issues/6884
func (s *Server) isLocked(i *Interaction) bool {
	c := s.channels[i.Channel]
	return c != nil && c.Archived && c.Locked
}

// responseFor returns a message that responds to an interaction: the original
// response or a follow-up.
func (s *Server) responseFor(c *call) (*Interaction, *Message, error) {
	i, err := s.interactionFor(c)
	if err != nil {
		return nil, nil, err
	}
	m := i.message
	if id := c.arg("message"); id != "" {
		m = s.messages[id]
		if m != nil && m.interaction != i && m != i.message {
			m = nil
		}
	}
	if m == nil || s.messages[m.ID] == nil {
		return nil, nil, fail(unknownMessage)
	}
	return i, m, nil
}

func (s *Server) getResponse(c *call) (any, error) {
	_, m, err := s.responseFor(c)
	if err != nil {
		return nil, err
	}
	return s.messageJSON(m), nil
}

func (s *Server) editResponse(c *call) (any, error) {
	_, m, err := s.responseFor(c)
	if err != nil {
		return nil, err
	}
	return s.editResponseMessage(m, c)
}

// editResponseMessage edits a response. The first edit of a deferred response
// shows it and does not count as an edit.
func (s *Server) editResponseMessage(m *Message, c *call) (any, error) {
	if c.tooLarge() {
		return nil, fail(requestTooLarge)
	}
	var f form
	if err := s.applyEdit(&f, m, f.messageBody(c.body, webhookMentions(), m.Flags, 0), c, c.body); err != nil {
		return nil, err
	}
	if m.Flags&flagLoading == 0 {
		m.Edited = time.Now()
	}
	m.Flags &^= flagLoading
	s.publishMessageUpdate(m)
	return s.messageJSON(m), nil
}

func (s *Server) deleteResponse(c *call) (any, error) {
	_, m, err := s.responseFor(c)
	if err != nil {
		return nil, err
	}
	s.removeMessage(m)
	return nil, nil
}

// createFollowupMessage sends a follow-up as a reply to the original response.
// If that is deferred, it becomes the original response.
func (s *Server) createFollowupMessage(c *call) (any, error) {
	i, err := s.interactionFor(c)
	if err != nil {
		return nil, err
	}
	if i.message != nil && i.message.Flags&flagLoading != 0 {
		return s.editResponseMessage(i.message, c)
	}
	var f form
	m, d, err := s.compose(&f, c, c.body, s.channels[i.Channel], webhookMentions(), flagEphemeral)
	if err != nil {
		return nil, err
	}
	s.publishResponse(i, m, i.message, d.allowed)
	return s.messageJSON(m), nil
}
