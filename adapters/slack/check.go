package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"mabsbot/adapters/chat"
)

// Checks at startup: who the bot is, and which scopes it has.

// A scope is an OAuth scope of the app.
type scope struct {
	name  string
	event string // that needs the scope, or ""
	loss  string
}

// scopes returns the scopes of the manifest, in its order.
func scopes() []scope {
	return []scope{
		{"app_mentions:read", "app_mention", "mentions of the bot are not seen where it may not read along"},
		{"assistant:write", "", "suggested prompts are not shown"},
		{"channels:history", "message.channels", "errors pasted into public channels, and replies there, are not seen"},
		{"channels:read", "", "it cannot be checked whether the bot is in the escalation channel"},
		{"chat:write", "", "the bot cannot answer at all"},
		{"commands", "", "/mabs and the shortcuts do not exist"},
		{"files:read", "", "attached logs and snippets are not read"},
		{"groups:history", "message.groups", "errors pasted into private channels, and replies there, are not seen"},
		{"groups:read", "", "it cannot be checked whether the bot is in a private escalation channel"},
		{"im:history", "message.im", "direct messages are not seen"},
		{"im:write", "", "the bot cannot begin a direct message: «Continue in DM» fails"},
		{"metadata.message:read", "", "the bot cannot tell after a crash whether a message was posted, and may post it twice"},
		{"mpim:history", "message.mpim", "errors pasted into group messages, and replies there, are not seen"},
		{"users:read", "", "the bot does not know people's names and languages"},
	}
}

// scopeNames returns the names of the scopes that the app needs.
func scopeNames() []string {
	var all []string
	for _, n := range scopes() {
		all = append(all, n.name)
	}
	return all
}

// socketErrors are the errors of apps.connections.open after which retrying is of
// no use.
var socketErrors = []string{"missing_scope", "no_permission", "access_denied", "forbidden_team", "method_not_supported_for_channel_type"}

// errInvalidToken explains that Slack rejected the bot token.
func errInvalidToken(code string) error {
	return fmt.Errorf("Slack does not accept slack.bot_token (%s); copy the «Bot User OAuth Token» (xoxb-…) of «OAuth & Permissions» once more", code)
}

// errInvalidAppToken explains that Slack opens no socket for the app token.
func errInvalidAppToken(code string) error {
	if code == "missing_scope" {
		return errors.New("slack.app_token lacks the permission connections:write; make one that has it under «Basic Information», «App-Level Tokens»")
	}
	return fmt.Errorf("Slack opens no socket for slack.app_token (%s); it wants an app-level token (xapp-…) with the permission connections:write, and Socket Mode switched on", code)
}

// authenticate calls auth.test until Slack answers. It fails if the token is
// invalid.
func (s *Slack) authenticate(ctx context.Context) error {
	refused := false
	for attempt := 0; ; attempt++ {
		limited, cancel := context.WithTimeout(ctx, apiTime)
		who, err := s.client.AuthTestContext(limited)
		cancel()
		switch {
		case err == nil:
			s.identified(ctx, who)
			return nil
		case ctx.Err() != nil:
			return nil
		case hasCode(err, tokenErrors) && refused:
			return errInvalidToken(errorCode(err))
		}
		refused = hasCode(err, tokenErrors) // a single refusal may be a mistake of Slack's
		s.log.Warn("slack: Slack does not say who the bot is, and is asked again", "error", explain(err))
		if chat.Sleep(ctx, chat.Backoff(attempt)) != nil {
			return nil
		}
	}
}

// identified stores the bot's identity and logs what it may not do.
func (s *Slack) identified(ctx context.Context, who *slack.AuthTestResponse) {
	me := identity{team: who.TeamID, org: who.EnterpriseID, user: who.UserID, bot: who.BotID, url: who.URL}
	ctx, cancel := context.WithTimeout(ctx, apiTime)
	defer cancel()
	if info, err := s.client.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: who.BotID}); err == nil {
		me.app = info.AppID
	}
	s.mu.Lock()
	s.self = me
	s.mu.Unlock()
	for _, line := range missingScopes(who.Header.Get("X-Oauth-Scopes")) {
		s.log.Warn("slack: " + line)
	}
	if s.o.EscalationChannel != "" {
		s.checkEscalationChannel(ctx)
	}
	s.log.Info("slack: serving", "workspace", who.Team, "bot", who.User, "mode", s.o.Mode)
}

// missingScopes returns a line for each scope that is not granted, with the events
// that need it: Slack does not return an app's event subscriptions. If Slack does
// not return the scopes either, none is missing.
func missingScopes(granted string) []string {
	if strings.TrimSpace(granted) == "" {
		return nil
	}
	var has []string
	for one := range strings.SplitSeq(granted, ",") {
		has = append(has, strings.TrimSpace(one))
	}
	var lines []string
	for _, n := range scopes() {
		if slices.Contains(has, n.name) {
			continue
		}
		line := "the app lacks the permission " + n.name
		if n.event != "" {
			line += ", and so the event " + n.event
		}
		lines = append(lines, line+": "+n.loss)
	}
	if len(lines) > 0 {
		lines = append(lines, "paste what «mabsbot slack manifest» prints into the app's manifest, and install the app again")
	}
	return lines
}

// checkEscalationChannel warns if the bot is not in the escalation channel.
func (s *Slack) checkEscalationChannel(ctx context.Context) {
	info, err := s.client.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: s.o.EscalationChannel})
	switch {
	case err != nil && hasCode(err, notInChannel):
		s.log.Warn("slack: there is no slack.escalation_channel with that id that the bot sees; invite the bot there, and give the id (C…), not the name", "channel", s.o.EscalationChannel)
	case err != nil:
		s.log.Info("slack: it cannot be checked whether the bot is in slack.escalation_channel", "error", explain(err))
	case !info.IsMember && !info.IsIM:
		s.log.Warn("slack: the bot is not in slack.escalation_channel; type /invite there", "channel", s.o.EscalationChannel)
	}
}
