package discordfake

import "time"

func (s *Server) gateway(*call) (any, error) { return object{"url": s.gatewayURL()}, nil }

func (s *Server) gatewayBot(*call) (any, error) {
	left := max(0, s.options.IdentifyLimit-s.identifies)
	start := object{"total": s.options.IdentifyLimit, "remaining": left, "reset_after": (24 * time.Hour).Milliseconds(), "max_concurrency": 1}
	return object{"url": s.gatewayURL(), "shards": 1, "session_start_limit": start}, nil
}

// Flags of applications.
//
// https://docs.discord.com/developers/resources/application#application-object-application-flags
const (
	contentLimited = 1 << 19 // the content intent, in fewer than 100 servers
	membersLimited = 1 << 15
)

func (s *Server) flags() int {
	if s.options.NoContent {
		return membersLimited
	}
	return membersLimited | contentLimited
}

// AllowContent lets the application ask for the content of messages from now on.
func (s *Server) AllowContent() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.NoContent = false
}

func (s *Server) getApplication(*call) (any, error) {
	bot := s.user(s.BotID)
	owner := &User{ID: s.guild(s.Guild).Owner, Name: "owner"}
	return object{
		"id": s.AppID, "name": bot.Name, "icon": nil, "description": "", "summary": "", "type": nil, "is_monetized": false, "is_verified": false,
		"bot": bot.json(), "bot_public": true, "bot_require_code_grant": false, "verify_key": "fake", "flags": s.flags(), "flags_new": numeral(s.flags()),
		"hook": true, "redirect_uris": []any{}, "interactions_endpoint_url": nil, "role_connections_verification_url": nil, "owner": owner.json(),
		"approximate_guild_count": len(s.guilds), "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
		"explicit_content_filter": 0, "team": nil, "integration_types_config": object{"0": object{}}, "eligible_oauth2_scopes": []any{}, "tags": []any{},
	}, nil
}
