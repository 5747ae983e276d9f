package discordfake

func (s *Server) getCurrentUser(*call) (any, error) { return s.user(s.BotID).currentUserJSON(), nil }

func (s *Server) getUser(c *call) (any, error) {
	u := s.user(c.arg("user"))
	if u == nil {
		return nil, fail(unknownUser)
	}
	return u.json(), nil
}

// createDM opens a direct message channel. It succeeds even if the user does
// not accept direct messages.
func (s *Server) createDM(c *call) (any, error) {
	id, _ := c.body["recipient_id"].(string)
	u := s.user(id)
	if u == nil || u.Bot {
		f := fail(invalidFormBody).(*apiError)
		f.code, f.message = 50033, "Invalid Recipient(s)"
		return nil, f
	}
	return s.channelJSON(s.dmWith(id)), nil
}

func (s *Server) getCurrentUserGuilds(*call) (any, error) {
	guilds := []any{}
	for _, g := range s.guilds {
		if !g.kicked {
			guilds = append(guilds, object{
				"id": g.id, "name": g.name, "icon": nil, "banner": nil, "owner": false, "permissions": s.guildPermissions(g, s.BotID).json(), "features": []any{},
			})
		}
	}
	return guilds, nil
}
