package discordfake

import (
	"strconv"
	"time"
)

func (s *Server) getGateway(*call) (any, error) { return object{"url": s.gatewayURL()}, nil }

func (s *Server) getGatewayBot(*call) (any, error) {
	left := max(0, s.options.IdentifyLimit-s.identifies)
	start := object{"total": s.options.IdentifyLimit, "remaining": left, "reset_after": (24 * time.Hour).Milliseconds(), "max_concurrency": 1}
	return object{"url": s.gatewayURL(), "shards": 1, "session_start_limit": start}, nil
}

// Application flags.
//
// https://docs.discord.com/developers/resources/application#application-object-application-flags
const (
	gatewayMessageContentLimited = 1 << 19 // Message Content intent of an application in fewer than 100 guilds
	gatewayGuildMembersLimited   = 1 << 15
)

func (s *Server) applicationFlags() int {
	if s.options.NoMessageContent {
		return gatewayGuildMembersLimited
	}
	return gatewayGuildMembersLimited | gatewayMessageContentLimited
}

// AllowMessageContent enables the Message Content intent.
func (s *Server) AllowMessageContent() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.NoMessageContent = false
}

func (s *Server) getCurrentApplication(*call) (any, error) {
	bot := s.user(s.BotID)
	owner := &User{ID: s.guild(s.Guild).owner, Name: "owner"}
	return object{
		"id": s.AppID, "name": bot.Name, "icon": nil, "description": "", "summary": "", "type": nil, "is_monetized": false, "is_verified": false,
		"bot": bot.json(), "bot_public": true, "bot_require_code_grant": false, "verify_key": "fake", "flags": s.applicationFlags(), "flags_new": strconv.Itoa(s.applicationFlags()),
		"hook": true, "redirect_uris": []any{}, "interactions_endpoint_url": nil, "role_connections_verification_url": nil, "owner": owner.json(),
		"approximate_guild_count": len(s.guilds), "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
		"explicit_content_filter": 0, "team": nil, "integration_types_config": object{"0": object{}}, "eligible_oauth2_scopes": []any{}, "tags": []any{},
	}, nil
}
