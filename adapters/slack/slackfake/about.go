package slackfake

// domain is the first part of the workspace's address.
const domain = "fake"

func (s *Server) authTest(*call) (object, error) {
	o := object{
		"url": "https://" + domain + ".slack.com/", "team": "Fake", "team_id": s.Team, "user": s.user(s.BotUser).Name, "user_id": s.BotUser,
		"bot_id": s.BotID, "is_enterprise_install": false,
	}
	put(o, "enterprise_id", s.options.Enterprise)
	return o, nil
}

func (s *Server) botsInfo(c *call) (object, error) {
	if c.args["bot"] != s.BotID {
		return nil, fail("bot_not_found")
	}
	bot := s.botProfile(s.BotID, s.user(s.BotUser).Name)
	delete(bot, "team_id")
	bot["user_id"] = s.BotUser
	return object{"bot": bot}, nil
}

func (s *Server) teamInfo(*call) (object, error) {
	team := object{"id": s.Team, "name": "Fake", "domain": domain, "email_domain": "", "icon": object{"image_default": true}}
	put(team, "enterprise_id", s.options.Enterprise)
	return object{"team": team}, nil
}

func (s *Server) usersInfo(c *call) (object, error) {
	u := s.user(c.args["user"])
	if u == nil {
		return nil, fail("user_not_found")
	}
	return object{"user": s.userJSON(u, c.truth("include_locale"))}, nil
}
