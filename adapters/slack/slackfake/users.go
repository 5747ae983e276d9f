package slackfake

import "cmp"

// A User is a member of the workspace, a Slack Connect guest, or a bot.
type User struct {
	ID       string // "" to generate one
	Name     string
	RealName string // "" for Name
	Locale   string // such as ko-KR; "" for en-US
	TZ       string // such as Asia/Seoul; "" for Etc/UTC
	Team     string // "" for the workspace; another one for a Slack Connect guest
	Bot      bool
}

// addUser adds a user and returns it with its ID.
func (s *Server) addUser(u User) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.ID == "" {
		u.ID = s.newID("U")
	}
	u.RealName = cmp.Or(u.RealName, u.Name)
	u.Locale = cmp.Or(u.Locale, "en-US")
	u.TZ = cmp.Or(u.TZ, "Etc/UTC")
	u.Team = cmp.Or(u.Team, s.Team)
	s.users = append(s.users, &u)
	return u
}

func (s *Server) user(id string) *User {
	return find(s.users, func(u *User) bool { return u.ID == id })
}

// userJSON returns the user as in a response of users.info.
func (s *Server) userJSON(u *User, locale bool) object {
	o := object{
		"id": u.ID, "team_id": u.Team, "name": u.Name, "real_name": u.RealName, "deleted": false, "is_bot": u.Bot, "is_app_user": false, "is_admin": false,
		"is_owner": false, "is_restricted": false, "is_ultra_restricted": false, "tz": u.TZ, "tz_label": u.TZ, "tz_offset": 0, "updated": epoch,
		"profile": object{"real_name": u.RealName, "display_name": u.Name, "team": u.Team},
	}
	if u.Bot {
		o["profile"].(object)["bot_id"] = s.botOf(u.ID)
	}
	if u.Team != s.Team {
		o["is_stranger"] = true
	}
	if locale {
		o["locale"] = u.Locale
	}
	return o
}

// botOf returns the ID of a bot, which differs from that of its user.
func (s *Server) botOf(user string) string {
	if user == s.botUser {
		return s.botID
	}
	return "B" + user
}

// domain is the subdomain of the workspace.
const domain = "fake"

func (s *Server) authTest(*call) (object, error) {
	o := object{
		"url": "https://" + domain + ".slack.com/", "team": "Fake", "team_id": s.Team, "user": s.user(s.botUser).Name, "user_id": s.botUser,
		"bot_id": s.botID, "is_enterprise_install": false,
	}
	setNonEmpty(o, "enterprise_id", s.options.Enterprise)
	return o, nil
}

func (s *Server) botsInfo(c *call) (object, error) {
	if c.args["bot"] != s.botID {
		return nil, fail("bot_not_found")
	}
	bot := s.botProfile(s.botID, s.user(s.botUser).Name)
	delete(bot, "team_id")
	bot["user_id"] = s.botUser
	return object{"bot": bot}, nil
}

func (s *Server) teamInfo(*call) (object, error) {
	team := object{"id": s.Team, "name": "Fake", "domain": domain, "email_domain": "", "icon": object{"image_default": true}}
	setNonEmpty(team, "enterprise_id", s.options.Enterprise)
	return object{"team": team}, nil
}

func (s *Server) usersInfo(c *call) (object, error) {
	u := s.user(c.args["user"])
	if u == nil {
		return nil, fail("user_not_found")
	}
	return object{"user": s.userJSON(u, c.boolean("include_locale"))}, nil
}
